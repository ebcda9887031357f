"""States of a session, and the 45 sessions of TT 22/2021 Điều 12(1)."""

from __future__ import annotations

import datetime

import pytest

from school_services.attendance.rules import AbsenceCount, SessionTimes, State, by_devices, count_absences, decide

T = datetime.time.fromisoformat
TIMES = SessionTimes(T("07:00"), T("08:00"))


@pytest.mark.parametrize(
    ("punches", "leave", "expected"),
    [
        (["06:55"], False, State.PRESENT),
        (["07:00"], False, State.PRESENT),
        (["07:00:01"], False, State.LATE),
        (["08:00"], False, State.LATE),
        (["08:00:01"], False, State.UNEXCUSED),
        (["08:00:01"], True, State.EXCUSED),
        ([], False, State.UNEXCUSED),
        ([], True, State.EXCUSED),
        (["06:55"], True, State.PRESENT),  # who came was not away
        (["11:30", "07:10", "06:59"], False, State.PRESENT),  # sent in any order
    ],
)
def test_state_by_devices(punches: list[str], leave: bool, expected: State) -> None:
    assert by_devices(map(T, punches), TIMES, leave_approved=leave) is expected


@pytest.mark.parametrize("written", list(State))
def test_what_the_teacher_wrote_stands(written: State) -> None:
    assert decide([T("06:50")], TIMES, written=written, leave_approved=True) is written


def test_times_in_the_wrong_order_are_refused() -> None:
    with pytest.raises(ValueError, match="absent_after"):
        SessionTimes(T("08:00"), T("07:59"))


@pytest.mark.parametrize(("missed", "repeat", "left"), [(44, False, 1), (45, False, 0), (46, True, 0)])
def test_more_than_45_sessions_with_or_without_leave(missed: int, repeat: bool, left: int) -> None:
    states = [State.EXCUSED] * 30 + [State.UNEXCUSED] * (missed - 30) + [State.LATE, State.EXEMPT, State.HOLIDAY]
    count = count_absences(states)
    assert count == AbsenceCount(30, missed - 30)
    assert (count.must_repeat, count.left, count.warn) == (repeat, left, True)
    assert not count_absences([State.UNEXCUSED] * 29).warn
