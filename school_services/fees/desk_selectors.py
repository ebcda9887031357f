"""Reads of the accountant's own lists: reliefs, days by class, what can be paid back of a bill."""

from __future__ import annotations

import datetime
from dataclasses import dataclass

from django.utils import timezone

from school_services.attendance import absences
from school_services.errors import NotFound
from school_services.identity import audit
from school_services.identity.actor import Actor
from school_services.rosters.models import ClassGroup, Enrolment, Student
from tenants import context

from .access import require_accountant, require_reader
from .models import AttendedDays, BillLine, FeeKind, Round, StudentRelief


@dataclass(frozen=True, slots=True)
class ReliefLine:
    """A relief of a student. `ended`: its last day has passed."""

    id: int
    student_id: int
    student: str
    code: str
    kind: str
    percent: int
    amount: int
    decision: str
    valid_from: datetime.date
    valid_to: datetime.date | None

    @property
    def ended(self) -> bool:
        return self.valid_to is not None and self.valid_to < timezone.localdate()


def reliefs(*, actor: Actor, unit_id: int, student_id: int = 0) -> list[ReliefLine]:
    """Of one student, or of the school: those in force first; one query. Raises `PermissionRefused`."""
    require_reader(actor, unit_id, "list_reliefs")
    with context.scope((unit_id,), user=actor.user_id):
        rows = StudentRelief.objects.filter(unit_id=unit_id).select_related("student", "kind")
        if student_id:
            rows = rows.filter(student_id=student_id)
        found = [
            ReliefLine(
                row.pk,
                row.student_id,
                row.student.full_name,
                row.student.code,
                row.kind.name if row.kind else "",
                row.percent,
                row.amount,
                row.decision,
                row.valid_from,
                row.valid_to,
            )  # fmt: skip
            for row in rows.order_by("student__sort_key", "pk")[:2000]
        ]
    # A decision names why a family pays less: whoever reads the list leaves a trace.
    audit.record(
        actor=actor, action="list_reliefs", unit_id=unit_id, subject="rosters.student", subject_id=student_id or None
    )
    return sorted(found, key=lambda line: line.ended)


def student_head(*, actor: Actor, unit_id: int, student_id: int) -> tuple[str, str]:
    """(name, code) of a student here. Raises `PermissionRefused`, `NotFound("student")`."""
    require_reader(actor, unit_id, "read_student_account")
    with context.scope((unit_id,), user=actor.user_id):
        row = Student.objects.filter(unit_id=unit_id, pk=student_id).values_list("full_name", "code").first()
    if row is None:
        raise NotFound("student")
    return row


def kinds_in_use(unit_id: int, year_id: int) -> list[tuple[int, str]]:
    with context.scope((unit_id,)):
        rows = FeeKind.objects.filter(unit_id=unit_id, year_id=year_id, active=True).order_by("place", "name")
        return list(rows.values_list("pk", "name"))


def classes(unit_id: int, year_id: int) -> list[tuple[int, str]]:
    with context.scope((unit_id,)):
        rows = ClassGroup.objects.filter(unit_id=unit_id, year_id=year_id).order_by("grade", "name")
        return list(rows.values_list("pk", "name"))


@dataclass(frozen=True, slots=True)
class DayLine:
    student_id: int
    full_name: str
    days: int
    away: int
    less: int


@dataclass(frozen=True, slots=True)
class ClassDays:
    """Days of a class in a round that is being prepared; `away` counts the register between `first` and `last`."""

    round: Round
    class_id: int
    classes: tuple[tuple[int, str], ...]
    first: datetime.date
    last: datetime.date
    lines: tuple[DayLine, ...]


def class_days(
    *, actor: Actor, unit_id: int, round_id: int, class_id: int, first: datetime.date, last: datetime.date
) -> ClassDays:
    """The days to be charged of each student; seven queries. Raises `NotFound("round")`, `PermissionRefused`."""
    require_accountant(actor, unit_id, "set_attended_days")
    with context.scope((unit_id,), user=actor.user_id):
        found = Round.objects.filter(unit_id=unit_id, pk=round_id).first()
        if found is None:
            raise NotFound("round")
        groups = classes(unit_id, found.year_id)
        if class_id not in {pk for pk, _ in groups}:
            class_id = groups[0][0] if groups else 0
        rows = Enrolment.objects.filter(unit_id=unit_id, class_group_id=class_id, valid_to__isnull=True)
        students = list(
            rows.order_by("student__sort_key", "student_id").values_list("student_id", "student__full_name")
        )
        stored = dict(AttendedDays.objects.filter(unit_id=unit_id, round=found).values_list("student_id", "days"))
        away = absences.days_away(unit_id, first, last)
        audit.record(
            actor=actor, action="read_attended_days", unit_id=unit_id, subject="rosters.classgroup", subject_id=class_id
        )
    lines = tuple(
        DayLine(pk, name, stored.get(pk, found.days), away.get(pk, 0), max(0, found.days - away.get(pk, 0)))
        for pk, name in students
    )
    return ClassDays(found, class_id, tuple(groups), first, last, lines)


@dataclass(frozen=True, slots=True)
class PaidLine:
    """A charge of a bill that can be paid back in part."""

    id: int
    text: str
    amount: int


def paid_lines(*, actor: Actor, unit_id: int, bill_ids: list[int]) -> list[PaidLine]:
    """The charges of settled bills, newest bill first. Raises `PermissionRefused`."""
    require_reader(actor, unit_id, "list_payments")
    with context.scope((unit_id,), user=actor.user_id):
        rows = BillLine.objects.filter(unit_id=unit_id, bill_id__in=bill_ids, amount__gt=0)
        return [
            PaidLine(row.pk, f"{row.name}, {row.bill.round.title}", row.amount)
            for row in rows.select_related("bill__round").order_by("-bill_id", "pk")[:60]
        ]
