"""Reads of rosters: finished, frozen values."""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Q
from django.utils import timezone

from school_services.errors import NotFound
from school_services.identity import audit
from school_services.identity.actor import Actor
from school_services.names import fold
from tenants import context
from tenants.models import Unit

from .models import ClassGroup, Enrolment, Guardianship, SchoolYear, Subject
from .services import VISIT, require_office


@dataclass(frozen=True, slots=True)
class Child:
    """A child of the acting guardian, with the class of today.

    `person`: the same in the records of every school. `left_at`: of a record that a school keeps of one who left it.
    """

    student_id: int
    unit_id: int
    unit_name: str
    full_name: str
    class_name: str
    class_group_id: int | None
    seen_at: datetime.datetime | None
    link_id: int
    person: str = ""
    left_at: datetime.date | None = None

    @property
    def new_visit(self) -> bool:
        """Whether a look now is another visit than the last one."""
        return self.seen_at is None or self.seen_at < timezone.now() - VISIT

    def is_new(self, at: datetime.datetime) -> bool:
        """Whether what came at this moment came since the guardian's last visit; nothing is new on the first."""
        return self.seen_at is not None and at > self.seen_at


Links = dict[int, tuple[int, int, Any]]


def _links(actor: Actor, unit_ids: tuple[int, ...] | None) -> Links:
    """Student → link, unit, last look; visible by `app.user`."""
    with context.scope((), user=actor.user_id):
        rows = Guardianship.objects.filter(user_id=actor.user_id, ended_at__isnull=True).values_list(
            "pk", "student_id", "unit_id", "seen_at"
        )
        return {student: (pk, unit, seen) for pk, student, unit, seen in rows if unit_ids is None or unit in unit_ids}


def _children(actor: Actor, links: Links, *, left: bool) -> list[Child]:
    units = {unit for _, unit, _ in links.values()}
    with context.scope(units, user=actor.user_id):
        rows = Enrolment.objects.filter(
            unit_id__in=units, student_id__in=list(links), valid_to__isnull=not left, student__left_at__isnull=not left
        )
        # The class one was in last, of one who left.
        order = ("student__birth_date", "student_id", "-valid_from", "-pk")
        found: dict[int, Child] = {}
        for row in rows.order_by(*order).values_list(
            "student_id",
            "student__unit_id",
            "student__unit__name",
            "student__full_name",
            "class_group__name",
            "class_group_id",
            "student__uid",
            "student__left_at",
        ):
            student, unit, name, full_name, class_name, group, person, left_at = row
            link, linked_unit, seen = links[student]
            if linked_unit == unit and student not in found:
                found[student] = Child(
                    student, unit, name, full_name, class_name, group, seen, link, str(person), left_at
                )
    return list(found.values())


def children(actor: Actor, *, unit_ids: tuple[int, ...] | None = None) -> list[Child]:
    """The actor's children, of all schools or of these units; two queries whatever the number.

    The links are visible by `app.user`; the records only inside the units of the links.
    """
    links = _links(actor, unit_ids)
    return _children(actor, links, left=False) if links else []


def former_children(actor: Actor, *, unit_ids: tuple[int, ...] | None = None) -> list[Child]:
    """What schools keep of the actor's children who left them: moved away, or completed. Two queries."""
    links = _links(actor, unit_ids)
    return _children(actor, links, left=True) if links else []


def child(actor: Actor, student_id: int) -> Child:
    """One child of the actor. Raises `NotFound` for absent and for somebody else's alike."""
    for found in (*children(actor), *former_children(actor)):
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
    grade: int = 0


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


def subjects_of(unit_id: int) -> list[Subject]:
    """The subjects of the school's level, in their order."""
    return list(Subject.objects.filter(level=Unit.objects.get(pk=unit_id).level))


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
                "pk", "name", "students", "linked", "homeroom_teacher__full_name", "grade"
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
