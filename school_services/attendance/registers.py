"""The register of a class: what devices and leaves suggest, what the teacher writes, corrections, close of day."""

from __future__ import annotations

import datetime
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from school_services.errors import Conflict, Invalid, NotFound
from school_services.identity import audit
from school_services.identity.actor import Actor
from school_services.identity.models import Role
from school_services.rosters.models import ClassGroup, Enrolment, SchoolYear, TeachingAssignment
from tenants import context

from . import notices, rules
from .access import LEADERS, class_for, leads, refuse
from .days import SESSIONS, absences_of, span, times_of
from .models import Badge, Entry, LeaveRequest, Punch, Register
from .rules import State

WRITABLE = frozenset(State) - {State.HOLIDAY}


@dataclass(frozen=True, slots=True)
class SheetRow:
    """One student. `recorded`: what is written, if anything; `state`: that, or what leave and devices suggest."""

    student_id: int
    full_name: str
    state: State
    recorded: State | None
    reason: str
    on_leave: bool
    punched: datetime.time | None
    absences: rules.AbsenceCount


@dataclass(frozen=True, slots=True)
class Sheet:
    group_id: int
    class_name: str
    day: datetime.date
    session: str
    rows: tuple[SheetRow, ...]
    taken_by: str
    taken_at: datetime.datetime | None
    closed: bool
    may_correct: bool

    @property
    def absent(self) -> int:
        return sum(row.state.absent for row in self.rows)


def _check(day: datetime.date, session: str) -> None:
    if session not in SESSIONS:
        raise NotFound("session")
    if day > timezone.localdate():
        raise Invalid("register_future")


def sheet(*, actor: Actor, unit_id: int, group_id: int, day: datetime.date, session: str) -> Sheet:
    """The register as it is or would be; nine queries whatever the class. The reading is audited.

    Raises `NotFound`, `Invalid("register_future")`, `PermissionRefused`.
    """
    _check(day, session)
    with context.scope((unit_id,), user=actor.user_id):
        group = class_for(actor, unit_id, group_id, "read_register")
        students = _students(group, day)
        entries = {row.student_id: row for row in _current(unit_id, group_id, day, session)}
        on_leave = _on_leave(unit_id, students, day, session)
        first = _first_punches(unit_id, students, day, session)
        counts = absences_of(unit_id, students, day)
        times = times_of(unit_id, session)
        register = (
            Register.objects.select_related("taken_by")
            .filter(unit_id=unit_id, class_group=group, day=day, session=session)
            .first()
        )
        audit.record(
            actor=actor, action="read_register", unit_id=unit_id, subject="rosters.classgroup", subject_id=group_id
        )
    by_devices = bool(first)  # without one punch of the class there is no terminal to believe
    rows = []
    for pk, name in students.items():
        entry = entries.get(pk)
        punch = first.get(pk)
        if entry is not None:
            state = State(entry.state)
        elif by_devices:
            state = rules.by_devices([punch] if punch else [], times, leave_approved=pk in on_leave)
        else:
            state = State.EXCUSED if pk in on_leave else State.PRESENT
        rows.append(
            SheetRow(
                pk, name, state, state if entry else None, entry.reason if entry else "", pk in on_leave, punch,
                counts[pk],
            )
        )  # fmt: skip
    return Sheet(
        group_id=group.pk,
        class_name=group.name,
        day=day,
        session=session,
        rows=tuple(rows),
        taken_by=register.taken_by.full_name if register else "",
        taken_at=register.taken_at if register else None,
        closed=bool(register and register.closed_at),
        may_correct=actor.has(unit_id, *LEADERS) or leads(actor, group),
    )


def take(
    *,
    actor: Actor,
    unit_id: int,
    group_id: int,
    day: datetime.date,
    session: str,
    states: Mapping[int, State],
    reason: str = "",
) -> int:
    """Write the register; returns how many students changed. Who is not named stays as he was, or present.

    Sent twice it changes nothing. After the close of day only the homeroom teacher and the school's leaders correct it,
    with a reason. Raises `NotFound`, `Invalid("register_future"|"register_state"|"reason_needed")`,
    `Conflict("register_closed")`, `PermissionRefused`; then nothing is written.
    """
    _check(day, session)
    if not set(states.values()) <= WRITABLE:
        raise Invalid("register_state")
    now = timezone.now()
    with context.scope((unit_id,), user=actor.user_id):
        group = class_for(actor, unit_id, group_id, "take_register")
        with transaction.atomic():
            register, _made = Register.objects.select_for_update(of=("self",)).get_or_create(
                unit_id=unit_id, class_group=group, day=day, session=session,
                defaults={"taken_by_id": actor.user_id, "taken_at": now},
            )  # fmt: skip
            students = _students(group, day)
            if not states.keys() <= students.keys():
                raise NotFound("student")
            before = {row.student_id: row for row in _current(unit_id, group_id, day, session)}
            wanted = {pk: states.get(pk) or _standing(before.get(pk)) for pk in students}
            changed = [pk for pk, state in wanted.items() if pk not in before or before[pk].state != state.value]
            corrected = [pk for pk in changed if pk in before]
            if changed and register.closed_at is not None:
                if not (actor.has(unit_id, *LEADERS) or leads(actor, group)):
                    raise Conflict("register_closed")
                if not reason.strip():
                    raise Invalid("reason_needed")
            Entry.objects.filter(unit_id=unit_id, pk__in=[before[pk].pk for pk in corrected]).update(superseded_at=now)
            Entry.objects.bulk_create(
                Entry(
                    unit_id=unit_id, student_id=pk, class_group=group, day=day, session=session,
                    state=wanted[pk].value, reason=reason.strip()[:300], recorded_by_id=actor.user_id, recorded_at=now,
                )
                for pk in changed
            )  # fmt: skip
            Register.objects.filter(unit_id=unit_id, pk=register.pk).update(taken_by_id=actor.user_id, taken_at=now)
            audit.record(
                actor=actor, action="take_register", unit_id=unit_id, subject="rosters.classgroup", subject_id=group_id,
                reason=f"{day} {session}: {len(changed)}",
            )  # fmt: skip
            if corrected:
                audit.record_many(
                    actor=actor, unit_id=unit_id, subject="rosters.student",
                    rows=[("correct_attendance", pk) for pk in corrected], reason=reason,
                )  # fmt: skip
            notices.register_taken(unit_id, day, session)
    return len(changed)


def _standing(entry: Entry | None) -> State:
    return State(entry.state) if entry is not None else State.PRESENT


@dataclass(frozen=True, slots=True)
class ClassDay:
    """A class and the sessions of a day that have been taken."""

    group_id: int
    name: str
    taken: frozenset[str]
    absent: int


def my_classes(*, actor: Actor, unit_id: int, day: datetime.date) -> list[ClassDay]:
    """The classes whose register the actor takes: own homeroom, own subjects; for the leaders all. Four queries."""
    with context.scope((unit_id,), user=actor.user_id):
        if not actor.has(unit_id, Role.Kind.TEACHER, *LEADERS):
            raise refuse(actor, unit_id, "list_registers")
        year = SchoolYear.objects.filter(starts__lte=day).order_by("-starts").first()
        groups = ClassGroup.objects.filter(unit_id=unit_id, year=year)
        if not actor.has(unit_id, *LEADERS):
            taught = TeachingAssignment.objects.filter(
                unit_id=unit_id, teacher_id=actor.user_id, valid_to__isnull=True
            ).values("class_group")
            groups = groups.filter(Q(homeroom_teacher_id=actor.user_id) | Q(pk__in=taught))
        found = list(groups.order_by("grade", "name").values_list("pk", "name"))
        ids = [pk for pk, _ in found]
        taken: dict[int, set[str]] = {}
        for group, session in Register.objects.filter(unit_id=unit_id, class_group_id__in=ids, day=day).values_list(
            "class_group_id", "session"
        ):
            taken.setdefault(group, set()).add(session)
        away = Counter(
            Entry.objects.filter(
                unit_id=unit_id, class_group_id__in=ids, day=day, superseded_at__isnull=True,
                state__in=[state.value for state in State if state.absent],
            ).values_list("class_group_id", flat=True)
        )  # fmt: skip
    return [ClassDay(pk, name, frozenset(taken.get(pk, ())), away[pk]) for pk, name in found]


def close_day(*, actor: Actor, unit_id: int, day: datetime.date) -> int:
    """Close the registers of a day; returns how many. Corrections then need a reason. For the school's leaders."""
    if not actor.has(unit_id, *LEADERS):
        raise refuse(actor, unit_id, "close_registers")
    with transaction.atomic(), context.scope((unit_id,), user=actor.user_id):
        count = Register.objects.filter(unit_id=unit_id, day=day, closed_at__isnull=True).update(
            closed_at=timezone.now(), closed_by_id=actor.user_id
        )
        audit.record(
            actor=actor, action="close_registers", unit_id=unit_id, subject="attendance.register",
            reason=f"{day}: {count}",
        )  # fmt: skip
    return count


# -- reads inside the scope of the unit ------------------------------------------------------------------------------


def _students(group: ClassGroup, day: datetime.date) -> dict[int, str]:
    rows = (
        Enrolment.objects.filter(unit_id=group.unit_id, class_group=group, valid_from__lte=day)
        .exclude(valid_to__lte=day)
        .order_by("student__sort_key", "student_id")
    )
    return dict(rows.values_list("student_id", "student__full_name"))


def _current(unit_id: int, group_id: int, day: datetime.date, session: str) -> list[Entry]:
    return list(
        Entry.objects.filter(
            unit_id=unit_id, class_group_id=group_id, day=day, session=session, superseded_at__isnull=True
        )
    )


def _on_leave(unit_id: int, students: Mapping[int, str], day: datetime.date, session: str) -> set[int]:
    rows = LeaveRequest.objects.filter(
        unit_id=unit_id, student_id__in=list(students), state=LeaveRequest.State.APPROVED,
        first_day__lte=day, last_day__gte=day, sessions__contains=session,
    )  # fmt: skip
    return set(rows.values_list("student_id", flat=True))


def _first_punches(
    unit_id: int, students: Mapping[int, str], day: datetime.date, session: str
) -> dict[int, datetime.time]:
    """Student → local time of the first punch of the session."""
    badges = Badge.objects.filter(unit_id=unit_id, student_id__in=list(students), ended_at__isnull=True)
    owners = dict(badges.values_list("pin", "student_id"))
    zone = timezone.get_default_timezone()
    start, end = span(day, session)
    found: dict[int, datetime.time] = {}
    punches = Punch.objects.filter(unit_id=unit_id, pin__in=list(owners), at__gte=start, at__lt=end).order_by("at")
    for pin, at in punches.values_list("pin", "at"):
        found.setdefault(owners[pin], at.astimezone(zone).time())
    return found
