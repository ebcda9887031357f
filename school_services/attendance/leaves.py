"""Đơn xin nghỉ: a guardian asks, the homeroom teacher or the school decides, the register follows."""

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
from school_services.rosters import selectors as rosters
from school_services.rosters.models import Enrolment
from tenants import context

from . import notices
from .access import LEADERS, refuse
from .days import SESSIONS
from .models import Entry, LeaveRequest
from .rules import State, count_absences

MAX_DAYS = 30
BACK_DAYS = 3  # an illness is often told of on the day after


@dataclass(frozen=True, slots=True)
class Leave:
    """A request as both sides read it. `sessions`: "S" morning, "C" afternoon, "SC" both."""

    pk: int
    student_id: int
    full_name: str
    class_name: str
    first_day: datetime.date
    last_day: datetime.date
    sessions: str
    reason: str
    state: str
    answer: str
    decided_by: str


def ask(
    *,
    actor: Actor,
    student_id: int,
    first_day: datetime.date,
    last_day: datetime.date,
    sessions: str = "SC",
    reason: str,
) -> int:
    """Ask for leave for one's own child. Raises `NotFound("student")`, `Invalid("leave_days"|"leave_reason"|
    "leave_sessions")`, `Conflict("leave_open")` where a request for one of these days waits or stands."""
    child = rosters.child(actor, student_id)
    today = timezone.localdate()
    if not today - datetime.timedelta(days=BACK_DAYS) <= first_day <= last_day:
        raise Invalid("leave_days")
    if (last_day - first_day).days >= MAX_DAYS:
        raise Invalid("leave_days")
    if sessions not in (*SESSIONS, "".join(SESSIONS)):
        raise Invalid("leave_sessions")
    if not reason.strip():
        raise Invalid("leave_reason")
    with transaction.atomic(), context.scope((child.unit_id,), user=actor.user_id):
        # The child's enrolment is the row that two requests of one moment would meet at.
        Enrolment.objects.select_for_update(of=("self",)).filter(
            unit_id=child.unit_id, student_id=student_id, valid_to__isnull=True
        ).first()
        standing = LeaveRequest.objects.filter(
            unit_id=child.unit_id, student_id=student_id, first_day__lte=last_day, last_day__gte=first_day,
            state__in=[LeaveRequest.State.PENDING, LeaveRequest.State.APPROVED],
        )  # fmt: skip
        if any(set(row) & set(sessions) for row in standing.values_list("sessions", flat=True)):
            raise Conflict("leave_open")
        return LeaveRequest.objects.create(
            unit_id=child.unit_id, student_id=student_id, first_day=first_day, last_day=last_day, sessions=sessions,
            reason=reason.strip()[:300], asked_by_id=actor.user_id,
        ).pk  # fmt: skip


def withdraw(*, actor: Actor, student_id: int, request_id: int) -> None:
    """Take a request back while nobody has decided. Raises `NotFound`, `Conflict("leave_decided")`."""
    child = rosters.child(actor, student_id)
    with transaction.atomic(), context.scope((child.unit_id,), user=actor.user_id):
        row = (
            LeaveRequest.objects.select_for_update(of=("self",))
            .filter(unit_id=child.unit_id, pk=request_id, student_id=student_id)
            .first()
        )
        if row is None:
            raise NotFound("leave")
        if row.state != LeaveRequest.State.PENDING:
            raise Conflict("leave_decided")
        LeaveRequest.objects.filter(unit_id=child.unit_id, pk=row.pk).update(state=LeaveRequest.State.WITHDRAWN)


def of_child(*, actor: Actor, student_id: int) -> list[Leave]:
    """The requests of one's own child, newest first."""
    child = rosters.child(actor, student_id)
    with context.scope((child.unit_id,), user=actor.user_id):
        rows = LeaveRequest.objects.filter(unit_id=child.unit_id, student_id=student_id).order_by("-first_day", "-pk")
        return _read(rows[:50], {student_id: child.class_name})


def waiting(*, actor: Actor, unit_id: int) -> list[Leave]:
    """What waits for the actor: of the own homeroom class, for the leaders of all. Three queries; audited."""
    with context.scope((unit_id,), user=actor.user_id):
        if not actor.has(unit_id, Role.Kind.TEACHER, *LEADERS):
            raise refuse(actor, unit_id, "list_leaves")
        classes = dict(_classes(actor, unit_id))
        rows = LeaveRequest.objects.filter(
            unit_id=unit_id, state=LeaveRequest.State.PENDING, student_id__in=list(classes)
        ).order_by("first_day", "pk")
        found = _read(rows, classes)
        if found:
            audit.record_many(
                actor=actor, unit_id=unit_id, subject="rosters.student",
                rows=[("read_leave", leave.student_id) for leave in found],
            )  # fmt: skip
        return found


def decide(*, actor: Actor, unit_id: int, request_id: int, approve: bool, answer: str = "") -> None:
    """Approve or refuse; a refusal says why. What was written as absent without leave becomes absent with leave.

    For the homeroom teacher and the school's leaders. Raises `NotFound("leave")`, `Conflict("leave_decided")`,
    `Invalid("note_needed")`, `PermissionRefused`.
    """
    if not approve and not answer.strip():
        raise Invalid("note_needed")
    with context.scope((unit_id,), user=actor.user_id):
        student = (
            LeaveRequest.objects.filter(unit_id=unit_id, pk=request_id).values_list("student_id", flat=True).first()
        )
        if student is None:
            raise NotFound("leave")
        if student not in dict(_classes(actor, unit_id)):
            raise refuse(actor, unit_id, "decide_leave")
        with transaction.atomic():
            row = LeaveRequest.objects.select_for_update(of=("self",)).get(unit_id=unit_id, pk=request_id)
            if row.state != LeaveRequest.State.PENDING:
                raise Conflict("leave_decided")
            state = LeaveRequest.State.APPROVED if approve else LeaveRequest.State.REFUSED
            LeaveRequest.objects.filter(unit_id=unit_id, pk=row.pk).update(
                state=state, decided_by_id=actor.user_id, decided_at=timezone.now(), answer=answer.strip()[:300]
            )
            if approve:
                _excuse(actor, row)
            audit.record(
                actor=actor, action="approve_leave" if approve else "refuse_leave", unit_id=unit_id,
                subject="rosters.student", subject_id=student, reason=answer,
            )  # fmt: skip
            notices.leave_decided(unit_id, student, row.pk, row.first_day, approved=approve, answer=answer)


def _excuse(actor: Actor, leave: LeaveRequest) -> None:
    """Registers taken before the decision: without leave becomes with leave, by rows that say so."""
    now = timezone.now()
    rows = list(
        Entry.objects.select_for_update(of=("self",)).filter(
            unit_id=leave.unit_id, student_id=leave.student_id, day__gte=leave.first_day, day__lte=leave.last_day,
            session__in=list(leave.sessions), superseded_at__isnull=True, state=State.UNEXCUSED.value,
        )
    )  # fmt: skip
    Entry.objects.filter(unit_id=leave.unit_id, pk__in=[row.pk for row in rows]).update(superseded_at=now)
    Entry.objects.bulk_create(
        Entry(
            unit_id=leave.unit_id, student_id=leave.student_id, class_group_id=row.class_group_id, day=row.day,
            session=row.session, state=State.EXCUSED.value, reason=leave.reason, recorded_by_id=actor.user_id,
            recorded_at=now,
        )
        for row in rows
    )  # fmt: skip


def _classes(actor: Actor, unit_id: int) -> Sequence[tuple[int, str]]:
    """(student, class) of the students whose leaves the actor decides."""
    rows = Enrolment.objects.filter(unit_id=unit_id, valid_to__isnull=True)
    if not actor.has(unit_id, *LEADERS):
        if not actor.has(unit_id, Role.Kind.TEACHER):
            return []
        rows = rows.filter(class_group__homeroom_teacher_id=actor.user_id)
    return list(rows.values_list("student_id", "class_group__name"))


def _read(rows: object, classes: dict[int, str]) -> list[Leave]:
    return [
        Leave(pk, student, name, classes.get(student, ""), first, last, sessions, reason, state, answer, by or "")
        for pk, student, name, first, last, sessions, reason, state, answer, by in rows.values_list(  # type: ignore[attr-defined]
            "pk", "student_id", "student__full_name", "first_day", "last_day", "sessions", "reason", "state",
            "answer", "decided_by__full_name",
        )
    ]  # fmt: skip


@dataclass(frozen=True, slots=True)
class Session:
    day: datetime.date
    session: str
    state: State


@dataclass(frozen=True, slots=True)
class ChildDays:
    """A child's last school days, newest first, and the absences of the year."""

    child: rosters.Child
    sessions: tuple[Session, ...]
    excused: int
    unexcused: int


def days_of_children(actor: Actor, *, unit_ids: tuple[int, ...] | None = None, days: int = 14) -> list[ChildDays]:
    """What the registers say of the actor's own children; five queries whatever their number."""
    children = rosters.children(actor, unit_ids=unit_ids)
    if not children:
        return []
    since = timezone.localdate() - datetime.timedelta(days=days)
    starts = rosters.current_year().starts
    with context.scope({child.unit_id for child in children}, user=actor.user_id):
        rows = list(
            Entry.objects.filter(
                unit_id__in={child.unit_id for child in children}, student_id__in=[c.student_id for c in children],
                day__gte=min(since, starts), superseded_at__isnull=True,
            )
            .order_by("-day", "-session")
            .values_list("student_id", "day", "session", "state")
        )  # fmt: skip
    return [
        _days_of(child, [row[1:] for row in rows if row[0] == child.student_id], since, starts) for child in children
    ]


def _days_of(
    child: rosters.Child, rows: list[tuple[datetime.date, str, str]], since: datetime.date, starts: datetime.date
) -> ChildDays:
    sessions = tuple(Session(day, session, State(state)) for day, session, state in rows if day >= since)
    count = count_absences([State(state) for day, _, state in rows if day >= starts])
    return ChildDays(child, sessions, count.excused, count.unexcused)
