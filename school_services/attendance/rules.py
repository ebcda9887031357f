"""Điểm danh: what a session of school (buổi) counts as for one student. Pure.

A session's state comes from the source that ranks highest: what a teacher wrote, then an approved leave, then devices.
A punch in time beats a leave: who came was not away. Times are local (`datetime.time`), bounds inclusive.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import Enum

MAX_ABSENCES = 45  # sessions of a one-session day in a school year, TT 22/2021 Điều 12(1)
WARN_FROM = 30
WARNINGS = (30, 40, MAX_ABSENCES + 1)  # families are told at each of them, once in a year


class State(Enum):
    """Stored by value. `MIEN`: excused from this lesson (miễn); `NGHI_LE`: no school that day."""

    PRESENT = "CO_MAT"
    LATE = "MUON"
    LEFT_EARLY = "VE_SOM"
    EXCUSED = "P"
    UNEXCUSED = "K"
    EXEMPT = "MIEN"
    HOLIDAY = "NGHI_LE"

    @property
    def absent(self) -> bool:
        """Counts towards the sessions missed in a year, with leave or without."""
        return self in {State.EXCUSED, State.UNEXCUSED}


@dataclass(frozen=True, slots=True)
class SessionTimes:
    """Until when a punch means present, and until when late; later ones are no attendance."""

    late_after: datetime.time
    absent_after: datetime.time

    def __post_init__(self) -> None:
        if self.absent_after < self.late_after:
            raise ValueError("absent_after comes before late_after")


def by_devices(punches: Iterable[datetime.time], times: SessionTimes, *, leave_approved: bool = False) -> State:
    """The state that devices and leave give: the first punch decides."""
    first = min(punches, default=None)
    if first is not None and first <= times.late_after:
        return State.PRESENT
    if first is not None and first <= times.absent_after:
        return State.LATE
    return State.EXCUSED if leave_approved else State.UNEXCUSED


def decide(
    punches: Iterable[datetime.time],
    times: SessionTimes,
    *,
    written: State | None = None,
    leave_approved: bool = False,
) -> State:
    """The state of the session; `written` is the teacher's entry, which nothing overrides."""
    return written if written is not None else by_devices(punches, times, leave_approved=leave_approved)


@dataclass(frozen=True, slots=True)
class AbsenceCount:
    excused: int
    unexcused: int

    @property
    def total(self) -> int:
        return self.excused + self.unexcused

    @property
    def must_repeat(self) -> bool:
        """More than 45 sessions, with leave or without: the year is repeated."""
        return self.total > MAX_ABSENCES

    @property
    def left(self) -> int:
        """Sessions that may still be missed."""
        return max(0, MAX_ABSENCES - self.total)

    @property
    def warn(self) -> bool:
        return self.total >= WARN_FROM


def count_absences(states: Sequence[State]) -> AbsenceCount:
    return AbsenceCount(states.count(State.EXCUSED), states.count(State.UNEXCUSED))


def warning(total: int) -> int:
    """The highest of `WARNINGS` that a number of missed sessions has reached; 0: none."""
    return max((step for step in WARNINGS if total >= step), default=0)


def school_year(day: datetime.date) -> int:
    """First calendar year of the school year of a day; it begins in August."""
    return day.year if day.month >= 8 else day.year - 1
