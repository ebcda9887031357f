"""A school day: its two sessions, their hours, and what was missed so far. Inside the scope of the unit."""

from __future__ import annotations

import datetime
from collections import Counter
from collections.abc import Iterable

from django.utils import timezone

from school_services.rosters.models import SchoolYear

from . import rules
from .models import Entry, SessionTime
from .rules import State

MORNING, AFTERNOON = "S", "C"
SESSIONS = (MORNING, AFTERNOON)
NOON = datetime.time(12)
_DEFAULT_TIMES = {
    MORNING: rules.SessionTimes(datetime.time(7), datetime.time(8)),
    AFTERNOON: rules.SessionTimes(datetime.time(13, 15), datetime.time(14, 15)),
}


def span(day: datetime.date, session: str) -> tuple[datetime.datetime, datetime.datetime]:
    """The half of the day to which a punch belongs."""
    noon = datetime.datetime.combine(day, NOON, timezone.get_default_timezone())
    half = datetime.timedelta(hours=12)
    return (noon - half, noon) if session == MORNING else (noon, noon + half)


def absences_of(unit_id: int, students: Iterable[int], day: datetime.date) -> dict[int, rules.AbsenceCount]:
    """Sessions missed in the school year of the day."""
    year = SchoolYear.objects.filter(starts__lte=day).order_by("-starts").values_list("starts", flat=True).first()
    rows = Entry.objects.filter(
        unit_id=unit_id, student_id__in=list(students), day__gte=year or day, superseded_at__isnull=True,
        state__in=[State.EXCUSED.value, State.UNEXCUSED.value],
    ).values_list("student_id", "state")  # fmt: skip
    counted = Counter(rows)
    return {
        pk: rules.AbsenceCount(counted[pk, State.EXCUSED.value], counted[pk, State.UNEXCUSED.value]) for pk in students
    }


def times_of(unit_id: int, session: str) -> rules.SessionTimes:
    row = SessionTime.objects.filter(unit_id=unit_id, session=session).values_list("late_after", "absent_after").first()
    return rules.SessionTimes(*row) if row else _DEFAULT_TIMES[session]
