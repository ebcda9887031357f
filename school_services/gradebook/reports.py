"""The homeroom teacher's part: conduct, absences and a comment for each student of a class in a term."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from dataclasses import dataclass

from django.db import transaction
from django.utils import timezone

from school_services.errors import Conflict, Invalid, NotFound
from school_services.identity import audit
from school_services.identity.actor import Actor
from school_services.identity.models import Role
from school_services.rosters.models import ClassGroup, Enrolment, Term
from tenants import context, locks

from . import grids, marks, rules
from .models import TermReport

MAX_ABSENCES = 200
NO_REPORT = 0


@dataclass(frozen=True, slots=True)
class Entry:
    """What was typed for one student. `version`: id of the report it was typed over, 0 for none."""

    student: int
    conduct: str
    absences: str
    comment: str
    version: int


@dataclass(frozen=True, slots=True)
class Line:
    """A student with the report of the term, blanks where there is none."""

    student_id: int
    full_name: str
    conduct: str
    absences: int
    comment: str
    version: int
    published: bool
    assessed: bool


@dataclass(frozen=True, slots=True)
class Sheet:
    """A class in a term, with what is missing: students without conduct, and without a comment."""

    class_group_id: int
    class_name: str
    term_id: int
    term_number: int
    year: str
    lines: tuple[Line, ...]

    @property
    def missing(self) -> int:
        return sum(1 for line in self.lines if line.assessed and not line.conduct)

    @property
    def unpublished(self) -> int:
        return sum(1 for line in self.lines if line.version and not line.published)


def require_homeroom(actor: Actor, unit_id: int, class_group_id: int, action: str) -> None:
    """The homeroom teacher of the class, or the principal. A refusal is audited, then `PermissionRefused`."""
    if actor.has(unit_id, Role.Kind.PRINCIPAL):
        return
    if actor.has(unit_id, Role.Kind.TEACHER):
        with context.scope((unit_id,), user=actor.user_id):
            if ClassGroup.objects.filter(
                unit_id=unit_id, pk=class_group_id, homeroom_teacher_id=actor.user_id
            ).exists():
                return
    marks.refuse(actor, unit_id, class_group_id, action)


def sheet(*, actor: Actor, unit_id: int, class_group_id: int, term_id: int) -> Sheet:
    """The class with its reports; a constant number of queries. Audited. Raises `PermissionRefused`, `NotFound`."""
    require_homeroom(actor, unit_id, class_group_id, "read_reports")
    with context.scope((unit_id,), user=actor.user_id):
        group = ClassGroup.objects.select_related("year").filter(unit_id=unit_id, pk=class_group_id).first()
        term = Term.objects.filter(pk=term_id).first()
        if group is None or term is None or term.year_id != group.year_id:
            raise NotFound("class")
        students = list(
            Enrolment.objects.filter(unit_id=unit_id, class_group=group, valid_to__isnull=True)
            .order_by("student__sort_key", "student_id")
            .values_list("student_id", "student__full_name", "student__assessed")
        )
        current = {
            row.student_id: row
            for row in TermReport.objects.filter(
                unit_id=unit_id, term=term, student_id__in=[s[0] for s in students], superseded_at__isnull=True
            )
        }
        audit.record(
            actor=actor, action="read_reports", unit_id=unit_id, subject="rosters.classgroup", subject_id=group.pk
        )
    return Sheet(
        group.pk,
        group.name,
        term.pk,
        term.number,
        group.year.code,
        tuple(_line(student, name, assessed, current.get(student)) for student, name, assessed in students),
    )


def _line(student: int, name: str, assessed: bool, row: TermReport | None) -> Line:
    if row is None:
        return Line(student, name, "", 0, "", NO_REPORT, False, assessed)
    conduct = "" if row.conduct is None else rules.Level(row.conduct).name
    return Line(student, name, conduct, row.absences, row.comment, row.pk, row.published_at is not None, assessed)


def save(*, actor: Actor, unit_id: int, class_group_id: int, term_id: int, entries: Sequence[Entry]) -> int:
    """Save reports, all or none; returns how many changed. What is as it was is left alone; old rows stay.

    Raises `PermissionRefused`, `NotFound("student")`, `Invalid("conduct_format"|"absences_format", student=…)`,
    `Conflict("changed_meanwhile", student=…)`.
    """
    require_homeroom(actor, unit_id, class_group_id, "write_report")
    read = {entry.student: _read(entry) for entry in entries}
    now = timezone.now()
    with transaction.atomic(), context.scope((unit_id,), user=actor.user_id):
        locks.hold(f"gradebook.reports:{unit_id}:{class_group_id}:{term_id}")
        if not Term.objects.filter(pk=term_id, year__in=ClassGroup.objects.filter(pk=class_group_id).values("year")):
            raise NotFound("class")
        members = set(
            Enrolment.objects.filter(
                unit_id=unit_id, class_group_id=class_group_id, student_id__in=list(read)
            ).values_list("student_id", flat=True)
        )
        current = {
            row.student_id: row
            for row in TermReport.objects.filter(
                unit_id=unit_id, term_id=term_id, student_id__in=list(read), superseded_at__isnull=True
            )
        }
        fresh = []
        for entry in entries:
            if entry.student not in members:
                raise NotFound("student")
            conduct, absences, comment = read[entry.student]
            old = current.get(entry.student)
            if (old is None and conduct is None and not absences and not comment) or (
                old is not None and (old.conduct, old.absences, old.comment) == (conduct, absences, comment)
            ):
                continue
            if entry.version != (old.pk if old else NO_REPORT):
                raise Conflict("changed_meanwhile", student=entry.student)
            fresh.append(
                TermReport(
                    unit_id=unit_id,
                    student_id=entry.student,
                    class_group_id=class_group_id,
                    term_id=term_id,
                    conduct=conduct,
                    absences=absences,
                    comment=comment,
                    recorded_by_id=actor.user_id,
                    recorded_at=now,
                    published_at=now if old is not None and old.published_at else None,
                )
            )
        changed = [row.student_id for row in fresh]
        TermReport.objects.filter(unit_id=unit_id, pk__in=[current[s].pk for s in changed if s in current]).update(
            superseded_at=now
        )
        TermReport.objects.bulk_create(fresh, batch_size=500)
        audit.record_many(
            actor=actor, unit_id=unit_id, subject="rosters.student", rows=[("write_report", s) for s in changed]
        )
    return len(fresh)


def _read(entry: Entry) -> tuple[int | None, int, str]:
    if entry.conduct and entry.conduct not in rules.Level.__members__:
        raise Invalid("conduct_format", student=entry.student)
    absences = entry.absences.strip() or "0"
    if not (absences.isascii() and absences.isdigit() and int(absences[:6]) <= MAX_ABSENCES):
        raise Invalid("absences_format", student=entry.student)
    conduct = rules.Level[entry.conduct].value if entry.conduct else None
    return conduct, int(absences), " ".join(entry.comment.split())[:1000]


def publish(*, actor: Actor, unit_id: int, class_group_id: int, term_id: int) -> int:
    """Let families see the reports of a class; returns how many became visible. Raises `PermissionRefused`."""
    require_homeroom(actor, unit_id, class_group_id, "publish_reports")
    with transaction.atomic(), context.scope((unit_id,), user=actor.user_id):
        count = TermReport.objects.filter(
            unit_id=unit_id,
            class_group_id=class_group_id,
            term_id=term_id,
            superseded_at__isnull=True,
            published_at__isnull=True,
        ).update(published_at=timezone.now())
        audit.record(
            actor=actor,
            action="publish_reports",
            unit_id=unit_id,
            subject="rosters.classgroup",
            subject_id=class_group_id,
        )
    return count


@dataclass(frozen=True, slots=True)
class Owed:
    """What a homeroom class still lacks in a term; all zero when nothing is owed."""

    class_group_id: int
    class_name: str
    students: int
    without_conduct: int
    without_comment: int
    unpublished: int


def owed(*, actor: Actor, unit_id: int, term: Term) -> list[Owed]:
    """Homeroom classes of the actor, or all of the school for its principal, with what is missing; three queries."""
    with context.scope((unit_id,), user=actor.user_id):
        groups = ClassGroup.objects.filter(unit_id=unit_id, year_id=term.year_id, grade__gte=grids.MARKS_FROM)
        groups = groups.order_by("grade", "name")
        if not actor.has(unit_id, Role.Kind.PRINCIPAL):
            groups = groups.filter(homeroom_teacher_id=actor.user_id)
        names = dict(groups.values_list("pk", "name"))
        members: dict[int, set[int]] = {pk: set() for pk in names}
        for group, student in Enrolment.objects.filter(
            unit_id=unit_id, class_group_id__in=list(names), valid_to__isnull=True, student__assessed=True
        ).values_list("class_group_id", "student_id"):
            members[group].add(student)
        reports: dict[int, tuple[int | None, str, datetime.datetime | None]] = {
            student: (conduct, comment, published)
            for student, conduct, comment, published in TermReport.objects.filter(
                unit_id=unit_id, term=term, class_group_id__in=list(names), superseded_at__isnull=True
            ).values_list("student_id", "conduct", "comment", "published_at")
        }
    nothing = (None, "", None)
    return [
        Owed(
            pk,
            name,
            len(members[pk]),
            sum(1 for s in members[pk] if reports.get(s, nothing)[0] is None),
            sum(1 for s in members[pk] if not reports.get(s, nothing)[1]),
            sum(1 for s in members[pk] if s in reports and reports[s][2] is None),
        )
        for pk, name in names.items()
    ]
