"""One student at a time: taken in at the office, or corrected. The same checks as for a file of students."""

from __future__ import annotations

import datetime
from dataclasses import dataclass

from django.db import IntegrityError, transaction
from django.utils import timezone

from school_services.errors import Conflict, Invalid, NotFound
from school_services.identity import audit
from school_services.identity.actor import Actor
from tenants import context

from . import import_rules
from .models import ClassGroup, Enrolment, Student, StudentEvent
from .services import require_office


@dataclass(frozen=True, slots=True)
class Identity:
    """What names a student, as typed: the date as day/month/year or ISO, the gender as Nam, Nữ, 1 or 2."""

    code: str
    full_name: str
    birth_date: str
    gender: str
    moet_code: str = ""


def _checked(person: Identity, class_name: str) -> import_rules.StudentRow:
    """Raises `Invalid("student_fields", problem=…)` for the first thing that is wrong."""
    line = [person.code, person.full_name, person.birth_date, person.gender, class_name]
    rows, problems = import_rules.parse([list(import_rules.LABELS.values()), line], today=timezone.localdate())
    if problems:
        raise Invalid("student_fields", problem=problems[0])
    if not rows:
        raise Invalid("student_fields", problem=import_rules.RowProblem(2, import_rules.LABELS["code"], "empty"))
    return rows[0]


def _audit(actor: Actor, student: Student, action: str, reason: str = "") -> None:
    audit.record(
        actor=actor, action=action, unit_id=student.unit_id, subject="rosters.student", subject_id=student.pk,
        reason=reason,
    )  # fmt: skip


def _write(student: Student, row: import_rules.StudentRow, moet_code: str) -> None:
    student.code, student.birth_date = row.code, datetime.date.fromisoformat(row.birth_date)
    student.full_name, student.gender, student.moet_code = row.full_name, row.gender, moet_code.strip()[:20]
    student.save()


def enrol(*, actor: Actor, unit_id: int, person: Identity, class_group_id: int, day: datetime.date) -> int:
    """Take a new student into a class from a day on; returns the id.

    Raises `PermissionRefused`, `NotFound("class")`, `Invalid("student_fields"|"day_span")`,
    `Conflict("student_code_taken")`.
    """
    require_office(actor, unit_id, "enrol")
    try:
        with transaction.atomic(), context.scope((unit_id,), user=actor.user_id):
            group = ClassGroup.objects.select_related("year").filter(unit_id=unit_id, pk=class_group_id).first()
            if group is None:
                raise NotFound("class")
            if not group.year.starts - datetime.timedelta(days=60) <= day <= group.year.ends:
                raise Invalid("day_span")
            student = Student(unit_id=unit_id)
            _write(student, _checked(person, group.name), person.moet_code)
            Enrolment.objects.create(unit_id=unit_id, student=student, class_group=group, valid_from=day)
            StudentEvent.objects.create(
                unit_id=unit_id, student=student, kind=StudentEvent.Kind.ENROLLED, day=day, after=group.name,
                made_by_id=actor.user_id,
            )  # fmt: skip
            _audit(actor, student, "enrol", group.name)
    except IntegrityError:
        raise Conflict("student_code_taken") from None
    return student.pk


def correct(*, actor: Actor, unit_id: int, student_id: int, person: Identity, reason: str) -> None:
    """Correct what names a student; the reason says on what paper it rests (TT 15/2026: no change without a ground).

    Raises `PermissionRefused`, `NotFound("student")`, `Invalid("reason_needed"|"student_fields")`,
    `Conflict("student_code_taken")`.
    """
    require_office(actor, unit_id, "write_student")
    if not reason.strip():
        raise Invalid("reason_needed")
    try:
        with transaction.atomic(), context.scope((unit_id,), user=actor.user_id):
            student = Student.objects.select_for_update(of=("self",)).filter(unit_id=unit_id, pk=student_id).first()
            if student is None:
                raise NotFound("student")
            _write(student, _checked(person, "1A"), person.moet_code)  # the class is not asked here
            _audit(actor, student, "write_student", reason)
    except IntegrityError:
        raise Conflict("student_code_taken") from None
