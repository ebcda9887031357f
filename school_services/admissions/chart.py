"""Bars of last years' cutoffs as whole numbers for an SVG: drawn by the template, read by everybody. Plain Python."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from .scoring import shown

WIDTH, STEP, HEIGHT = 132, 22, 18


@dataclass(frozen=True, slots=True)
class Bar:
    """A bar with its label; coordinates in units of the view box."""

    year: int
    text: str
    y: int
    width: int
    label_x: int

    @property
    def middle(self) -> int:
        return self.y + 13


def bars(lines: Sequence[tuple[int, int]], top: int) -> list[Bar]:
    """(year, cutoff in hundredths) → bars; `top`: the highest possible points, the full width."""
    scale = max(top, max((line for _, line in lines), default=1), 1)
    found = []
    for place, (year, line) in enumerate(lines):
        width = max(2, line * WIDTH // scale)
        found.append(Bar(year, shown(line), place * STEP, width, 44 + width + 5))
    return found
