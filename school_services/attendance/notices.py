"""What families are told of the day: absence without leave, late, arrived, many absences, what became of a leave.

An absence is told ten minutes after the hour at which coming late ends, from what the register says then: a mistake
that the teacher puts right before is never told. Each thing is told once (`messaging.outbox`: pupil and session).
"""

from __future__ import annotations

import datetime
from collections.abc import Collection, Mapping
from dataclasses import dataclass

from django.db import transaction
from django.utils import timezone

from school_services.identity import audit
from school_services.identity.actor import Actor
from school_services.messaging import outbox
from school_services.messaging.rules import Kind
from school_services.rosters.models import Enrolment
from tenants import context, tasks
from tenants.models import Unit

from . import rules
from .access import LEADERS, refuse
from .days import SESSIONS, absences_of, span, times_of
from .models import Badge, Entry, NoticeSetting, Punch
from .rules import State
from .tasks import tell_arrivals, tell_session

TOLD_AFTER = datetime.timedelta(minutes=10)
ARRIVED_WITHIN = datetime.timedelta(minutes=30)  # what a terminal kept while its line was down is no news
_SESSION = {"S": "sáng", "C": "chiều"}


@dataclass(frozen=True, slots=True)
class _Child:
    name: str
    class_name: str
    guardians: tuple[int, ...]


def register_taken(unit_id: int, day: datetime.date, session: str) -> None:
    """A register was written: families are told when the hour has come. Inside the write's transaction."""
    if day != timezone.localdate():
        return  # a correction of the past is read on the family's page
    ends = times_of(unit_id, session).absent_after
    at = datetime.datetime.combine(day, ends, timezone.get_default_timezone()) + TOLD_AFTER
    lock = f"attendance.tell.{unit_id}.{day}.{session}"
    tasks.defer(tell_session, queueing_lock=lock, at=at, day=day.isoformat(), session=session)


def punches_came(unit_id: int) -> None:
    """Terminals reported: who arrived is told, where the school wants it."""
    if NoticeSetting.objects.filter(unit_id=unit_id, arrivals=True).exists():
        tasks.defer(tell_arrivals, queueing_lock=f"attendance.arrivals.{unit_id}")


def tell(unit_id: int, day: datetime.date, session: str) -> int:
    """Tell what a session's register says, inside the scope of the unit; returns how many notices were named.

    The same queries whatever the number of pupils.
    """
    if session not in SESSIONS:
        return 0
    told = {State.UNEXCUSED.value: Kind.ABSENCE}
    if NoticeSetting.objects.filter(unit_id=unit_id, late=True).exists():
        told[State.LATE.value] = Kind.LATE
    rows = Entry.objects.filter(
        unit_id=unit_id, day=day, session=session, superseded_at__isnull=True, state__in=[*told, State.EXCUSED.value]
    )
    states = dict(rows.values_list("student_id", "state"))
    if not states:
        return 0
    people = _people(unit_id, states)
    words = {"truong": _name(unit_id), "buoi": _SESSION[session], "ngay": day}
    count = 0
    for state, kind in told.items():
        students = [pk for pk, found in states.items() if found == state]
        count += _send(unit_id, kind, f"{day}:{session}", students, people, dict.fromkeys(students, words))
    missed = absences_of(unit_id, people, day)
    for step in rules.WARNINGS:
        reached = {pk: found for pk, found in missed.items() if rules.warning(found.total) == step}
        values = {
            pk: {"truong": words["truong"], "so_buoi": found.total, "con_lai": found.left}
            for pk, found in reached.items()
        }
        count += _send(unit_id, Kind.WARNING, f"{rules.school_year(day)}:{step}", list(reached), people, values)
    return count


def tell_arrived(unit_id: int) -> int:
    """Who came to the terminals just now, for the first time in this session; inside the scope of the unit."""
    now = timezone.localtime()
    session = "S" if now.hour < 12 else "C"
    start, end = span(now.date(), session)
    first: dict[str, datetime.datetime] = {}
    punches = Punch.objects.filter(unit_id=unit_id, at__gte=start, at__lt=end).order_by("at")
    for pin, at in punches.values_list("pin", "at"):
        first.setdefault(pin, at)
    fresh = [pin for pin, at in first.items() if now - at < ARRIVED_WITHIN]
    badges = Badge.objects.filter(unit_id=unit_id, pin__in=fresh, ended_at__isnull=True)
    arrived = {student: first[pin] for pin, student in badges.values_list("pin", "student_id")}
    people = _people(unit_id, arrived)
    name = _name(unit_id)
    values = {
        pk: {"truong": name, "gio": at.astimezone(now.tzinfo).time(), "ngay": now.date()} for pk, at in arrived.items()
    }
    return _send(unit_id, Kind.ARRIVAL, f"{now.date()}:{session}", list(arrived), people, values)


def leave_decided(
    unit_id: int, student_id: int, request_id: int, day: datetime.date, *, approved: bool, answer: str
) -> None:
    """What became of a leave, to every guardian of the child."""
    values = {
        "truong": _name(unit_id),
        "ngay": day,
        "ket_qua": "được duyệt" if approved else "không được duyệt",
        "tra_loi": answer.strip() or "–",
    }
    people = _people(unit_id, [student_id])
    _send(unit_id, Kind.LEAVE, f"{request_id}", [student_id], people, {student_id: values})


def _name(unit_id: int) -> str:
    return Unit.objects.values_list("name", flat=True).get(pk=unit_id)


def _people(unit_id: int, students: Collection[int]) -> dict[int, _Child]:
    """Of these students those with a family; two queries."""
    families: dict[int, list[int]] = {}
    for student, user in outbox.families(unit_id, students):
        families.setdefault(student, []).append(user)
    rows = Enrolment.objects.filter(unit_id=unit_id, student_id__in=list(families), valid_to__isnull=True)
    return {
        student: _Child(name, group, tuple(families[student]))
        for student, name, group in rows.values_list("student_id", "student__full_name", "class_group__name")
    }


def _send(
    unit_id: int,
    kind: Kind,
    event: str,
    students: Collection[int],
    people: Mapping[int, _Child],
    values: Mapping[int, Mapping[str, object]],
) -> int:
    """One message for each guardian; the key holds pupil and event."""
    return outbox.send_each(
        unit_id=unit_id,
        kind=kind,
        notices=[
            (
                f"{kind.value}:{student}:{event}",
                outbox.Recipient(
                    user,
                    {"ho_ten": people[student].name, "lop": people[student].class_name, **values[student]},
                    student,
                ),
            )
            for student in sorted(students)
            if student in people
            for user in people[student].guardians
        ],
    )


def settings_of(unit_id: int) -> NoticeSetting:
    return NoticeSetting.objects.filter(unit_id=unit_id).first() or NoticeSetting(unit_id=unit_id)


def set_notices(*, actor: Actor, unit_id: int, late: bool, arrivals: bool) -> None:
    """What families are told besides absences. For the school's leaders."""
    if not actor.has(unit_id, *LEADERS):
        raise refuse(actor, unit_id, "set_notices")
    with transaction.atomic(), context.scope((unit_id,), user=actor.user_id):
        NoticeSetting.objects.update_or_create(unit_id=unit_id, defaults={"late": late, "arrivals": arrivals})
        audit.record(actor=actor, action="set_notices", unit_id=unit_id, subject="attendance.noticesetting")
