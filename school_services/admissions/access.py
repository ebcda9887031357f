"""Who may do what in a season, and the season itself inside the scope of its unit."""

from __future__ import annotations

from django.db import transaction

from school_services.errors import NotFound, PermissionRefused
from school_services.identity import audit
from school_services.identity.actor import Actor
from school_services.identity.models import Role
from tenants import context

from .models import Season

OFFICERS = (Role.Kind.OFFICER, Role.Kind.PRINCIPAL)
MARKERS = (*OFFICERS, Role.Kind.TEACHER)
SENDERS = (Role.Kind.REGISTRAR, Role.Kind.PRINCIPAL)


def require(actor: Actor, unit_id: int, action: str, *kinds: str, season_id: int | None = None) -> None:
    """One of these roles in the unit itself, or a refusal that is audited. Raises `PermissionRefused`."""
    if actor.has(unit_id, *(kinds or OFFICERS)):
        return
    with transaction.atomic():
        audit.record(
            actor=actor, action=action, unit_id=unit_id, subject="admissions.season", subject_id=season_id,
            allowed=False,
        )  # fmt: skip
    raise PermissionRefused(action)


def season_of(unit_id: int, season_id: int, *, lock: bool = False) -> Season:
    """Inside the scope of the unit. Raises `NotFound("season")`."""
    rows = Season.objects.filter(unit_id=unit_id, pk=season_id)
    found = (rows.select_for_update(of=("self",)) if lock else rows).first()
    if found is None:
        raise NotFound("season")
    return found


def as_staff(unit_id: int, actor: Actor) -> context.scope:  # type: ignore[valid-type]
    return context.scope((unit_id,), user=actor.user_id)
