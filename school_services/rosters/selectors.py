"""Reads of rosters: finished, frozen values."""

from __future__ import annotations

import datetime
from dataclasses import dataclass

from django.db.models import Count, Q
from django.utils import timezone

from school_services.errors import NotFound
from school_services.identity import audit
from school_services.identity.actor import Actor
from school_services.names import fold
from tenants import context

from .models import ClassGroup, Enrolment, Guardianship, SchoolYear
from .services import require_office


@dataclass(frozen=True, slots=True)
class Child:
    """A child of the acting guardian, with the class of today."""

    student_id: int
    unit_id: int
    unit_name: str
    full_name: str
    class_name: str
    class_group_id: int | None
    seen_at: object | None
    link_id: int


def children(actor: Actor, *, unit_ids: tuple[int, ...] | None = None) -> list[Child]:
    """The actor's children, of all schools or of these units; three queries whatever the number.

    The links are visible by `app.user`; the records only inside the units of the links.
    """
    with context.scope((), user=actor.user_id):
        links = list(
            Guardianship.objects.filter(user_id=actor.user_id, ended_at__isnull=True).values_list(
                "pk", "student_id", "unit_id", "seen_at"
            )
        )
    if unit_ids is not None:
        links = [link for link in links if link[2] in unit_ids]
    if not links:
        return []
    by_student = {student: (pk, unit, seen) for pk, student, unit, seen in links}
    with context.scope({unit for _, _, unit, _ in links}, user=actor.user_id):
        rows = (
            Enrolment.objects.filter(
                unit_id__in={unit for _, _, unit, _ in links}, student_id__in=list(by_student), valid_to__isnull=True
            )
            .order_by("student__birth_date", "student_id")
            .values_list(
                "student_id",
                "student__unit_id",
                "student__unit__name",
                "student__full_name",
                "class_group__name",
                "class_group_id",
            )
        )
        return [
            Child(*row, seen_at=by_student[row[0]][2], link_id=by_student[row[0]][0])
            for row in rows
            if by_student[row[0]][1] == row[1]
        ]


def child(actor: Actor, student_id: int) -> Child:
    """One child of the actor. Raises `NotFound` for absent and for somebody else's alike."""
    for found in children(actor):
        if found.student_id == student_id:
            return found
    raise NotFound("student")


@dataclass(frozen=True, slots=True)
class ClassLine:
    """A class with its number of students and how many of them have a family linked."""

    id: int
    name: str
    students: int
    linked: int
    homeroom: str


@dataclass(frozen=True, slots=True)
class StudentLine:
    """A student as the school office lists it."""

    id: int
    code: str
    full_name: str
    birth_date: datetime.date
    gender: str
    class_name: str
    linked: bool


def current_year() -> SchoolYear:
    """The school year of today; in summer the one that ended. Raises `NotFound("school_year")` before the first."""
    year = SchoolYear.objects.filter(starts__lte=timezone.localdate()).order_by("-starts").first()
    if year is None:
        raise NotFound("school_year")
    return year


@dataclass(frozen=True, slots=True)
class GradeSize:
    """How many classes and students a grade has now: numbers that schools publish (TT 09/2024 Điều 9)."""

    grade: int
    classes: int
    students: int
    girls: int


def size_by_grade(unit_id: int) -> list[GradeSize]:
    """The school of today in numbers, no person among them: two queries. Empty where no records are kept here."""
    with context.scope((unit_id,)):
        year = SchoolYear.objects.filter(starts__lte=timezone.localdate()).order_by("-starts").first()
        rows = ClassGroup.objects.filter(unit_id=unit_id, year=year).values("grade").order_by("grade")
        now = Q(enrolments__valid_to__isnull=True)
        return [
            GradeSize(**row)
            for row in rows.annotate(
                classes=Count("pk", distinct=True),
                students=Count("enrolments__student_id", filter=now, distinct=True),
                girls=Count("enrolments__student_id", filter=now & Q(enrolments__student__gender="2"), distinct=True),
            )
        ]


def classes(*, actor: Actor, unit_id: int, year: SchoolYear) -> list[ClassLine]:
    """The classes of a year; one query. Raises `PermissionRefused`."""
    require_office(actor, unit_id, "list_classes")
    now = Q(enrolments__valid_to__isnull=True)
    family = Q(enrolments__student__guardianships__ended_at__isnull=True)
    with context.scope((unit_id,), user=actor.user_id):
        rows = ClassGroup.objects.filter(unit_id=unit_id, year=year).annotate(
            students=Count("enrolments__student_id", filter=now, distinct=True),
            linked=Count("enrolments__student__guardianships__student_id", filter=now & family, distinct=True),
        )
        return [
            ClassLine(*row)
            for row in rows.order_by("grade", "name").values_list(
                "pk", "name", "students", "linked", "homeroom_teacher__full_name"
            )
        ]


def students(
    *, actor: Actor, unit_id: int, text: str = "", class_group_id: int = 0, start: int = 0, limit: int = 50
) -> tuple[list[StudentLine], int]:
    """Students now at the school, by name or code with or without marks, and how many there are; audited.

    Raises `PermissionRefused`.
    """
    require_office(actor, unit_id, "list_students")
    with context.scope((unit_id,), user=actor.user_id):
        rows = Enrolment.objects.filter(unit_id=unit_id, valid_to__isnull=True)
        if class_group_id:
            rows = rows.filter(class_group_id=class_group_id)
        if text.strip():
            rows = rows.filter(Q(student__folded__contains=fold(text)) | Q(student__code__istartswith=text.strip()))
        total = rows.count()
        family = Count("student__guardianships", filter=Q(student__guardianships__ended_at__isnull=True))
        found = [
            StudentLine(*row[:-1], linked=row[-1] > 0)
            for row in rows.annotate(families=family)
            .order_by("class_group__grade", "class_group__name", "student__sort_key", "student_id")
            .values_list(
                "student_id",
                "student__code",
                "student__full_name",
                "student__birth_date",
                "student__gender",
                "class_group__name",
                "families",
            )[start : start + limit]
        ]
        audit.record(
            actor=actor, action="list_students", unit_id=unit_id, subject="rosters.classgroup",
            subject_id=class_group_id or None,
        )  # fmt: skip
    return found, total
