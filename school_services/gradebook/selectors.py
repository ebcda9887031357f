"""What a guardian sees of the gradebook: own children, published columns, no rank, no average of the class.

TT 15/2026 Điều 22(2): assessment must not compare students and its results are confidential.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db import connection

from school_services.identity.actor import Actor
from school_services.rosters import selectors as rosters
from tenants import context

from . import rules
from .marks import decimal_comma, show

# Published, current marks of several students. One query for any number of children; both ends of every join carry
# the units in scope, so that row security is an index condition. The students' marks come first whatever the planner
# believes of young tables: from a school's columns to its marks is the long way round.
_MARKS = """
with m as materialized (
  select unit_id, assessment_id, student_id, value, comment, status, recorded_at
  from gradebook_mark where unit_id = any(%s) and student_id = any(%s) and superseded_at is null
)
select m.student_id, t.id, y.code, t.number, s.code, s.name, s.kind, s.place, a.kind, a.ordinal, m.value, m.comment,
       m.status, greatest(m.recorded_at, a.published_at)
from m
join gradebook_assessment a on a.id = m.assessment_id and a.unit_id = m.unit_id
join rosters_subject s on s.id = a.subject_id
join rosters_term t on t.id = a.term_id
join rosters_schoolyear y on y.id = t.year_id
where a.published_at is not null
  and y.id in (select id from rosters_schoolyear where starts <= current_date order by starts desc limit %s)
order by m.student_id, y.code desc, t.number desc, s.place, a.kind, a.ordinal
"""


@dataclass(frozen=True, slots=True)
class Cell:
    """One published result as it is shown: "8,5", "Đ", "CĐ", "M"; `fresh` since the guardian's last look."""

    text: str
    fresh: bool


@dataclass(frozen=True, slots=True)
class SubjectLine:
    """A subject in a term: cells by kind; the term average (or Đạt/Chưa đạt) when it exists."""

    name: str
    tx: tuple[Cell, ...]
    gk: Cell | None
    ck: Cell | None
    average: str

    @property
    def fresh(self) -> bool:
        return any(cell.fresh for cell in (*self.tx, self.gk, self.ck) if cell)


@dataclass(frozen=True, slots=True)
class TermSheet:
    """Marks of a child in a term."""

    year: str
    number: int
    lines: tuple[SubjectLine, ...]

    @property
    def tx_columns(self) -> int:
        return max((len(line.tx) for line in self.lines), default=0)


@dataclass(frozen=True, slots=True)
class ChildMarks:
    """A child with its terms, newest first; `changed`: subjects with something new since the last look."""

    child: rosters.Child
    terms: tuple[TermSheet, ...]
    changed: tuple[str, ...]


def marks_of_children(
    actor: Actor,
    *,
    unit_ids: tuple[int, ...] | None = None,
    years: int = 1,
    terms: tuple[int, ...] = (1, 2),
    of: list[rosters.Child] | None = None,
) -> list[ChildMarks]:
    """Marks of the actor's children (of all schools, of `unit_ids`, or `of` these), the newest `years` school years."""
    children = rosters.children(actor, unit_ids=unit_ids) if of is None else of
    if not children:
        return []
    units = sorted({child.unit_id for child in children})
    with context.scope(units, user=actor.user_id), connection.cursor() as cursor:
        cursor.execute(_MARKS, [units, [child.student_id for child in children], years])
        rows = cursor.fetchall()
    by_student: dict[int, list[Any]] = defaultdict(list)
    for row in rows:
        by_student[row[0]].append(row)
    return [_child_marks(child, by_student[child.student_id], terms) for child in children]


def _child_marks(child: rosters.Child, rows: list[Any], terms: tuple[int, ...]) -> ChildMarks:
    grouped: dict[tuple[str, int], dict[tuple[int, str, str], list[Any]]] = defaultdict(lambda: defaultdict(list))
    for row in rows:
        if row[3] in terms:
            grouped[row[2], row[3]][row[7], row[5], row[6]].append(row)
    sheets = tuple(
        TermSheet(
            year,
            number,
            tuple(_line(name, kind, cells, child) for (_, name, kind), cells in sorted(subjects.items())),
        )
        for (year, number), subjects in sorted(grouped.items(), reverse=True)
    )
    changed = tuple(dict.fromkeys(line.name for sheet in sheets for line in sheet.lines if line.fresh))
    return ChildMarks(child, sheets, changed)


def _line(name: str, kind: str, rows: list[Any], child: rosters.Child) -> SubjectLine:
    cells: dict[str, list[tuple[Cell, Any]]] = {"TX": [], "GK": [], "CK": []}
    for row in rows:
        cells[row[8]].append((Cell(show(row[10], row[11], row[12]), child.is_new(row[13])), row))
    gk, ck = (cells[key][0][0] if cells[key] else None for key in ("GK", "CK"))
    return SubjectLine(name, tuple(cell for cell, _ in cells["TX"]), gk, ck, _average(kind, cells))


def _average(kind: str, cells: dict[str, list[tuple[Cell, Any]]]) -> str:
    if kind == "comment":
        if not cells["GK"] or not cells["CK"]:
            return ""
        results = [rules.Comment(row[11]) for group in cells.values() for _, row in group if row[11]]
        return "Đ" if rules.comment_term(results, len(results)) is rules.Comment.DAT else "CĐ"

    def values(key: str) -> list[Decimal]:
        return [row[10] for _, row in cells[key] if row[10] is not None]

    gk, ck = values("GK"), values("CK")
    return decimal_comma(rules.term_average(values("TX"), gk[0] if gk else None, ck[0] if ck else None))
