"""When an event takes place. Pure: a subset of RFC 5545's recurrence (FREQ, INTERVAL, UNTIL, EXDATE), expanded by
dateutil in the local time of the schools, so that a weekly meeting at 7:30 stays at 7:30."""

from __future__ import annotations

import datetime
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from dateutil.rrule import DAILY, MONTHLY, WEEKLY, YEARLY, rrule

LONGEST: Final = datetime.timedelta(days=366)
MOST: Final = 800  # occurrences of one event that are ever looked at in a window


class Repeat(StrEnum):
    NEVER = ""
    DAILY = "DAILY"
    WEEKLY = "WEEKLY"
    MONTHLY = "MONTHLY"
    YEARLY = "YEARLY"


_FREQUENCY: Final = {
    Repeat.DAILY: DAILY,
    Repeat.WEEKLY: WEEKLY,
    Repeat.MONTHLY: MONTHLY,
    Repeat.YEARLY: YEARLY,
}


@dataclass(frozen=True, slots=True)
class Timing:
    """`start`, `end`: local; `end` is exclusive (two whole days, 1 and 2, end on 3). `whole_days`: times are midnights.

    `interval`: every so many weeks. `until`: the last day on which it may begin. `skipped`: days on which it does not.
    """

    start: datetime.datetime
    end: datetime.datetime
    whole_days: bool = False
    repeat: Repeat = Repeat.NEVER
    interval: int = 1
    until: datetime.date | None = None
    skipped: frozenset[datetime.date] = frozenset()

    @property
    def length(self) -> datetime.timedelta:
        return self.end - self.start


@dataclass(frozen=True, slots=True)
class Occurrence:
    start: datetime.datetime
    end: datetime.datetime

    @property
    def last_day(self) -> datetime.date:
        """The day on which it ends; midnight belongs to the day before."""
        return (self.end - datetime.timedelta(microseconds=1)).date() if self.end > self.start else self.start.date()


def occurrences(timing: Timing, begin: datetime.datetime, end: datetime.datetime) -> Iterator[Occurrence]:
    """Those that are not over at `begin` and have begun before `end`, in order."""
    if timing.repeat is Repeat.NEVER:
        if timing.end > begin and timing.start < end and timing.start.date() not in timing.skipped:
            yield Occurrence(timing.start, timing.end)
        return
    last = end - datetime.timedelta(microseconds=1)
    if timing.until is not None:
        last = min(last, datetime.datetime.combine(timing.until, datetime.time.max))
    rule = rrule(
        _FREQUENCY[timing.repeat],
        dtstart=timing.start,
        interval=max(1, timing.interval),
        until=last,
        # The 31st of each month, the 29th of February: months that have no such day are left out (RFC 5545 §3.3.10).
    )
    for place, start in enumerate(rule.xafter(begin - timing.length, inc=True)):
        if place >= MOST:
            return
        if start + timing.length > begin and start.date() not in timing.skipped:
            yield Occurrence(start, start + timing.length)


def next_occurrence(timing: Timing, now: datetime.datetime) -> Occurrence | None:
    """The one that takes place now or is the next; None when all are over."""
    horizon = now + datetime.timedelta(days=366 * 5)
    return next(occurrences(timing, now, horizon), None)


def recurrence(timing: Timing) -> dict[str, object]:
    """The RRULE as icalendar writes it; {} for an event that does not repeat."""
    if timing.repeat is Repeat.NEVER:
        return {}
    rule: dict[str, object] = {"FREQ": timing.repeat.value}
    if timing.interval > 1:
        rule["INTERVAL"] = timing.interval
    if timing.until is not None:
        rule["UNTIL"] = timing.until
    return rule


_DAY = re.compile(r"(\d{1,2})[/.-](\d{1,2})[/.-](\d{4})")


def days(text: str) -> frozenset[datetime.date]:
    """`02/09/2026, 20/11/2026` → days. Raises ValueError with the part that is no day."""
    found = set()
    for part in re.split(r"[\s,;]+", text.strip()):
        if not part:
            continue
        match = _DAY.fullmatch(part)
        if match is None:
            raise ValueError(part)
        try:
            found.add(datetime.date(int(match[3]), int(match[2]), int(match[1])))
        except ValueError:
            raise ValueError(part) from None
    return frozenset(found)


def month_weeks(year: int, month: int) -> list[list[datetime.date]]:
    """The weeks of a month, Monday first, with the days of its neighbours that fill them."""
    first = datetime.date(year, month, 1)
    monday = first - datetime.timedelta(days=first.weekday())
    weeks = []
    while monday.month == month or monday < first:
        weeks.append([monday + datetime.timedelta(days=n) for n in range(7)])
        monday += datetime.timedelta(days=7)
    return weeks


def months_around(year: int, month: int) -> tuple[str, str]:
    """(previous, next) as YYYY-MM."""
    before = datetime.date(year, month, 1) - datetime.timedelta(days=1)
    after = datetime.date(year, month, 28) + datetime.timedelta(days=4)
    return f"{before:%Y-%m}", f"{after:%Y-%m}"


def covered(occurrence: Occurrence) -> Iterable[datetime.date]:
    """Every day it touches, at most a year."""
    day = occurrence.start.date()
    while day <= occurrence.last_day and day - occurrence.start.date() <= LONGEST:
        yield day
        day += datetime.timedelta(days=1)
