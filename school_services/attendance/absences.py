"""Days on which students were away, for what is charged by the day."""

from __future__ import annotations

import datetime

from django.db.models import Q

from .models import Entry
from .rules import State

AWAY = [State.EXCUSED.value, State.UNEXCUSED.value]


def days_away(unit_id: int, first: datetime.date, last: datetime.date) -> dict[int, int]:
    """Student → days, in the scope of the caller; one query. Away on a day: away in every session taken of it."""
    rows = Entry.objects.filter(unit_id=unit_id, day__range=(first, last), superseded_at__isnull=True)
    here = rows.filter(~Q(state__in=[*AWAY, State.HOLIDAY.value])).values_list("student_id", "day")
    away = set(rows.filter(state__in=AWAY).values_list("student_id", "day").distinct()) - set(here)
    counts: dict[int, int] = {}
    for student, _ in away:
        counts[student] = counts.get(student, 0) + 1
    return counts
