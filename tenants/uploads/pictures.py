"""Pictures: new bytes made of the pixels alone.

What is not a pixel (position, camera, comments, colour profiles, thumbnails, whatever was glued to the end) does not
survive, and a file that is a picture and something else at once comes out as a picture.
"""

from __future__ import annotations

import io
import os
import warnings
from contextlib import suppress
from dataclasses import dataclass
from pathlib import PurePath
from typing import Final

import pillow_heif
from django.utils.translation import gettext_lazy as _
from PIL import Image, ImageCms, ImageOps, ImageSequence

from .kinds import KINDS, Kind, Refused, megabytes, sniff, unknown
from .vector import clean_svg

pillow_heif.register_heif_opener(thumbnails=False)

MAX_BYTES: Final = 20_000_000
MAX_PIXELS: Final = 40_000_000
MAX_SIDE: Final = 12_000
MAX_FRAMES: Final = 150
MAX_MOVING_PIXELS: Final = 120_000_000

# Pillow may try this decoder and no other. Not TIFF and its like: nobody photographs in them, their decoders are old.
_DECODERS: Final = {
    "jpeg": "JPEG",
    "png": "PNG",
    "gif": "GIF",
    "webp": "WEBP",
    "avif": "AVIF",
    "heif": "HEIF",
}
_KEPT_MODES: Final = {"1", "L", "LA", "P", "RGB", "RGBA"}


@dataclass(frozen=True, slots=True)
class Picture:
    """`name` has the extension of what the bytes are."""

    data: bytes
    kind: Kind
    name: str
    width: int
    height: int


def clean_picture(data: bytes, name: str) -> Picture:
    """The picture, drawn anew and upright. Raises `Refused`."""
    if not data:
        raise Refused("empty", _("“%(name)s” is empty. Send the file again."), name=name)
    if len(data) > MAX_BYTES:
        raise Refused(
            "too_big",
            _("“%(name)s” has %(size)s; a picture may have %(limit)s. Make it smaller (2,500 pixels wide are plenty)."),
            name=name,
            size=megabytes(len(data)),
            limit=megabytes(MAX_BYTES),
        )
    found = sniff(data[:4096])
    if found == "svg":
        content, width, height = clean_svg(data, name)
        return Picture(content, KINDS["svg"], _named(name, "svg"), width, height)
    if found not in _DECODERS:
        raise unknown(name, data[:4096])
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", Image.DecompressionBombWarning)  # our own limit is stricter and comes first
        try:
            image = Image.open(io.BytesIO(data), formats=[_DECODERS[found]])
            _check_size(image.size, name)
            kind, content = _drawn(image, found, name)
        except Refused:
            raise
        except Image.DecompressionBombError as error:
            raise _too_many_pixels(name, MAX_PIXELS * 2, 1) from error
        except Exception as error:  # decoders of broken bytes raise whatever they like
            raise Refused(
                "broken",
                _("“%(name)s” is damaged or was cut off on the way. Open it once, save it again and send that copy."),
                name=name,
            ) from error
    with Image.open(io.BytesIO(content)) as result:
        width, height = result.size
    return Picture(content, kind, _named(name, kind.extension), width, height)


def _named(name: str, extension: str) -> str:
    stem = PurePath(os.path.basename(name.replace("\\", "/"))).stem.strip(". ")
    return f"{stem or 'anh'}.{extension}"


def _too_many_pixels(name: str, width: int, height: int) -> Refused:
    return Refused(
        "too_many_pixels",
        _(
            "“%(name)s” has %(pixels)s million pixels; a picture may have %(limit)s million and sides of %(side)s."
            " Make it smaller (2,500 pixels wide are plenty) and send it again."
        ),
        name=name,
        pixels=f"{width * height / 1_000_000:.0f}",
        limit=MAX_PIXELS // 1_000_000,
        side=MAX_SIDE,
    )


def _check_size(size: tuple[int, int], name: str) -> None:
    """Before anything is decoded: the header alone says how much memory the pixels would take."""
    width, height = size
    if width * height > MAX_PIXELS or max(size) > MAX_SIDE:
        raise _too_many_pixels(name, width, height)


def _drawn(image: Image.Image, found: str, name: str) -> tuple[Kind, bytes]:
    if found in {"gif", "webp", "png", "avif"} and getattr(image, "is_animated", False):
        if found in {"gif", "webp"}:
            return _moving(image, found, name)
        image.seek(0)
    upright = ImageOps.exif_transpose(_in_srgb(image))
    alpha = "A" in upright.getbands() or "transparency" in upright.info
    if found == "webp":
        kind = KINDS["webp"]
    elif found in {"png", "gif"} or alpha:
        kind = KINDS["png"]
    else:
        kind = KINDS["jpeg"]
    if kind.name == "jpeg":
        plain = upright if upright.mode in {"L", "RGB"} else upright.convert("RGB")
    elif kind.name == "webp" or upright.mode not in _KEPT_MODES:
        plain = upright.convert("RGBA" if alpha else "RGB")
    else:
        plain = upright
    plain.info = {
        key: value for key, value in plain.info.items() if key == "transparency" and plain.mode in {"P", "L", "RGB"}
    }
    out = io.BytesIO()
    if kind.name == "jpeg":
        plain.save(out, "JPEG", quality=90, progressive=True, exif=b"", icc_profile=None)
    elif kind.name == "webp":
        plain.save(out, "WEBP", quality=90, method=4, exif=b"", icc_profile=None, xmp=b"")
    else:
        plain.save(out, "PNG", compress_level=6, exif=None, icc_profile=None)
    return kind, out.getvalue()


def _in_srgb(image: Image.Image) -> Image.Image:
    """Colours as screens without a profile show them; a broken profile is dropped."""
    image.load()
    profile = image.info.get("icc_profile")
    if not profile or image.mode not in {"RGB", "RGBA", "CMYK", "L"}:
        return image
    with suppress(ImageCms.PyCMSError, OSError, ValueError, TypeError):
        target = "RGBA" if image.mode == "RGBA" else "RGB"
        source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
        if image.mode != "L":
            exif = image.getexif()
            converted = ImageCms.profileToProfile(image, source, ImageCms.createProfile("sRGB"), outputMode=target)
            if converted is not None:
                if exif.get(0x0112):
                    converted.getexif()[0x0112] = exif[0x0112]
                return converted
    return image


def _moving(image: Image.Image, found: str, name: str) -> tuple[Kind, bytes]:
    """GIF and WebP keep moving, within bounds."""
    frames: list[Image.Image] = []
    durations: list[int] = []
    area = image.size[0] * image.size[1]
    for frame in ImageSequence.Iterator(image):
        if len(frames) == MAX_FRAMES or (len(frames) + 1) * area > MAX_MOVING_PIXELS:
            raise Refused(
                "too_long",
                _(
                    "“%(name)s” moves for too long: %(frames)s pictures in one file are the most, fewer when they are"
                    " large. Shorten it, or send it as an MP4 video."
                ),
                name=name,
                frames=MAX_FRAMES,
            )
        durations.append(max(20, min(int(frame.info.get("duration") or 100), 10_000)))
        frames.append(frame.convert("RGBA"))
    for frame in frames:
        frame.info = {}
    out = io.BytesIO()
    first, *rest = frames
    if found == "gif":
        first.save(out, "GIF", save_all=True, append_images=rest, duration=durations, loop=0, disposal=2)
    else:
        first.save(out, "WEBP", save_all=True, append_images=rest, duration=durations, loop=0, quality=80, method=2)
    return KINDS[found], out.getvalue()
