"""Drawn art instead of grey boxes: landscapes of the province, deterministic by seed, a few kB of SVG each.

Núi Bà Đen, rice fields, rubber rows, the Vàm Cỏ river, lotus, school roofs and flame trees, in the portal's palette.
"""

from __future__ import annotations

import math
import random

from .colour import hexadecimal, oklch
from .tokens import SHAPES, Character


def _colours(character: Character, hue: float) -> dict[str, str]:
    strength = SHAPES[character].chroma
    soft = character in {Character.PRESCHOOL, Character.PRIMARY}
    base = 0.90 if soft else 0.84
    return {
        "sky": hexadecimal(oklch(0.95, 0.03 if soft else 0.018, hue)),
        "glow": hexadecimal(oklch(0.92, 0.08, 85)),
        "far": hexadecimal(oklch(base - 0.12, strength * 0.35, hue)),
        "middle": hexadecimal(oklch(base - 0.27, strength * 0.6, hue)),
        "near": hexadecimal(oklch(base - 0.42, strength * 0.8, hue)),
        "front": hexadecimal(oklch(0.30, strength * 0.7, hue)),
        "water": hexadecimal(oklch(0.86, 0.05, (hue + 40) % 360)),
        "warm": hexadecimal(oklch(0.66, 0.19, 32)),
        "roof": hexadecimal(oklch(0.55, 0.14, 35)),
        "wall": hexadecimal(oklch(0.95, 0.03, 85)),
        "petal": hexadecimal(oklch(0.80, 0.12, 355)),
    }


def _ridge(rng: random.Random, width: int, height: int, level: float, swing: float, steps: int) -> str:
    points = [
        (width * i / steps, height * (level + swing * (math.sin(i * 1.7 + rng.random() * 2) + rng.random() - 0.5)))
        for i in range(steps + 1)
    ]
    path = f"M0 {height}L0 {points[0][1]:.0f}"
    for (x0, y0), (x1, y1) in zip(points, points[1:], strict=False):
        middle = (x0 + x1) / 2
        path += f"C{middle:.0f} {y0:.0f} {middle:.0f} {y1:.0f} {x1:.0f} {y1:.0f}"
    return f"{path}L{width} {height}Z"


def _mountain(rng: random.Random, width: int, height: int) -> str:
    """Núi Bà Đen: one broad peak with a shoulder, alone in the plain."""
    x = width * rng.uniform(0.55, 0.72)
    top, foot = height * rng.uniform(0.20, 0.28), height * 0.66
    half = width * rng.uniform(0.24, 0.30)
    return (
        f"M{x - half:.0f} {foot:.0f}C{x - half * 0.55:.0f} {foot - height * 0.06:.0f} {x - half * 0.32:.0f} "
        f"{top + height * 0.06:.0f} {x:.0f} {top:.0f}C{x + half * 0.22:.0f} {top + height * 0.05:.0f} "
        f"{x + half * 0.30:.0f} {top + height * 0.16:.0f} {x + half * 0.48:.0f} {top + height * 0.17:.0f}"
        f"C{x + half * 0.7:.0f} {top + height * 0.2:.0f} {x + half * 0.85:.0f} {foot - height * 0.03:.0f} "
        f"{x + half:.0f} {foot:.0f}Z"
    )


def _tree(x: float, y: float, size: float, trunk: str, crown: str, flowers: str | None) -> str:
    parts = [
        f'<path d="M{x:.0f} {y:.0f}q{size * 0.05:.1f} {-size * 0.4:.1f} {-size * 0.02:.1f} {-size * 0.7:.1f}" '
        f'stroke="{trunk}" stroke-width="{max(2, size * 0.07):.1f}" fill="none"/>',
        f'<ellipse cx="{x:.0f}" cy="{y - size * 0.85:.0f}" rx="{size * 0.55:.0f}" ry="{size * 0.3:.0f}" fill="{crown}"/>',
        f'<ellipse cx="{x - size * 0.3:.0f}" cy="{y - size * 0.68:.0f}" rx="{size * 0.34:.0f}" '
        f'ry="{size * 0.2:.0f}" fill="{crown}"/>',
    ]
    if flowers:
        parts += [
            f'<circle cx="{x + math.cos(a) * size * 0.4:.0f}" cy="{y - size * 0.85 + math.sin(a) * size * 0.2:.0f}" '
            f'r="{size * 0.08:.1f}" fill="{flowers}"/>'
            for a in (0.2, 1.1, 2.3, 3.6, 4.6, 5.5)
        ]
    return "".join(parts)


def _school(x: float, y: float, size: float, colours: dict[str, str]) -> str:
    body = f'<rect x="{x:.0f}" y="{y - size * 0.42:.0f}" width="{size * 1.9:.0f}" height="{size * 0.42:.0f}" fill="{colours["wall"]}"/>'
    roof = (
        f'<path d="M{x - size * 0.1:.0f} {y - size * 0.42:.0f}h{size * 2.1:.0f}l{-size * 0.22:.0f} {-size * 0.24:.0f}'
        f'h{-size * 1.66:.0f}Z" fill="{colours["roof"]}"/>'
    )
    windows = "".join(
        f'<rect x="{x + size * (0.14 + i * 0.29):.0f}" y="{y - size * 0.32:.0f}" width="{size * 0.15:.0f}" '
        f'height="{size * 0.18:.0f}" fill="{colours["near"]}"/>'
        for i in range(6)
    )
    flag = (
        f'<path d="M{x + size * 0.95:.0f} {y - size * 0.66:.0f}v{-size * 0.42:.0f}" stroke="{colours["front"]}" '
        f'stroke-width="2"/><path d="M{x + size * 0.95:.0f} {y - size * 1.08:.0f}h{size * 0.26:.0f}v{size * 0.17:.0f}'
        f'h{-size * 0.26:.0f}Z" fill="{colours["warm"]}"/>'
    )
    return body + roof + windows + flag


def _rows(width: int, height: int, level: float, colour: str, lines: int) -> str:
    """Furrows of a field, meeting at the horizon."""
    x = width * 0.5
    return "".join(
        f'<path d="M{x + (i - lines / 2) * width * 0.02:.0f} {height * level:.0f}'
        f'L{x + (i - lines / 2) * width * 0.16:.0f} {height}" stroke="{colour}" stroke-width="2" opacity=".45"/>'
        for i in range(lines + 1)
    )


def _lotus(x: float, y: float, size: float, petal: str, leaf: str) -> str:
    petals = "".join(
        f'<ellipse cx="{x:.0f}" cy="{y - size * 0.5:.0f}" rx="{size * 0.18:.1f}" ry="{size * 0.5:.1f}" fill="{petal}" '
        f'opacity=".85" transform="rotate({angle} {x:.0f} {y:.0f})"/>'
        for angle in (-50, -25, 0, 25, 50)
    )
    return f'<ellipse cx="{x:.0f}" cy="{y + size * 0.12:.0f}" rx="{size:.0f}" ry="{size * 0.24:.0f}" fill="{leaf}"/>{petals}'


def landscape(seed: str, character: Character, hue: int, variant: str, width: int, height: int) -> str:
    """One scene. `variant`: hero (with mountain and school), card, field, river."""
    rng = random.Random(f"{seed}:{variant}")
    c = _colours(character, hue)
    sun_x, sun_y = width * rng.uniform(0.12, 0.9), height * rng.uniform(0.14, 0.32)
    parts = [
        f'<rect width="{width}" height="{height}" fill="{c["sky"]}"/>',
        f'<circle cx="{sun_x:.0f}" cy="{sun_y:.0f}" r="{height * 0.11:.0f}" fill="{c["glow"]}"/>',
        f'<path d="{_mountain(rng, width, height)}" fill="{c["far"]}"/>',
        f'<path d="{_ridge(rng, width, height, 0.62, 0.025, 6)}" fill="{c["middle"]}"/>',
    ]
    scene = variant if variant in {"field", "river"} else rng.choice(("field", "river", "orchard"))
    if scene == "river":
        parts.append(
            f'<path d="M0 {height * 0.80:.0f}C{width * 0.3:.0f} {height * 0.72:.0f} {width * 0.5:.0f} '
            f'{height * 0.88:.0f} {width} {height * 0.76:.0f}V{height}H0Z" fill="{c["water"]}"/>'
        )
        parts += [
            _lotus(width * rng.uniform(0.05, 0.95), height * rng.uniform(0.88, 0.97), height * 0.05, c["petal"], c["near"])
            for _ in range(5)
        ]
    else:
        parts.append(f'<path d="{_ridge(rng, width, height, 0.76, 0.02, 5)}" fill="{c["near"]}"/>')
        parts.append(_rows(width, height, 0.78, c["middle"], 14 if scene == "field" else 9))
    if variant != "card" or rng.random() < 0.6:
        parts.append(_school(width * rng.uniform(0.08, 0.3), height * 0.76, height * 0.2, c))
    for _ in range(3 if variant == "card" else 5):
        parts.append(
            _tree(
                width * rng.uniform(0.02, 0.98),
                height * rng.uniform(0.80, 0.92),
                height * rng.uniform(0.14, 0.24),
                c["front"],
                c["front"] if rng.random() < 0.5 else c["near"],
                c["warm"] if rng.random() < 0.6 else None,
            )
        )
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" '
        f'preserveAspectRatio="xMidYMax slice">{"".join(parts)}</svg>'
    )


def favicon(character: Character, hue: int, letter: str) -> str:
    """A mark with the portal's first letter over a hill."""
    radius = {"2px": 6, "4px": 10}.get(SHAPES[character].radius, 18)
    deep, glow = hexadecimal(oklch(0.38, SHAPES[character].chroma, hue)), hexadecimal(oklch(0.86, 0.12, 85))
    hill = hexadecimal(oklch(0.55, SHAPES[character].chroma, hue))
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 64 64"><rect width="64" height="64" rx="{radius}" '
        f'fill="{deep}"/><circle cx="48" cy="17" r="7" fill="{glow}"/><path d="M0 64V50C14 48 22 38 32 38s18 10 32 12'
        f'v{64 - 50}Z" fill="{hill}"/><text x="32" y="43" font-family="sans-serif" font-weight="700" font-size="36" '
        f'text-anchor="middle" fill="#fff">{letter}</text></svg>'
    )
