"""Counts that are published: small cells are hidden, and never alone in a row of known total. Plain Python."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

SMALLEST = 5


@dataclass(frozen=True, slots=True)
class AreaLine:
    """None: fewer than five children, or hidden so that such a number cannot be computed from the total."""

    area: str
    candidates: int | None
    admitted: int | None


def by_area(counts: Mapping[str, tuple[int, int]]) -> list[AreaLine]:
    """(candidates, admitted) by area → lines for publication, by name.

    A cell is hidden when it or its complement (not admitted) is between 1 and 4; if one area alone is hidden, the
    next smallest is hidden with it.
    """
    hidden = {
        area
        for area, (candidates, admitted) in counts.items()
        if _small(candidates) or _small(admitted) or _small(candidates - admitted)
    }
    if len(hidden) == 1 and len(counts) > 1:
        hidden.add(min((a for a in counts if a not in hidden), key=lambda a: (counts[a][0], a)))
    return [AreaLine(area, None, None) if area in hidden else AreaLine(area, *counts[area]) for area in sorted(counts)]


def _small(count: int) -> bool:
    return 0 < count < SMALLEST
