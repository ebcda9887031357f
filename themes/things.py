"""The things that stand in the land, each given at unit size: `size` is the height on the sheet, (x, y) its foot."""

from __future__ import annotations

import math
from itertools import pairwise

from .sheet import Sheet, n, stamp


def boat(s: Sheet, x: float, y: float, size: float) -> None:
    """A sampan, a rower under a conical hat."""
    c = s.c
    s.stroke("M.35 -.9L-.5 .4", x, y, size, c.dark, 0.05)
    s.stamp("M.05 0l.1 -.62q.2 -.12 .28 .1l.1 .52Z", x, y, size, c.flame)
    s.stamp("M0 -.62l.3 -.34l.32 .34Z", x, y, size, c.wall)
    s.stamp("M-1.3 -.16Q0 .1 1.4 -.2Q.9 .34 0 .34T-1.3 -.16Z", x, y, size, c.dark)


_PETALS = (  # where it starts, how far it leans, how high it stands, whether it is light
    (-1, -0.95, 0.55, False), (1, 0.95, 0.55, False), (-1, -0.55, 1.0, True), (1, 0.55, 1.0, True),
    (0, 0.0, 1.2, False), (-1, -0.3, 0.75, True), (1, 0.3, 0.75, True),
)  # fmt: skip


def lotus(s: Sheet, x: float, y: float, size: float, *, stem: float = 0.0) -> None:
    """A flower of `size` width; with `stem` (units of the sheet) it stands above the water."""
    c = s.c
    if stem:
        s.line(f"M{n(x)} {n(y + stem)}Q{n(x + size * 0.12)} {n(y + stem * 0.5)} {n(x)} {n(y)}", c.front, size * 0.06)
    for start, lean, high, light in _PETALS:
        d = (
            f"M0 0C{lean - 0.42:.2f} {-0.35 * high:.2f} {lean - 0.25:.2f} {-0.8 * high:.2f} {lean:.2f} {-high:.2f}"
            f"C{lean + 0.3:.2f} {-0.7 * high:.2f} {lean + 0.4:.2f} {-0.3 * high:.2f} 0 0Z"
        )
        s.stamp(d, x + start * size * 0.125, y, size / 2, c.petal_light if light else c.petal)


def lotus_leaf(s: Sheet, x: float, y: float, size: float) -> None:
    """A floating leaf of `size` width, notched, with its veins."""
    s.stamp("M0 0L.4 -.13A.5 .17 0 1 1 .12 -.165Z", x, y, size, s.c.leaf)
    s.stroke("M0 0l-.36 .05M0 0l-.05 .14M0 0l-.22 -.1", x, y, size, s.c.near, 0.017, opacity=0.6)


def sugar_palm(s: Sheet, x: float, y: float, size: float) -> None:
    """Thốt nốt: the palm of the border fields."""
    s.stroke("M0 0q.03 -.4 0 -.8", x, y, size, s.c.dark, 0.045)
    d = ""
    for i in range(11):
        a, r = math.radians(i * 22 - 200), 0.24 if i % 2 else 0.2
        tips = ((a - 0.17, r), (a, r * 1.12), (a + 0.17, r))
        d += "M0 -.82" + "".join(f"L{k * math.cos(b):.3f} {k * math.sin(b) - 0.82:.3f}" for b, k in tips) + "Z"
    s.stamp(d, x, y, size, s.c.front)


def _crown(bumps: int) -> str:
    """Leaves or flowers on a unit base line: small arcs along half an ellipse, nearly flat below."""
    points = [(-math.cos(math.pi * i / bumps) / 2, -math.sin(math.pi * i / bumps)) for i in range(bumps + 1)]
    d = "M-.5 0"
    for (x0, y0), (x1, y1) in pairwise(points):
        d += f"A{abs(x1 - x0) * 0.62 + 0.03:.3f} {abs(y1 - y0) * 0.58 + 0.12:.3f} 0 0 1 {x1:.3f} {y1:.3f}"
    return f"{d}Q.25 .4 0 .12T-.5 0Z"


def flame_tree(s: Sheet, x: float, y: float, size: float) -> None:
    """Phượng: the tree of the school yard, in flower when the year ends."""
    c, dice = s.c, s.dice
    trunk = "M0 0C.02 -.3 -.04 -.35 -.2 -.66M0 -.3Q.05 -.45 .26 -.64M-.02 -.38L.02 -.7"
    s.stroke(trunk, x, y, size, c.dark, 0.05)
    for dx, dy, wide, high, bumps, tone in (
        (-0.3, 0.54, 0.6, 0.12, 5, c.leaf), (0.34, 0.55, 0.6, 0.11, 5, c.leaf), (0.02, 0.6, 1.12, 0.17, 9, c.flame),
        (-0.04, 0.69, 0.78, 0.15, 7, c.flame), (-0.1, 0.74, 0.5, 0.12, 5, c.flame_light),
        (0.27, 0.68, 0.38, 0.08, 4, c.flame_light),
    ):  # fmt: skip
        s.stamp(_crown(bumps), x + dx * size, y - dy * size, high * size, tone, wide=wide * size)
    for _ in range(9):
        s.circle(x + dice.uniform(-0.55, 0.6) * size, y + dice.uniform(-0.03, 0.05) * size, size * 0.014, c.flame)


def round_tree(s: Sheet, x: float, y: float, size: float, tone: str) -> None:
    """A child's tree: a ball on a stick."""
    s.stroke("M0 0v-.5", x, y, size, s.c.dark, 0.07)
    if s.paper:
        s.circle(x, y - size * 0.695, size * 0.32, s.c.dark, 0.12)
    s.circle(x, y - size * 0.66, size * 0.32, tone)
    s.stamp("M0 -.98a.32 .32 0 0 1 0 .64Z", x, y, size, s.c.front, opacity=0.18)


def kite(s: Sheet, x: float, y: float, size: float, tone: str) -> None:
    """A paper kite around (x, y) with its tail."""
    s.stroke("M0 .6q-.5 .8 -.2 1.5t-.5 1.4", x, y, size, s.c.front, 0.05, opacity=0.6)
    s.stamp("M0 -.6L.45 0L0 .6L-.45 0Z", x, y, size, tone)
    s.stamp("M0 -.6L.45 0L0 .6Z", x, y, size, s.c.flame_light, opacity=0.55)


def flag(s: Sheet, x: float, y: float, size: float) -> None:
    """A pole with a plain red flag."""
    s.stroke("M0 0v-1", x, y, size, s.c.dark, 0.03)
    s.stamp("M0 -1q.11 -.05 .2 0t.2 0v.24q-.11 .05 -.2 0t-.2 0Z", x, y, size, s.c.flame)


def school(s: Sheet, x: float, y: float, size: float, *, storeys: int = 2) -> None:
    """A long house with galleries and a tiled roof; `size` is its height, its width 2.6 sizes, (x, y) its left foot."""
    c, body, bays = s.c, 0.7, 9
    floor, bay, middle = body / storeys, 2.6 / bays, 1.3
    s.rect(x, y - body * size, 2.6 * size, body * size, c.wall)
    s.stamp("M-.08 -.7l.22 -.3h2.32l.22 .3Z", x, y, size, c.roof)
    window = f"v{-0.42 * floor:.3f}a{0.28 * bay:.3f} {0.28 * bay:.3f} 0 0 1 {0.56 * bay:.3f} 0v{0.42 * floor:.3f}Z"
    windows = "".join(
        f"M{(i + 0.22) * bay:.3f} {-floor * (level + 0.12):.3f}{window}"
        for level in range(storeys)
        for i in range(bays)
        if level or i != bays // 2
    )
    s.stamp(windows, x, y, size, c.window)
    porch = x + middle * size
    s.stamp("M-.231 0v-.714l.231 -.33l.231 .33v.714Z", porch, y, size, c.wall)
    s.stamp("M-.274 -.7l.274 -.39l.274 .39l-.04 .036l-.234 -.324l-.234 .324Z", porch, y, size, c.roof)
    door = f"M-.098 0v{-0.6 * floor:.3f}a.098 .098 0 0 1 .196 0V0Z"
    s.stamp(door, porch, y, size, c.front)
    s.circle(porch, y - 0.644 * size, 0.075 * size, c.glow)
    floors = "".join(f"M0 {-floor * level:.3f}h2.6" for level in range(1, storeys))
    s.stroke(floors, x, y, size, c.front, 0.014, opacity=0.35)


def playhouse(s: Sheet, x: float, y: float, size: float) -> None:
    """A small house with a slide, as a kindergarten's yard has; (x, y) its left foot."""
    c = s.c
    s.stroke("M.78 -.42q.28 0 .5 .36h.2", x, y, size, c.flame_light, 0.1)
    s.rect(x, y - size * 0.6, size * 0.8, size * 0.6, c.wall, size * 0.04)
    s.stamp("M-.12 -.56q.26 -.06 .52 -.46q.26 .4 .52 .46Z", x, y, size, c.roof)
    s.stamp("M.28 0v-.22a.12 .12 0 0 1 .24 0v.22Z", x, y, size, c.front)
    for at in (0.18, 0.62):
        s.circle(x + size * at, y - size * 0.38, size * 0.08, c.window)


def open_book(s: Sheet, x: float, y: float, size: float) -> None:
    """A book lying open, two sizes wide; (x, y) the foot of its spine."""
    c = s.c
    cover = "M0 0q-.45 -.22 -1 -.04v-.62q.55 -.16 1 .08q.45 -.24 1 -.08v.62q-.55 -.18 -1 .04Z"
    leaves = "M0 -.08q-.42 -.2 -.9 -.05v-.58q.5 -.12 .9 .1q.4 -.22 .9 -.1v.58q-.48 -.15 -.9 .05Z"
    s.stamp(cover, x, y, size, c.front)
    s.stamp(leaves, x, y, size, c.wall)
    lines = "".join(f"M{at} {0.13 * i - 0.5:.2f}q.28 -.07 .56 0" for at in (-0.74, 0.18) for i in range(3))
    s.line(stamp(lines, x, y, size), c.middle, size / 30)
    s.stroke("M0 -.06v-.52", x, y, size, c.middle, 0.025)
