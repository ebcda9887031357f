"""The person behind a student's record: personal number, individual plan, policy cases. Sensitive, read one by one."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from dataclasses import dataclass

from django.db import IntegrityError, transaction

from school_services import sealing
from school_services.errors import Conflict, Invalid, NotFound
from school_services.identity import audit
from school_services.identity.actor import Actor
from tenants import context

from . import id_rules, national_rules
from .models import Enrolment, PolicyCase, Student, StudentProfile
from .services import require_office

PURPOSE = "citizen_id"
_GENDERS = {Student.Gender.MALE: id_rules.MALE, Student.Gender.FEMALE: id_rules.FEMALE}


@dataclass(frozen=True, slots=True)
class Person:
    """What the office sees of a student; the personal number is masked. `class_name`: "" for one in no class."""

    id: int
    code: str
    full_name: str
    birth_date: datetime.date
    gender: str
    citizen_id_mask: str
    assessed: bool
    cases: tuple[PolicyCase, ...]
    gender_code: str
    moet_code: str
    left_at: datetime.date | None
    class_name: str
    profile: dict[str, str]


def person(*, actor: Actor, unit_id: int, student_id: int) -> Person:
    """Audited. Raises `PermissionRefused`, `NotFound("student")`."""
    require_office(actor, unit_id, "read_student")
    with context.scope((unit_id,), user=actor.user_id):
        row = _row(unit_id, student_id)
        cases = tuple(PolicyCase.objects.filter(unit_id=unit_id, student=row).order_by("valid_from", "pk"))
        group = (
            Enrolment.objects.filter(unit_id=unit_id, student=row, valid_to__isnull=True)
            .values_list("class_group__name", flat=True)
            .first()
        )
        profile = StudentProfile.objects.filter(unit_id=unit_id, student=row).first()
        _audit(actor, row, "read_student")
    return Person(
        row.pk,
        row.code,
        row.full_name,
        row.birth_date,
        str(row.get_gender_display()),
        row.citizen_id_mask,
        row.assessed,
        cases,
        row.gender,
        row.moet_code,
        row.left_at,
        group or "",
        profile.values if profile else {},
    )


def keep_number(row: Student, found: id_rules.CitizenId) -> None:
    """Seal the number for this school; the caller saves the row."""
    row.citizen_id = sealing.seal({"number": found.number}, unit_id=row.unit_id, purpose=PURPOSE)
    row.citizen_id_mask = found.masked
    row.citizen_id_key = sealing.fingerprint(found.number, PURPOSE)


def number_of(row: Student) -> str:
    """The whole number, "" for none; the caller has asked and audits. Raises `Conflict("key_missing")`."""
    try:
        return str(sealing.unseal(row.citizen_id, unit_id=row.unit_id, purpose=PURPOSE).get("number", ""))
    except sealing.Unreadable:
        raise Conflict("key_missing") from None


def _row(unit_id: int, student_id: int) -> Student:
    row = Student.objects.filter(unit_id=unit_id, pk=student_id).first()
    if row is None:
        raise NotFound("student")
    return row


def _audit(actor: Actor, student: Student, action: str, reason: str = "") -> None:
    audit.record(
        actor=actor,
        action=action,
        unit_id=student.unit_id,
        subject="rosters.student",
        subject_id=student.pk,
        reason=reason,
    )


def set_citizen_id(*, actor: Actor, unit_id: int, student_id: int, number: str) -> str:
    """Keep the 12-digit personal number, sealed; returns its mask. A blank takes it away.

    Raises `PermissionRefused`, `NotFound("student")`, `Invalid("citizen_id_format"|"citizen_id_mismatch")`,
    `Conflict("citizen_id_taken")` when another student of the school has it.
    """
    require_office(actor, unit_id, "write_student")
    with transaction.atomic(), context.scope((unit_id,), user=actor.user_id):
        row = _row(unit_id, student_id)
        row.citizen_id = row.citizen_id_mask = row.citizen_id_key = ""
        if number.strip():
            found = id_rules.check_citizen_id(
                number, gender=_GENDERS[Student.Gender(row.gender)], birth_date=row.birth_date
            )
            keep_number(row, found)
            same = Student.objects.filter(unit_id=unit_id, citizen_id_key=row.citizen_id_key, left_at__isnull=True)
            if same.exclude(pk=row.pk).exists():
                raise Conflict("citizen_id_taken")
        row.save(update_fields=["citizen_id", "citizen_id_mask", "citizen_id_key"])
        _audit(actor, row, "write_student", "citizen_id")
    return row.citizen_id_mask


def reveal_citizen_id(*, actor: Actor, unit_id: int, student_id: int, purpose: str) -> str:
    """The whole number, for a stated purpose that is audited; "" where there is none.

    Raises `PermissionRefused`, `NotFound("student")`, `Invalid("purpose_needed")`.
    """
    require_office(actor, unit_id, "read_citizen_id")
    if not purpose.strip():
        raise Invalid("purpose_needed")
    with transaction.atomic(), context.scope((unit_id,), user=actor.user_id):
        row = _row(unit_id, student_id)
        _audit(actor, row, "read_citizen_id", purpose)
        return number_of(row)


def set_profile(*, actor: Actor, unit_id: int, student_id: int, values: Mapping[str, str]) -> int:
    """Write national columns of a student (code → what was typed), a blank takes away; returns how many changed.

    The personal number has a function of its own. Raises `PermissionRefused`, `NotFound("student")`,
    `Invalid("profile_field", field=heading)` for the first value that its column does not take.
    """
    require_office(actor, unit_id, "write_student")
    kept: dict[str, str] = {}
    for code, text in values.items():
        column = national_rules.BY_CODE.get(code)
        value = national_rules.read(column, " ".join(text.split())) if column and column.kind != "number" else None
        if column is None or value is None:
            raise Invalid("profile_field", field=column.heading if column else "")
        kept[code] = value
    with transaction.atomic(), context.scope((unit_id,), user=actor.user_id):
        row = _row(unit_id, student_id)
        profile, _ = StudentProfile.objects.select_for_update(of=("self",)).get_or_create(unit_id=unit_id, student=row)
        changed = [code for code, value in kept.items() if profile.values.get(code, "") != value]
        profile.values = {code: value for code, value in (profile.values | kept).items() if value}
        profile.save(update_fields=["values"])
        _audit(actor, row, "write_student", ", ".join(changed))
    return len(changed)


def set_assessed(*, actor: Actor, unit_id: int, student_id: int, assessed: bool, reason: str) -> None:
    """Whether a student is assessed by levels, or (disability) by an individual plan alone.

    Raises `PermissionRefused`, `NotFound("student")`, `Invalid("reason_needed")`.
    """
    require_office(actor, unit_id, "write_student")
    if not reason.strip():
        raise Invalid("reason_needed")
    with transaction.atomic(), context.scope((unit_id,), user=actor.user_id):
        row = _row(unit_id, student_id)
        row.assessed = assessed
        row.save(update_fields=["assessed"])
        _audit(actor, row, "write_student", reason)


def open_case(
    *, actor: Actor, unit_id: int, student_id: int, kind: str, valid_from: datetime.date, evidence: str
) -> PolicyCase:
    """Note a policy case with its evidence. Raises `PermissionRefused`, `NotFound("student")`,
    `Invalid("case_kind"|"evidence_needed")`, `Conflict("case_open")` for a second of the same kind.
    """
    require_office(actor, unit_id, "write_student")
    if kind not in PolicyCase.Kind.values:
        raise Invalid("case_kind")
    if not evidence.strip():
        raise Invalid("evidence_needed")
    try:
        with transaction.atomic(), context.scope((unit_id,), user=actor.user_id):
            row = PolicyCase.objects.create(
                unit_id=unit_id,
                student=_row(unit_id, student_id),
                kind=kind,
                valid_from=valid_from,
                evidence=evidence.strip()[:200],
                made_by_id=actor.user_id,
            )
            _audit(actor, row.student, "write_student", kind)
    except IntegrityError:
        raise Conflict("case_open") from None
    return row


def close_case(*, actor: Actor, unit_id: int, case_id: int, valid_to: datetime.date) -> None:
    """End a policy case; `valid_to` is the first day without it. Raises `PermissionRefused`, `NotFound("case")`,
    `Invalid("day_span")`.
    """
    require_office(actor, unit_id, "write_student")
    with transaction.atomic(), context.scope((unit_id,), user=actor.user_id):
        row = PolicyCase.objects.select_related("student").filter(unit_id=unit_id, pk=case_id).first()
        if row is None or row.valid_to is not None:
            raise NotFound("case")
        if valid_to < row.valid_from:
            raise Invalid("day_span")
        row.valid_to = valid_to
        row.save(update_fields=["valid_to"])
        _audit(actor, row.student, "write_student", row.kind)
