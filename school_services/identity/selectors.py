"""Reads of identity."""

from __future__ import annotations

from django.db.models import Q

from tenants.models import Unit

from .models import User


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
