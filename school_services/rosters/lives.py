"""Reads of a student's life at a school: steps, timetable, exams, what is kept of the person.

The caller has asked for permission and opened the scope of the units.
"""

from __future__ import annotations

import datetime
from collections import defaultdict
from dataclasses import dataclass
from typing import Any

from django.db.models import Q
from django.utils import timezone

from .models import ClassGroup, Enrolment, ExamSlot, PolicyCase, Student, StudentEvent, TimetableSlot


@dataclass(frozen=True, slots=True)
class Step:
    """One step of a life: `label` its name, `text` from where to where and why."""

    student_id: int
    kind: str
    label: str
    text: str
    day: datetime.date
    at: datetime.datetime


def steps(units: list[int], students: list[int], since: datetime.datetime | None = None) -> list[Step]:
    """Steps of students, the newest first; one query."""
    rows = StudentEvent.objects.filter(unit_id__in=units, student_id__in=students)
    if since is not None:
        rows = rows.filter(made_at__gte=since)
    return [
        Step(
            row.student_id,
            row.kind,
            str(row.get_kind_display()),
            " · ".join(part for part in (" → ".join(p for p in (row.before, row.after) if p), row.reason) if part),
            row.day,
            row.made_at,
        )
        for row in rows.order_by("-day", "-pk")
    ]


def class_groups(unit_id: int, student_id: int) -> list[int]:
    """Every class the student was in."""
    return list(
        Enrolment.objects.filter(unit_id=unit_id, student_id=student_id).values_list("class_group_id", flat=True)
    )


@dataclass(frozen=True, slots=True)
class Lesson:
    period: int
    subject: str
    teacher: str
    room: str


@dataclass(frozen=True, slots=True)
class Day:
    """A weekday (2 = Monday … 7 = Saturday) with its lessons in order."""

    weekday: int
    lessons: tuple[Lesson, ...]


def timetable(unit_id: int, class_group_id: int | None, day: datetime.date | None = None) -> tuple[Day, ...]:
    """The week of a class as it holds on a day; one query."""
    today = day or timezone.localdate()
    rows = TimetableSlot.objects.filter(
        Q(valid_to__isnull=True) | Q(valid_to__gt=today),
        unit_id=unit_id,
        class_group_id=class_group_id,
        valid_from__lte=today,
    )
    days: dict[int, list[Lesson]] = defaultdict(list)
    for weekday, period, subject, teacher, room in rows.order_by("weekday", "period", "-valid_from").values_list(
        "weekday", "period", "subject__name", "teacher__full_name", "room"
    ):
        if not days[weekday] or days[weekday][-1].period != period:
            days[weekday].append(Lesson(period, subject, teacher or "", room))
    return tuple(Day(weekday, tuple(lessons)) for weekday, lessons in sorted(days.items()))


@dataclass(frozen=True, slots=True)
class Exam:
    subject: str
    label: str
    starts_at: datetime.datetime
    minutes: int
    room: str


def exams(unit_id: int, class_group_id: int | None, now: datetime.datetime | None = None) -> tuple[Exam, ...]:
    """Exams of a class, or of its whole grade, from today on; two queries."""
    group = ClassGroup.objects.filter(unit_id=unit_id, pk=class_group_id).first()
    if group is None:
        return ()
    start = (now or timezone.now()) - datetime.timedelta(hours=12)
    rows = ExamSlot.objects.filter(
        Q(class_group_id=group.pk) | Q(class_group__isnull=True),
        unit_id=unit_id,
        grade=group.grade,
        term__year_id=group.year_id,
        starts_at__gte=start,
    )
    return tuple(
        Exam(*row)
        for row in rows.order_by("starts_at").values_list("subject__name", "label", "starts_at", "minutes", "room")
    )


def personal_data(unit_id: int, student_id: int) -> dict[str, Any]:
    """What is kept of the person, as plain values. The personal number leaves masked: it is the family's own."""
    student = Student.objects.get(unit_id=unit_id, pk=student_id)
    return {
        "ma": student.code,
        "ho_ten": student.full_name,
        "ngay_sinh": student.birth_date.isoformat(),
        "gioi_tinh": str(student.get_gender_display()),
        "so_dinh_danh": student.citizen_id_mask or None,
        "danh_gia_theo_ke_hoach_ca_nhan": not student.assessed,
        "dien_chinh_sach": [
            {"dien": str(case.get_kind_display()), "tu": case.valid_from.isoformat(),
             "den": case.valid_to.isoformat() if case.valid_to else None, "minh_chung": case.evidence}
            for case in PolicyCase.objects.filter(unit_id=unit_id, student_id=student_id).order_by("valid_from")
        ],
    }  # fmt: skip
