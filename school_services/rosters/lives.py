"""Reads of a student's life at a school: steps, timetable, exams, what is kept of the person.

The caller has asked for permission and opened the scope of the units.
"""

from __future__ import annotations

import datetime
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Q
from django.utils import timezone

from . import national_rules
from .models import ClassGroup, Enrolment, ExamSlot, PolicyCase, Student, StudentEvent, StudentProfile, TimetableSlot


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


def timetables(
    units: Sequence[int], groups: Sequence[int | None], day: datetime.date | None = None
) -> dict[int, tuple[Day, ...]]:
    """Class → its week as it holds on a day; one query."""
    today = day or timezone.localdate()
    rows = TimetableSlot.objects.filter(
        Q(valid_to__isnull=True) | Q(valid_to__gt=today),
        unit_id__in=units,
        class_group_id__in=[group for group in groups if group is not None],
        valid_from__lte=today,
    )
    found: dict[int, dict[int, list[Lesson]]] = defaultdict(lambda: defaultdict(list))
    for group, weekday, period, subject, teacher, room in rows.order_by(
        "class_group_id", "weekday", "period", "-valid_from"
    ).values_list("class_group_id", "weekday", "period", "subject__name", "teacher__full_name", "room"):
        lessons = found[group][weekday]
        if not lessons or lessons[-1].period != period:
            lessons.append(Lesson(period, subject, teacher or "", room))
    return {
        group: tuple(Day(weekday, tuple(lessons)) for weekday, lessons in sorted(days.items()))
        for group, days in found.items()
    }


@dataclass(frozen=True, slots=True)
class Exam:
    subject: str
    label: str
    starts_at: datetime.datetime
    minutes: int
    room: str


def exams_of(
    units: Sequence[int], groups: Sequence[int | None], now: datetime.datetime | None = None
) -> dict[int, tuple[Exam, ...]]:
    """Class → its exams, or those of its whole grade, from today on; two queries."""
    start = (now or timezone.now()) - datetime.timedelta(hours=12)
    asked = [group for group in groups if group is not None]
    classes = list(
        ClassGroup.objects.filter(unit_id__in=units, pk__in=asked).values_list("pk", "unit_id", "grade", "year_id")
    )
    if not classes:
        return {}
    rows = ExamSlot.objects.filter(
        Q(class_group_id__in=asked) | Q(class_group__isnull=True),
        unit_id__in=units,
        grade__in={grade for _, _, grade, _ in classes},
        starts_at__gte=start,
    ).order_by("starts_at", "pk")
    slots: dict[tuple[int, int, int], list[tuple[int | None, Exam]]] = defaultdict(list)
    for group, unit, grade, year, subject, label, at, minutes, room in rows.values_list(
        "class_group_id", "unit_id", "grade", "term__year_id", "subject__name", "label", "starts_at", "minutes", "room"
    ):
        slots[unit, grade, year].append((group, Exam(subject, label, at, minutes, room)))
    return {
        pk: tuple(exam for group, exam in slots[unit, grade, year] if group in {None, pk})
        for pk, unit, grade, year in classes
    }


def personal_data(unit_id: int, student_id: int) -> dict[str, Any]:
    """What is kept of the person, as plain values. The personal number leaves masked: it is the family's own."""
    student = Student.objects.get(unit_id=unit_id, pk=student_id)
    profile = StudentProfile.objects.filter(unit_id=unit_id, student_id=student_id).first()
    more = profile.values if profile else {}
    return {
        "ma": student.code,
        "ho_ten": student.full_name,
        "ngay_sinh": student.birth_date.isoformat(),
        "gioi_tinh": str(student.get_gender_display()),
        "so_dinh_danh": student.citizen_id_mask or None,
        "thong_tin_khac": {
            column.heading: national_rules.show(column, more[column.code])
            for column in national_rules.FIELDS
            if more.get(column.code)
        },
        "danh_gia_theo_ke_hoach_ca_nhan": not student.assessed,
        "dien_chinh_sach": [
            {"dien": str(case.get_kind_display()), "tu": case.valid_from.isoformat(),
             "den": case.valid_to.isoformat() if case.valid_to else None, "minh_chung": case.evidence}
            for case in PolicyCase.objects.filter(unit_id=unit_id, student_id=student_id).order_by("valid_from")
        ],
    }  # fmt: skip
