"""A person's messages, of all schools: the rows are visible by `app.user`, whatever units are in scope."""

from __future__ import annotations

import datetime
from dataclasses import dataclass

from django.db.models import Q
from django.utils import timezone

from school_services.errors import NotFound
from school_services.identity.actor import Actor
from tenants import context
from tenants.models import Unit

from .models import Message

PAGE = 30


@dataclass(frozen=True, slots=True)
class Letter:
    pk: int
    unit_id: int
    unit_name: str
    kind: str
    title: str
    body: str
    at: datetime.datetime
    read: bool


def letters(
    actor: Actor, *, unit_ids: tuple[int, ...] | None = None, start: int = 0, limit: int = PAGE
) -> tuple[list[Letter], int]:
    """The newest first, and how many are unread; three queries."""
    with context.scope((), user=actor.user_id):
        rows = Message.objects.filter(recipient_id=actor.user_id)
        if unit_ids is not None:
            rows = rows.filter(unit_id__in=unit_ids)
        unread = rows.filter(read_at__isnull=True).count()
        found = list(
            rows.order_by("-made_at", "-pk")[start : start + limit].values_list(
                "pk", "unit_id", "kind", "title", "body", "made_at", "read_at"
            )
        )
    names = dict(Unit.objects.filter(pk__in={row[1] for row in found}).values_list("pk", "name"))
    return [
        Letter(pk, unit, names.get(unit, ""), kind, title, body, at, read is not None)
        for pk, unit, kind, title, body, at, read in found
    ], unread


def unread(actor: Actor) -> int:
    with context.scope((), user=actor.user_id):
        return Message.objects.filter(recipient_id=actor.user_id, read_at__isnull=True).count()


def open_letter(*, actor: Actor, pk: int) -> Letter:
    """One message, noted as read: the school sees that it was, and sends it no other way. Raises `NotFound`."""
    with context.scope((), user=actor.user_id):
        row = Message.objects.filter(pk=pk, recipient_id=actor.user_id).first()
    if row is None:
        raise NotFound("message")
    if row.read_at is None:
        with context.scope((row.unit_id,), user=actor.user_id):
            Message.objects.filter(Q(read_at__isnull=True), unit_id=row.unit_id, pk=pk).update(read_at=timezone.now())
    name = Unit.objects.values_list("name", flat=True).get(pk=row.unit_id)
    return Letter(row.pk, row.unit_id, name, row.kind, row.title, row.body, row.made_at, read=True)
