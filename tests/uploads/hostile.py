"""Files that mean harm, made in code."""

from __future__ import annotations

import io
import struct
import zipfile
import zlib
from typing import Any

from PIL import Image
from PIL.ExifTags import GPS, IFD, Base

MARK = b"<script>alert(document.cookie)</script>"


def picture(kind: str = "PNG", size: tuple[int, int] = (60, 40), mode: str = "RGB", **options: Any) -> bytes:
    """A gradient: something that survives re-encoding recognisably."""
    image = Image.new(mode, size)
    for x in range(size[0]):
        for y in range(size[1]):
            shade = (x * 255 // size[0], y * 255 // size[1], 90, 128)
            image.putpixel((x, y), shade[: len(image.getbands())] if len(image.getbands()) > 1 else shade[0])
    out = io.BytesIO()
    image.save(out, kind, **options)
    return out.getvalue()


def photo_with_position(orientation: int = 6) -> bytes:
    """A JPEG that says where and with what it was taken, and that it lies on its side."""
    exif = Image.Exif()
    exif[Base.Make] = "MAYANH-CANARY"
    exif[Base.Orientation] = orientation
    position = exif.get_ifd(IFD.GPSInfo)
    position[GPS.GPSLatitudeRef], position[GPS.GPSLatitude] = "N", (11.0, 18.0, 36.0)
    return picture("JPEG", (60, 40), exif=exif, comment=b"GHICHU-CANARY")


def glued() -> bytes:
    """A PNG that is a web page and a ZIP as well."""
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as packed:
        packed.writestr("evil.html", MARK)
    return picture() + MARK + archive.getvalue()


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def png_bomb(width: int = 50_000, height: int = 50_000) -> bytes:
    """A header of 2.5 thousand million pixels over a few bytes of data."""
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + _chunk(b"IHDR", header)
        + _chunk(b"IDAT", zlib.compress(b"\0" * 1000))
        + _chunk(b"IEND", b"")
    )


def text_bomb() -> bytes:
    """A PNG whose comment unpacks to 80 MB."""
    body = picture()
    comment = _chunk(b"zTXt", b"Comment\0\0" + zlib.compress(b"\0" * 80_000_000, 9))
    return body[:33] + comment + body[33:]


def endless_gif(frames: int = 400) -> bytes:
    images = [Image.new("RGB", (8, 8), (number % 250, number // 250 * 90, 9)) for number in range(frames)]
    out = io.BytesIO()
    images[0].save(out, "GIF", save_all=True, append_images=images[1:], duration=20)
    return out.getvalue()


SVG_HEAD = '<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" viewBox="0 0 100 60" width="100" height="60"'

# (what, drawing): each draws a rectangle, and tries something.
DRAWINGS = {
    "script": f'{SVG_HEAD}><rect width="9" height="9" fill="red"/><script>alert(1)</script></svg>',
    "handler": f'{SVG_HEAD} onload="alert(1)"><rect width="9" height="9" onclick="alert(1)" fill="red"/></svg>',
    "page inside": f'{SVG_HEAD}><foreignObject><body xmlns="http://www.w3.org/1999/xhtml"><iframe src="https://evil.example"/></body></foreignObject><rect width="9" height="9"/></svg>',
    "link": f'{SVG_HEAD}><a href="javascript:alert(1)"><text>x</text></a><rect width="9" height="9"/></svg>',
    "foreign picture": f'{SVG_HEAD}><image href="https://evil.example/x.png"/><rect width="9" height="9"/></svg>',
    "foreign use": f'{SVG_HEAD}><use xlink:href="https://evil.example/x.svg#a"/><rect width="9" height="9"/></svg>',
    "data use": f'{SVG_HEAD}><use href="data:image/svg+xml;base64,PHN2Zz4="/><rect width="9" height="9"/></svg>',
    "foreign paint": f'{SVG_HEAD}><rect width="9" height="9" fill="url(https://evil.example/a#b)"/></svg>',
    "hidden paint": f'{SVG_HEAD}><rect width="9" height="9" style="fill:u\\72l(https://evil.example/);x:expression(alert(1))"/></svg>',
    "style sheet": f'{SVG_HEAD}><style>@import url(https://evil.example/a.css);.a{{fill:#123456}}</style><rect class="a" width="9" height="9"/></svg>',
    "animation": f'{SVG_HEAD}><rect width="9" height="9"><set attributeName="href" to="javascript:alert(1)"/><animate attributeName="x" values="1"/></rect></svg>',
    "other names": f'{SVG_HEAD} xmlns:h="http://www.w3.org/1999/xhtml"><h:script>alert(1)</h:script><rect width="9" height="9"/></svg>',
}

ENTITIES = f"""<?xml version="1.0"?><!DOCTYPE svg [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>
{SVG_HEAD}><text>&b;</text></svg>"""
OUTSIDE = f'<!DOCTYPE svg [<!ENTITY x SYSTEM "file:///etc/passwd">]>{SVG_HEAD}><text>&x;</text></svg>'


def use_bomb(depth: int = 30) -> str:
    """Thirty lines that draw a thousand million rectangles."""
    groups = "".join(
        f'<g id="g{level + 1}"><use href="#g{level}"/><use href="#g{level}"/></g>' for level in range(depth)
    )
    return f'{SVG_HEAD}><defs><rect id="g0" width="1" height="1"/>{groups}</defs><use href="#g{depth}"/></svg>'


def office(kind: str = "docx", extra: dict[str, bytes] | None = None) -> bytes:
    """A small but whole package of Word, Excel or OpenDocument, and what is hidden in it."""
    parts = {"docx": "word/document.xml", "xlsx": "xl/workbook.xml", "pptx": "ppt/presentation.xml"}
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as packed:
        if kind == "odt":
            packed.writestr("mimetype", "application/vnd.oasis.opendocument.text")
            packed.writestr("content.xml", "<x/>")
        else:
            packed.writestr("[Content_Types].xml", "<Types/>")
            packed.writestr(parts[kind], "<document/>")
        for name, content in (extra or {}).items():
            packed.writestr(name, content)
    return out.getvalue()


def packed(entries: dict[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in entries.items():
            archive.writestr(name, content)
    return out.getvalue()


def pdf(body: bytes = b"") -> bytes:
    return b"%PDF-1.7\n1 0 obj<</Type/Catalog>>endobj\n" + body + b"\ntrailer<</Root 1 0 R>>\n%%EOF\n"


def old_office(*streams: str) -> bytes:
    """The beginning of an OLE file and the names of its streams."""
    return (
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
        + b"\0" * 504
        + b"".join(s.encode("utf-16-le") + b"\0" * 40 for s in streams)
    )
