"""Writes of rosters: linking a guardian, importing students."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from dataclasses import dataclass
from datetime import timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from school_services.errors import Invalid, NotFound, PermissionRefused
from school_services.identity import audit
from school_services.identity.actor import Actor
from school_services.identity.models import Role
from tenants import context

from .models import Guardianship, LinkCode, Student

CODE_ALPHABET = "ABCDEFGHJKMNPQRSTUVWXYZ23456789"  # nothing that reads like something else
CODE_DAYS = 30
VISIT = timedelta(minutes=30)
OFFICE = (Role.Kind.REGISTRAR, Role.Kind.PRINCIPAL)


def _hash(unit_id: int, code: str) -> str:
    return hmac.new(str(settings.SECRET_KEY).encode(), f"link:{unit_id}:{code}".encode(), hashlib.sha256).hexdigest()


def require_office(actor: Actor, unit_id: int, action: str) -> None:
    """Raises `PermissionRefused`, with the refusal in the audit trail, unless the actor is of the school office."""
    if not actor.has(unit_id, *OFFICE):
        audit.record(
            actor=actor, action=action, unit_id=unit_id, subject="rosters.student", reason="refused", allowed=False
        )
        raise PermissionRefused(action)


@dataclass(frozen=True, slots=True)
class FamilyCode:
    """What the office prints for one family."""

    student: str
    student_code: str
    code: str


def issue_link_codes(*, actor: Actor, unit_id: int, class_group_id: int) -> list[FamilyCode]:
    """A code for the family of every student of a class, in the order of the list; each once, for 30 days."""
    require_office(actor, unit_id, "issue_link_code")
    with context.scope((unit_id,), user=actor.user_id):
        students = list(
            Student.objects.filter(
                unit_id=unit_id, enrolments__class_group_id=class_group_id, enrolments__valid_to__isnull=True
            ).order_by("sort_key", "pk")
        )
    return _issue(actor, unit_id, students)


def issue_link_code(*, actor: Actor, unit_id: int, student_id: int) -> str:
    """A code for the family of a student: 8 characters, once, 30 days. The school office gives it on paper."""
    require_office(actor, unit_id, "issue_link_code")
    with context.scope((unit_id,), user=actor.user_id):
        student = Student.objects.filter(pk=student_id, unit_id=unit_id).first()
    if student is None:
        raise NotFound("student")
    return _issue(actor, unit_id, [student])[0].code


def _issue(actor: Actor, unit_id: int, students: list[Student]) -> list[FamilyCode]:
    codes = ["".join(secrets.choice(CODE_ALPHABET) for _ in range(8)) for _ in students]
    expires = timezone.now() + timedelta(days=CODE_DAYS)
    with transaction.atomic(), context.scope((unit_id,), user=actor.user_id):
        LinkCode.objects.bulk_create(
            [
                LinkCode(unit_id=unit_id, student=student, code_hash=_hash(unit_id, code), expires_at=expires)
                for student, code in zip(students, codes, strict=True)
            ]
        )
        audit.record_many(
            actor=actor,
            unit_id=unit_id,
            subject="rosters.student",
            rows=[("issue_link_code", student.pk) for student in students],
        )
    return [FamilyCode(s.full_name, s.code, code) for s, code in zip(students, codes, strict=True)]


def redeem_link_code(*, actor: Actor, unit_id: int, code: str) -> int:
    """Link the actor to the child of a code; returns the student's id. Raises `Invalid("link_code")` for any other.

    Unknown, used and expired answer alike. The caller limits the rate.
    """
    cleaned = code.strip().upper().replace("-", "").replace(" ", "")
    with transaction.atomic(), context.scope((unit_id,), user=actor.user_id):
        row = (
            LinkCode.objects.select_for_update(of=("self",))
            .filter(
                unit_id=unit_id,
                code_hash=_hash(unit_id, cleaned),
                used_at__isnull=True,
                expires_at__gt=timezone.now(),
            )
            .first()
        )
        if row is None:
            raise Invalid("link_code")
        row.used_at = timezone.now()
        row.save(update_fields=["used_at"])
        Guardianship.objects.get_or_create(
            unit_id=unit_id, user_id=actor.user_id, student_id=row.student_id, ended_at=None
        )
        audit.record(
            actor=actor,
            action="link_guardian",
            unit_id=unit_id,
            subject="rosters.student",
            subject_id=row.student_id,
        )
    return row.student_id


def mark_seen(*, actor: Actor, link_ids: list[int], unit_ids: set[int]) -> None:
    """Remember a guardian's look at the marks, for "what changed since the last visit" of the next one.

    Looks within half an hour are one visit: what came meanwhile stays new, and reading seldom costs a write.
    """
    if not link_ids:
        return
    now = timezone.now()
    with context.scope(unit_ids, user=actor.user_id):
        Guardianship.objects.filter(unit_id__in=unit_ids, pk__in=link_ids, user_id=actor.user_id).filter(
            Q(seen_at__isnull=True) | Q(seen_at__lt=now - VISIT)
        ).update(seen_at=now)
