"""Who may watch a class camera now. Pure.

A guardian of a child who studies in that class today, inside a window of the day, with consent given and not withdrawn
(Law 91/2025; the province's practice: own account, own child's class alone). A teacher's pause ends it for everybody.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum


class Answer(Enum):
    """HTTP status of a playlist or segment."""

    ALLOWED = 200
    NOBODY = 401
    REFUSED = 403


@dataclass(frozen=True, slots=True)
class Window:
    """Of a day: the start belongs to it, the end does not."""

    start: datetime.time
    end: datetime.time

    def __post_init__(self) -> None:
        if self.end <= self.start:
            raise ValueError("a window ends after it starts")

    def holds(self, moment: datetime.time) -> bool:
        return self.start <= moment < self.end


def may_watch(
    moment: datetime.time,
    windows: Iterable[Window],
    *,
    camera_class: object,
    child_classes: Iterable[object] | None,
    consent: bool,
    paused: bool = False,
) -> Answer:
    """`child_classes`: classes of the viewer's children today; None for who is not logged in."""
    if child_classes is None:
        return Answer.NOBODY
    if paused or not consent or camera_class not in set(child_classes):
        return Answer.REFUSED
    return Answer.ALLOWED if any(window.holds(moment) for window in windows) else Answer.REFUSED


def closes_at(moment: datetime.time, windows: Iterable[Window]) -> datetime.time | None:
    """When the window that is open now ends; None when none is."""
    return max((window.end for window in windows if window.holds(moment)), default=None)
