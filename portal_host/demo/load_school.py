"""Putting a synthetic school into the service tables, in bulk. Idempotent: a school with students is left alone."""

from __future__ import annotations

import datetime
import random
from decimal import Decimal

from django.contrib.auth.hashers import make_password
from django.db import transaction
from django.utils import timezone

from school_services.gradebook.models import Assessment, Mark
from school_services.identity.models import Role, User
from school_services.names import name_sort_key
from school_services.rosters.models import (
    ClassGroup,
    Enrolment,
    Guardianship,
    Holiday,
    SchoolYear,
    Student,
    Subject,
    TeachingAssignment,
    Term,
)
from tenants import context

from . import load_school_life, school_year
from .names import person

DEMO_PASSWORD = "truong-hoc-2026"  # noqa: S105 - as of the other accounts of the demo
# The days of the solar calendar; Tết and Giỗ Tổ come with each year's decision.
FIXED_HOLIDAYS = {
    (1, 1): "Tết Dương lịch",
    (4, 30): "Ngày Chiến thắng",
    (5, 1): "Ngày Quốc tế lao động",
    (9, 2): "Quốc khánh",
    (11, 24): "Ngày Văn hóa Việt Nam",
}
TERM_STARTS = {("2025-2026", 2): "2026-01-12", ("2026-2027", 1): "2026-09-07"}


def calendar() -> dict[str, SchoolYear]:
    """School years, terms and subjects of the sector."""
    years = {}
    for code in ("2025-2026", "2026-2027"):
        first = int(code[:4])
        year, _ = SchoolYear.objects.get_or_create(
            code=code, defaults={"starts": datetime.date(first, 9, 5), "ends": datetime.date(first + 1, 5, 31)}
        )
        Term.objects.get_or_create(
            year=year, number=1, defaults={"starts": year.starts, "ends": datetime.date(first + 1, 1, 10)}
        )
        Term.objects.get_or_create(
            year=year, number=2, defaults={"starts": datetime.date(first + 1, 1, 11), "ends": year.ends}
        )
        years[code] = year
    for day, name in FIXED_HOLIDAYS.items():
        for calendar_year in (2026, 2027):
            date = datetime.date(calendar_year, *day)
            Holiday.objects.get_or_create(first=date, defaults={"last": date, "name": name})
    for level, subjects in school_year.SUBJECTS.items():
        for place, (code, name, kind, periods) in enumerate(subjects):
            Subject.objects.get_or_create(
                level=level, code=code, defaults={"name": name, "kind": kind, "periods": periods, "place": place}
            )
    return years


def load(ref: context.PortalRef, count: int) -> int:
    """Fill one school with `count` pupils and a term and a half of marks; returns the number of marks written."""
    with context.enter(ref), context.scope((ref.unit_id,)), transaction.atomic():
        if Student.objects.filter(unit_id=ref.unit_id).exists():
            return 0
        years = calendar()
        pupils = school_year.pupils(ref.slug, ref.level, count)
        students = _students(ref, pupils)
        subjects = list(Subject.objects.filter(level=ref.level))
        teachers = _teachers(ref, len(subjects))
        written = 0
        for code, number, complete in (("2025-2026", 2, True), ("2026-2027", 1, False)):
            classes = _classes(ref, years[code], pupils, students, previous=complete, teachers=teachers)
            term = Term.objects.get(year=years[code], number=number)
            written += _marks(ref, term, classes, subjects, teachers, complete=complete)
        load_school_life.load(ref, term, classes, subjects, teachers)
        return written


def _students(ref: context.PortalRef, pupils: list[school_year.Pupil]) -> list[Student]:
    rows = []
    for pupil in pupils:
        row = Student(unit_id=ref.unit_id, code=pupil.code, birth_date=pupil.birth_date, gender=pupil.gender)
        row.set_name(pupil.full_name)
        rows.append(row)
    return Student.objects.bulk_create(rows, batch_size=1000)


def _teachers(ref: context.PortalRef, count: int) -> list[User]:
    rng = random.Random(f"teachers:{ref.slug}")
    users = []
    for number in range(count):
        name = person(rng, rng.choice("12"))
        login = f"gv{number + 1}.{ref.slug}@example.edu.vn"
        users.append(
            User(
                username=login, email=login, full_name=name, sort_key=name_sort_key(name), password=make_password(None)
            )
        )
    # The first teacher logs in: the demo's work area.
    users[0].password = make_password(DEMO_PASSWORD)
    users = User.objects.bulk_create(users)
    Role.objects.bulk_create(
        [Role(unit_id=ref.unit_id, user=u, kind=Role.Kind.TEACHER, valid_from=datetime.date(2025, 8, 1)) for u in users]
    )
    return users


Classes = dict[int, tuple[ClassGroup, list[tuple[Student, float]]]]


def _classes(
    ref: context.PortalRef,
    year: SchoolYear,
    pupils: list[school_year.Pupil],
    students: list[Student],
    *,
    previous: bool,
    teachers: list[User],
) -> Classes:
    """Classes of a year with their pupils; of last year without those who were not here yet."""
    first = school_year.GRADES[ref.level][0]
    groups: dict[str, ClassGroup] = {}
    members: dict[str, list[tuple[Student, float]]] = {}
    for pupil, student in zip(pupils, students, strict=True):
        grade = pupil.grade - previous
        if grade < first:
            continue
        name = f"{grade}A{pupil.letter}"
        if name not in groups:
            homeroom = teachers[len(groups) % len(teachers)]
            groups[name] = ClassGroup(unit_id=ref.unit_id, year=year, grade=grade, name=name, homeroom_teacher=homeroom)
        members.setdefault(name, []).append((student, pupil.ability))
    ClassGroup.objects.bulk_create(groups.values())
    Enrolment.objects.bulk_create(
        [
            Enrolment(
                unit_id=ref.unit_id,
                student=student,
                class_group=groups[name],
                valid_from=year.starts,
                valid_to=year.ends if previous else None,
            )
            for name, rows in members.items()
            for student, _ in rows
        ],
        batch_size=1000,
    )
    return {group.pk: (group, members[name]) for name, group in groups.items()}


def _marks(
    ref: context.PortalRef,
    term: Term,
    classes: Classes,
    subjects: list[Subject],
    teachers: list[User],
    *,
    complete: bool,
) -> int:
    rng = random.Random(f"marks:{ref.slug}:{term.pk}")
    start = timezone.make_aware(datetime.datetime.combine(term.starts, datetime.time(8)))
    now = timezone.now()
    assessments: list[Assessment] = []
    cells: list[tuple[Assessment, list[tuple[Student, float]], Subject]] = []
    for group, members in classes.values():
        for subject in subjects:
            for kind, ordinal in school_year.columns(subject.kind, subject.periods, complete=complete):
                day = start + datetime.timedelta(days=14 * ordinal + {"TX": 0, "GK": 55, "CK": 110}[kind])
                assessment = Assessment(
                    unit_id=ref.unit_id,
                    class_group=group,
                    subject=subject,
                    term=term,
                    kind=kind,
                    ordinal=ordinal,
                    published_at=min(day, now),
                )
                assessments.append(assessment)
                cells.append((assessment, members, subject))
    Assessment.objects.bulk_create(assessments, batch_size=1000)
    if not complete:
        for position, subject in enumerate(subjects):
            TeachingAssignment.objects.bulk_create(
                [
                    TeachingAssignment(
                        unit_id=ref.unit_id, teacher=teachers[position], class_group_id=pk, subject=subject
                    )
                    for pk in classes
                ]
            )
    marks: list[Mark] = []
    by_subject = {subject.pk: teachers[i] for i, subject in enumerate(subjects)}
    for assessment, members, subject in cells:
        for student, ability in members:
            value: Decimal | None = next(school_year.marks(rng, ability, subject.kind, 1))
            marks.append(
                Mark(
                    unit_id=ref.unit_id,
                    assessment=assessment,
                    student=student,
                    value=value,
                    comment="" if value is not None else "DAT",
                    status="RECORDED",
                    recorded_by=by_subject[subject.pk],
                    recorded_at=assessment.published_at or now,
                )
            )
    Mark.objects.bulk_create(marks, batch_size=4000)
    return len(marks)


def family(parent: User, first: context.PortalRef, second: context.PortalRef) -> list[str]:
    """Link the demo's parent to one pupil of each school; returns their names. A third child belongs to nobody."""
    names = []
    for ref in (first, second):
        with context.enter(ref), context.scope((ref.unit_id,), user=parent.pk):
            student = Student.objects.filter(unit_id=ref.unit_id).order_by("sort_key").first()
            if student is None:
                continue
            Guardianship.objects.get_or_create(unit_id=ref.unit_id, user=parent, student=student, ended_at=None)
            names.append(student.full_name)
    return names
