"""What is drawn: the things one sees in Tây Ninh, each a function that adds shapes to a sheet.

Lengths are in the units of the sheet's viewBox; `size` is the height of a thing. Only presentation attributes are
used, so a drawing needs no style and is safe under any content security policy.
"""

from __future__ import annotations

import math
import random
from collections.abc import Sequence

from .inks import Inks

Point = tuple[float, float]


def n(value: float) -> str:
    """A coordinate: at most one decimal, none for large sheets' sake where it is whole."""
    return f"{value:.1f}".rstrip("0").rstrip(".")


class Sheet:
    """A growing SVG with its colours and its own dice."""

    def __init__(self, width: int, height: int, colours: Inks, dice: random.Random, *, paper: bool = False) -> None:
        self.w, self.h, self.c, self.dice, self.paper = width, height, colours, dice, paper
        self.parts: list[str] = []

    def add(self, markup: str) -> None:
        self.parts.append(markup)

    def path(self, d: str, fill: str = "none", extra: str = "") -> None:
        self.add(f'<path d="{d}" fill="{fill}"{extra}/>')

    def line(self, d: str, colour: str, width: float, opacity: float = 1.0) -> None:
        fade = f' opacity="{opacity:.2g}"' if opacity < 1 else ""
        self.path(d, "none", f' stroke="{colour}" stroke-width="{n(width)}" stroke-linecap="round"{fade}')

    def circle(self, x: float, y: float, r: float, fill: str, opacity: float = 1.0) -> None:
        fade = f' opacity="{opacity:.2g}"' if opacity < 1 else ""
        self.add(f'<circle cx="{n(x)}" cy="{n(y)}" r="{n(r)}" fill="{fill}"{fade}/>')

    def ellipse(self, x: float, y: float, rx: float, ry: float, fill: str, extra: str = "") -> None:
        self.add(f'<ellipse cx="{n(x)}" cy="{n(y)}" rx="{n(rx)}" ry="{n(ry)}" fill="{fill}"{extra}/>')

    def rect(self, x: float, y: float, w: float, h: float, fill: str, r: float = 0.0) -> None:
        corner = f' rx="{n(r)}"' if r else ""
        self.add(f'<rect x="{n(x)}" y="{n(y)}" width="{n(w)}" height="{n(h)}" fill="{fill}"{corner}/>')

    def layer(self, d: str, fill: str) -> None:
        """A layer of land; cut paper throws a soft shadow on what lies behind it."""
        if self.paper:
            for lift, opacity in ((5, 0.06), (2.5, 0.10)):
                self.add(
                    f'<path d="{d}" fill="{self.c.dark}" opacity="{opacity}" transform="translate(0 {-lift * self.h / 400:.1f})"/>'
                )
        self.path(d, fill)


def curve(points: Sequence[Point]) -> str:
    """A smooth line through the points (horizontal tangents)."""
    d = f"{n(points[0][0])} {n(points[0][1])}"
    for (x0, y0), (x1, y1) in zip(points, points[1:], strict=False):
        middle = n((x0 + x1) / 2)
        d += f"C{middle} {n(y0)} {middle} {n(y1)} {n(x1)} {n(y1)}"
    return d


def sky(s: Sheet, sun: Point, radius: float) -> None:
    c = s.c
    half = f'<stop offset=".12" stop-color="{c.sky}"/><stop offset=".42" stop-color="{c.middle_sky}"/>' if c.middle_sky else ""
    s.add(
        f'<defs><linearGradient id="s" x1="0" y1="0" x2="0" y2="1"><stop stop-color="{c.sky}"/>{half}'
        f'<stop offset=".68" stop-color="{c.horizon}"/></linearGradient></defs>'
        f'<rect width="{s.w}" height="{s.h}" fill="url(#s)"/>'
    )
    x, y = sun
    if c.night:
        for _ in range(26):
            s.circle(s.dice.random() * s.w, s.dice.random() * s.h * 0.5, s.h * s.dice.choice((0.002, 0.003, 0.0045)), c.glow, 0.7)
        s.circle(x, y, radius, c.glow, 0.12)
        reach = radius * 0.62
        s.path(
            f"M{n(x + reach * 0.3)} {n(y - reach)}A{n(reach)} {n(reach)} 0 1 0 {n(x + reach)} {n(y + reach * 0.3)}"
            f"A{n(reach * 0.85)} {n(reach * 0.85)} 0 0 1 {n(x + reach * 0.3)} {n(y - reach)}Z",
            c.glow,
        )
        return
    for grow, opacity in ((2.1, 0.22), (1.5, 0.35), (1, 1)):
        s.circle(x, y, radius * grow, c.glow, opacity)


def cloud(s: Sheet, x: float, y: float, size: float) -> None:
    """A flat-bottomed heap; `size` is its width."""
    k = size / 10
    s.path(
        f"M{n(x)} {n(y)}a{n(k)} {n(k)} 0 0 1 {n(k * 0.6)} {n(-k * 1.7)}a{n(k * 1.7)} {n(k * 1.7)} 0 0 1 {n(k * 3.1)} {n(-k)}"
        f"a{n(k * 2)} {n(k * 2)} 0 0 1 {n(k * 3.6)} {n(k * 0.7)}a{n(k * 1.1)} {n(k * 1.1)} 0 0 1 {n(k * 1.6)} {n(k * 2)}Z",
        s.c.cloud,
        "" if s.paper else ' opacity=".85"',
    )


def egrets(s: Sheet, x: float, y: float, size: float, count: int) -> None:
    """White birds over the fields."""
    colour = s.c.cloud if s.c.night else s.c.front
    for i in range(count):
        bx, by = x + i * size * 1.7, y + math.sin(i * 2.2) * size * 0.8
        s.line(
            f"M{n(bx)} {n(by)}q{n(size * 0.3)} {n(-size * 0.45)} {n(size * 0.55)} 0q{n(size * 0.25)} {n(-size * 0.45)} {n(size * 0.55)} {n(-size * 0.05)}",
            colour, size * 0.1, 0.65,
        )  # fmt: skip


def black_lady_mountain(s: Sheet, x: float, foot: float, tall: float, half: float, *, engraved: bool = False) -> None:
    """Núi Bà Đen: one broad peak (986 m) with Núi Phụng at its shoulder, alone in the plain."""
    top = foot - tall
    left, right = x - half * 1.25, x + half

    def p(dx: float, dy: float) -> str:
        return f"{n(x + dx * half)} {n(foot - dy * tall)}"

    s.layer(
        f"M{n(left)} {n(foot)}C{p(-0.95, 0.1)} {p(-0.8, 0.34)} {p(-0.62, 0.42)}C{p(-0.54, 0.47)} {p(-0.5, 0.47)} {p(-0.44, 0.46)}"
        f"C{p(-0.3, 0.56)} {p(-0.2, 0.9)} {p(-0.05, 0.99)}C{p(0, 1.02)} {p(0.05, 0.98)} {p(0.1, 0.93)}"
        f"C{p(0.24, 0.74)} {p(0.34, 0.5)} {p(0.5, 0.36)}C{p(0.66, 0.22)} {p(0.82, 0.08)} {n(right)} {n(foot)}Z",
        s.c.far,
    )
    if engraved:
        for i in range(1, 9):
            t = i / 9
            s.line(
                f"M{p(-0.05 - 0.9 * t, 0.96 - 0.88 * t)}C{p(-0.1 - 0.3 * t, 0.8 - 0.7 * t)} {p(0.02 - 0.1 * t, 0.6 - 0.55 * t)} {p(0.06 + 0.1 * t, max(0.0, 0.5 - 0.52 * t))}",
                s.c.front, s.h / 380, 0.16,
            )  # fmt: skip
        return
    s.path(
        f"M{p(0, 1)}C{p(0.05, 0.98)} {p(0.08, 0.95)} {p(0.1, 0.93)}C{p(0.24, 0.74)} {p(0.34, 0.5)} {p(0.5, 0.36)}"
        f"C{p(0.66, 0.22)} {p(0.82, 0.08)} {n(right)} {n(foot)}H{n(x + half * 0.18)}C{p(0.3, 0.2)} {p(0.06, 0.34)} {p(0.12, 0.56)}"
        f"C{p(0.16, 0.72)} {p(-0.02, 0.8)} {p(0, 1)}Z",
        s.c.far_shade,
    )
    s.line(f"M{n(x - half * 0.02)} {n(top + tall * 0.01)}v{n(-tall * 0.045)}", s.c.far_shade, tall / 50)


def ridge(s: Sheet, level: float, swing: float, steps: int, colour: str) -> None:
    """A long soft hill across the sheet; `level` and `swing` as parts of the height."""
    points = [
        (s.w * i / steps, s.h * (level + swing * (s.dice.random() * 2 - 1))) for i in range(steps + 1)
    ]
    s.layer(f"M{curve(points)}V{s.h}H0Z", colour)


def treeline(s: Sheet, level: float, bump: float, colour: str) -> None:
    """Far crowns: many small arcs along the horizon."""
    x, y = 0.0, s.h * level
    d = f"M0 {n(y)}"
    while x < s.w:
        step = s.h * bump * s.dice.uniform(1.2, 2.6)
        d += f"q{n(step / 2)} {n(-s.h * bump * s.dice.uniform(0.7, 1.5))} {n(step)} 0"
        x += step
    s.layer(f"{d}V{s.h}H0Z", colour)


def paddies(s: Sheet, level: float, colours: Sequence[str], water: str) -> None:
    """Rice fields to the horizon: bunds run to one point, some fields stand under water."""
    top = s.h * level
    vanish = s.w * s.dice.uniform(0.35, 0.65)
    bands = 5
    for i in range(bands):
        y = top + (s.h - top) * (i / bands) ** 1.6
        slope = s.h * 0.012 * s.dice.uniform(-1, 1) * (i + 1)
        colour = water if i and s.dice.random() < 0.3 else colours[i % len(colours)]
        s.layer(f"M0 {n(y)}C{n(s.w * 0.3)} {n(y + slope)} {n(s.w * 0.7)} {n(y - slope)} {s.w} {n(y)}V{s.h}H0Z", colour)
    lines = "".join(
        f"M{n(vanish + i * s.w * 0.035)} {n(top + 1)}L{n(vanish + i * s.w * 0.24)} {s.h}" for i in range(-6, 7)
    )
    s.line(lines, s.c.front, s.h / 260, 0.22)
    tufts = "".join(_tuft(s.dice.random() * s.w, s.h * s.dice.uniform(level + 0.1, 0.98), s.h * 0.022) for _ in range(26))
    s.line(tufts, s.c.front, s.h / 240, 0.5)


def _tuft(x: float, y: float, size: float) -> str:
    return (
        f"M{n(x)} {n(y)}q{n(-size * 0.1)} {n(-size * 0.6)} {n(-size * 0.5)} {n(-size)}M{n(x)} {n(y)}v{n(-size * 1.15)}"
        f"M{n(x)} {n(y)}q{n(size * 0.1)} {n(-size * 0.6)} {n(size * 0.5)} {n(-size)}"
    )


def river(s: Sheet, level: float) -> None:
    """The Vàm Cỏ: wide in front, lost towards the horizon."""
    top, h, w = s.h * level, s.h, s.w
    lean = s.dice.choice((-1, 1))

    def x(part: float) -> str:
        return n(w * (0.5 + lean * part))

    s.layer(
        f"M{x(0.08)} {n(top)}C{x(0.4)} {n(top + (h - top) * 0.22)} {x(-0.42)} {n(top + (h - top) * 0.3)} {x(-0.5)} {h}"
        f"H{x(0.36)}C{x(0.1)} {n(top + (h - top) * 0.5)} {x(0.52)} {n(top + (h - top) * 0.2)} {x(0.11)} {n(top)}Z",
        s.c.water,
    )
    shine = "".join(
        f"M{n(w * (0.5 + lean * s.dice.uniform(-0.3, 0.12)))} {n(top + (h - top) * s.dice.uniform(0.5, 0.97))}h{n(w * s.dice.uniform(0.02, 0.07))}"
        for _ in range(9)
    )
    s.line(shine, s.c.shine, h / 170, 0.8)


def glints(s: Sheet, count: int, level: float) -> str:
    """Short strokes of light on water below `level` (part of the height); path data."""
    return "".join(
        f"M{n(s.w * s.dice.random())} {n(s.h * s.dice.uniform(level, 0.98))}h{n(s.w * s.dice.uniform(0.02, 0.05))}"
        for _ in range(count)
    )


def boat(s: Sheet, x: float, y: float, size: float) -> None:
    """A sampan, a rower under a conical hat."""
    c = s.c
    s.line(f"M{n(x + size * 0.35)} {n(y - size * 0.9)}L{n(x - size * 0.5)} {n(y + size * 0.4)}", c.dark, size * 0.05)
    s.path(f"M{n(x + size * 0.05)} {n(y)}l{n(size * 0.1)} {n(-size * 0.62)}q{n(size * 0.2)} {n(-size * 0.12)} {n(size * 0.28)} {n(size * 0.1)}l{n(size * 0.1)} {n(size * 0.52)}Z", c.flame)
    s.path(f"M{n(x)} {n(y - size * 0.62)}l{n(size * 0.3)} {n(-size * 0.34)}l{n(size * 0.32)} {n(size * 0.34)}Z", c.wall)
    s.path(
        f"M{n(x - size * 1.3)} {n(y - size * 0.16)}Q{n(x)} {n(y + size * 0.1)} {n(x + size * 1.4)} {n(y - size * 0.2)}"
        f"Q{n(x + size * 0.9)} {n(y + size * 0.34)} {n(x)} {n(y + size * 0.34)}T{n(x - size * 1.3)} {n(y - size * 0.16)}Z",
        c.dark,
    )


def rubber_rows(s: Sheet, level: float) -> None:
    """A plantation seen along its row: trunks in step towards one point, the roof of leaves closed."""
    c, w, h = s.c, s.w, s.h
    top = h * level
    vanish = w * s.dice.uniform(0.42, 0.58)
    s.layer(f"M0 {n(top)}H{w}V{h}H0Z", c.near)
    s.path(f"M{n(vanish - w * 0.01)} {n(top)}h{n(w * 0.02)}L{n(vanish + w * 0.3)} {h}H{n(vanish - w * 0.3)}Z", c.middle)
    for depth in (0.18, 0.3, 0.46, 0.68, 1.0):
        tone = c.front if depth > 0.4 else c.near
        foot = top + (h - top) * depth
        for side in (-1, 1):
            for lane in (1, 2):
                x = vanish + side * (w * 0.34 * lane) * depth
                if -w * 0.05 < x < w * 1.05:
                    s.line(f"M{n(x)} {n(foot)}q{n(side * h * 0.02 * depth)} {n(-h * 0.3 * depth)} {n(side * h * 0.015)} {n(-h * 1.1 * depth)}", tone, h * 0.032 * depth)
                    s.line(f"M{n(x - h * 0.012 * depth)} {n(foot - h * 0.16 * depth)}l{n(h * 0.024 * depth)} {n(h * 0.02 * depth)}", c.wall, h * 0.01 * depth, 0.8)
    for reach, tone in ((0.36, c.middle), (0.24, c.near), (0.13, c.front)):
        x, d = 0.0, f"M0 0V{n(h * reach)}"
        while x < w:
            step = h * s.dice.uniform(0.09, 0.17)
            away = min(1.0, abs(x + step / 2 - vanish) / (w * 0.5))
            d += f"Q{n(x + step / 2)} {n(h * (reach * (0.55 + 0.75 * away)) + h * 0.07)} {n(x + step)} {n(h * reach * (0.55 + 0.75 * away))}"
            x += step
        s.path(f"{d}V0Z", tone)


def lotus(s: Sheet, x: float, y: float, size: float, *, stem: float = 0.0) -> None:
    """A flower of `size` width; with `stem` it stands above the water."""
    c = s.c
    if stem:
        s.line(f"M{n(x)} {n(y + stem)}Q{n(x + size * 0.12)} {n(y + stem * 0.5)} {n(x)} {n(y)}", c.front, size * 0.06)
    k = size / 2

    def petal(dx: float, lean: float, high: float, fill: str) -> None:
        bx = x + dx * k * 0.25
        s.path(
            f"M{n(bx)} {n(y)}C{n(bx + (lean - 0.42) * k)} {n(y - high * k * 0.35)} {n(bx + (lean - 0.25) * k)} {n(y - high * k * 0.8)} "
            f"{n(bx + lean * k)} {n(y - high * k)}C{n(bx + (lean + 0.3) * k)} {n(y - high * k * 0.7)} {n(bx + (lean + 0.4) * k)} {n(y - high * k * 0.3)} {n(bx)} {n(y)}Z",
            fill,
        )

    petal(-1, -0.95, 0.55, c.petal)
    petal(1, 0.95, 0.55, c.petal)
    petal(-1, -0.55, 1.0, c.petal_light)
    petal(1, 0.55, 1.0, c.petal_light)
    petal(0, 0, 1.2, c.petal)
    petal(-1, -0.3, 0.75, c.petal_light)
    petal(1, 0.3, 0.75, c.petal_light)


def lotus_leaf(s: Sheet, x: float, y: float, size: float) -> None:
    s.path(
        f"M{n(x)} {n(y)}L{n(x + size * 0.4)} {n(y - size * 0.13)}A{n(size * 0.5)} {n(size * 0.17)} 0 1 1 {n(x + size * 0.12)} {n(y - size * 0.165)}Z",
        s.c.leaf,
    )
    s.line(f"M{n(x)} {n(y)}l{n(-size * 0.36)} {n(size * 0.05)}M{n(x)} {n(y)}l{n(-size * 0.05)} {n(size * 0.14)}M{n(x)} {n(y)}l{n(-size * 0.22)} {n(-size * 0.1)}", s.c.near, size / 60, 0.6)


def sugar_palm(s: Sheet, x: float, y: float, size: float) -> None:
    """Thốt nốt: the palm of the border fields."""
    c = s.c
    s.line(f"M{n(x)} {n(y)}q{n(size * 0.03)} {n(-size * 0.4)} 0 {n(-size * 0.8)}", c.dark, size * 0.045)
    cx, cy = x, y - size * 0.82
    d = ""
    for i in range(11):
        a = math.radians(-200 + i * 22)
        r = size * (0.24 if i % 2 else 0.2)
        d += f"M{n(cx)} {n(cy)}L{n(cx + r * math.cos(a - 0.17))} {n(cy + r * math.sin(a - 0.17))}L{n(cx + r * 1.12 * math.cos(a))} {n(cy + r * 1.12 * math.sin(a))}L{n(cx + r * math.cos(a + 0.17))} {n(cy + r * math.sin(a + 0.17))}Z"
    s.path(d, c.front)


def _crown(s: Sheet, x: float, y: float, wide: float, high: float, bumps: int, tone: str) -> None:
    """Leaves or flowers above (x, y): small arcs along half an ellipse, nearly flat below."""
    points = [
        (x - wide / 2 * math.cos(math.pi * i / bumps), y - high * math.sin(math.pi * i / bumps)) for i in range(bumps + 1)
    ]
    d = f"M{n(points[0][0])} {n(points[0][1])}"
    for (x0, y0), (x1, y1) in zip(points, points[1:], strict=False):
        r = n(math.hypot(x1 - x0, y1 - y0) * 0.58)
        d += f"A{r} {r} 0 0 1 {n(x1)} {n(y1)}"
    s.path(f"{d}Q{n(x + wide * 0.25)} {n(y + high * 0.4)} {n(x)} {n(y + high * 0.12)}T{n(points[0][0])} {n(points[0][1])}Z", tone)


def flame_tree(s: Sheet, x: float, y: float, size: float) -> None:
    """Phượng: the tree of the school yard, in flower when the year ends."""
    c, dice = s.c, s.dice
    s.line(
        f"M{n(x)} {n(y)}C{n(x + size * 0.02)} {n(y - size * 0.3)} {n(x - size * 0.04)} {n(y - size * 0.35)} {n(x - size * 0.2)} {n(y - size * 0.66)}"
        f"M{n(x)} {n(y - size * 0.3)}Q{n(x + size * 0.05)} {n(y - size * 0.45)} {n(x + size * 0.26)} {n(y - size * 0.64)}M{n(x - size * 0.02)} {n(y - size * 0.38)}L{n(x + size * 0.02)} {n(y - size * 0.7)}",
        c.dark, size * 0.05,
    )  # fmt: skip
    for dx, dy, wide, high, bumps, tone in (
        (-0.3, 0.54, 0.6, 0.12, 5, c.leaf), (0.34, 0.55, 0.6, 0.11, 5, c.leaf), (0.02, 0.6, 1.12, 0.17, 9, c.flame),
        (-0.04, 0.69, 0.78, 0.15, 7, c.flame), (-0.1, 0.74, 0.5, 0.12, 5, c.flame_light), (0.27, 0.68, 0.38, 0.08, 4, c.flame_light),
    ):  # fmt: skip
        _crown(s, x + dx * size, y - dy * size, wide * size, high * size, bumps, tone)
    for _ in range(9):
        s.circle(x + dice.uniform(-0.55, 0.6) * size, y + dice.uniform(-0.03, 0.05) * size, size * 0.014, c.flame)


def round_tree(s: Sheet, x: float, y: float, size: float, tone: str) -> None:
    s.line(f"M{n(x)} {n(y)}v{n(-size * 0.5)}", s.c.dark, size * 0.07)
    if s.paper:
        s.circle(x, y - size * 0.68 - size * 0.015, size * 0.32, s.c.dark, 0.12)
    s.circle(x, y - size * 0.66, size * 0.32, tone)
    s.path(f"M{n(x)} {n(y - size * 0.98)}a{n(size * 0.32)} {n(size * 0.32)} 0 0 1 0 {n(size * 0.64)}Z", s.c.front, ' opacity=".18"')


def kite(s: Sheet, x: float, y: float, size: float, tone: str) -> None:
    s.line(f"M{n(x)} {n(y + size * 0.6)}q{n(-size * 0.5)} {n(size * 0.8)} {n(-size * 0.2)} {n(size * 1.5)}t{n(-size * 0.5)} {n(size * 1.4)}", s.c.front, size * 0.05, 0.6)
    s.path(f"M{n(x)} {n(y - size * 0.6)}L{n(x + size * 0.45)} {n(y)}L{n(x)} {n(y + size * 0.6)}L{n(x - size * 0.45)} {n(y)}Z", tone)
    s.path(f"M{n(x)} {n(y - size * 0.6)}L{n(x + size * 0.45)} {n(y)}L{n(x)} {n(y + size * 0.6)}Z", s.c.flame_light, ' opacity=".55"')


def flag(s: Sheet, x: float, y: float, size: float) -> None:
    """A pole with a plain red flag."""
    s.line(f"M{n(x)} {n(y)}v{n(-size)}", s.c.dark, size / 34)
    s.path(f"M{n(x)} {n(y - size)}q{n(size * 0.11)} {n(-size * 0.05)} {n(size * 0.2)} 0t{n(size * 0.2)} 0v{n(size * 0.24)}q{n(-size * 0.11)} {n(size * 0.05)} {n(-size * 0.2)} 0t{n(-size * 0.2)} 0Z", s.c.flame)


def school(s: Sheet, x: float, y: float, size: float, *, storeys: int = 2) -> None:
    """A long house with galleries and a tiled roof; `size` is its height, its width about 2.6 sizes."""
    c = s.c
    wide, roof = size * 2.6, size * 0.3
    body = size - roof
    s.rect(x, y - body, wide, body, c.wall)
    s.path(f"M{n(x - size * 0.08)} {n(y - body)}l{n(size * 0.22)} {n(-roof)}h{n(wide - size * 0.28)}l{n(size * 0.22)} {n(roof)}Z", c.roof)
    bays, floor = 9, body / storeys
    bay = wide / bays
    d = ""
    for level in range(storeys):
        for i in range(bays):
            if level == 0 and i == bays // 2:
                continue
            wx, wy = x + i * bay + bay * 0.22, y - floor * level - floor * 0.12
            d += f"M{n(wx)} {n(wy)}v{n(-floor * 0.42)}a{n(bay * 0.28)} {n(bay * 0.28)} 0 0 1 {n(bay * 0.56)} 0v{n(floor * 0.42)}Z"
    s.path(d, c.window)
    middle = x + wide / 2
    s.path(f"M{n(middle - bay * 0.8)} {n(y)}v{n(-body * 1.02)}l{n(bay * 0.8)} {n(-roof * 1.1)}l{n(bay * 0.8)} {n(roof * 1.1)}v{n(body * 1.02)}Z", c.wall)
    s.path(f"M{n(middle - bay * 0.95)} {n(y - body)}l{n(bay * 0.95)} {n(-roof * 1.3)}l{n(bay * 0.95)} {n(roof * 1.3)}l{n(-bay * 0.14)} {n(roof * 0.12)}l{n(-bay * 0.81)} {n(-roof * 1.08)}l{n(-bay * 0.81)} {n(roof * 1.08)}Z", c.roof)
    s.path(f"M{n(middle - bay * 0.34)} {n(y)}v{n(-floor * 0.6)}a{n(bay * 0.34)} {n(bay * 0.34)} 0 0 1 {n(bay * 0.68)} 0V{n(y)}Z", c.front)
    s.circle(middle, y - body * 0.92, bay * 0.26, c.glow)
    s.line("".join(f"M{n(x)} {n(y - floor * level)}H{n(x + wide)}" for level in range(1, storeys)), c.front, size / 70, 0.35)


def playhouse(s: Sheet, x: float, y: float, size: float) -> None:
    """A small house with a slide, as a kindergarten's yard has."""
    c = s.c
    s.path(f"M{n(x + size * 0.78)} {n(y - size * 0.42)}q{n(size * 0.28)} 0 {n(size * 0.5)} {n(size * 0.36)}h{n(size * 0.2)}", "none", f' stroke="{c.flame_light}" stroke-width="{n(size * 0.1)}" stroke-linecap="round"')
    s.rect(x, y - size * 0.6, size * 0.8, size * 0.6, c.wall, size * 0.04)
    s.path(f"M{n(x - size * 0.12)} {n(y - size * 0.56)}q{n(size * 0.26)} {n(-size * 0.06)} {n(size * 0.52)} {n(-size * 0.46)}q{n(size * 0.26)} {n(size * 0.4)} {n(size * 0.52)} {n(size * 0.46)}Z", c.roof)
    s.path(f"M{n(x + size * 0.28)} {n(y)}v{n(-size * 0.22)}a{n(size * 0.12)} {n(size * 0.12)} 0 0 1 {n(size * 0.24)} 0v{n(size * 0.22)}Z", c.front)
    s.circle(x + size * 0.18, y - size * 0.38, size * 0.08, c.window)
    s.circle(x + size * 0.62, y - size * 0.38, size * 0.08, c.window)


def open_book(s: Sheet, x: float, y: float, size: float) -> None:
    c = s.c
    s.path(f"M{n(x)} {n(y)}q{n(-size * 0.45)} {n(-size * 0.22)} {n(-size)} {n(-size * 0.04)}v{n(-size * 0.62)}q{n(size * 0.55)} {n(-size * 0.16)} {n(size)} {n(size * 0.08)}q{n(size * 0.45)} {n(-size * 0.24)} {n(size)} {n(-size * 0.08)}v{n(size * 0.62)}q{n(-size * 0.55)} {n(-size * 0.18)} {n(-size)} {n(size * 0.04)}Z", c.front)
    s.path(f"M{n(x)} {n(y - size * 0.08)}q{n(-size * 0.42)} {n(-size * 0.2)} {n(-size * 0.9)} {n(-size * 0.05)}v{n(-size * 0.58)}q{n(size * 0.5)} {n(-size * 0.12)} {n(size * 0.9)} {n(size * 0.1)}q{n(size * 0.4)} {n(-size * 0.22)} {n(size * 0.9)} {n(-size * 0.1)}v{n(size * 0.58)}q{n(-size * 0.48)} {n(-size * 0.15)} {n(-size * 0.9)} {n(size * 0.05)}Z", c.wall)
    lines = "".join(f"M{n(x + side * size * 0.18 - (size * 0.56 if side < 0 else 0))} {n(y - size * (0.5 - 0.13 * i))}q{n(size * 0.28)} {n(-size * 0.07)} {n(size * 0.56)} 0" for side in (-1, 1) for i in range(3))
    s.line(lines, c.middle, size / 30)
    s.line(f"M{n(x)} {n(y - size * 0.06)}v{n(-size * 0.52)}", c.middle, size / 40)
