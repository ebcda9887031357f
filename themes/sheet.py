"""The sheet that art is drawn on: collects SVG shapes made of presentation attributes only.

No style element or attribute is used, so a drawing is safe under any content security policy.
"""

from __future__ import annotations

import random
import re
from collections.abc import Sequence
from itertools import pairwise
from typing import Final

from .inks import Inks

Point = tuple[float, float]

_TOKEN: Final = re.compile(r"[A-Za-z]|-?(?:\d+\.?\d*|\.\d+)")
# For each number of a command: x, y, or - (an angle or flag, kept as it is).
_AXES: Final = {
    "m": "xy",
    "l": "xy",
    "t": "xy",
    "q": "xyxy",
    "c": "xyxyxy",
    "h": "x",
    "v": "y",
    "a": "xy---xy",
    "z": "",
}


def n(value: float) -> str:
    """A coordinate with at most one decimal: enough for a sheet of several hundred units."""
    text = f"{value:.1f}".rstrip("0").rstrip(".")
    return "0" if text == "-0" else text


def stamp(d: str, x: float, y: float, size: float, wide: float | None = None) -> str:
    """Path data drawn at unit size around (0, 0), set at (x, y) and scaled: heights by `size`, widths by `wide`.

    Capital commands are places on the unit square, small ones steps, as in SVG.
    """
    scale = {"x": size if wide is None else wide, "y": size}
    origin = {"x": x, "y": y}
    out: list[str] = []
    command, axes, position = "", "", 0
    for token in _TOKEN.findall(d):
        if token.isalpha():
            command, axes, position = token, _AXES[token.lower()], 0
            out.append(command)
            continue
        axis = axes[position % len(axes)]
        corner = command == "A" and position % 7 < 2  # radii are lengths even in the capital form
        position += 1
        if axis == "-":
            out.append(f"{token} ")
        else:
            offset = origin[axis] if command.isupper() and not corner else 0.0
            out.append(f"{n(offset + float(token) * scale[axis])} ")
    return "".join(out).rstrip()


def curve(points: Sequence[Point]) -> str:
    """A smooth line through the points, level at each of them."""
    d = f"{n(points[0][0])} {n(points[0][1])}"
    for (x0, y0), (x1, y1) in pairwise(points):
        middle = n((x0 + x1) / 2)
        d += f"C{middle} {n(y0)} {middle} {n(y1)} {n(x1)} {n(y1)}"
    return d


class Sheet:
    """A growing SVG of `w` × `h` units with its colours and its own dice."""

    def __init__(self, width: int, height: int, colours: Inks, dice: random.Random, *, paper: bool = False) -> None:
        self.w, self.h, self.c, self.dice, self.paper = width, height, colours, dice, paper
        self.parts: list[str] = []

    def add(self, markup: str) -> None:
        self.parts.append(markup)

    def path(self, d: str, fill: str, *, opacity: float = 1.0) -> None:
        self.add(f'<path d="{d}" fill="{fill}"{_fade(opacity)}/>')

    def line(self, d: str, colour: str, width: float, opacity: float = 1.0) -> None:
        self.add(
            f'<path d="{d}" fill="none" stroke="{colour}" stroke-width="{n(width)}" stroke-linecap="round"'
            f"{_fade(opacity)}/>"
        )

    def stamp(
        self, d: str, x: float, y: float, size: float, fill: str, *, wide: float | None = None, opacity: float = 1.0
    ) -> None:
        """A filled shape given at unit size."""
        self.path(stamp(d, x, y, size, wide), fill, opacity=opacity)

    def stroke(
        self, d: str, x: float, y: float, size: float, colour: str, width: float, *, opacity: float = 1.0
    ) -> None:
        """A line given at unit size; `width` as a part of the size."""
        self.line(stamp(d, x, y, size), colour, width * size, opacity)

    def circle(self, x: float, y: float, r: float, fill: str, opacity: float = 1.0) -> None:
        self.add(f'<circle cx="{n(x)}" cy="{n(y)}" r="{n(r)}" fill="{fill}"{_fade(opacity)}/>')

    def rect(self, x: float, y: float, w: float, h: float, fill: str, r: float = 0.0) -> None:
        corner = f' rx="{n(r)}"' if r else ""
        self.add(f'<rect x="{n(x)}" y="{n(y)}" width="{n(w)}" height="{n(h)}" fill="{fill}"{corner}/>')

    def layer(self, d: str, fill: str) -> None:
        """A layer of land; cut paper throws a soft shadow on what lies behind it."""
        if self.paper:
            for lift, opacity in ((5, 0.06), (2.5, 0.10)):
                up = n(-lift * self.h / 400)
                self.add(f'<path d="{d}" fill="{self.c.dark}" opacity="{opacity}" transform="translate(0 {up})"/>')
        self.path(d, fill)


def _fade(opacity: float) -> str:
    return f' opacity="{opacity:.2g}"' if opacity < 1 else ""
