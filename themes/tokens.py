"""Design tokens: what a portal chose of colour, type and header; its kind gives the character.

Every pair of colours that is used together is known, so a choice that cannot be read is refused before it is saved.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import lru_cache
from typing import Final

from django.utils.translation import gettext_lazy as _

from .colour import RGB, contrast, hexadecimal, oklch, parse, to_oklch


class Character(StrEnum):
    """How a portal feels; decided by its unit's kind and level."""

    DEPARTMENT = "department"
    OFFICE = "office"
    THPT = "thpt"
    THCS = "thcs"
    PRIMARY = "primary"
    PRESCHOOL = "preschool"
    GDTX = "gdtx"


def character_for(kind: str, level: str) -> Character:
    """The character of a portal by its unit's kind and level; a school of several levels is a high school."""
    if kind != "school":
        return Character.DEPARTMENT if kind == "department" else Character.OFFICE
    levels = {"MN": Character.PRESCHOOL, "TH": Character.PRIMARY, "THCS": Character.THCS, "GDTX": Character.GDTX}
    return levels.get(level, Character.THPT)


def _stack(family: str, *generic: str) -> str:
    """The web font, then stand-ins of the same width (base.css), then what the machine has."""
    return ",".join([f'"{family}"', f'"{family} Arial"', f'"{family} Roboto"', *generic])


_SANS = _stack("Be Vietnam Pro", "system-ui", "sans-serif")
_SERIF = _stack("Source Serif 4", "Georgia", "serif")
_GROTESQUE = _stack("Bricolage Grotesque", "system-ui", "sans-serif")
_LEXEND = _stack("Lexend", "system-ui", "sans-serif")
_NUNITO = _stack("Nunito", "system-ui", "sans-serif")
_BALOO = _stack("Baloo 2", "system-ui", "sans-serif")


@dataclass(frozen=True, slots=True)
class Shape:
    """What makes characters differ beside hue: type, corners, line height, strength of colour."""

    heading_font: str
    body_font: str
    heading_weight: int
    heading_leading: float
    radius: str
    tile_radius: str
    scale: float
    chroma: float
    surface_chroma: float


SHAPES: Final = {
    Character.DEPARTMENT: Shape(_SERIF, _SANS, 600, 1.22, "2px", "2px", 1.08, 0.100, 0.004),
    Character.OFFICE: Shape(_SERIF, _SANS, 600, 1.24, "4px", "4px", 1.00, 0.100, 0.008),
    Character.THPT: Shape(_GROTESQUE, _SANS, 700, 1.2, "6px", "10px", 1.10, 0.140, 0.008),
    Character.THCS: Shape(_LEXEND, _SANS, 600, 1.26, "12px", "20px", 0.98, 0.140, 0.014),
    Character.PRIMARY: Shape(_NUNITO, _NUNITO, 800, 1.24, "16px", "26px", 1.08, 0.150, 0.022),
    Character.PRESCHOOL: Shape(_BALOO, _NUNITO, 700, 1.22, "22px", "34px", 1.14, 0.150, 0.030),
    Character.GDTX: Shape(_SANS, _SANS, 600, 1.26, "6px", "8px", 0.96, 0.110, 0.008),
}


class Pairing(StrEnum):
    """Headings and text that go together; a character has one of its own."""

    SERIF = "serif"
    GROTESQUE = "grotesque"
    LEXEND = "lexend"
    NUNITO = "nunito"
    BALOO = "baloo"
    SANS = "sans"


# Heading font, text font, weight and line height of headings.
PAIRINGS: Final = {
    Pairing.SERIF: (_SERIF, _SANS, 600, 1.22),
    Pairing.GROTESQUE: (_GROTESQUE, _SANS, 700, 1.2),
    Pairing.LEXEND: (_LEXEND, _SANS, 600, 1.26),
    Pairing.NUNITO: (_NUNITO, _NUNITO, 800, 1.24),
    Pairing.BALOO: (_BALOO, _NUNITO, 700, 1.22),
    Pairing.SANS: (_SANS, _SANS, 600, 1.26),
}
_PAIRING_OF: Final = {
    Character.DEPARTMENT: Pairing.SERIF,
    Character.OFFICE: Pairing.SERIF,
    Character.THPT: Pairing.GROTESQUE,
    Character.THCS: Pairing.LEXEND,
    Character.PRIMARY: Pairing.NUNITO,
    Character.PRESCHOOL: Pairing.BALOO,
    Character.GDTX: Pairing.SANS,
}


class Header(StrEnum):
    """How logo, name and menu stand."""

    BAR = "bar"
    CENTRED = "centred"
    SLIM = "slim"


# Rules of a header that is not the usual one; only a portal that chose it loads them.
_HEADER_RULES: Final = {
    Header.BAR: "",
    Header.CENTRED: (
        "@media(min-width:60rem){.top .row{display:grid;grid-template-columns:1fr auto 1fr}"
        ".top .brand{grid-column:2;grid-row:1;flex-direction:column;text-align:center;gap:.4rem}"
        ".top .tool{grid-row:1}.top .tool:nth-of-type(2){grid-column:1;justify-self:start}"
        ".top .tool:nth-of-type(3){grid-column:3;justify-self:end}.top .bar>ul{justify-content:center}}"
    ),
    Header.SLIM: (
        "@media(min-width:60rem){.top{display:flex;flex-wrap:wrap;align-items:center;width:100%;"
        "padding-inline:max(1.25rem,50vw - 38rem)}.top .row{width:auto;margin:0;flex:1 1 24rem;padding-block:.35rem}"
        ".top .brand img{width:2.4rem;height:2.4rem}.top .brand .logo{width:auto}.top .brand small{display:none}"
        ".top .tool span{position:absolute;clip-path:inset(50%);width:1px;height:1px;overflow:hidden}"
        ".top .bar{background:none;color:var(--text);border:0}.top .bar>ul{width:auto}"
        ".top .bar :focus-visible{outline-color:var(--focus)}.top .bar a,.top .bar summary{padding-inline:.7rem}}"
    ),
}


@dataclass(frozen=True, slots=True)
class Choice:
    """What a portal chose. `strength`: percent of the character's colourfulness; `accent`: "#rrggbb" or ""."""

    character: Character
    hue: int
    strength: int = 100
    accent: str = ""
    pairing: Pairing | None = None
    header: Header = Header.BAR

    @property
    def type_pairing(self) -> Pairing:
        return self.pairing or _PAIRING_OF[self.character]


STRENGTHS: Final = (60, 100, 130)
STATUS_HUES: Final = {"info": 250.0, "success": 150.0, "warning": 75.0, "danger": 27.0}
# Four tinted surfaces for tiles; how far each turns from the portal's hue.
TILE_TURNS: Final = (0.0, 75.0, 160.0, 250.0)


def palette(character: Character, hue: float, *, dark: bool, strength: int = 100, accent: str = "") -> dict[str, RGB]:
    """Token name → sRGB colour, for one mode. An accent of one's own is taken as it is by day, lighter by night."""
    shape = SHAPES[character]
    chroma = shape.chroma * strength / 100
    tint = shape.surface_chroma * strength / 100
    if dark:
        colours = {
            "surface": oklch(0.185, tint, hue),
            "surface-2": oklch(0.228, tint * 1.4, hue),
            "surface-3": oklch(0.285, tint * 1.8, hue),
            "line": oklch(0.38, tint * 1.5, hue),
            "control": oklch(0.66, tint * 1.5, hue),
            "text": oklch(0.95, 0.006, hue),
            "muted": oklch(0.78, 0.014, hue),
            "accent": oklch(0.83, chroma * 0.75, hue),
            "on-accent": oklch(0.20, 0.03, hue),
            "deep": oklch(0.27, chroma * 0.5, hue),
            "deep-2": oklch(0.22, chroma * 0.4, hue),
            "on-deep": oklch(0.97, 0.01, hue),
            "on-deep-2": oklch(0.86, 0.03, hue),
            "glow": oklch(0.88, 0.10, 90),
            "focus": oklch(0.88, 0.14, 95),
            "ring": oklch(0.14, 0.01, hue),
        }
    else:
        colours = {
            "surface": oklch(0.995, tint * 0.4, hue),
            "surface-2": oklch(0.970, tint, hue),
            "surface-3": oklch(0.935, tint * 1.8, hue),
            "line": oklch(0.875, tint * 1.5, hue),
            "control": oklch(0.56, tint * 1.5, hue),
            "text": oklch(0.22, 0.015, hue),
            "muted": oklch(0.44, 0.020, hue),
            "accent": oklch(0.44, chroma, hue),
            "on-accent": oklch(0.99, 0.005, hue),
            "deep": oklch(0.33, chroma * 0.85, hue),
            "deep-2": oklch(0.28, chroma * 0.75, hue),
            "on-deep": oklch(0.985, 0.01, hue),
            "on-deep-2": oklch(0.90, 0.03, hue),
            "glow": oklch(0.90, 0.10, 90),
            "focus": oklch(0.46, 0.20, 300),
            "ring": oklch(0.995, 0.0, hue),
        }
    for number, turn in enumerate(TILE_TURNS, start=1):
        share = min(chroma, 0.15) / 0.15
        colours[f"tile-{number}"] = oklch(0.285 if dark else 0.94, (0.045 if dark else 0.050) * share, hue + turn)
        colours[f"tile-ink-{number}"] = oklch(0.85 if dark else 0.43, (0.10 if dark else 0.14) * share, hue + turn)
    if accent:
        own = parse(accent)
        _lightness, own_chroma, own_hue = to_oklch(own)
        colours["accent"] = oklch(0.83, min(own_chroma, 0.15) * 0.75, own_hue) if dark else own
        bright, deep = oklch(0.99, 0.005, own_hue), oklch(0.20, 0.03, own_hue)
        on_bright = contrast(bright, colours["accent"]) >= contrast(deep, colours["accent"])
        colours["on-accent"] = bright if on_bright else deep
    for name, status_hue in STATUS_HUES.items():
        colours[name] = oklch(0.84 if dark else 0.42, 0.10 if dark else 0.11, status_hue)
        colours[f"{name}-surface"] = oklch(0.27 if dark else 0.96, 0.04 if dark else 0.025, status_hue)
    return colours


_SURFACES = ("surface", "surface-2", "surface-3")
_TILES = tuple(f"tile-{number}" for number in range(1, len(TILE_TURNS) + 1))

# (in front, behind, least contrast): 4.5 for text, 3 for large text, controls and focus (WCAG 2.2, 1.4.3 and 1.4.11).
PAIRS: Final[tuple[tuple[str, str, float], ...]] = (
    *((text, surface, 4.5) for text in ("text", "muted", "accent") for surface in _SURFACES),
    ("on-accent", "accent", 4.5),
    *((text, deep, 4.5) for text in ("on-deep", "on-deep-2", "glow") for deep in ("deep", "deep-2")),
    *(("text", tile, 4.5) for tile in _TILES),
    *(("muted", tile, 4.5) for tile in _TILES),
    *((tile.replace("tile-", "tile-ink-"), tile, 4.5) for tile in _TILES),
    *((tile.replace("tile-", "tile-ink-"), "surface", 4.5) for tile in _TILES),
    *(("control", surface, 3.0) for surface in ("surface", "surface-2")),
    *(("focus", surface, 3.0) for surface in (*_SURFACES, *_TILES)),
    *((name, surface, 4.5) for name in STATUS_HUES for surface in ("surface", "surface-2", f"{name}-surface")),
    *(("text", f"{name}-surface", 4.5) for name in STATUS_HUES),
    *(("focus", f"{name}-surface", 3.0) for name in STATUS_HUES),
)


@dataclass(frozen=True, slots=True)
class Failure:
    """A pair that cannot be read: names of tokens, mode, contrast and the least that is needed."""

    front: str
    behind: str
    dark: bool
    ratio: float
    least: float

    @property
    def label(self) -> str:
        """In words, for the person who chose the colour."""
        if self.front == "on-accent":
            what = _("Text on buttons")
        elif self.front == "accent":
            what = _("Links and titles in colour")
        else:
            what = _("Text")
        return f"{what} ({_('dark') if self.dark else _('light')})"


@lru_cache(maxsize=2048)
def check(choice: Choice) -> tuple[Failure, ...]:
    """Pairs below their minimum, the worst first, in both modes; empty when the choice may be used."""
    found = []
    for dark in (False, True):
        colours = palette(choice.character, choice.hue, dark=dark, strength=choice.strength, accent=choice.accent)
        for front, behind, least in PAIRS:
            ratio = contrast(colours[front], colours[behind])
            if ratio < least:
                found.append(Failure(front, behind, dark, ratio, least))
    return tuple(sorted(found, key=lambda failure: failure.ratio / failure.least))


def nearest(choice: Choice) -> str:
    """The accent closest to the chosen one that can be read: the same hue, as little darker as possible; "" if none."""
    lightness, chroma, hue = to_oklch(parse(choice.accent))
    for step in range(1, 101):
        darker = hexadecimal(oklch(max(0.0, lightness - step / 100), chroma, hue))
        if not check(replace(choice, accent=darker)):
            return darker
    return ""


@lru_cache(maxsize=512)
def stylesheet(choice: Choice) -> str:
    """CSS custom properties of a portal: light, dark by the visitor's preference, light again on paper."""
    shape = SHAPES[choice.character]
    heading, body, weight, leading = (
        PAIRINGS[choice.pairing]
        if choice.pairing
        else (shape.heading_font, shape.body_font, shape.heading_weight, shape.heading_leading)
    )

    def block(dark: bool) -> str:
        colours = palette(choice.character, choice.hue, dark=dark, strength=choice.strength, accent=choice.accent)
        return "".join(f"--{name}:{hexadecimal(rgb)};" for name, rgb in colours.items())

    fixed = (
        f"--heading-font:{heading};--body-font:{body};--heading-weight:{weight};"
        f"--heading-leading:{leading};--radius:{shape.radius};--tile-radius:{shape.tile_radius};"
        f"--scale:{shape.scale};--character:{choice.character.value};"
    )
    return (
        f":root{{color-scheme:light dark;{fixed}{block(False)}}}\n"
        f"@media screen and (prefers-color-scheme:dark){{:root{{{block(True)}}}}}\n"
        f"{_HEADER_RULES[choice.header]}"
    )


@lru_cache(maxsize=512)
def version(choice: Choice) -> str:
    """Of the style's content: the address carries it, so that any cache may keep it for ever."""
    return hashlib.blake2b(stylesheet(choice).encode(), digest_size=4).hexdigest()
