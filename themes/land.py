"""The land that is drawn: sky, Núi Bà Đen, fields, plantations, water. Levels are parts of the sheet's height."""

from __future__ import annotations

import math
from collections.abc import Sequence

from .sheet import Point, Sheet, curve, n, stamp


def sky(s: Sheet, sun: Point, radius: float) -> None:
    """The whole sheet, a sun with its halo, or stars and a moon."""
    c = s.c
    half = f'<stop offset=".12" stop-color="{c.sky}"/><stop offset=".42" stop-color="{c.middle_sky}"/>'
    s.add(
        f'<defs><linearGradient id="s" x1="0" y1="0" x2="0" y2="1"><stop stop-color="{c.sky}"/>'
        f'{half if c.middle_sky else ""}<stop offset=".68" stop-color="{c.horizon}"/></linearGradient></defs>'
        f'<rect width="{s.w}" height="{s.h}" fill="url(#s)"/>'
    )
    x, y = sun
    if c.night:
        for _ in range(26):
            r = s.h * s.dice.choice((0.002, 0.003, 0.0045))
            s.circle(s.dice.random() * s.w, s.dice.random() * s.h * 0.5, r, c.glow, 0.7)
        s.circle(x, y, radius, c.glow, 0.12)
        s.stamp("M.3 -1A1 1 0 1 0 1 .3A.85 .85 0 0 1 .3 -1Z", x, y, radius * 0.62, c.glow)
        return
    for grow, opacity in ((2.1, 0.22), (1.5, 0.35), (1, 1)):
        s.circle(x, y, radius * grow, c.glow, opacity)


def cloud(s: Sheet, x: float, y: float, size: float) -> None:
    """A flat-bottomed heap; `size` is its width."""
    d = "M0 0a.1 .1 0 0 1 .06 -.17a.17 .17 0 0 1 .31 -.1a.2 .2 0 0 1 .36 .07a.11 .11 0 0 1 .16 .2Z"
    s.stamp(d, x, y, size, s.c.cloud, opacity=1 if s.paper else 0.85)


def streaks(s: Sheet) -> None:
    """Clouds as an engraver draws them: level lines."""
    lines = "".join(
        f"M{n(s.w * s.dice.uniform(0.02, 0.85))} {n(s.h * s.dice.uniform(0.1, 0.42))}"
        f"h{n(s.w * s.dice.uniform(0.05, 0.16))}"
        for _ in range(9)
    )
    s.line(lines, s.c.middle, s.h / 320, 0.45)


def egrets(s: Sheet, x: float, y: float, size: float, count: int) -> None:
    """White birds over the fields."""
    wings = "".join(
        stamp("M0 0q.3 -.45 .55 0q.25 -.45 .55 -.05", x + i * size * 1.7, y + math.sin(i * 2.2) * size * 0.8, size)
        for i in range(count)
    )
    s.line(wings, s.c.cloud if s.c.night else s.c.front, size * 0.1, 0.65)


_PEAK = (
    "M-1.25 0C-.95 -.1 -.8 -.34 -.62 -.42C-.54 -.47 -.5 -.47 -.44 -.46C-.3 -.56 -.2 -.9 -.05 -.99C0 -1.02 .05 -.98"
    " .1 -.93C.24 -.74 .34 -.5 .5 -.36C.66 -.22 .82 -.08 1 0Z"
)
_PEAK_SHADE = (
    "M0 -1C.05 -.98 .08 -.95 .1 -.93C.24 -.74 .34 -.5 .5 -.36C.66 -.22 .82 -.08 1 0H.18C.3 -.2 .06 -.34 .12 -.56"
    "C.16 -.72 -.02 -.8 0 -1Z"
)


def black_lady_mountain(s: Sheet, x: float, foot: float, tall: float, half: float, *, engraved: bool = False) -> None:
    """Núi Bà Đen: one broad peak (986 m) with Núi Phụng at its shoulder, alone in the plain; `half` its half width."""
    s.layer(stamp(_PEAK, x, foot, tall, half), s.c.far)
    if engraved:
        for i in range(1, 9):
            t = i / 9
            d = (
                f"M{-0.05 - 0.9 * t:.3f} {0.88 * t - 0.96:.3f}C{-0.1 - 0.3 * t:.3f} {0.7 * t - 0.8:.3f} "
                f"{0.02 - 0.1 * t:.3f} {0.55 * t - 0.6:.3f} {0.06 + 0.1 * t:.3f} {min(0.0, 0.52 * t - 0.5):.3f}"
            )
            s.line(stamp(d, x, foot, tall, half), s.c.front, s.h / 380, 0.16)
        return
    s.stamp(_PEAK_SHADE, x, foot, tall, s.c.far_shade, wide=half)
    s.line(stamp("M-.02 -.99v-.045", x, foot, tall, half), s.c.far_shade, tall / 50)


def ridge(s: Sheet, level: float, swing: float, steps: int, colour: str) -> None:
    """A long soft hill across the sheet."""
    points = [(s.w * i / steps, s.h * (level + swing * (s.dice.random() * 2 - 1))) for i in range(steps + 1)]
    s.layer(f"M{curve(points)}V{s.h}H0Z", colour)


def treeline(s: Sheet, level: float, bump: float, colour: str) -> None:
    """Far crowns: many small arcs along the horizon."""
    x, d = 0.0, f"M0 {n(s.h * level)}"
    while x < s.w:
        step = s.h * bump * s.dice.uniform(1.2, 2.6)
        d += f"q{n(step / 2)} {n(-s.h * bump * s.dice.uniform(0.7, 1.5))} {n(step)} 0"
        x += step
    s.layer(f"{d}V{s.h}H0Z", colour)


def paddies(s: Sheet, level: float, colours: Sequence[str], water: str) -> None:
    """Rice fields to the horizon: bunds run to one point, some fields stand under water."""
    top, bands = s.h * level, 5
    vanish = s.w * s.dice.uniform(0.35, 0.65)
    for i in range(bands):
        y = top + (s.h - top) * (i / bands) ** 1.6
        slope = s.h * 0.012 * s.dice.uniform(-1, 1) * (i + 1)
        colour = water if i and s.dice.random() < 0.3 else colours[i % len(colours)]
        edge = f"M0 {n(y)}C{n(s.w * 0.3)} {n(y + slope)} {n(s.w * 0.7)} {n(y - slope)} {s.w} {n(y)}"
        s.layer(f"{edge}V{s.h}H0Z", colour)
    bunds = "".join(
        f"M{n(vanish + i * s.w * 0.035)} {n(top + 1)}L{n(vanish + i * s.w * 0.24)} {s.h}" for i in range(-6, 7)
    )
    s.line(bunds, s.c.front, s.h / 260, 0.22)
    tuft = "M0 0q-.1 -.6 -.5 -1M0 0v-1.15M0 0q.1 -.6 .5 -1"
    tufts = "".join(
        stamp(tuft, s.dice.random() * s.w, s.h * s.dice.uniform(level + 0.1, 0.98), s.h * 0.022) for _ in range(26)
    )
    s.line(tufts, s.c.front, s.h / 240, 0.5)


def river(s: Sheet, level: float) -> None:
    """The Vàm Cỏ: wide in front, lost towards the horizon."""
    top, lean = s.h * level, s.dice.choice((-1, 1))
    d = "M.08 0C.4 .22 -.42 .3 -.5 1H.36C.1 .5 .52 .2 .11 0Z"
    s.layer(stamp(d, s.w * 0.5, top, s.h - top, s.w * lean), s.c.water)
    shine = "".join(
        f"M{n(s.w * (0.5 + lean * s.dice.uniform(-0.3, 0.12)))} {n(top + (s.h - top) * s.dice.uniform(0.5, 0.97))}"
        f"h{n(s.w * s.dice.uniform(0.02, 0.07))}"
        for _ in range(9)
    )
    s.line(shine, s.c.shine, s.h / 170, 0.8)


def lake(s: Sheet, level: float, count: int) -> None:
    """Still water to the sheet's foot, with strokes of light."""
    ridge(s, level, 0.006, 3, s.c.water)
    light = "".join(
        f"M{n(s.w * s.dice.random())} {n(s.h * s.dice.uniform(level + 0.05, 0.98))}"
        f"h{n(s.w * s.dice.uniform(0.02, 0.05))}"
        for _ in range(count)
    )
    s.line(light, s.c.shine, s.h / 180, 0.8)


def rubber_rows(s: Sheet, level: float) -> None:
    """A plantation seen along its row: trunks in step towards one point, the roof of leaves closed."""
    c, w, h = s.c, s.w, s.h
    top = h * level
    vanish = w * s.dice.uniform(0.42, 0.58)
    s.layer(f"M0 {n(top)}H{w}V{h}H0Z", c.near)
    s.path(f"M{n(vanish - w * 0.01)} {n(top)}h{n(w * 0.02)}L{n(vanish + w * 0.3)} {h}H{n(vanish - w * 0.3)}Z", c.middle)
    for depth in (0.18, 0.3, 0.46, 0.68, 1.0):
        tone, tall = (c.front if depth > 0.4 else c.near), h * depth
        for side, lane in ((-1, 1), (-1, 2), (1, 1), (1, 2)):
            x, foot = vanish + side * w * 0.34 * lane * depth, top + (h - top) * depth
            if -w * 0.05 < x < w * 1.05:
                s.stroke(f"M0 0q{0.02 * side} -.3 {0.015 * side} -1.1", x, foot, tall, tone, 0.032)
                s.stroke("M-.012 -.16l.024 .02", x, foot, tall, c.wall, 0.01, opacity=0.8)
    for reach, tone in ((0.36, c.middle), (0.24, c.near), (0.13, c.front)):
        x, d = 0.0, f"M0 0V{n(h * reach)}"
        while x < w:
            step = h * s.dice.uniform(0.09, 0.17)
            hang = h * reach * (0.55 + 0.75 * min(1.0, abs(x + step / 2 - vanish) / (w * 0.5)))
            d += f"Q{n(x + step / 2)} {n(hang + h * 0.07)} {n(x + step)} {n(hang)}"
            x += step
        s.path(f"{d}V0Z", tone)
