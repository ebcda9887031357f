"""When events take place: a table of cases, and dateutil's own parser as a second opinion."""

from __future__ import annotations

import datetime

import pytest
from dateutil.rrule import rrulestr
from hypothesis import given
from hypothesis import strategies as st

from cms_blocks.events.rules import Repeat, Timing, days, month_weeks, months_around, next_occurrence, occurrences

D = datetime.datetime


def at(text: str) -> datetime.datetime:
    return D.fromisoformat(text)


def starts(timing: Timing, begin: str, end: str) -> list[str]:
    return [f"{one.start:%Y-%m-%d}" for one in occurrences(timing, at(begin), at(end))]


ONCE = Timing(at("2026-11-20T07:30"), at("2026-11-20T09:00"))
WEEKLY = Timing(at("2026-11-02T07:30"), at("2026-11-02T08:00"), repeat=Repeat.WEEKLY)


@pytest.mark.parametrize(
    ("timing", "begin", "end", "found"),
    [
        (ONCE, "2026-11-01", "2026-12-01", ["2026-11-20"]),
        (ONCE, "2026-11-20T08:59", "2026-12-01", ["2026-11-20"]),
        (ONCE, "2026-11-20T09:00", "2026-12-01", []),
        (ONCE, "2026-11-01", "2026-11-20T07:30", []),
        (WEEKLY, "2026-11-09T07:59", "2026-11-24", ["2026-11-09", "2026-11-16", "2026-11-23"]),
        (WEEKLY, "2026-11-09T08:00", "2026-11-17", ["2026-11-16"]),
        (Timing(at("2026-11-02T07:30"), at("2026-11-02T08:00"), repeat=Repeat.WEEKLY, interval=2, until=datetime.date(2026, 11, 30)),
         "2026-11-01", "2027-01-01", ["2026-11-02", "2026-11-16", "2026-11-30"]),
        (Timing(at("2026-11-02T07:30"), at("2026-11-02T08:00"), repeat=Repeat.WEEKLY, skipped=frozenset({datetime.date(2026, 11, 9)})),
         "2026-11-01", "2026-11-17", ["2026-11-02", "2026-11-16"]),
        (Timing(at("2026-01-31"), at("2026-02-01"), True, Repeat.MONTHLY), "2026-01-01", "2026-06-01", ["2026-01-31", "2026-03-31", "2026-05-31"]),
        (Timing(at("2024-02-29"), at("2024-03-01"), True, Repeat.YEARLY), "2025-01-01", "2029-01-01", ["2028-02-29"]),
        (Timing(at("2026-12-30"), at("2027-01-03"), True, Repeat.DAILY, until=datetime.date(2026, 12, 30)), "2027-01-02T10:00", "2027-02-01", ["2026-12-30"]),
    ],
)  # fmt: skip
def test_occurrences(timing: Timing, begin: str, end: str, found: list[str]) -> None:
    assert starts(timing, begin, end) == found


def test_a_long_event_ends_on_its_last_day() -> None:
    one = next_occurrence(Timing(at("2026-12-01"), at("2026-12-04"), True), at("2026-12-03T23:00"))
    assert one is not None
    assert one.last_day == datetime.date(2026, 12, 3)
    assert next_occurrence(Timing(at("2026-12-01"), at("2026-12-04"), True), at("2026-12-04")) is None


@given(
    st.sampled_from(["DAILY", "WEEKLY", "MONTHLY", "YEARLY"]), st.integers(1, 5),
    st.datetimes(min_value=D(2025, 1, 1), max_value=D(2027, 1, 1)), st.integers(0, 400),
)  # fmt: skip
def test_as_the_text_of_the_rule_says(freq: str, interval: int, start: datetime.datetime, later: int) -> None:
    start = start.replace(microsecond=0)
    begin, end = start + datetime.timedelta(days=later), start + datetime.timedelta(days=later + 60)
    timing = Timing(start, start + datetime.timedelta(hours=1), repeat=Repeat(freq), interval=interval)
    ours = [one.start for one in occurrences(timing, begin, end)]
    text = rrulestr(f"FREQ={freq};INTERVAL={interval}", dtstart=start)
    theirs = [
        one
        for one in text.between(begin - datetime.timedelta(hours=1), end, inc=True)
        if one + datetime.timedelta(hours=1) > begin and one < end
    ]
    assert ours == theirs


def test_days() -> None:
    assert days("02/09/2026, 20-11-2026;1.1.2027\n") == {
        datetime.date(2026, 9, 2),
        datetime.date(2026, 11, 20),
        datetime.date(2027, 1, 1),
    }
    for wrong in ("31/02/2026", "mai", "2026-11-20x"):
        with pytest.raises(ValueError, match=wrong.split("/")[0]):
            days(wrong)


def test_months() -> None:
    weeks = month_weeks(2026, 11)
    assert [len(week) for week in weeks] == [7] * len(weeks)
    assert (weeks[0][0], weeks[-1][-1]) == (datetime.date(2026, 10, 26), datetime.date(2026, 12, 6))
    assert months_around(2026, 1) == ("2025-12", "2026-02")
    assert months_around(2026, 12) == ("2026-11", "2027-01")
