"""Marks follow their student: into another class, and, as results with their source, to another school."""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.utils import timezone

from school_services.errors import NotFound
from school_services.identity import audit
from school_services.identity.actor import Actor
from school_services.rosters import lifecycle
from school_services.rosters.models import ClassGroup, Enrolment, SchoolYear, Term
from school_services.rosters.services import require_office
from tenants import context

from . import grids, marks, rules, words
from .models import Assessment, CarriedResult, Mark, TermReport, YearResult


def change_class(
    *, actor: Actor, unit_id: int, student_id: int, class_group_id: int, day: datetime.date, reason: str
) -> lifecycle.Moved:
    """Move a student with the marks of the year: each goes to the same column of the new class, the old row stays.

    Raises what `lifecycle.change_class` raises; nothing is half done.
    """
    require_office(actor, unit_id, "change_class")
    with transaction.atomic():
        moved = lifecycle.change_class(
            actor=actor, unit_id=unit_id, student_id=student_id, class_group_id=class_group_id, day=day, reason=reason
        )
        with context.scope((unit_id,), user=actor.user_id):
            _move_marks(actor, unit_id, student_id, moved.before or 0, class_group_id)
            TermReport.objects.filter(
                unit_id=unit_id, student_id=student_id, class_group_id=moved.before, superseded_at__isnull=True
            ).update(class_group_id=class_group_id)
    return moved


def _key(column: Assessment) -> tuple[int, int, str, int]:
    return column.subject_id, column.term_id, column.kind, column.ordinal


def _move_marks(actor: Actor, unit_id: int, student_id: int, before: int, after: int) -> None:
    old_name = ClassGroup.objects.get(unit_id=unit_id, pk=before).name
    rows = list(
        Mark.objects.select_related("assessment").filter(
            unit_id=unit_id,
            student_id=student_id,
            assessment__class_group_id=before,
            superseded_at__isnull=True,
        )
    )
    columns = {_key(c): c for c in Assessment.objects.filter(unit_id=unit_id, class_group_id=after)}
    missing = [row.assessment for row in rows if _key(row.assessment) not in columns]
    made = Assessment.objects.bulk_create(
        [
            Assessment(
                unit_id=unit_id,
                class_group_id=after,
                subject_id=column.subject_id,
                term_id=column.term_id,
                kind=column.kind,
                ordinal=column.ordinal,
                published_at=column.published_at,
            )
            for column in missing
        ]
    )
    columns |= {_key(column): column for column in made}
    taken = set(
        Mark.objects.filter(
            unit_id=unit_id, student_id=student_id, assessment__class_group_id=after, superseded_at__isnull=True
        ).values_list("assessment_id", flat=True)
    )
    going = [row for row in rows if columns[_key(row.assessment)].pk not in taken]
    Mark.objects.filter(unit_id=unit_id, pk__in=[row.pk for row in rows]).update(superseded_at=timezone.now())
    Mark.objects.bulk_create(
        [
            Mark(
                unit_id=unit_id,
                assessment=columns[_key(row.assessment)],
                student_id=student_id,
                value=row.value,
                comment=row.comment,
                status=row.status,
                reason=f"{old_name} → {row.reason}"[:300] if row.reason else old_name,
                recorded_by_id=row.recorded_by_id,
                recorded_at=row.recorded_at,
            )
            for row in going
        ]
    )


def prepare_transfer(*, actor: Actor, unit_id: int, student_id: int, day: datetime.date, reason: str) -> str:
    """The code for another school, with the year so far. Raises what `lifecycle.prepare_transfer` raises."""
    require_office(actor, unit_id, "prepare_transfer")
    with context.scope((unit_id,), user=actor.user_id):
        travels = _travels(unit_id, student_id)
    return lifecycle.prepare_transfer(
        actor=actor, unit_id=unit_id, student_id=student_id, day=day, reason=reason, travels=travels
    )


def _travels(unit_id: int, student_id: int) -> dict[str, Any]:
    """Results of the running year: term results by subject, conduct by term, single marks of unfinished terms."""
    enrolment = (
        Enrolment.objects.select_related("class_group")
        .filter(unit_id=unit_id, student_id=student_id, valid_to__isnull=True)
        .first()
    )
    if enrolment is None:
        return {}
    group = enrolment.class_group
    terms = dict(Term.objects.filter(year_id=group.year_id).values_list("pk", "number"))
    columns = list(Assessment.objects.select_related("subject").filter(unit_id=unit_id, class_group=group))
    found = {
        mark.assessment_id: mark
        for mark in Mark.objects.filter(
            unit_id=unit_id, assessment__in=columns, student_id=student_id, superseded_at__isnull=True
        )
    }
    cells: dict[tuple[str, str, int], list[tuple[str, Mark | None]]] = {}
    singles = []
    for column in columns:
        mark = found.get(column.pk)
        key = (column.subject.code, column.subject.kind, terms[column.term_id])
        cells.setdefault(key, []).append((column.kind, mark))
        if mark is not None:
            singles.append(
                [column.subject.code, terms[column.term_id], grids.column_name(column.kind, column.ordinal),
                 marks.text_of(mark)]
            )  # fmt: skip
    results = [
        [code, term, text]
        for (code, kind, term), row in cells.items()
        if all(mark is not None for _, mark in row) and (text := grids.average_of(kind, row))
    ]
    conduct = [
        [terms[report.term_id], rules.Level(report.conduct).name, report.absences]
        for report in TermReport.objects.filter(
            unit_id=unit_id, student_id=student_id, term_id__in=list(terms), superseded_at__isnull=True
        )
        if report.conduct is not None
    ]
    return {"year": group.year_id, "results": results, "conduct": conduct, "marks": singles}


def accept_transfer(
    *, actor: Actor, unit_id: int, code: str, class_group_id: int, student_code: str, day: datetime.date
) -> lifecycle.Arrived:
    """Take a student in; finished terms come as results with the other school as their source.

    Raises what `lifecycle.accept_transfer` raises; nothing is half done.
    """
    require_office(actor, unit_id, "accept_transfer")
    with transaction.atomic():
        arrived = lifecycle.accept_transfer(
            actor=actor, unit_id=unit_id, code=code, class_group_id=class_group_id, student_code=student_code, day=day
        )
        kinds = {1: CarriedResult.Kind.FIRST_TERM, 2: CarriedResult.Kind.SECOND_TERM}
        travels = arrived.travels
        rows = [(item, kinds[term], text) for item, term, text in travels.get("results", [])]
        rows += [("RL", kinds[term], level) for term, level, _ in travels.get("conduct", [])]
        with context.scope((unit_id,), user=actor.user_id):
            CarriedResult.objects.bulk_create(
                [
                    CarriedResult(
                        unit_id=unit_id,
                        student_id=arrived.student_id,
                        year_id=travels["year"],
                        item=item,
                        kind=kind,
                        text=text,
                        source=arrived.came_from,
                        recorded_by_id=actor.user_id,
                        recorded_at=timezone.now(),
                    )
                    for item, kind, text in rows
                ]
            )
    return arrived


@dataclass(frozen=True, slots=True)
class EndLine:
    """A student of a class that closes: the decision in words, and what it suggests (up, repeating, completed, "")."""

    student_id: int
    full_name: str
    decision: str
    suggestion: str


@dataclass(frozen=True, slots=True)
class YearEnd:
    name: str
    next_year: SchoolYear | None
    up_to: str
    repeat_in: str
    lines: tuple[EndLine, ...]


LAST_GRADES = frozenset({5, 9, 12})


def year_end(*, actor: Actor, unit_id: int, class_group_id: int) -> YearEnd:
    """Who is still in a class at the year's end, and what their results suggest.

    Raises `PermissionRefused`, `NotFound("class")`.
    """
    require_office(actor, unit_id, "begin_year")
    with context.scope((unit_id,), user=actor.user_id):
        group = ClassGroup.objects.select_related("year").filter(unit_id=unit_id, pk=class_group_id).first()
        if group is None:
            raise NotFound("class")
        students = list(
            Enrolment.objects.filter(unit_id=unit_id, class_group=group, valid_to__isnull=True)
            .order_by("student__sort_key", "student_id")
            .values_list("student_id", "student__full_name")
        )
        decisions = dict(
            YearResult.objects.filter(
                unit_id=unit_id,
                year_id=group.year_id,
                student_id__in=[pk for pk, _ in students],
                superseded_at__isnull=True,
            ).values_list("student_id", "decision")
        )
        audit.record(
            actor=actor, action="begin_year", unit_id=unit_id, subject="rosters.classgroup", subject_id=group.pk
        )
    up = "completed" if group.grade in LAST_GRADES else "up"
    suggestions = {rules.Decision.LEN_LOP.value: up, rules.Decision.O_LAI_LOP.value: "repeating"}
    rest = group.name.removeprefix(str(group.grade))
    return YearEnd(
        group.name,
        SchoolYear.objects.filter(starts__gt=group.year.starts).order_by("starts").first(),
        "" if group.grade in LAST_GRADES else f"{group.grade + 1}{rest}",
        group.name,
        tuple(
            EndLine(pk, name, words.result(decisions.get(pk, "")), suggestions.get(decisions.get(pk, ""), ""))
            for pk, name in students
        ),
    )
