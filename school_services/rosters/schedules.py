"""Timetables and exam dates, written by the school office."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from dataclasses import dataclass

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from school_services.errors import Conflict, Invalid, NotFound
from school_services.identity import audit
from school_services.identity.actor import Actor
from tenants import context, locks

from .models import ClassGroup, ExamSlot, SchoolYear, Subject, TeachingAssignment, Term, TimetableSlot
from .selectors import subjects_of
from .services import require_office

WEEKDAYS, PERIODS = range(2, 8), range(1, 11)

Cells = Mapping[tuple[int, int], int]


@dataclass(frozen=True, slots=True)
class Week:
    """A class's week as it stands: (weekday, period) → subject. `since`: when it begins to hold; None for no week."""

    group: ClassGroup
    since: datetime.date | None
    room: str
    cells: dict[tuple[int, int], int]
    subjects: list[Subject]


def _group(unit_id: int, class_group_id: int) -> ClassGroup:
    group = ClassGroup.objects.select_related("year").filter(unit_id=unit_id, pk=class_group_id).first()
    if group is None:
        raise NotFound("class")
    return group


def _audit(actor: Actor, unit_id: int, action: str, subject_id: int, reason: str = "") -> None:
    audit.record(
        actor=actor, action=action, unit_id=unit_id, subject="rosters.classgroup", subject_id=subject_id, reason=reason
    )


def week(*, actor: Actor, unit_id: int, class_group_id: int) -> Week:
    """The newest week of a class, also one that begins later. Raises `PermissionRefused`, `NotFound("class")`."""
    require_office(actor, unit_id, "read_timetable")
    with context.scope((unit_id,), user=actor.user_id):
        group = _group(unit_id, class_group_id)
        rows = list(TimetableSlot.objects.filter(unit_id=unit_id, class_group=group, valid_to__isnull=True))
        _audit(actor, unit_id, "read_timetable", group.pk)
    return Week(
        group,
        max((row.valid_from for row in rows), default=None),
        next((row.room for row in rows if row.room), ""),
        {(row.weekday, row.period): row.subject_id for row in rows},
        subjects_of(unit_id),
    )


def set_week(
    *, actor: Actor, unit_id: int, class_group_id: int, valid_from: datetime.date, room: str, cells: Cells
) -> int:
    """The week of a class from a day on; returns the number of lessons. The week before ends on that day.

    Each lesson has the teacher that is assigned to the subject. Raises `PermissionRefused`, `NotFound("class")`,
    `Invalid("slot"|"subject"|"day_span")`, `Conflict("teacher_busy", …)` when a teacher would stand in two classes.
    """
    require_office(actor, unit_id, "set_timetable")
    if not all(weekday in WEEKDAYS and period in PERIODS for weekday, period in cells):
        raise Invalid("slot")
    with transaction.atomic(), context.scope((unit_id,), user=actor.user_id):
        locks.hold(f"rosters.timetable:{unit_id}")
        group = _group(unit_id, class_group_id)
        if not group.year.starts <= valid_from <= group.year.ends:
            raise Invalid("day_span")
        if set(cells.values()) - {subject.pk for subject in subjects_of(unit_id)}:
            raise Invalid("subject")
        teachers = dict(
            TeachingAssignment.objects.filter(unit_id=unit_id, class_group=group, valid_to__isnull=True)
            .order_by("-pk")
            .values_list("subject_id", "teacher_id")
        )
        slots = [
            TimetableSlot(
                unit_id=unit_id,
                class_group=group,
                weekday=weekday,
                period=period,
                subject_id=subject,
                teacher_id=teachers.get(subject),
                room=room.strip()[:20],
                valid_from=valid_from,
            )
            for (weekday, period), subject in sorted(cells.items())
        ]
        _check_teachers(unit_id, group, valid_from, slots)
        old = TimetableSlot.objects.filter(
            Q(valid_to__isnull=True) | Q(valid_to__gt=valid_from), unit_id=unit_id, class_group=group
        )
        old.filter(valid_from__gte=valid_from).delete()
        old.update(valid_to=valid_from)
        TimetableSlot.objects.bulk_create(slots)
        _audit(actor, unit_id, "set_timetable", group.pk, valid_from.isoformat())
    return len(slots)


def _check_teachers(unit_id: int, group: ClassGroup, day: datetime.date, slots: list[TimetableSlot]) -> None:
    wanted = {(slot.weekday, slot.period, slot.teacher_id) for slot in slots if slot.teacher_id}
    taken = (
        TimetableSlot.objects.filter(
            Q(valid_to__isnull=True) | Q(valid_to__gt=day),
            unit_id=unit_id,
            class_group__year_id=group.year_id,
            teacher_id__in={teacher for _, _, teacher in wanted},
        )
        .exclude(class_group=group)
        .values_list("weekday", "period", "teacher_id", "teacher__full_name", "class_group__name")
    )
    for weekday, period, teacher, name, other in taken:
        if (weekday, period, teacher) in wanted:
            raise Conflict("teacher_busy", weekday=weekday, period=period, name=name, other=other)


@dataclass(frozen=True, slots=True)
class NewExam:
    """`class_group_id` None: every class of the grade."""

    grade: int
    class_group_id: int | None
    subject_id: int
    label: str
    starts_at: datetime.datetime
    minutes: int
    room: str = ""


def exams(*, actor: Actor, unit_id: int, year: SchoolYear) -> list[ExamSlot]:
    """The exams of a year from today on; one query. Raises `PermissionRefused`."""
    require_office(actor, unit_id, "list_exams")
    with context.scope((unit_id,), user=actor.user_id):
        rows = ExamSlot.objects.select_related("subject", "class_group").filter(
            unit_id=unit_id, term__year=year, starts_at__gte=timezone.now() - datetime.timedelta(days=1)
        )
        return list(rows.order_by("starts_at", "grade", "pk"))


def add_exam(*, actor: Actor, unit_id: int, year: SchoolYear, exam: NewExam) -> ExamSlot:
    """Put an exam on the calendar; families of the grade or class see it at once.

    Raises `PermissionRefused`, `NotFound("class")`, `Invalid("exam_day"|"exam_minutes"|"exam_label"|"subject")`,
    `Conflict("exam_same_time")` when the class or grade has another one then.
    """
    require_office(actor, unit_id, "add_exam")
    day = timezone.localdate(exam.starts_at)
    if not 5 <= exam.minutes <= 240:
        raise Invalid("exam_minutes")
    if not exam.label.strip():
        raise Invalid("exam_label")
    with transaction.atomic(), context.scope((unit_id,), user=actor.user_id):
        locks.hold(f"rosters.exams:{unit_id}")
        term = Term.objects.filter(year=year, starts__lte=day, ends__gte=day).first()
        if term is None:
            raise Invalid("exam_day")
        groups = ClassGroup.objects.filter(unit_id=unit_id, year=year, grade=exam.grade)
        group = groups.filter(pk=exam.class_group_id).first() if exam.class_group_id else None
        if not groups.exists() or (exam.class_group_id and group is None):
            raise NotFound("class")
        if exam.subject_id not in {subject.pk for subject in subjects_of(unit_id)}:
            raise Invalid("subject")
        ends = exam.starts_at + datetime.timedelta(minutes=exam.minutes)
        same = ExamSlot.objects.filter(
            unit_id=unit_id, grade=exam.grade, term=term, starts_at__lt=ends,
            starts_at__gt=exam.starts_at - datetime.timedelta(hours=4),
        )  # fmt: skip
        for other in same:
            meets = other.class_group_id is None or group is None or other.class_group_id == group.pk
            if meets and other.starts_at + datetime.timedelta(minutes=other.minutes) > exam.starts_at:
                raise Conflict("exam_same_time")
        row = ExamSlot.objects.create(
            unit_id=unit_id,
            term=term,
            grade=exam.grade,
            class_group=group,
            subject_id=exam.subject_id,
            label=exam.label.strip()[:60],
            starts_at=exam.starts_at,
            minutes=exam.minutes,
            room=exam.room.strip()[:20],
        )
        audit.record(
            actor=actor, action="add_exam", unit_id=unit_id, subject="rosters.examslot", subject_id=row.pk,
            reason=row.label,
        )  # fmt: skip
    return row


def remove_exam(*, actor: Actor, unit_id: int, exam_id: int) -> None:
    """Take an exam off the calendar. Raises `PermissionRefused`, `NotFound("exam")`."""
    require_office(actor, unit_id, "remove_exam")
    with transaction.atomic(), context.scope((unit_id,), user=actor.user_id):
        row = ExamSlot.objects.filter(unit_id=unit_id, pk=exam_id).first()
        if row is None:
            raise NotFound("exam")
        audit.record(
            actor=actor, action="remove_exam", unit_id=unit_id, subject="rosters.examslot", subject_id=row.pk,
            reason=row.label,
        )  # fmt: skip
        row.delete()
