"""Drawn art instead of grey boxes: scenes of the province, deterministic by seed, a few kB of SVG each.

Núi Bà Đen, rice fields, rubber rows, the Vàm Cỏ river, lotus, school roofs and flame trees, in the portal's hue and in
the manner of its kind: engraved for the department, layered for high schools, bright for the young, cut paper for the
youngest. By night the same place under the moon (for visitors who prefer dark).
"""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import Final

from . import land, things
from .colour import hexadecimal, oklch
from .inks import inks, style_of
from .sheet import Sheet
from .tokens import SHAPES, Character, palette

# Raise when drawings change: addresses carry it, so caches may keep them for ever.
VERSION: Final = 3

SIZES: Final[dict[str, tuple[tuple[int, int], ...]]] = {
    "hero": ((1600, 640), (960, 500)),
    "card": ((640, 400),),
    "strip": ((1600, 200),),
    "field": ((1200, 480),),
    "river": ((1200, 480),),
    "spot": ((480, 360),),
}
SPOTS: Final = ("lost", "empty", "broken", "closed")
CARD_SCENES: Final = ("paddies", "rubber", "river", "lotus", "yard", "palms", "book", "lake", "kites")


# The outline of a mark: a seal for authorities, a shield for high schools, rounder for younger pupils, a flower last.
_SEAL = "M32 0a32 32 0 1 1 0 64a32 32 0 1 1 0-64Z"
_FRAMES: Final = {
    Character.DEPARTMENT: _SEAL,
    Character.OFFICE: _SEAL,
    Character.THPT: "M0 6a6 6 0 0 1 6-6h52a6 6 0 0 1 6 6v34c0 14-14 20-32 24C14 60 0 54 0 40Z",
    Character.GDTX: "M8 0h48a8 8 0 0 1 8 8v48a8 8 0 0 1-8 8H8a8 8 0 0 1-8-8V8a8 8 0 0 1 8-8Z",
    Character.THCS: "M18 0h28a18 18 0 0 1 18 18v28a18 18 0 0 1-18 18H18A18 18 0 0 1 0 46V18A18 18 0 0 1 18 0Z",
    Character.PRIMARY: "M32 0c22 0 32 10 32 32S54 64 32 64 0 54 0 32 10 0 32 0Z",
    Character.PRESCHOOL: (
        "M32 1c6-3 14 0 17 6 7 0 13 6 13 13 4 6 3 14-1 19 1 7-4 14-11 15-4 6-12 9-18 6-6 3-14 0-18-6-7-1-12-8-11-15"
        "-4-5-5-13-1-19C2 13 8 7 15 7c3-6 11-9 17-6Z"
    ),
}


def _sheet(seed: str, variant: str, character: Character, hue: float, width: int, height: int, night: bool) -> Sheet:
    dice = random.Random(f"{seed}:{variant}")  # noqa: S311 - a drawing, not a secret
    dawn = variant == "hero" and character is Character.THPT and not night
    colours = inks(character, hue, night=night, dawn=dawn, dusk=dice.choice((0.0, 0.35, 0.8)))
    return Sheet(width, height, colours, dice, paper=style_of(character) == "paper")


def _finish(sheet: Sheet) -> str:
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {sheet.w} {sheet.h}" '
        f'preserveAspectRatio="xMidYMax slice">{"".join(sheet.parts)}</svg>'
    )


def _background(s: Sheet, character: Character, *, peak: float, tall: float) -> None:
    """Sky, the mountain with its peak at `peak` (part of the width), clouds, the far plain."""
    style = style_of(character)
    side = -1 if peak > 0.5 else 1
    sun = (s.w * (peak + side * s.dice.uniform(0.16, 0.3)), s.h * s.dice.uniform(0.18, 0.3))
    if s.c.middle_sky:
        sun = (s.w * (peak - 0.15), s.h * 0.5)
    land.sky(s, sun, s.h * (0.085 if style in {"bright", "paper"} else 0.065))
    if style == "editorial":
        land.streaks(s)
    else:
        for _ in range(4 if s.w > s.h * 2 else 2):
            land.cloud(
                s, s.w * s.dice.uniform(0.02, 0.85), s.h * s.dice.uniform(0.14, 0.36), s.h * s.dice.uniform(0.16, 0.34)
            )
    half = min(s.w * 0.27, s.h * 0.85)
    land.black_lady_mountain(s, s.w * peak, s.h * 0.64, s.h * tall, half, engraved=style == "editorial")
    land.egrets(s, s.w * s.dice.uniform(0.1, 0.7), s.h * s.dice.uniform(0.32, 0.44), s.h * 0.022, 5)
    if style == "paper":
        land.ridge(s, 0.61, 0.045, 5, s.c.middle)
    else:
        land.treeline(s, 0.62, 0.016, s.c.middle)


def _buildings(s: Sheet, character: Character, x: float, y: float, size: float) -> None:
    if character is Character.PRESCHOOL:
        things.playhouse(s, x, y, size)
        return
    storeys = 3 if character in {Character.DEPARTMENT, Character.THPT} and s.dice.random() < 0.6 else 2
    things.school(s, x, y, size, storeys=storeys)
    things.flag(s, x - size * 0.3, y + size * 0.04, size * 1.25)


def _hero(s: Sheet, character: Character) -> None:
    """The portal's own place: the mountain behind, its school in front, one of three foregrounds."""
    wide = s.w > s.h * 2
    _background(s, character, peak=s.dice.uniform(0.63, 0.79) if wide else s.dice.uniform(0.34, 0.44), tall=0.44)
    child = character is Character.PRESCHOOL
    house = s.w * (
        s.dice.uniform(0.12, 0.2) if child else s.dice.uniform(0.5, 0.58) if wide else s.dice.uniform(0.46, 0.52)
    )
    size = s.h * (0.23 if child else s.dice.uniform(0.13, 0.17))
    land.ridge(s, 0.69, 0.012, 4, s.c.near)
    scene = s.dice.choice(("paddies", "river", "lake"))
    _buildings(s, character, house, s.h * 0.73, size)
    if scene == "paddies":
        land.paddies(s, 0.74, (s.c.near, s.c.middle), s.c.water)
    elif scene == "river":
        land.ridge(s, 0.74, 0.012, 5, s.c.near)
        land.river(s, 0.75)
        things.boat(s, s.w * s.dice.uniform(0.4, 0.6), s.h * 0.88, s.h * 0.05)
    else:
        land.lake(s, 0.75, 14)
        things.boat(s, s.w * s.dice.uniform(0.55, 0.8), s.h * 0.84, s.h * 0.045)
        for _ in range(7):
            x, y = s.w * s.dice.random(), s.h * s.dice.uniform(0.9, 0.99)
            things.lotus_leaf(s, x, y, s.h * 0.11)
            if s.dice.random() < 0.7:
                things.lotus(s, x + s.h * 0.03, y - s.h * 0.04, s.h * 0.07, stem=s.h * 0.05)
    tree = s.w * (s.dice.uniform(0.86, 0.95) if wide else 0.84)
    things.flame_tree(s, tree, s.h * s.dice.uniform(0.88, 0.96), s.h * s.dice.uniform(0.34, 0.5))
    if character in {Character.PRESCHOOL, Character.PRIMARY}:
        for x, tone in ((0.06, s.c.leaf), (0.13, s.c.middle), (0.44, s.c.near)):
            things.round_tree(s, s.w * x, s.h * s.dice.uniform(0.84, 0.95), s.h * s.dice.uniform(0.2, 0.3), tone)
        things.kite(s, s.w * 0.42, s.h * 0.2, s.h * 0.08, s.c.flame)
        things.kite(s, s.w * 0.56, s.h * 0.12, s.h * 0.06, s.c.petal)
    else:
        for x in s.dice.sample((0.03, 0.08, 0.13, 0.2, 0.27, 0.33, 0.37, 0.41), s.dice.randint(2, 5)):
            at, foot = s.w * (x + s.dice.uniform(0, 0.04)), s.h * s.dice.uniform(0.8, 0.92)
            things.sugar_palm(s, at, foot, s.h * s.dice.uniform(0.24, 0.36))


def _card(s: Sheet, character: Character, scene: str) -> None:
    if scene == "rubber":
        land.sky(s, (s.w * 0.5, s.h * 0.5), s.h * 0.07)
        land.treeline(s, 0.58, 0.02, s.c.middle)
        land.rubber_rows(s, 0.6)
        return
    if scene == "lotus":
        land.sky(s, (s.w * s.dice.uniform(0.2, 0.8), s.h * 0.24), s.h * 0.1)
        land.ridge(s, 0.4, 0.03, 4, s.c.middle)
        land.ridge(s, 0.48, 0.01, 3, s.c.water)
        for i in range(8):
            things.lotus_leaf(
                s, s.w * (0.03 + i * 0.135), s.h * s.dice.uniform(0.6, 0.98), s.h * s.dice.uniform(0.26, 0.46)
            )
        for x, y, size in ((0.3, 0.62, 0.34), (0.68, 0.72, 0.42), (0.5, 0.5, 0.2)):
            things.lotus(s, s.w * (x + s.dice.uniform(-0.05, 0.05)), s.h * y, s.h * size, stem=s.h * 0.3)
        return
    if scene == "book":
        land.sky(s, (s.w * 0.5, s.h * 0.36), s.h * 0.17)
        land.black_lady_mountain(s, s.w * 0.5, s.h * 0.72, s.h * 0.36, s.w * 0.3)
        land.treeline(s, 0.7, 0.02, s.c.middle)
        land.paddies(s, 0.74, (s.c.near, s.c.middle), s.c.water)
        things.open_book(s, s.w * 0.5, s.h * 0.9, s.h * 0.3)
        return
    _background(s, character, peak=s.dice.uniform(0.3, 0.7), tall=s.dice.uniform(0.34, 0.44))
    land.ridge(s, 0.7, 0.015, 4, s.c.near)
    if scene == "paddies":
        land.paddies(s, 0.7, (s.c.near, s.c.middle), s.c.water)
    elif scene == "river":
        land.river(s, 0.71)
        things.boat(s, s.w * 0.45, s.h * 0.87, s.h * 0.08)
    elif scene == "lake":
        land.lake(s, 0.72, 12)
        for x, y, size in ((0.3, 0.8, 0.05), (0.62, 0.86, 0.08)):
            things.boat(s, s.w * (x + s.dice.uniform(-0.08, 0.08)), s.h * y, s.h * size)
        things.lotus_leaf(s, s.w * 0.12, s.h * 0.95, s.h * 0.3)
        things.lotus(s, s.w * 0.16, s.h * 0.85, s.h * 0.16, stem=s.h * 0.1)
    elif scene == "kites":
        land.ridge(s, 0.78, 0.03, 4, s.c.middle)
        land.ridge(s, 0.88, 0.02, 4, s.c.front)
        for x, y, size, tone in (
            (0.24, 0.3, 0.15, s.c.flame),
            (0.5, 0.2, 0.1, s.c.petal),
            (0.78, 0.42, 0.12, s.c.flame_light),
        ):
            things.kite(s, s.w * (x + s.dice.uniform(-0.05, 0.05)), s.h * y, s.h * size, tone)
    elif scene == "palms":
        land.paddies(s, 0.72, (s.c.middle, s.c.near), s.c.water)
        for x in (0.12, 0.24, 0.8):
            at, foot = s.w * (x + s.dice.uniform(-0.03, 0.03)), s.h * s.dice.uniform(0.84, 0.95)
            things.sugar_palm(s, at, foot, s.h * s.dice.uniform(0.44, 0.62))
    else:
        _buildings(s, character, s.w * 0.22, s.h * 0.82, s.h * (0.34 if character is Character.PRESCHOOL else 0.27))
        land.ridge(s, 0.83, 0.006, 3, s.c.middle)
        things.flame_tree(s, s.w * 0.84, s.h * 0.94, s.h * 0.6)


def _strip(s: Sheet, character: Character, hue: float) -> None:
    """A low horizon without sky: it ends in the colour of the ground that the footer goes on with (token `deep`)."""
    land.black_lady_mountain(s, s.w * s.dice.uniform(0.58, 0.76), s.h * 0.84, s.h * 0.72, s.h * 1.5)
    land.treeline(s, 0.78, 0.05, s.c.middle)
    _buildings(s, character, s.w * s.dice.uniform(0.2, 0.35), s.h * 0.88, s.h * 0.26)
    land.ridge(s, 0.87, 0.02, 5, s.c.near)
    things.flame_tree(s, s.w * 0.12, s.h * 0.95, s.h * 0.5)
    for x in (0.44, 0.485, 0.9):
        things.sugar_palm(s, s.w * x, s.h * 0.95, s.h * s.dice.uniform(0.4, 0.6))
    land.ridge(s, 0.94, 0.012, 4, hexadecimal(palette(character, hue, dark=s.c.night)["deep"]))


def landscape(
    seed: str, character: Character, hue: float, variant: str, width: int, height: int, *, night: bool = False
) -> str:
    """One scene of `width` × `height` units. `variant`: hero, card, strip, field or river (see SIZES).

    The same arguments give the same bytes on every machine; a card's seed decides among CARD_SCENES.
    """
    s = _sheet(seed, variant, character, hue, width, height, night)
    draw: dict[str, Callable[[], None]] = {
        "hero": lambda: _hero(s, character),
        "strip": lambda: _strip(s, character, hue),
        "field": lambda: _card(s, character, "paddies"),
        "river": lambda: _card(s, character, "river"),
        "card": lambda: _card(s, character, s.dice.choice(CARD_SCENES)),
    }
    draw[variant]()
    return _finish(s)


def spot(kind: str, character: Character, hue: float, *, night: bool = False) -> str:
    """A small picture for a page that has nothing else to show: lost (404), empty, broken (500), closed."""
    width, height = SIZES["spot"][0]
    s = _sheet(kind, "spot", character, hue, width, height, night or kind == "closed")
    pebble = "M46 318C-8 268 8 92 104 44S338-6 418 78s70 192 14 240-330 48-386 0Z"
    s.add(f'<clipPath id="c"><path d="{pebble}"/></clipPath><g clip-path="url(#c)">')
    land.sky(s, (s.w * 0.72, s.h * 0.26), s.h * 0.09)
    if kind == "empty":
        land.ridge(s, 0.62, 0.02, 3, s.c.middle)
        land.ridge(s, 0.7, 0.01, 3, s.c.water)
        for x in (0.14, 0.36, 0.66, 0.88):
            things.lotus_leaf(s, s.w * x, s.h * s.dice.uniform(0.8, 0.93), s.h * 0.3)
        things.open_book(s, s.w * 0.5, s.h * 0.74, s.h * 0.3)
        things.lotus(s, s.w * 0.78, s.h * 0.78, s.h * 0.2, stem=s.h * 0.12)
    else:
        land.black_lady_mountain(s, s.w * 0.42, s.h * 0.66, s.h * 0.36, s.w * 0.36)
        land.treeline(s, 0.64, 0.025, s.c.middle)
    if kind == "lost":
        land.lake(s, 0.7, 11)
        things.boat(s, s.w * 0.56, s.h * 0.82, s.h * 0.15)
    elif kind == "broken":
        land.ridge(s, 0.72, 0.01, 3, s.c.near)
        things.sugar_palm(s, s.w * 0.3, s.h * 0.92, s.h * 0.62)
        things.kite(s, s.w * 0.36, s.h * 0.36, s.h * 0.16, s.c.flame)
    elif kind == "closed":
        land.ridge(s, 0.72, 0.01, 3, s.c.near)
        _buildings(s, character, s.w * 0.26, s.h * 0.86, s.h * 0.32)
        land.ridge(s, 0.86, 0.006, 3, s.c.front)
    s.add("</g>")
    return _finish(s)


def favicon(character: Character, hue: float, letter: str) -> str:
    """The portal's mark: its first letter over the mountain, in a frame that tells its kind."""
    shape = SHAPES[character]
    deep, hill = hexadecimal(oklch(0.36, shape.chroma, hue)), hexadecimal(oklch(0.52, shape.chroma * 1.1, hue))
    far, glow = hexadecimal(oklch(0.64, shape.chroma, hue + 20)), hexadecimal(oklch(0.88, 0.12, 88))
    ring = (
        f'<circle cx="32" cy="32" r="29" fill="none" stroke="{glow}" stroke-width="1.6" opacity=".8"/>'
        if character in {Character.DEPARTMENT, Character.OFFICE}
        else ""
    )
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 64 64">'
        f'<clipPath id="f"><path d="{_FRAMES[character]}"/></clipPath>'
        f'<g clip-path="url(#f)"><path d="M0 0h64v64H0Z" fill="{deep}"/><circle cx="48" cy="16" r="6.5" fill="{glow}"/>'
        f'<path d="M-4 56C10 50 20 34 33 33s16 17 36 22v12H-4Z" fill="{far}" opacity=".55"/>'
        f'<path d="M0 64V53c12-4 20 2 32 0s20-5 32-2v13Z" fill="{hill}"/>{ring}</g>'
        f'<text x="31" y="45" font-family="Georgia,serif" font-weight="700" font-size="36" text-anchor="middle" '
        f'fill="#fff">{letter}</text></svg>'
    )
