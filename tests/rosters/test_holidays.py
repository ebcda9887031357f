"""Working days and the public holidays they skip."""

from __future__ import annotations

import datetime
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from hypothesis import given
from hypothesis import strategies as st

from school_services.rosters import holidays
from school_services.rosters.day_rules import add_workdays
from tenants import context

D = datetime.date


@pytest.mark.parametrize(
    ("start", "days", "off", "due"),
    [
        ("2026-11-06", 10, [], "2026-11-20"),
        ("2026-11-07", 1, [], "2026-11-09"),
        ("2026-11-20", 1, ["2026-11-23", "2026-11-24"], "2026-11-25"),
        ("2026-11-06", 0, [], "2026-11-06"),
    ],
)
def test_known_days(start: str, days: int, off: list[str], due: str) -> None:
    days_off = {D.fromisoformat(day) for day in off}
    assert add_workdays(D.fromisoformat(start), days, days_off) == D.fromisoformat(due)


@given(
    start=st.dates(D(2026, 1, 1), D(2027, 12, 31)),
    days=st.integers(1, 40),
    off=st.sets(st.dates(D(2026, 1, 1), D(2028, 3, 1)), max_size=30),
)
def test_exactly_so_many_working_days_lie_between(start: D, days: int, off: set[D]) -> None:
    due = add_workdays(start, days, off)
    between = [start + datetime.timedelta(days=n) for n in range(1, (due - start).days + 1)]
    working = [day for day in between if day.isoweekday() <= 5 and day not in off]
    assert len(working) == days
    assert working[-1] == due


@pytest.mark.django_db
def test_a_file_replaces_the_years_in_it(tmp_path: Path) -> None:
    file = tmp_path / "nghi.csv"
    file.write_text("first,last,name\n2031-01-21,2031-01-27,Tết\n2031-09-02,,Quốc khánh\n", encoding="utf-8")
    with context.platform():
        call_command("holidays", "load", file, stdout=StringIO())
        assert D(2031, 1, 27) in holidays.between(D(2031, 1, 25), D(2031, 2, 1))
        assert len(holidays.between(D(2031, 1, 1), D(2031, 12, 31))) == 8
        kept = holidays.between(D(2026, 1, 1), D(2026, 12, 31))
        file.write_text("first,last,name\n2031-05-01,2031-05-01,Lao động\n", encoding="utf-8")
        call_command("holidays", "load", file, stdout=StringIO())
        assert holidays.between(D(2031, 1, 1), D(2031, 12, 31)) == {D(2031, 5, 1)}
        assert holidays.between(D(2026, 1, 1), D(2026, 12, 31)) == kept


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("ngay,ten\n", 1),
        ("first,last,name\n2031-01-01,2031-01-01,A\n01/02/2031,,B\n", 3),
        ("first,last,name\n2031-05-02,2031-05-01,A\n", 2),
        ("first,last,name\n2031-05-02,2031-08-01,A\n", 2),
        ("first,last,name\n2031-05-02,,\n", 2),
    ],
)
def test_a_bad_file_changes_nothing_and_names_the_line(tmp_path: Path, text: str, line: int) -> None:
    file = tmp_path / "nghi.csv"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(CommandError, match=f"line {line}:"):
        call_command("holidays", "load", file, stdout=StringIO())
