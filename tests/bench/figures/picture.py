"""A photo of 12 megapixels from a phone: judged and drawn anew at the upload, then made into a card; Pillow alone beside it."""

from __future__ import annotations

import io
import time
from collections.abc import Callable, Iterable

from django.conf import settings
from PIL import Image

from tenants.uploads import clean_picture
from tests.bench.harness import Bench, Result, figure, median

SIZE = (4000, 3000)
CARD = (640, 400)


def photo() -> bytes:
    """Noise over a gradient: neither flat nor as hard to pack as noise alone."""
    noise = Image.effect_noise(SIZE, 40)
    image = Image.merge("RGB", (noise, Image.linear_gradient("L").resize(SIZE), noise.rotate(180)))
    out = io.BytesIO()
    image.save(out, "JPEG", quality=88)
    return out.getvalue()


def _with_pillow(data: bytes) -> bytes:
    image = Image.open(io.BytesIO(data))
    image.draft("RGB", (CARD[0] * 2, CARD[1] * 2))
    image.thumbnail((CARD[0], CARD[0]))
    out = io.BytesIO()
    image.crop((0, 0, *CARD)).save(out, "WEBP", quality=80)
    return out.getvalue()


def _with_willow(data: bytes) -> bytes:
    """As Wagtail makes `fill-640x400|format-webp`."""
    from willow.image import Image as Willow  # asks Django's settings when it is imported

    out = io.BytesIO()
    image = Willow.open(io.BytesIO(data)).auto_orient()
    image.resize((CARD[0], round(SIZE[1] * CARD[0] / SIZE[0]))).crop((0, 0, *CARD)).save_as_webp(out, quality=80)
    return out.getvalue()


def _seconds(work: Callable[[], object], runs: int) -> float:
    found = []
    for _ in range(runs):
        began = time.perf_counter()
        work()
        found.append(time.perf_counter() - began)
    return median(found)


@figure("picture", "milliseconds for a 12-megapixel photo: upload judged and drawn anew, one rendition")
def picture(bench: Bench) -> Iterable[Result]:
    if not settings.configured:
        settings.configure()
    data = photo()
    clean = clean_picture(data, "anh.jpg")
    sizes = {"sent_bytes": len(data), "kept_bytes": len(clean.data), "kept_width": clean.width, "kept_height": clean.height}
    yield Result(
        "photo_upload", 1000 * _seconds(lambda: clean_picture(data, "anh.jpg"), bench.runs), "ms", "lower",
        runs=bench.runs, detail=sizes,
    )  # fmt: skip
    yield Result(
        "photo_rendition", 1000 * _seconds(lambda: _with_willow(clean.data), bench.runs), "ms", "lower",
        "Pillow with its JPEG shortcut", 1000 * _seconds(lambda: _with_pillow(clean.data), bench.runs),
        runs=bench.runs, detail={"card_bytes": len(_with_willow(clean.data))},
    )  # fmt: skip
