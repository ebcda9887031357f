"""Comment bank: words of the school or of one teacher, made to fit the pupil they are used for."""

from __future__ import annotations

from dataclasses import dataclass

from django.db import transaction
from django.db.models import F, Q

from school_services.errors import Invalid, NotFound
from school_services.identity import audit
from school_services.identity.actor import Actor
from school_services.identity.models import Role
from tenants import context

from . import marks
from .models import Phrase
from .phrase_rules import check


@dataclass(frozen=True, slots=True)
class Line:
    """A phrase as it is offered: with its placeholders. `own`: the actor's, who may delete it."""

    id: int
    item: str
    text: str
    own: bool


def _require_staff(actor: Actor, unit_id: int, action: str) -> None:
    if not actor.has(unit_id, Role.Kind.TEACHER, Role.Kind.PRINCIPAL):
        marks.refuse(actor, unit_id, 0, action)


def phrases(*, actor: Actor, unit_id: int, item: str = "") -> list[Line]:
    """The school's phrases and the actor's own, for an item or for any. Raises `PermissionRefused`."""
    _require_staff(actor, unit_id, "read_phrases")
    with context.scope((unit_id,), user=actor.user_id):
        rows = Phrase.objects.filter(Q(owner_id=actor.user_id) | Q(owner__isnull=True), unit_id=unit_id)
        rows = rows.filter(Q(item=item) | Q(item="")).order_by(F("owner_id").asc(nulls_last=True), "pk")
        return [Line(row.pk, row.item, row.text, row.owner_id == actor.user_id) for row in rows[:200]]


def add(*, actor: Actor, unit_id: int, text: str, item: str = "", for_school: bool = False) -> Phrase:
    """Keep a phrase: one's own, or the principal's for the whole school.

    Raises `PermissionRefused`, `Invalid("phrase_format")` for an empty one or an unknown placeholder.
    """
    _require_staff(actor, unit_id, "add_phrase")
    if for_school and not actor.has(unit_id, Role.Kind.PRINCIPAL):
        marks.refuse(actor, unit_id, 0, "add_phrase")
    words = " ".join(text.split())[:300]
    if not words or not check(words):
        raise Invalid("phrase_format")
    with transaction.atomic(), context.scope((unit_id,), user=actor.user_id):
        row = Phrase.objects.create(
            unit_id=unit_id, owner_id=None if for_school else actor.user_id, item=item[:16], text=words
        )
        audit.record(actor=actor, action="add_phrase", unit_id=unit_id, subject="gradebook.phrase", subject_id=row.pk)
    return row


def delete(*, actor: Actor, unit_id: int, phrase_id: int) -> None:
    """One's own, or the school's by its principal. Raises `PermissionRefused`, `NotFound("phrase")`."""
    _require_staff(actor, unit_id, "delete_phrase")
    with context.scope((unit_id,), user=actor.user_id):
        row = Phrase.objects.filter(unit_id=unit_id, pk=phrase_id).first()
    if row is None or row.owner_id not in {None, actor.user_id}:
        raise NotFound("phrase")
    if row.owner_id is None and not actor.has(unit_id, Role.Kind.PRINCIPAL):
        marks.refuse(actor, unit_id, 0, "delete_phrase")
    with transaction.atomic(), context.scope((unit_id,), user=actor.user_id):
        row.delete()
        audit.record(
            actor=actor, action="delete_phrase", unit_id=unit_id, subject="gradebook.phrase", subject_id=phrase_id
        )
