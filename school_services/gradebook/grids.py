"""What staff see of the gradebook: the grid of a class in a subject and term, and what is missing."""

from __future__ import annotations

import datetime
from collections import Counter, defaultdict
from dataclasses import dataclass
from decimal import Decimal

from django.db.models import Count
from django.utils import timezone

from school_services.errors import NotFound
from school_services.identity import audit
from school_services.identity.actor import Actor
from school_services.identity.models import Role
from school_services.rosters.models import ClassGroup, Enrolment, Subject, TeachingAssignment, Term
from tenants import context

from . import marks, rules
from .models import Assessment, ChangeRequest, Mark

MARKS_FROM = 6  # the first grade that is assessed by marks
_ORDER = {kind.value: place for place, kind in enumerate(rules.ColumnKind)}


def column_name(kind: str, ordinal: int) -> str:
    """ "TX 2", "GK", "CK"."""
    return f"{kind} {ordinal}" if kind == rules.ColumnKind.TX else kind


@dataclass(frozen=True, slots=True)
class Column:
    """A column with its state; `locked` says who closed it, when and why."""

    id: int
    kind: str
    ordinal: int
    published_at: datetime.datetime | None
    locked: bool
    locked_at: datetime.datetime | None
    locked_by: str
    lock_reason: str
    reopened_until: datetime.datetime | None
    filled: int

    @property
    def name(self) -> str:
        return column_name(self.kind, self.ordinal)

    @property
    def state(self) -> str:
        """ "locked", "reopened", "published" or "open"; locked columns may be published or not."""
        if self.locked:
            return "locked"
        if self.locked_at is not None:
            return "reopened"
        return "published" if self.published_at else "open"


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell: text as it is typed, version for the next write; `pending`: what an open request asks for."""

    column: Column
    text: str
    version: int
    pending: str = ""


@dataclass(frozen=True, slots=True)
class Row:
    student_id: int
    code: str
    full_name: str
    cells: tuple[Cell, ...]
    average: str


@dataclass(frozen=True, slots=True)
class Grid:
    """A class in a subject and term. `may_write`: the teacher and the principal; the homeroom teacher reads."""

    unit_id: int
    class_group_id: int
    class_name: str
    subject_id: int
    subject_name: str
    comments_only: bool
    term_id: int
    term_number: int
    year: str
    columns: tuple[Column, ...]
    rows: tuple[Row, ...]
    may_write: bool

    @property
    def locked(self) -> bool:
        return bool(self.columns) and all(column.locked for column in self.columns)

    @property
    def unpublished(self) -> int:
        """Columns with marks that families do not see yet."""
        return sum(1 for column in self.columns if column.filled and not column.published_at)


@dataclass(frozen=True, slots=True)
class Gap:
    """Students of a class without a mark in a column that has begun."""

    column_id: int
    column: str
    missing: int


@dataclass(frozen=True, slots=True)
class Lesson:
    """A class and subject that somebody teaches, with what is missing in the term."""

    class_group_id: int
    class_name: str
    subject_id: int
    subject_name: str
    students: int
    opened: bool
    unpublished: int
    gaps: tuple[Gap, ...]


def current_term(today: datetime.date | None = None) -> Term:
    """The term of the day; between years the last one that began. Raises `NotFound("term")` before the first."""
    day = today or timezone.localdate()
    term = Term.objects.select_related("year").filter(starts__lte=day).order_by("-starts").first()
    if term is None:
        raise NotFound("term")
    return term


def _require_reader(actor: Actor, unit_id: int, group: ClassGroup, subject_id: int) -> bool:
    """True for who may write; False for the homeroom teacher, who reads. Else audited and refused."""
    if actor.has(unit_id, Role.Kind.TEACHER) and group.homeroom_teacher_id == actor.user_id:
        return TeachingAssignment.objects.filter(
            unit_id=unit_id, teacher_id=actor.user_id, class_group=group, subject_id=subject_id, valid_to__isnull=True
        ).exists()
    marks.require_teacher(actor, unit_id, group.pk, subject_id, "read_marks")
    return True


def grid(*, actor: Actor, unit_id: int, class_group_id: int, subject_id: int, term_id: int) -> Grid:
    """The grid, in a constant number of queries. Audited. Raises `NotFound`, `PermissionRefused`."""
    with context.scope((unit_id,), user=actor.user_id):
        group = ClassGroup.objects.select_related("year").filter(unit_id=unit_id, pk=class_group_id).first()
        subject = Subject.objects.filter(pk=subject_id).first()
        term = Term.objects.filter(pk=term_id).first()
        if group is None or subject is None or term is None or term.year_id != group.year_id:
            raise NotFound("class")
        may_write = _require_reader(actor, unit_id, group, subject_id)
        columns = list(
            Assessment.objects.select_related("locked_by").filter(
                unit_id=unit_id, class_group=group, subject=subject, term=term
            )
        )
        columns.sort(key=lambda column: (_ORDER[column.kind], column.ordinal))
        students = list(
            Enrolment.objects.filter(unit_id=unit_id, class_group=group, valid_to__isnull=True)
            .order_by("student__sort_key", "student_id")
            .values_list("student_id", "student__code", "student__full_name")
        )
        found: dict[int, dict[int, Mark]] = defaultdict(dict)
        for mark in Mark.objects.filter(unit_id=unit_id, assessment__in=columns, superseded_at__isnull=True):
            found[mark.student_id][mark.assessment_id] = mark
        pending = {
            (row.assessment_id, row.student_id): row.text
            for row in ChangeRequest.objects.filter(unit_id=unit_id, assessment__in=columns, decided_at__isnull=True)
        }
        audit.record(
            actor=actor,
            action="read_marks",
            unit_id=unit_id,
            subject="rosters.classgroup",
            subject_id=class_group_id,
            reason=subject.code,
        )
    filled = Counter(column for row in found.values() for column in row)
    heads = tuple(column_of(column, filled[column.pk]) for column in columns)
    rows = tuple(
        Row(
            student_id,
            code,
            name,
            tuple(
                Cell(
                    head,
                    marks.text_of(found[student_id].get(head.id)),
                    found[student_id][head.id].pk if head.id in found[student_id] else marks.NO_MARK,
                    pending.get((head.id, student_id), ""),
                )
                for head in heads
            ),
            average_of(subject.kind, [(head.kind, found[student_id].get(head.id)) for head in heads]),
        )
        for student_id, code, name in students
    )
    return Grid(
        unit_id=unit_id,
        class_group_id=group.pk,
        class_name=group.name,
        subject_id=subject.pk,
        subject_name=subject.name,
        comments_only=subject.kind == Subject.Kind.COMMENT,
        term_id=term.pk,
        term_number=term.number,
        year=group.year.code,
        columns=heads,
        rows=rows,
        may_write=may_write,
    )


def column_of(row: Assessment, filled: int) -> Column:
    return Column(
        id=row.pk,
        kind=row.kind,
        ordinal=row.ordinal,
        published_at=row.published_at,
        locked=marks.is_locked(row),
        locked_at=row.locked_at,
        locked_by=row.locked_by.full_name if row.locked_by else "",
        lock_reason=row.lock_reason,
        reopened_until=row.reopened_until,
        filled=filled,
    )


def average_of(kind: str, cells: list[tuple[str, Mark | None]]) -> str:
    """The term result of (column kind, mark) pairs: "7,9", "Đ", "CĐ", or "" while it cannot be said."""
    if kind == Subject.Kind.COMMENT:
        results = [rules.Comment(mark.comment) for _, mark in cells if mark is not None and mark.comment]
        needed = sum(1 for _, mark in cells if mark is None or mark.status != rules.CellStatus.EXEMPT)
        if not needed or len(results) < needed:
            return ""
        return "Đ" if rules.comment_term(results, needed) is rules.Comment.DAT else "CĐ"
    values: dict[str, list[Decimal]] = defaultdict(list)
    for column, mark in cells:
        if mark is not None and mark.value is not None:
            values[column].append(mark.value)
    gk, ck = (next(iter(values[key]), None) for key in ("GK", "CK"))
    return marks.decimal_comma(rules.term_average(values["TX"], gk, ck))


def texts_of(*, actor: Actor, unit_id: int, versions: set[int]) -> dict[int, str]:
    """The texts of marks by version, superseded ones included: what a form was shown with. To compare, not to show."""
    with context.scope((unit_id,), user=actor.user_id):
        rows = Mark.objects.filter(unit_id=unit_id, pk__in=versions)
        return {mark.pk: marks.text_of(mark) for mark in rows}


def averages(
    *, actor: Actor, unit_id: int, class_group_id: int, subject_id: int, term_id: int, students: set[int]
) -> dict[int, str]:
    """Term results of some students after a write that the actor was allowed; two queries."""
    with context.scope((unit_id,), user=actor.user_id):
        columns = Assessment.objects.select_related("subject").filter(
            unit_id=unit_id, class_group_id=class_group_id, subject_id=subject_id, term_id=term_id
        )
        heads = {column.pk: column for column in columns}
        found: dict[int, dict[int, Mark]] = {student: {} for student in students}
        for mark in Mark.objects.filter(
            unit_id=unit_id, assessment_id__in=heads, student_id__in=students, superseded_at__isnull=True
        ):
            found[mark.student_id][mark.assessment_id] = mark
    kind = next(iter(heads.values())).subject.kind if heads else ""
    return {
        student: average_of(kind, [(head.kind, row.get(pk)) for pk, head in heads.items()])
        for student, row in found.items()
    }


def lessons(*, actor: Actor, unit_id: int, term: Term) -> list[Lesson]:
    """What the actor teaches this term (all of the school for the principal), and what is missing; constant queries."""
    with context.scope((unit_id,), user=actor.user_id):
        rows = TeachingAssignment.objects.filter(
            unit_id=unit_id,
            valid_to__isnull=True,
            class_group__year_id=term.year_id,
            class_group__grade__gte=MARKS_FROM,
        )
        if not actor.has(unit_id, Role.Kind.PRINCIPAL):
            rows = rows.filter(teacher_id=actor.user_id)
        taught = list(
            rows.order_by("class_group__grade", "class_group__name", "subject__place")
            .values_list("class_group_id", "class_group__name", "subject_id", "subject__name")
            .distinct()
        )
        groups = {row[0] for row in taught}
        sizes = dict(
            Enrolment.objects.filter(unit_id=unit_id, class_group_id__in=groups, valid_to__isnull=True)
            .values_list("class_group_id")
            .annotate(Count("pk"))
        )
        columns: dict[tuple[int, int], list[Assessment]] = defaultdict(list)
        for column in Assessment.objects.filter(unit_id=unit_id, class_group_id__in=groups, term=term):
            columns[column.class_group_id, column.subject_id].append(column)
        filled = dict(
            Mark.objects.filter(
                unit_id=unit_id,
                superseded_at__isnull=True,
                assessment__term=term,
                assessment__class_group_id__in=groups,
                student__enrolments__class_group_id__in=groups,
                student__enrolments__valid_to__isnull=True,
            )
            .values_list("assessment_id")
            .annotate(Count("student_id", distinct=True))
        )
    return [_lesson(row, columns[row[0], row[2]], sizes.get(row[0], 0), filled) for row in taught]


def _lesson(row: tuple[int, str, int, str], columns: list[Assessment], size: int, filled: dict[int, int]) -> Lesson:
    columns.sort(key=lambda column: (_ORDER[column.kind], column.ordinal))
    begun = [column for column in columns if filled.get(column.pk)]
    gaps = [
        Gap(column.pk, column_of(column, 0).name, size - filled[column.pk])
        for column in begun
        if filled[column.pk] < size
    ]
    return Lesson(
        *row,
        students=size,
        opened=bool(columns),
        unpublished=sum(1 for column in begun if column.published_at is None),
        gaps=tuple(gaps),
    )
