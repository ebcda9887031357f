"""Steps of a student's life: class change, leave, return, moving up, completion, and the way to another school.

Each is one transaction with its row in the life and in the audit trail. Marks follow in `gradebook.moves`.
"""

from __future__ import annotations

import datetime
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone

from school_services.errors import Conflict, Invalid, NotFound
from school_services.identity import audit
from school_services.identity.actor import Actor
from tenants import context, locks
from tenants.models import Unit

from . import id_rules, people
from .models import ClassGroup, Enrolment, Guardianship, SchoolYear, Student, StudentEvent, Transfer
from .services import CODE_ALPHABET, _hash, require_office

Kind = StudentEvent.Kind
TRANSFER_DAYS = 60


@dataclass(frozen=True, slots=True)
class Moved:
    """Who moved, from which class (None: from none) to which."""

    student_id: int
    before: int | None
    after: int | None


def _student(unit_id: int, student_id: int) -> Student:
    locks.hold(f"rosters.student:{unit_id}:{student_id}")
    student = Student.objects.select_for_update(of=("self",)).filter(unit_id=unit_id, pk=student_id).first()
    if student is None:
        raise NotFound("student")
    return student


def _open_enrolment(student: Student) -> Enrolment | None:
    return (
        Enrolment.objects.select_related("class_group__year")
        .filter(unit_id=student.unit_id, student=student, valid_to__isnull=True)
        .first()
    )


def _note(actor: Actor, student: Student, kind: str, day: datetime.date, before: str, after: str, reason: str) -> None:
    StudentEvent.objects.create(
        unit_id=student.unit_id,
        student=student,
        kind=kind,
        day=day,
        before=before[:120],
        after=after[:120],
        reason=reason.strip()[:300],
        made_by_id=actor.user_id,
    )


def change_class(
    *, actor: Actor, unit_id: int, student_id: int, class_group_id: int, day: datetime.date, reason: str
) -> Moved:
    """Move a student to another class of the same school year from a day on.

    Raises `PermissionRefused`, `NotFound("student"|"class")`, `Invalid("reason_needed"|"day_span")`,
    `Conflict("same_class"|"not_enrolled")`.
    """
    require_office(actor, unit_id, "change_class")
    if not reason.strip():
        raise Invalid("reason_needed")
    with transaction.atomic(), context.scope((unit_id,), user=actor.user_id):
        student = _student(unit_id, student_id)
        enrolment = _open_enrolment(student)
        if enrolment is None:
            raise Conflict("not_enrolled")
        old = enrolment.class_group
        target = ClassGroup.objects.filter(unit_id=unit_id, pk=class_group_id, year_id=old.year_id).first()
        if target is None:
            raise NotFound("class")
        if target.pk == old.pk:
            raise Conflict("same_class")
        if not enrolment.valid_from <= day <= old.year.ends:
            raise Invalid("day_span")
        enrolment.valid_to = day
        enrolment.save(update_fields=["valid_to"])
        Enrolment.objects.create(unit_id=unit_id, student=student, class_group=target, valid_from=day)
        _note(actor, student, Kind.CLASS_CHANGED, day, old.name, target.name, reason)
        _audit(actor, student, "change_class", reason)
    return Moved(student_id, old.pk, target.pk)


def leave(*, actor: Actor, unit_id: int, student_id: int, day: datetime.date, reason: str) -> Moved:
    """Thôi học: the record stays, the student is in no class any more.

    Raises `PermissionRefused`, `NotFound("student")`, `Invalid("reason_needed"|"day_span")`,
    `Conflict("not_enrolled")`.
    """
    require_office(actor, unit_id, "leave")
    if not reason.strip():
        raise Invalid("reason_needed")
    with transaction.atomic(), context.scope((unit_id,), user=actor.user_id):
        student = _student(unit_id, student_id)
        before = _end(student, day)
        _note(actor, student, Kind.LEFT, day, before.class_group.name, "", reason)
        _audit(actor, student, "leave", reason)
    return Moved(student_id, before.class_group_id, None)


def _end(student: Student, day: datetime.date) -> Enrolment:
    """End the open enrolment on a day and the stay at the school with it."""
    enrolment = _open_enrolment(student)
    if enrolment is None:
        raise Conflict("not_enrolled")
    if day < enrolment.valid_from:
        raise Invalid("day_span")
    enrolment.valid_to = day
    enrolment.save(update_fields=["valid_to"])
    student.left_at = day
    student.save(update_fields=["left_at"])
    return enrolment


def come_back(
    *, actor: Actor, unit_id: int, student_id: int, class_group_id: int, day: datetime.date, reason: str = ""
) -> Moved:
    """A student who left comes back into a class. Raises `PermissionRefused`, `NotFound`, `Conflict("enrolled")`."""
    require_office(actor, unit_id, "come_back")
    with transaction.atomic(), context.scope((unit_id,), user=actor.user_id):
        student = _student(unit_id, student_id)
        target = ClassGroup.objects.filter(unit_id=unit_id, pk=class_group_id).first()
        if target is None:
            raise NotFound("class")
        if _open_enrolment(student) is not None:
            raise Conflict("enrolled")
        Enrolment.objects.create(unit_id=unit_id, student=student, class_group=target, valid_from=day)
        student.left_at = None
        student.save(update_fields=["left_at"])
        _note(actor, student, Kind.RETURNED, day, "", target.name, reason)
        _audit(actor, student, "come_back", reason)
    return Moved(student_id, None, target.pk)


def begin_year(
    *,
    actor: Actor,
    unit_id: int,
    class_group_id: int,
    year: SchoolYear,
    up: Sequence[int],
    repeating: Sequence[int] = (),
    completed: Sequence[int] = (),
    up_to: str = "",
    repeat_in: str = "",
) -> int:
    """Close a class at the year's end: students go up to a class of the new year, repeat in another, or complete.

    Classes of the new year are made where they are missing; returns the number of students. Nobody of the class is
    left out. Raises `PermissionRefused`, `NotFound("class")`, `Invalid("everybody_once"|"class_format")`.
    """
    require_office(actor, unit_id, "begin_year")
    with transaction.atomic(), context.scope((unit_id,), user=actor.user_id):
        locks.hold(f"rosters.import:{unit_id}")
        group = ClassGroup.objects.select_related("year").filter(unit_id=unit_id, pk=class_group_id).first()
        if group is None or group.year.starts >= year.starts:
            raise NotFound("class")
        rows = {
            row.student_id: row
            for row in Enrolment.objects.select_related("student").filter(
                unit_id=unit_id, class_group=group, valid_to__isnull=True
            )
        }
        groups = (list(up), list(repeating), list(completed))
        if (
            sorted(pk for part in groups for pk in part) != sorted(rows)
            or (up and not up_to)
            or (repeating and not repeat_in)
        ):
            raise Invalid("everybody_once")
        Enrolment.objects.filter(unit_id=unit_id, pk__in=[row.pk for row in rows.values()]).update(
            valid_to=group.year.ends
        )
        events: list[StudentEvent] = []
        for ids, kind, name, grade in (
            (up, Kind.MOVED_UP, up_to, group.grade + 1),
            (repeating, Kind.REPEATED, repeat_in, group.grade),
        ):
            if not ids:
                continue
            target, _ = ClassGroup.objects.get_or_create(
                unit_id=unit_id, year=year, name=name, defaults={"grade": grade}
            )
            if target.grade != grade:
                raise Invalid("class_format")
            Enrolment.objects.bulk_create(
                [Enrolment(unit_id=unit_id, student_id=pk, class_group=target, valid_from=year.starts) for pk in ids],
                batch_size=500,
            )
            events += [_event(actor, unit_id, pk, kind, year.starts, group.name, name) for pk in ids]
        Student.objects.filter(unit_id=unit_id, pk__in=list(completed)).update(left_at=group.year.ends)
        events += [_event(actor, unit_id, pk, Kind.COMPLETED, group.year.ends, group.name, "") for pk in completed]
        StudentEvent.objects.bulk_create(events, batch_size=500)
        audit.record_many(
            actor=actor,
            unit_id=unit_id,
            subject="rosters.student",
            rows=[("begin_year", event.student_id) for event in events],
        )
    return len(rows)


def _event(
    actor: Actor, unit_id: int, student_id: int, kind: str, day: datetime.date, before: str, after: str
) -> StudentEvent:
    return StudentEvent(
        unit_id=unit_id,
        student_id=student_id,
        kind=kind,
        day=day,
        before=before,
        after=after,
        made_by_id=actor.user_id,
    )


def _audit(actor: Actor, student: Student, action: str, reason: str) -> None:
    audit.record(
        actor=actor,
        action=action,
        unit_id=student.unit_id,
        subject="rosters.student",
        subject_id=student.pk,
        reason=reason,
    )


def prepare_transfer(
    *, actor: Actor, unit_id: int, student_id: int, day: datetime.date, reason: str, travels: dict[str, Any]
) -> str:
    """Let a student go to another school: returns the code that the family takes along, once, for 60 days.

    `travels`: what the record takes along. The student stays here until the other school takes it in. Raises
    `PermissionRefused`, `NotFound("student")`, `Invalid("reason_needed")`, `Conflict("not_enrolled"|"transfer_open")`.
    """
    require_office(actor, unit_id, "prepare_transfer")
    if not reason.strip():
        raise Invalid("reason_needed")
    code = "".join(secrets.choice(CODE_ALPHABET) for _ in range(10))
    try:
        with transaction.atomic(), context.scope((unit_id,), user=actor.user_id):
            student = _student(unit_id, student_id)
            enrolment = _open_enrolment(student)
            if enrolment is None:
                raise Conflict("not_enrolled")
            Transfer.objects.filter(
                unit_id=unit_id, student=student, accepted_at__isnull=True, expires_at__lt=timezone.now()
            ).delete()
            Transfer.objects.create(
                unit_id=unit_id,
                student=student,
                code_hash=_hash(unit_id, code),
                travels=travels | {"from": Unit.objects.get(pk=unit_id).name, "class": enrolment.class_group.name},
                reason=reason.strip()[:300],
                made_by_id=actor.user_id,
                expires_at=timezone.now() + timedelta(days=TRANSFER_DAYS),
            )
            _note(actor, student, Kind.TRANSFER_ASKED, day, enrolment.class_group.name, "", reason)
            _audit(actor, student, "prepare_transfer", reason)
    except IntegrityError:
        raise Conflict("transfer_open") from None
    return f"{unit_id}-{code}"


@dataclass(frozen=True, slots=True)
class Arrived:
    """A student taken in: the new record, the class, the school it came from, what travelled."""

    student_id: int
    class_group_id: int
    came_from: str
    travels: dict[str, Any]


def accept_transfer(
    *, actor: Actor, unit_id: int, code: str, class_group_id: int, student_code: str, day: datetime.date
) -> Arrived:
    """Take in a student by the code of the other school: a new record here, ended there on the same day.

    The old school keeps its record and marks; the person, its families and what travels come along. Raises
    `PermissionRefused`, `NotFound("class")`, `Invalid("transfer_code"|"student_code")`,
    `Conflict("student_code_taken")`.
    """
    require_office(actor, unit_id, "accept_transfer")
    origin, _, secret = code.strip().upper().partition("-")
    if not (origin.isascii() and origin.isdigit() and len(origin) < 10 and secret) or int(origin) == unit_id:
        raise Invalid("transfer_code")
    if not student_code.strip():
        raise Invalid("student_code")
    old_unit = int(origin)
    # Both schools are in scope for this one step: the code is the sending school's leave to read the one student.
    with transaction.atomic(), context.scope((old_unit, unit_id), user=actor.user_id):
        row = (
            Transfer.objects.select_for_update(of=("self",))
            .filter(
                unit_id=old_unit,
                code_hash=_hash(old_unit, secret),
                accepted_at__isnull=True,
                expires_at__gt=timezone.now(),
            )
            .first()
        )
        if row is None:
            raise Invalid("transfer_code")
        target = ClassGroup.objects.filter(unit_id=unit_id, pk=class_group_id).first()
        if target is None:
            raise NotFound("class")
        old = _student(old_unit, row.student_id)
        if Student.objects.filter(unit_id=unit_id, code=student_code.strip()).exists():
            raise Conflict("student_code_taken")
        new = Student(
            unit_id=unit_id,
            uid=old.uid,
            code=student_code.strip()[:20],
            full_name=old.full_name,
            birth_date=old.birth_date,
            gender=old.gender,
            assessed=old.assessed,
        )
        if number := people.number_of(old):
            people.keep_number(new, id_rules.parse_citizen_id(number))
        new.save()
        ended = _end(old, day)
        Enrolment.objects.create(unit_id=unit_id, student=new, class_group=target, valid_from=day)
        Guardianship.objects.bulk_create(
            [
                Guardianship(unit_id=unit_id, student=new, user_id=user)
                for user in Guardianship.objects.filter(
                    unit_id=old_unit, student=old, ended_at__isnull=True
                ).values_list("user_id", flat=True)
            ]
        )
        came_from, went_to = row.travels["from"], Unit.objects.get(pk=unit_id).name
        _note(actor, old, Kind.TRANSFERRED_OUT, day, ended.class_group.name, went_to, row.reason)
        _note(actor, new, Kind.TRANSFERRED_IN, day, came_from, target.name, row.reason)
        row.accepted_at, row.accepted_by_id, row.target_id = timezone.now(), actor.user_id, unit_id
        row.save(update_fields=["accepted_at", "accepted_by", "target"])
        _audit(actor, old, "accept_transfer", went_to)
        _audit(actor, new, "accept_transfer", came_from)
    return Arrived(new.pk, target.pk, came_from, row.travels)
