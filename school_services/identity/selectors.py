"""Reads of identity."""

from __future__ import annotations

import datetime
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.db.models import Q

from tenants.models import Unit

from .models import AuditEntry, Role, User


def find_account(login: str) -> User | None:
    """The account that a normalised login names, by its name, e-mail or phone."""
    return User.objects.filter(Q(username=login) | Q(email=login) | Q(phone=login)).first()


def units_above(unit_id: int) -> tuple[int, ...]:
    """The unit and those above it, nearest first; one query a level, of which the sector has three."""
    found: list[int] = []
    current: int | None = unit_id
    while current is not None and current not in found:
        found.append(current)
        current = Unit.objects.filter(pk=current).values_list("parent_id", flat=True).first()
    return tuple(found)


def units_below(unit_id: int) -> tuple[int, ...]:
    """The units under this one, of every level; one query a level."""
    found: list[int] = []
    level = [unit_id]
    while level:
        level = list(
            Unit.objects.filter(parent_id__in=level, valid_to__isnull=True).order_by("pk").values_list("pk", flat=True)
        )
        found += level
    return tuple(found)


@dataclass(frozen=True, slots=True)
class AccessLine:
    """One opening of a record: who, in what role at the school, what, when; `allowed` False: it was refused."""

    at: datetime.datetime
    name: str
    role: str
    action: str
    allowed: bool


def accesses(
    unit_id: int, subjects: Mapping[str, Sequence[int]], *, except_user: int | None = None, limit: int = 100
) -> tuple[AccessLine, ...]:
    """Who opened records (kind → ids), the newest first; three queries. The caller has asked for permission."""
    wanted = Q(pk__in=[])
    for subject, ids in subjects.items():
        wanted |= Q(subject=subject, subject_id__in=list(ids))
    rows = AuditEntry.objects.filter(wanted, unit_id=unit_id)
    if except_user is not None:
        rows = rows.exclude(actor_id=except_user)
    found = list(rows.order_by("-at", "-pk").values_list("at", "actor_id", "action", "allowed")[:limit])
    people = {actor for _, actor, _, _ in found}
    names = dict(User.objects.filter(pk__in=people).values_list("pk", "full_name"))
    roles = {
        role.user_id: str(role.get_kind_display())
        for role in Role.objects.filter(unit_id=unit_id, user_id__in=people).order_by("valid_from", "pk")
    }
    return tuple(
        AccessLine(at, names.get(actor, ""), roles.get(actor, ""), action, allowed)
        for at, actor, action, allowed in found
    )
