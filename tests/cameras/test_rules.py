from __future__ import annotations

import datetime
from typing import Any

import pytest

from school_services.cameras.rules import Answer, Window, closes_at, may_watch

T = datetime.time.fromisoformat
WINDOWS = [Window(T("09:00"), T("09:30")), Window(T("15:00"), T("15:30"))]
OWN: dict[str, Any] = {"camera_class": 7, "child_classes": [7, 9], "consent": True}


@pytest.mark.parametrize(
    ("moment", "viewer", "expected"),
    [
        ("09:00", {}, Answer.ALLOWED),
        ("09:29:59", {}, Answer.ALLOWED),
        ("09:30", {}, Answer.REFUSED),
        ("08:59:59", {}, Answer.REFUSED),
        ("15:10", {}, Answer.ALLOWED),
        ("09:10", {"consent": False}, Answer.REFUSED),
        ("09:10", {"paused": True}, Answer.REFUSED),
        ("09:10", {"child_classes": [9]}, Answer.REFUSED),
        ("09:10", {"child_classes": []}, Answer.REFUSED),
        ("09:10", {"child_classes": None}, Answer.NOBODY),
        ("23:00", {"child_classes": None}, Answer.NOBODY),
    ],
)
def test_who_may_watch_when(moment: str, viewer: dict[str, Any], expected: Answer) -> None:
    assert may_watch(T(moment), WINDOWS, **(OWN | viewer)) is expected


def test_when_it_closes() -> None:
    assert closes_at(T("09:10"), WINDOWS) == T("09:30")
    assert closes_at(T("09:10"), [*WINDOWS, Window(T("09:05"), T("10:00"))]) == T("10:00")
    assert closes_at(T("12:00"), WINDOWS) is None


def test_a_window_across_midnight_is_refused() -> None:
    with pytest.raises(ValueError, match="ends after"):
        Window(T("22:00"), T("06:00"))
