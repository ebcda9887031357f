"""What a guardian does for one child: consents, given and withdrawn. Permission is the link, nothing else."""

from __future__ import annotations

import datetime
from collections.abc import Iterable
from dataclasses import dataclass

from django.db import IntegrityError, transaction
from django.utils import timezone

from school_services.errors import Conflict, Invalid, NotFound, PermissionRefused
from school_services.identity import audit
from school_services.identity.actor import Actor
from tenants import context
from tenants.models import Unit

from . import consent_rules
from .consent_rules import Purpose
from .models import Consent, Guardianship, Student

TEXT_VERSION = "2026-11"  # of the words in the family's page; new words are a new version


def require_guardian(actor: Actor, unit_id: int, student_id: int, action: str) -> Student:
    """The child, for a guardian whose link is open. Raises `PermissionRefused`, audited at the school, for all others.

    Absent and somebody else's answer alike.
    """
    with context.scope((), user=actor.user_id):
        linked = Guardianship.objects.filter(
            unit_id=unit_id, user_id=actor.user_id, student_id=student_id, ended_at__isnull=True
        ).exists()
    if linked:
        with context.scope((unit_id,), user=actor.user_id):
            return Student.objects.get(unit_id=unit_id, pk=student_id)
    if Unit.objects.filter(pk=unit_id).exists():
        audit.record(
            actor=actor,
            action=action,
            unit_id=unit_id,
            subject="rosters.student",
            subject_id=student_id,
            reason="refused",
            allowed=False,
        )
    raise PermissionRefused(action)


@dataclass(frozen=True, slots=True)
class ConsentLine:
    """A purpose a family is asked about, and what holds. `child_asked`: from 7 on the child's own word is needed."""

    purpose: Purpose
    given: bool
    given_by: str
    given_at: datetime.datetime | None
    child_asked: bool


def consents(*, actor: Actor, unit_id: int, student_id: int) -> list[ConsentLine]:
    """What the family is asked, in a fixed order. Raises `PermissionRefused`."""
    student = require_guardian(actor, unit_id, student_id, "read_consents")
    years = consent_rules.age(student.birth_date, timezone.localdate())
    with context.scope((unit_id,), user=actor.user_id):
        rows = {
            row.purpose: row
            for row in Consent.objects.select_related("given_by").filter(
                unit_id=unit_id, student=student, withdrawn_at__isnull=True
            )
        }
    return [
        ConsentLine(
            purpose,
            purpose.value in rows,
            rows[purpose.value].given_by.full_name if purpose.value in rows else "",
            rows[purpose.value].given_at if purpose.value in rows else None,
            years >= consent_rules.OWN_VOICE and purpose in consent_rules.PUBLISHING,
        )
        for purpose in consent_rules.ASKED
    ]


def give_consent(
    *, actor: Actor, unit_id: int, student_id: int, purpose: Purpose, child_agrees: bool = False
) -> Consent:
    """A guardian agrees to one purpose. Raises `PermissionRefused`, `Invalid("child_must_agree")`,
    `Conflict("consent_given")`.
    """
    student = require_guardian(actor, unit_id, student_id, "give_consent")
    years = consent_rules.age(student.birth_date, timezone.localdate())
    if not consent_rules.consent_ok(years, purpose, child_agrees=child_agrees, guardian_agrees=True):
        raise Invalid("child_must_agree")
    try:
        with transaction.atomic(), context.scope((unit_id,), user=actor.user_id):
            row = Consent.objects.create(
                unit_id=unit_id,
                student=student,
                purpose=purpose.value,
                text_version=TEXT_VERSION,
                child_agrees=child_agrees,
                given_by_id=actor.user_id,
                given_at=timezone.now(),
            )
            audit.record(
                actor=actor,
                action="give_consent",
                unit_id=unit_id,
                subject="rosters.student",
                subject_id=student_id,
                reason=purpose.value,
            )
    except IntegrityError:
        raise Conflict("consent_given") from None
    return row


def withdraw_consent(*, actor: Actor, unit_id: int, student_id: int, purpose: Purpose) -> None:
    """Any guardian of the child withdraws, whoever gave it. Raises `PermissionRefused`, `NotFound("consent")`."""
    require_guardian(actor, unit_id, student_id, "withdraw_consent")
    with transaction.atomic(), context.scope((unit_id,), user=actor.user_id):
        count = Consent.objects.filter(
            unit_id=unit_id, student_id=student_id, purpose=purpose.value, withdrawn_at__isnull=True
        ).update(withdrawn_at=timezone.now(), withdrawn_by=actor.user_id)
        if not count:
            raise NotFound("consent")
        audit.record(
            actor=actor,
            action="withdraw_consent",
            unit_id=unit_id,
            subject="rosters.student",
            subject_id=student_id,
            reason=purpose.value,
        )


def with_consent(*, unit_id: int, student_ids: Iterable[int], purpose: Purpose) -> set[int]:
    """Which of these students may be shown, filmed or passed on for a purpose today; one query.

    For other services (cameras, pictures); the caller has asked for its own permission and opened the scope.
    """
    rows = Consent.objects.select_related("student").filter(
        unit_id=unit_id, student_id__in=list(student_ids), purpose=purpose.value, withdrawn_at__isnull=True
    )
    today = timezone.localdate()
    return {
        row.student_id
        for row in rows
        if consent_rules.consent_ok(
            consent_rules.age(row.student.birth_date, today),
            purpose,
            child_agrees=row.child_agrees,
            guardian_agrees=True,
        )
    }
