"""Design tokens: a portal picks one hue, its kind gives the character; every pair used is checked by a test."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from typing import Final

from .colour import RGB, contrast, hexadecimal, oklch

# Raise when tokens change: the style's address carries it, so caches may keep it for ever.
VERSION: Final = 4


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

STATUS_HUES: Final = {"info": 250.0, "success": 150.0, "warning": 75.0, "danger": 27.0}
# Four tinted surfaces for tiles; how far each turns from the portal's hue.
TILE_TURNS: Final = (0.0, 75.0, 160.0, 250.0)


def palette(character: Character, hue: float, *, dark: bool) -> dict[str, RGB]:
    """Token name → sRGB colour, for one mode."""
    shape = SHAPES[character]
    tint = shape.surface_chroma
    if dark:
        colours = {
            "surface": oklch(0.185, tint, hue),
            "surface-2": oklch(0.228, tint * 1.4, hue),
            "surface-3": oklch(0.285, tint * 1.8, hue),
            "line": oklch(0.38, tint * 1.5, hue),
            "control": oklch(0.66, tint * 1.5, hue),
            "text": oklch(0.95, 0.006, hue),
            "muted": oklch(0.78, 0.014, hue),
            "accent": oklch(0.83, shape.chroma * 0.75, hue),
            "on-accent": oklch(0.20, 0.03, hue),
            "deep": oklch(0.27, shape.chroma * 0.5, hue),
            "deep-2": oklch(0.22, shape.chroma * 0.4, hue),
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
            "accent": oklch(0.44, shape.chroma, hue),
            "on-accent": oklch(0.99, 0.005, hue),
            "deep": oklch(0.33, shape.chroma * 0.85, hue),
            "deep-2": oklch(0.28, shape.chroma * 0.75, hue),
            "on-deep": oklch(0.985, 0.01, hue),
            "on-deep-2": oklch(0.90, 0.03, hue),
            "glow": oklch(0.90, 0.10, 90),
            "focus": oklch(0.46, 0.20, 300),
            "ring": oklch(0.995, 0.0, hue),
        }
    for number, turn in enumerate(TILE_TURNS, start=1):
        strength = min(shape.chroma, 0.15) / 0.15
        colours[f"tile-{number}"] = oklch(0.285 if dark else 0.94, (0.045 if dark else 0.050) * strength, hue + turn)
        colours[f"tile-ink-{number}"] = oklch(0.85 if dark else 0.43, (0.10 if dark else 0.14) * strength, hue + turn)
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


def check_contrast(character: Character, hue: float) -> list[str]:
    """Pairs below their minimum, in words, for both modes; empty when the palette may be used."""
    found = []
    for dark in (False, True):
        colours = palette(character, hue, dark=dark)
        for front, behind, least in PAIRS:
            ratio = contrast(colours[front], colours[behind])
            if ratio < least:
                found.append(f"{front} on {behind}, {'dark' if dark else 'light'}: {ratio:.2f} < {least}")
    return found


@lru_cache(maxsize=512)
def stylesheet(character: Character, hue: int) -> str:
    """CSS custom properties of a portal: light, dark by the visitor's preference, light again on paper."""
    shape = SHAPES[character]

    def block(dark: bool) -> str:
        return "".join(f"--{name}:{hexadecimal(rgb)};" for name, rgb in palette(character, hue, dark=dark).items())

    fixed = (
        f"--heading-font:{shape.heading_font};--body-font:{shape.body_font};--heading-weight:{shape.heading_weight};"
        f"--heading-leading:{shape.heading_leading};--radius:{shape.radius};--tile-radius:{shape.tile_radius};"
        f"--scale:{shape.scale};--character:{character.value};"
    )
    return (
        f":root{{color-scheme:light dark;{fixed}{block(False)}}}\n"
        f"@media screen and (prefers-color-scheme:dark){{:root{{{block(True)}}}}}\n"
    )
