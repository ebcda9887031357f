"""Pictures for the demo's pages, drawn: layered landscapes in the portal's hue. JPEG by Pillow."""

from __future__ import annotations

import io
import math
import random

from PIL import Image, ImageDraw, ImageFilter

from themes.colour import RGB, oklch

SIZE = (1280, 720)
_SCALE = 2  # drawn larger, then reduced: smooth edges


def render(scene: str, seed: str, hue: float) -> bytes:
    """A JPEG of one scene: nui (mountain), dong (fields), song (river), truong (school)."""
    rng = random.Random(f"{seed}:{scene}")
    width, height = SIZE[0] * _SCALE // 2, SIZE[1] * _SCALE // 2
    image = _sky(rng, width, height, hue)
    draw = ImageDraw.Draw(image, "RGBA")
    _hills(draw, rng, width, height, hue, scene)
    if scene == "song":
        _river(draw, rng, width, height, hue)
    elif scene == "truong":
        _school(draw, rng, width, height)
    else:
        _rows(draw, width, height, hue)
    for _ in range(6):
        _tree(draw, rng, width, height, hue)
    image = image.filter(ImageFilter.GaussianBlur(0.6))
    grain = Image.effect_noise((width // 2, height // 2), 16).resize((width, height)).convert("RGB")
    image = Image.blend(image, grain, 0.035)
    out = io.BytesIO()
    image.save(out, "JPEG", quality=82, optimize=True)
    return out.getvalue()


def _sky(rng: random.Random, width: int, height: int, hue: float) -> Image.Image:
    top, low = oklch(0.80, 0.06, (hue + 20) % 360), oklch(0.96, 0.045, 85)
    column = Image.new("RGB", (1, 64))
    for line in range(64):
        share = min(1.0, line / 44)
        column.putpixel((0, line), tuple(round(a + (b - a) * share) for a, b in zip(top, low, strict=True)))
    image = column.resize((width, height), Image.Resampling.BICUBIC)
    draw = ImageDraw.Draw(image, "RGBA")
    x, y, radius = rng.uniform(0.15, 0.85) * width, rng.uniform(0.16, 0.34) * height, height * 0.085
    for step in range(6, 0, -1):
        grow = radius * (1 + step * 0.32)
        draw.ellipse((x - grow, y - grow, x + grow, y + grow), fill=(255, 240, 200, 18))
    draw.ellipse((x - radius, y - radius, x + radius, y + radius), fill=(255, 244, 214, 255))
    return image


def _hills(draw: ImageDraw.ImageDraw, rng: random.Random, width: int, height: int, hue: float, scene: str) -> None:
    peak = rng.uniform(0.35, 0.72) * width
    top = height * (0.16 if scene == "nui" else 0.30)
    outline = []
    for step in range(101):
        x = width * step / 100
        distance = (x - peak) / (width * 0.27)
        shoulder = 0.34 * math.exp(-(((x - peak) / width - 0.17) ** 2) / 0.006)
        rise = max(math.exp(-distance * distance * 1.6), shoulder)
        outline.append((x, height * 0.66 - (height * 0.66 - top) * rise + math.sin(step * 0.9) * 3))
    draw.polygon([(0, height), *outline, (width, height)], fill=_solid(oklch(0.66, 0.055, hue)))
    for layer, (level, lightness) in enumerate(((0.62, 0.60), (0.70, 0.52), (0.78, 0.44))):
        phase = rng.uniform(0, 6)
        points = [
            (
                width * i / 60,
                height * (level + 0.022 * math.sin(i * 0.33 + phase) + 0.012 * math.sin(i * 0.11 * (layer + 2))),
            )
            for i in range(61)
        ]
        draw.polygon([(0, height), *points, (width, height)], fill=_solid(oklch(lightness, 0.085, hue)))


def _rows(draw: ImageDraw.ImageDraw, width: int, height: int, hue: float) -> None:
    light = (*oklch(0.62, 0.11, (hue + 10) % 360), 150)
    for i in range(-14, 15):
        near, far = width * (0.5 + i * 0.095), width * (0.5 + i * 0.016)
        draw.polygon([(far, height * 0.79), (far + 3, height * 0.79), (near + 26, height), (near, height)], fill=light)


def _river(draw: ImageDraw.ImageDraw, rng: random.Random, width: int, height: int, hue: float) -> None:
    water = [(width * i / 40, height * (0.82 + 0.025 * math.sin(i * 0.3))) for i in range(41)]
    draw.polygon([(0, height), *water, (width, height)], fill=_solid(oklch(0.82, 0.05, (hue + 30) % 360)))
    for _ in range(30):
        x, y = rng.uniform(0, width), rng.uniform(0.86, 0.99) * height
        draw.line((x, y, x + rng.uniform(30, 120), y), fill=(255, 255, 255, 90), width=2)
    for _ in range(9):
        x, y, s = rng.uniform(0, width), rng.uniform(0.90, 0.98) * height, rng.uniform(14, 26)
        draw.ellipse((x - s * 1.6, y, x + s * 1.6, y + s * 0.6), fill=_solid(oklch(0.5, 0.1, 150)))
        for angle in (-0.9, -0.45, 0, 0.45, 0.9):
            px, py = x + math.sin(angle) * s * 0.7, y - math.cos(angle) * s * 0.55
            draw.ellipse(
                (px - s * 0.26, py - s * 0.6, px + s * 0.26, py + s * 0.6), fill=(*oklch(0.82, 0.11, 355), 225)
            )


def _school(draw: ImageDraw.ImageDraw, rng: random.Random, width: int, height: int) -> None:
    x, base, w, h = width * rng.uniform(0.2, 0.36), height * 0.84, width * 0.42, height * 0.2
    draw.rectangle((x, base - h, x + w, base), fill=_solid(oklch(0.95, 0.035, 85)))
    roof = [
        (x - w * 0.03, base - h),
        (x + w * 1.03, base - h),
        (x + w * 0.94, base - h * 1.42),
        (x + w * 0.06, base - h * 1.42),
    ]
    draw.polygon(roof, fill=_solid(oklch(0.55, 0.14, 35)))
    for floor in range(2):
        for i in range(9):
            left, up = x + w * (0.04 + i * 0.106), base - h * (0.9 - floor * 0.48)
            draw.rectangle((left, up, left + w * 0.06, up + h * 0.26), fill=_solid(oklch(0.55, 0.06, 235)))
    pole = x + w * 0.5
    draw.line((pole, base, pole, base - h * 2.3), fill=(90, 90, 90, 255), width=4)
    draw.rectangle((pole, base - h * 2.3, pole + w * 0.13, base - h * 1.95), fill=_solid(oklch(0.58, 0.22, 28)))


def _tree(draw: ImageDraw.ImageDraw, rng: random.Random, width: int, height: int, hue: float) -> None:
    x, y, s = rng.uniform(0, width), rng.uniform(0.84, 0.98) * height, rng.uniform(0.10, 0.2) * height
    draw.line((x, y, x, y - s * 0.8), fill=_solid(oklch(0.33, 0.05, 50)), width=max(4, int(s * 0.07)))
    flame = rng.random() < 0.45
    crown = oklch(0.62, 0.19, 32) if flame else oklch(rng.uniform(0.32, 0.44), 0.1, (hue + 8) % 360)
    for _ in range(9):
        cx, cy, r = x + rng.uniform(-0.45, 0.45) * s, y - s * rng.uniform(0.7, 1.1), s * rng.uniform(0.16, 0.3)
        draw.ellipse((cx - r, cy - r * 0.7, cx + r, cy + r * 0.7), fill=(*crown, 235))


def _solid(colour: RGB) -> tuple[int, int, int, int]:
    return (*colour, 255)
