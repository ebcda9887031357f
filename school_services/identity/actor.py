"""Who acts: an account with its roles of today, and what that allows."""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.utils import timezone

from tenants import context

from . import rules
from .models import Role, User


@dataclass(frozen=True, slots=True)
class Grant:
    """One role in one unit."""

    kind: str
    unit_id: int


@dataclass(frozen=True, slots=True)
class Actor:
    """The account, its roles today, and where the request comes from (for the audit)."""

    user_id: int
    name: str
    grants: tuple[Grant, ...]
    address: str = ""

    def units(self, *kinds: str) -> tuple[int, ...]:
        """Units where the actor has one of these roles (any role when none is named)."""
        return tuple(sorted({g.unit_id for g in self.grants if not kinds or g.kind in kinds}))

    def has(self, unit_id: int, *kinds: str) -> bool:
        return any(g.unit_id == unit_id and g.kind in kinds for g in self.grants)


def load(user: User, *, address: str = "", today: datetime.date | None = None) -> Actor:
    """One query: the roles valid today. The rows are visible by `app.user`, whatever units are in scope."""
    day = today or timezone.localdate()
    with context.scope((), user=user.pk):
        rows = Role.objects.filter(user=user, valid_from__lte=day).exclude(valid_to__lte=day)
        grants = tuple(Grant(kind, unit) for kind, unit in rows.order_by("unit_id").values_list("kind", "unit_id"))
    return Actor(user_id=user.pk, name=user.full_name, grants=grants, address=address)


def of_request(request: Any) -> Actor | None:
    """The actor of a request, or None for a visitor. Kept on the request."""
    if not request.user.is_authenticated:
        return None
    actor: Actor | None = getattr(request, "_actor", None)
    if actor is None:
        actor = load(request.user, address=client_address(request))
        request._actor = actor
    return actor


def client_address(request: Any) -> str:
    """The peer's address; a proxy's word is taken only from TRUSTED_PROXIES, and only where it is an address."""
    peer: str = request.META.get("REMOTE_ADDR", "")
    if peer in settings.ENVIRONMENT.trusted_proxies:
        forwarded = request.META.get("HTTP_X_FORWARDED_FOR", "").split(",")[-1].strip()
        return forwarded if rules.network(forwarded) else peer
    return peer
