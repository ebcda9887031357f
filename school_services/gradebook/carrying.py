"""Results that no column of ours gives: from another school, by decision, from the summer, by the class, exemptions."""

from __future__ import annotations

from django.db import transaction
from django.utils import timezone

from school_services.errors import Invalid, NotFound
from school_services.identity import audit
from school_services.identity.actor import Actor
from school_services.identity.models import Role
from school_services.rosters.models import SchoolYear, Student, Subject
from tenants import context

from . import marks, primary_rules
from .models import CarriedResult
from .rules import Level

CONDUCT = "RL"  # item of a carried conduct
Kind = CarriedResult.Kind


def carry(
    *, actor: Actor, unit_id: int, student_id: int, year_id: int, item: str, kind: str, text: str, source: str
) -> CarriedResult:
    """Record a result that no column gives: a retest, a decision, an exemption, summer training, another
    school's term, what the class recognises a primary pupil for (TT 27/2020 Điều 13).

    The principal's. Replaces an earlier one of the same kind, which stays. Raises `PermissionRefused`, `NotFound`,
    `Invalid("carried_kind"|"source_needed"|"mark_format"|"comment_format"|"conduct_format")`.
    """
    if not actor.has(unit_id, Role.Kind.PRINCIPAL):
        marks.refuse(actor, unit_id, 0, "carry_result")
    if kind not in Kind.values:
        raise Invalid("carried_kind")
    if not source.strip():
        raise Invalid("source_needed")
    with transaction.atomic(), context.scope((unit_id,), user=actor.user_id):
        if not Student.objects.filter(unit_id=unit_id, pk=student_id).exists():
            raise NotFound("student")
        if not SchoolYear.objects.filter(pk=year_id).exists():
            raise NotFound("school_year")
        shown = _carried_text(item, kind, text)
        now = timezone.now()
        CarriedResult.objects.filter(
            unit_id=unit_id, student_id=student_id, year_id=year_id, item=item, kind=kind, superseded_at__isnull=True
        ).update(superseded_at=now)
        row = CarriedResult.objects.create(
            unit_id=unit_id,
            student_id=student_id,
            year_id=year_id,
            item=item,
            kind=kind,
            text=shown,
            source=source.strip()[:300],
            recorded_by_id=actor.user_id,
            recorded_at=now,
        )
        audit.record(
            actor=actor,
            action="carry_result",
            unit_id=unit_id,
            subject="rosters.student",
            subject_id=student_id,
            reason=source,
        )
    return row


def _carried_text(item: str, kind: str, text: str) -> str:
    """The text as it is kept, checked against its item."""
    if kind == Kind.EXEMPT:
        return "M"
    if kind == Kind.RECOGNISED:
        if item not in primary_rules.TRAITS and not Subject.objects.filter(code=item, level="TH").exists():
            raise NotFound("subject")
        return "x"
    if item == CONDUCT or kind == Kind.SUMMER:
        word = text.strip().upper()
        if item != CONDUCT or word not in Level.__members__:
            raise Invalid("conduct_format")
        return word
    subject = Subject.objects.filter(code=item).order_by("level").first()
    if subject is None:
        raise NotFound("subject")
    return marks.show(*marks.read(text, subject.kind))
