"""What families see of the gradebook besides marks: what is new, reports of terms, assessments, results of years.

The caller has asked for permission and opened the scope of the units.
"""

from __future__ import annotations

import datetime
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db import connection
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from school_services.identity.actor import Actor
from school_services.rosters.models import Subject
from school_services.rosters.selectors import Child
from tenants import context

from . import words
from .marks import show
from .models import Remark, TermReport, YearResult

# What became visible to families since a moment: at = when the mark was written or its column published.
_NEWS = """
select m.student_id, s.name, a.kind, a.ordinal, m.value, m.comment, m.status, greatest(m.recorded_at, a.published_at)
from gradebook_mark m
join gradebook_assessment a on a.id = m.assessment_id and a.unit_id = m.unit_id
join rosters_subject s on s.id = a.subject_id
where m.unit_id = any(%s) and m.student_id = any(%s) and m.superseded_at is null and a.published_at is not null
  and greatest(m.recorded_at, a.published_at) >= %s
order by greatest(m.recorded_at, a.published_at), s.place, a.kind, a.ordinal
"""


@dataclass(frozen=True, slots=True)
class News:
    """One thing the gradebook published: `kind` mark, report, remark or year."""

    student_id: int
    at: datetime.datetime
    kind: str
    title: str
    text: str


def news(units: list[int], students: list[int], since: datetime.datetime) -> list[News]:
    """What families came to see since a moment; four queries. The caller has opened the scope.

    Marks of a subject that appeared on one day are one item.
    """
    with connection.cursor() as cursor:
        cursor.execute(_NEWS, [units, students, since])
        rows = cursor.fetchall()
    groups: dict[tuple[int, str, datetime.date], list[Any]] = defaultdict(list)
    for row in rows:
        groups[row[0], row[1], timezone.localdate(row[7])].append(row)
    found = [
        News(
            student,
            max(row[7] for row in cells),
            "mark",
            subject,
            " · ".join(f"{COLUMN_WORDS[row[2]]} {show(row[4], row[5], row[6])}" for row in cells),
        )
        for (student, subject, _day), cells in groups.items()
    ]
    found += [
        News(student, report.published_at, "report", report.title, report.text)
        for student, report in _reports(units, students, since)
    ]
    found += [
        News(student, group.published_at, "remark", group.title, group.text)
        for student, group in _remarks(units, students, since)
    ]
    found += [
        News(student, year.published_at, "year", year.title_line, year.text)
        for student, year in _years(units, students, since)
    ]
    return found


COLUMN_WORDS = {
    "TX": gettext_lazy("regular"),
    "GK": gettext_lazy("mid-term"),
    "CK": gettext_lazy("end of term"),
}


@dataclass(frozen=True, slots=True)
class Report:
    """Conduct, absences and the homeroom teacher's words of a term."""

    year: str
    term: int
    conduct: str
    absences: int
    comment: str
    published_at: datetime.datetime

    @property
    def title(self) -> str:
        return _("Report of term %(number)d, school year %(year)s") % {"number": self.term, "year": self.year}

    @property
    def text(self) -> str:
        parts = [_("conduct: %(level)s") % {"level": self.conduct} if self.conduct else ""]
        absent = ngettext("absent %(count)d session", "absent %(count)d sessions", self.absences)
        parts.append(absent % {"count": self.absences})
        parts.append(f"“{self.comment}”" if self.comment else "")
        return " · ".join(part for part in parts if part)


def _reports(units: list[int], students: list[int], since: datetime.datetime | None) -> list[tuple[int, Report]]:
    rows = TermReport.objects.select_related("term__year").filter(
        unit_id__in=units, student_id__in=students, superseded_at__isnull=True, published_at__isnull=False
    )
    if since is not None:
        rows = rows.filter(published_at__gte=since)
    return [
        (
            row.student_id,
            Report(
                row.term.year.code,
                row.term.number,
                words.level(row.conduct),
                row.absences,
                row.comment,
                row.published_at,
            ),
        )
        for row in rows.order_by("-term__starts")
        if row.published_at is not None
    ]


def reports(unit_id: int, student_id: int) -> tuple[Report, ...]:
    """Published reports of a student, the newest first. The caller has asked for permission."""
    return tuple(report for _student, report in _reports([unit_id], [student_id], None))


@dataclass(frozen=True, slots=True)
class RemarkLine:
    """One item of a period: level, test and words, each blank where there is none."""

    name: str
    level: str
    test: str
    comment: str


@dataclass(frozen=True, slots=True)
class RemarkGroup:
    """Published remarks of a student in a period of a year."""

    year: str
    period: int
    lines: tuple[RemarkLine, ...]
    published_at: datetime.datetime

    @property
    def title(self) -> str:
        return _("Assessment: %(period)s, %(year)s") % {"period": words.period(self.period), "year": self.year}

    @property
    def text(self) -> str:
        return " · ".join(
            " ".join(part for part in (line.name, line.level, line.test) if part) for line in self.lines[:6]
        ) + (" …" if len(self.lines) > 6 else "")


def _remarks(units: list[int], students: list[int], since: datetime.datetime | None) -> list[tuple[int, RemarkGroup]]:
    rows = Remark.objects.select_related("class_group__year").filter(
        unit_id__in=units, student_id__in=students, superseded_at__isnull=True, published_at__isnull=False
    )
    if since is not None:
        rows = rows.filter(published_at__gte=since)
    groups: dict[tuple[int, str, int], list[Remark]] = defaultdict(list)
    for row in rows.order_by("-class_group__year__starts", "-period", "pk"):
        groups[row.student_id, row.class_group.year.code, row.period].append(row)
    subjects = dict(Subject.objects.values_list("code", "name")) if groups else {}
    return [
        (
            student,
            RemarkGroup(
                year,
                period,
                tuple(
                    RemarkLine(
                        words.item(row.item, subjects),
                        "Đ" if row.level == "D" else row.level,
                        "" if row.test is None else str(row.test),
                        row.comment,
                    )
                    for row in cells
                ),
                max(row.published_at for row in cells if row.published_at),
            ),
        )
        for (student, year, period), cells in groups.items()
    ]


def remarks(unit_id: int, student_id: int) -> tuple[RemarkGroup, ...]:
    """Published levels, tests and comments of a student. The caller has asked for permission."""
    return tuple(group for _student, group in _remarks([unit_id], [student_id], None))


@dataclass(frozen=True, slots=True)
class Year:
    """The published result of a year, in words."""

    year: str
    regime: str
    conduct: str
    study: str
    decision: str
    title: str
    version: int
    published_at: datetime.datetime

    @property
    def title_line(self) -> str:
        return _("Result of the school year %(year)s") % {"year": self.year}

    @property
    def text(self) -> str:
        return " · ".join(part for part in (self.study, self.conduct, self.decision, self.title) if part)


def _years(units: list[int], students: list[int], since: datetime.datetime | None) -> list[tuple[int, Year]]:
    rows = YearResult.objects.select_related("year").filter(
        unit_id__in=units, student_id__in=students, superseded_at__isnull=True, published_at__isnull=False
    )
    if since is not None:
        rows = rows.filter(published_at__gte=since)
    return [
        (
            row.student_id,
            Year(
                row.year.code,
                row.regime,
                words.result(row.conduct),
                words.result(row.study_after or row.study),
                words.result(row.decision),
                words.result(row.title),
                row.version,
                row.published_at,
            ),
        )
        for row in rows.order_by("-year__starts")
        if row.published_at is not None
    ]


def years(unit_id: int, student_id: int) -> tuple[Year, ...]:
    """Published results of a student's years, the newest first. The caller has asked for permission."""
    return tuple(year for _student, year in _years([unit_id], [student_id], None))


@dataclass(frozen=True, slots=True)
class Words:
    """What is published of one child besides marks, the newest first."""

    reports: tuple[Report, ...] = ()
    remarks: tuple[RemarkGroup, ...] = ()
    years: tuple[Year, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.reports or self.remarks or self.years)


def words_of_children(actor: Actor, children: Sequence[Child]) -> dict[int, Words]:
    """Student → comments, assessments, results of years; four queries for any number of the actor's own children."""
    if not children:
        return {}
    units, students = sorted({child.unit_id for child in children}), [child.student_id for child in children]
    with context.scope(units, user=actor.user_id):
        found = (
            _reports(units, students, None),
            _remarks(units, students, None),
            _years(units, students, None),
        )
    return {
        student: Words(*(tuple(row for owner, row in rows if owner == student) for rows in found))  # type: ignore[arg-type]
        for student in students
    }
