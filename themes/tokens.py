"""Design tokens: a portal picks one hue, its kind gives the character; every pair used is checked by a test."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache

from .colour import RGB, contrast, hexadecimal, oklch

VERSION = 3


class Character(StrEnum):
    DEPARTMENT = "department"
    OFFICE = "office"
    THPT = "thpt"
    THCS = "thcs"
    PRIMARY = "primary"
    PRESCHOOL = "preschool"
    GDTX = "gdtx"


def character_for(kind: str, level: str) -> Character:
    """The character of a portal by its unit's kind and level."""
    if kind != "school":
        return Character.DEPARTMENT if kind == "department" else Character.OFFICE
    levels = {"MN": Character.PRESCHOOL, "TH": Character.PRIMARY, "THCS": Character.THCS, "GDTX": Character.GDTX}
    return levels.get(level, Character.THPT)


@dataclass(frozen=True, slots=True)
class Shape:
    """What makes characters differ beside colour: type, corners, density, strength of colour."""

    heading_font: str
    heading_weight: int
    radius: str
    tile_radius: str
    scale: float
    chroma: float
    surface_chroma: float


SHAPES = {
    Character.DEPARTMENT: Shape('"Source Serif 4", Georgia, serif', 600, "2px", "2px", 1.0, 0.10, 0.004),
    Character.OFFICE: Shape('"Source Serif 4", Georgia, serif', 600, "4px", "4px", 0.96, 0.10, 0.006),
    Character.THPT: Shape('"Be Vietnam Pro", system-ui, sans-serif', 700, "6px", "10px", 1.06, 0.14, 0.008),
    Character.THCS: Shape('"Be Vietnam Pro", system-ui, sans-serif', 700, "12px", "18px", 1.0, 0.14, 0.012),
    Character.PRIMARY: Shape('"Nunito", system-ui, sans-serif', 800, "16px", "24px", 1.04, 0.15, 0.018),
    Character.PRESCHOOL: Shape('"Nunito", system-ui, sans-serif', 800, "22px", "32px", 1.04, 0.15, 0.026),
    Character.GDTX: Shape('"Be Vietnam Pro", system-ui, sans-serif', 700, "6px", "8px", 0.98, 0.11, 0.006),
}

STATUS_HUES = {"info": 250.0, "success": 150.0, "warning": 75.0, "danger": 27.0}


def palette(character: Character, hue: float, *, dark: bool) -> dict[str, RGB]:
    """Name → colour for one mode."""
    shape = SHAPES[character]
    tint = shape.surface_chroma
    if dark:
        colours = {
            "surface": oklch(0.19, tint, hue),
            "surface-2": oklch(0.24, tint * 1.4, hue),
            "surface-3": oklch(0.30, tint * 1.8, hue),
            "line": oklch(0.40, tint * 1.5, hue),
            "control": oklch(0.66, tint * 1.5, hue),
            "text": oklch(0.95, 0.005, hue),
            "muted": oklch(0.78, 0.012, hue),
            "accent": oklch(0.82, shape.chroma * 0.75, hue),
            "on-accent": oklch(0.20, 0.03, hue),
            "deep": oklch(0.27, shape.chroma * 0.5, hue),
            "on-deep": oklch(0.97, 0.01, hue),
            "focus": oklch(0.86, 0.14, 95),
        }
    else:
        colours = {
            "surface": oklch(0.993, tint * 0.5, hue),
            "surface-2": oklch(0.968, tint, hue),
            "surface-3": oklch(0.93, tint * 1.8, hue),
            "line": oklch(0.87, tint * 1.5, hue),
            "control": oklch(0.56, tint * 1.5, hue),
            "text": oklch(0.22, 0.015, hue),
            "muted": oklch(0.44, 0.018, hue),
            "accent": oklch(0.43, shape.chroma, hue),
            "on-accent": oklch(0.99, 0.005, hue),
            "deep": oklch(0.34, shape.chroma * 0.85, hue),
            "on-deep": oklch(0.985, 0.01, hue),
            "focus": oklch(0.45, 0.20, 300),
        }
    for name, status_hue in STATUS_HUES.items():
        colours[name] = oklch(0.84 if dark else 0.42, 0.10 if dark else 0.11, status_hue)
        colours[f"{name}-surface"] = oklch(0.27 if dark else 0.96, 0.04 if dark else 0.025, status_hue)
    return colours


# (text, background, least contrast): 4.5 for text, 3 for large text, controls and focus.
PAIRS: tuple[tuple[str, str, float], ...] = (
    *((text, surface, 4.5) for text in ("text", "muted", "accent") for surface in ("surface", "surface-2", "surface-3")),
    ("on-accent", "accent", 4.5),
    ("on-deep", "deep", 4.5),
    *(("control", surface, 3.0) for surface in ("surface", "surface-2")),
    *(("focus", surface, 3.0) for surface in ("surface", "surface-2", "surface-3")),
    *((name, surface, 4.5) for name in STATUS_HUES for surface in ("surface", "surface-2", f"{name}-surface")),
    *(("text", f"{name}-surface", 4.5) for name in STATUS_HUES),
)


def failing_pairs(character: Character, hue: float) -> list[str]:
    """Pairs below their minimum, in words; empty when the palette may be used."""
    found = []
    for dark in (False, True):
        colours = palette(character, hue, dark=dark)
        for text, background, least in PAIRS:
            ratio = contrast(colours[text], colours[background])
            if ratio < least:
                found.append(f"{text} on {background}, {'dark' if dark else 'light'}: {ratio:.2f} < {least}")
    return found


@lru_cache(maxsize=512)
def stylesheet(character: Character, hue: int) -> str:
    """CSS custom properties of a portal, light and dark."""
    shape = SHAPES[character]

    def block(dark: bool) -> str:
        return "".join(f"--{k}:{hexadecimal(v)};" for k, v in palette(character, hue, dark=dark).items())

    fixed = (
        f"--heading-font:{shape.heading_font};--heading-weight:{shape.heading_weight};"
        f"--radius:{shape.radius};--tile-radius:{shape.tile_radius};--scale:{shape.scale};"
    )
    return (
        f":root{{color-scheme:light dark;{fixed}{block(False)}}}\n"
        f"@media (prefers-color-scheme:dark){{:root{{{block(True)}}}}}\n"
        f"@media print{{:root{{{block(False)}}}}}\n"
    )
