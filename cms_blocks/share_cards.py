"""Share cards: the picture that Zalo, Facebook and others show beside a link. Drawn in the portal's palette with its
own Vietnamese type; the address changes with what the card says, so any cache may keep it for ever."""

from __future__ import annotations

import hashlib
import io
import random
from collections.abc import Callable
from functools import lru_cache
from itertools import pairwise
from pathlib import Path
from typing import Final

from PIL import Image, ImageDraw, ImageFont

from themes.context import PortalView
from themes.tokens import Character, palette

VERSION: Final = 1
SIZE: Final = (1200, 630)  # pixels: what Open Graph readers expect
_FONTS: Final = Path(__file__).resolve().parent.parent / "themes" / "static" / "themes" / "fonts"
_HEADINGS: Final = {
    "department": "source-serif-4-{}-600-normal", "office": "source-serif-4-{}-600-normal",
    "thpt": "bricolage-grotesque-{}-700-normal", "thcs": "lexend-{}-600-normal", "gdtx": "lexend-{}-600-normal",
    "primary": "baloo-2-{}-700-normal", "preschool": "baloo-2-{}-700-normal",
}  # fmt: skip
_BODY: Final = "be-vietnam-pro-{}-600-normal"
_LINES: Final = 4

# subject prefix → function of an id that gives (title, kicker) of what is public now, or None.
Subject = Callable[[int], tuple[str, str] | None]
_subjects: dict[str, Subject] = {}


def register(prefix: str, subject: Subject) -> None:
    _subjects[prefix] = subject


def says(prefix: str, pk: int) -> tuple[str, str] | None:
    return _subjects[prefix](pk) if prefix in _subjects else None


def mark(title: str, kicker: str, site: PortalView) -> str:
    """Changes with everything that is drawn."""
    drawn = "\x1f".join((str(VERSION), title, kicker, site.name, site.character, str(site.hue), site.slug))
    return hashlib.blake2b(drawn.encode(), digest_size=6).hexdigest()


def address(subject: str, title: str, kicker: str, site: PortalView) -> str:
    return f"/_the/{subject}-{mark(title, kicker, site)}.png"


def draw(title: str, kicker: str, site: PortalView) -> bytes:
    """PNG of 1200 × 630, about 40 kB; a few tens of milliseconds, once per card."""
    colours = palette(Character(site.character), site.hue, dark=False)
    image = Image.new("RGB", SIZE, colours["surface"])
    pen = ImageDraw.Draw(image)
    _land(pen, site.slug, [colours["surface-3"], colours["accent"], colours["deep"]])
    heading = _HEADINGS.get(site.character, _BODY)
    if kicker:
        _write(pen, (80, 66), kicker[:60], _BODY, 30, colours["accent"])
    size, lines = _fit(title, heading, 1040)
    top = 118 if kicker else 84
    for place, line in enumerate(lines):
        _write(pen, (80, top + place * round(size * 1.26)), line, heading, size, colours["text"])
    for step, line in enumerate(_wrap(site.name, _BODY, 32, 1040)[:2]):
        _write(pen, (80, 526 + step * 44), line, _BODY, 32, colours["on-deep"])
    out = io.BytesIO()
    image.quantize(64, dither=Image.Dither.NONE).save(out, "PNG", optimize=True)
    return out.getvalue()


def draw_mark(letter: str, site: PortalView, side: int) -> bytes:
    """The portal's mark as a square for phones: one letter well inside the circle that they may cut out."""
    colours = palette(Character(site.character), site.hue, dark=False)
    image = Image.new("RGB", (side, side), colours["deep"])
    pen = ImageDraw.Draw(image)
    band = round(side * 0.12)
    pen.rectangle((0, side - band, side, side), fill=colours["accent"])
    font = _font(_HEADINGS.get(site.character, _BODY), "latin", round(side * 0.5))
    pen.text((side / 2, (side - band) / 2), letter, font=font, fill=colours["on-deep"], anchor="mm")
    out = io.BytesIO()
    image.quantize(32, dither=Image.Dither.NONE).save(out, "PNG", optimize=True)
    return out.getvalue()


def _land(pen: ImageDraw.ImageDraw, seed: str, colours: list[tuple[int, int, int]]) -> None:
    """A mountain, hills and a field: always the same for one portal."""
    rng = random.Random(f"land:{seed}")  # noqa: S311 - a drawing
    peak = rng.randrange(620, 1040)
    pen.polygon(
        [(peak - 420, 500), (peak - 60, 352), (peak, 330), (peak + 70, 360), (peak + 460, 500)], fill=colours[0]
    )
    for level, colour in ((452, colours[1]), (508, colours[2])):
        points = [(x, level + rng.randrange(-16, 16)) for x in range(-200, 1500, 200)]
        curve = [point for a, b in pairwise(points) for point in _between(a, b)]
        pen.polygon([(-200, 640), *curve, (1500, 640)], fill=colour)


def _between(a: tuple[int, int], b: tuple[int, int]) -> list[tuple[float, float]]:
    """A soft line from a to b (cosine)."""
    steps = [n / 10 for n in range(10)]
    return [(a[0] + (b[0] - a[0]) * t, a[1] + (b[1] - a[1]) * t * t * (3 - 2 * t)) for t in steps]


@lru_cache(maxsize=64)
def _font(stem: str, script: str, size: int) -> ImageFont.FreeTypeFont:
    return ImageFont.truetype(str(_FONTS / f"{stem.format(script)}.woff2"), size)


def _script(character: str) -> str:
    """Which of the two files of a family holds a letter: as the unicode-range of base.css says."""
    code = ord(character)
    if 0x1EA0 <= code <= 0x1EF9 or code in {0x102, 0x103, 0x110, 0x111, 0x128, 0x129, 0x168, 0x169, 0x1A0, 0x1A1, 0x1AF,
                                             0x1B0, 0x20AB}:  # fmt: skip
        return "vietnamese"
    return "latin"


def _runs(text: str) -> list[tuple[str, str]]:
    runs: list[tuple[str, str]] = []
    for character in text:
        script = _script(character)
        if runs and runs[-1][0] == script:
            runs[-1] = (script, runs[-1][1] + character)
        else:
            runs.append((script, character))
    return runs


def _width(text: str, stem: str, size: int) -> float:
    return sum(_font(stem, script, size).getlength(run) for script, run in _runs(text))


def _write(
    pen: ImageDraw.ImageDraw, at: tuple[float, float], text: str, stem: str, size: int, colour: tuple[int, int, int]
) -> None:
    """One line; `at` its left end and the top of its capitals' marks."""
    x, baseline = at[0], at[1] + size
    for script, run in _runs(text):
        font = _font(stem, script, size)
        pen.text((x, baseline), run, font=font, fill=colour, anchor="ls")
        x += font.getlength(run)


def _wrap(text: str, stem: str, size: int, width: int) -> list[str]:
    lines: list[str] = []
    for word in " ".join(text.split())[:220].split(" "):
        longer = f"{lines[-1]} {word}" if lines else word
        if lines and _width(longer, stem, size) <= width:
            lines[-1] = longer
        else:
            lines.append(word)
    return lines


def _fit(title: str, stem: str, width: int) -> tuple[int, list[str]]:
    """The largest size at which the title takes at most four lines, above the land; cut with … at the smallest."""
    for size, most in ((78, 2), (66, 3), (56, 4), (48, _LINES)):
        lines = _wrap(title, stem, size, width)
        if len(lines) <= most and all(_width(line, stem, size) <= width for line in lines):
            return size, lines
    if len(lines) > _LINES:
        lines = [*lines[: _LINES - 1], lines[_LINES - 1].rstrip(" ,;:") + " …"]
    return 48, [_cut(line, stem, 48, width) for line in lines]


def _cut(line: str, stem: str, size: int, width: int) -> str:
    """A word that is wider than the card ends in …"""
    while _width(line, stem, size) > width:
        line = line.rstrip("…")[:-1] + "…"
    return line
