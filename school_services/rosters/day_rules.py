"""Working days: Saturdays, Sundays and public holidays do not count. Pure; holidays are data, never code."""

from __future__ import annotations

import datetime
from collections.abc import Container


def is_workday(day: datetime.date, holidays: Container[datetime.date] = ()) -> bool:
    return day.weekday() < 5 and day not in holidays


def add_workdays(start: datetime.date, days: int, holidays: Container[datetime.date] = ()) -> datetime.date:
    """The last of `days` working days after `start`, which itself is not counted (BLDS 2015 Điều 147, 148)."""
    day = start
    while days > 0:
        day += datetime.timedelta(days=1)
        days -= is_workday(day, holidays)
    return day
