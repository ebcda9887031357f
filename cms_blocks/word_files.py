"""A Word file read into parts of a page: headings, text, tables, pictures. The file is hostile until shown otherwise.

Refused before anything is parsed: what is no .docx, locked files, zip bombs, XML that declares entities. Links to files
outside are never followed. Pictures are drawn anew by Pillow: no location, no hidden content.
"""

from __future__ import annotations

import html
import io
import re
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, BinaryIO, Final
from urllib.parse import urlsplit

import mammoth
from bs4 import BeautifulSoup, NavigableString, Tag
from PIL import Image, ImageOps

MAX_FILE: Final = 25 * 1024 * 1024
MAX_UNPACKED: Final = 150 * 1024 * 1024
MAX_XML: Final = 25 * 1024 * 1024
MAX_ENTRIES: Final = 2000
MAX_PICTURES: Final = 60
MAX_PIXELS: Final = 40_000_000
MAX_SIDE: Final = 2560
MAX_BLOCKS: Final = 400

_XML = (".xml", ".rels", ".vml")
_DECLARES = re.compile(rb"<!\s*(?:DOCTYPE|ENTITY)", re.IGNORECASE)
_STYLES = "p[style-name='Title'] => h1.title:fresh\np[style-name='Subtitle'] => p:fresh"
_INLINE = {"strong": "b", "b": "b", "em": "i", "i": "i"}
_MARK = "anh:"


class WordProblem(ValueError):
    """The file cannot become a page; `code` says why (the keys of `word_views.PROBLEMS`)."""

    def __init__(self, code: str) -> None:
        self.code = code
        super().__init__(code)


@dataclass(frozen=True, slots=True)
class Heading:
    text: str
    level: str  # h2 or h3


@dataclass(frozen=True, slots=True)
class Text:
    html: str


@dataclass(frozen=True, slots=True)
class Table:
    html: str
    caption: str


@dataclass(frozen=True, slots=True)
class Picture:
    """`content`: JPEG or PNG as Pillow wrote it; `alt`: what the author of the file said, perhaps nothing."""

    content: bytes
    suffix: str
    alt: str


Part = Heading | Text | Table | Picture


@dataclass(slots=True)
class WordFile:
    """`skipped`: pictures that could not be read (drawings of Office, broken or too large ones)."""

    title: str = ""
    parts: list[Part] = field(default_factory=list)
    skipped: int = 0


def read(file: BinaryIO, size: int) -> WordFile:
    """Raises `WordProblem`."""
    if size > MAX_FILE:
        raise WordProblem("too_large")
    content = file.read(MAX_FILE + 1)
    _check(content)
    pictures: list[Picture] = []
    result = WordFile()

    def keep(image: Any) -> dict[str, str]:
        with image.open() as source:
            picture = _redrawn(source.read(), (image.alt_text or "").strip()) if len(pictures) < MAX_PICTURES else None
        if picture is None:
            result.skipped += 1
            return {"src": ""}
        pictures.append(picture)
        return {"src": f"{_MARK}{len(pictures) - 1}"}

    try:
        markup = mammoth.convert_to_html(
            io.BytesIO(content),
            convert_image=mammoth.images.img_element(keep),
            style_map=_STYLES,
            external_file_access=False,
        ).value
    except Exception as error:
        raise WordProblem("broken") from error
    _take(BeautifulSoup(markup, "html.parser"), pictures, result)
    if not result.parts:
        raise WordProblem("empty")
    if len(result.parts) > MAX_BLOCKS:
        raise WordProblem("long")
    return result


def _check(content: bytes) -> None:
    if len(content) > MAX_FILE:
        raise WordProblem("too_large")
    if content.startswith(b"\xd0\xcf\x11\xe0"):
        raise WordProblem("old_word")  # .doc, or a .docx with a password: both in Microsoft's older container
    try:
        archive = zipfile.ZipFile(io.BytesIO(content))
        entries = archive.infolist()
    except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError) as error:
        raise WordProblem("not_word") from error
    names = {entry.filename for entry in entries}
    if not {"[Content_Types].xml", "word/document.xml"} <= names or len(names) != len(entries):
        raise WordProblem("not_word")
    if any(entry.flag_bits & 1 for entry in entries):
        raise WordProblem("locked")
    # A member never yields more than its declared size (zipfile stops there), so the declared sizes bound the work.
    if len(entries) > MAX_ENTRIES or sum(entry.file_size for entry in entries) > MAX_UNPACKED:
        raise WordProblem("bomb")
    for entry in entries:
        if entry.filename.lower().endswith(_XML):
            if entry.file_size > MAX_XML:
                raise WordProblem("bomb")
            try:
                xml = archive.read(entry)
            except Exception as error:
                raise WordProblem("broken") from error
            if _DECLARES.search(xml.replace(b"\0", b"")):  # UTF-16 too
                raise WordProblem("entities")


def _redrawn(content: bytes, alt: str) -> Picture | None:
    """The picture anew, at most MAX_SIDE wide or high; None when Pillow does not know it or it is too large."""
    try:
        with Image.open(io.BytesIO(content), formats=["JPEG", "PNG", "GIF", "WEBP", "BMP", "TIFF"]) as image:
            if image.width * image.height > MAX_PIXELS or min(image.size) < 2:
                return None
            image.load()
            drawn: Image.Image = ImageOps.exif_transpose(image) or image
            alpha = drawn.mode in {"RGBA", "LA", "PA"} or "transparency" in drawn.info
            drawn = drawn.convert("RGBA" if alpha else "RGB")
    except Exception:  # noqa: BLE001 - decoders of hostile bytes fail in many ways
        return None
    drawn.thumbnail((MAX_SIDE, MAX_SIDE))
    out = io.BytesIO()
    if alpha:
        drawn.save(out, "PNG", optimize=True)
    else:
        drawn.save(out, "JPEG", quality=85, optimize=True)
    return Picture(out.getvalue(), "png" if alpha else "jpg", alt[:250])


def _take(soup: BeautifulSoup, pictures: list[Picture], result: WordFile) -> None:
    """Top-level elements as parts: neighbouring text together, a heading of level one as the title."""
    text: list[str] = []

    def flush() -> None:
        joined = "".join(text)
        text.clear()
        if joined:
            result.parts.append(Text(joined))

    def place(element: Tag) -> None:
        for image in element.find_all("img"):
            source = str(image.get("src") or "")
            if source.startswith(_MARK):
                flush()
                result.parts.append(pictures[int(source.removeprefix(_MARK))])

    for element in soup.find_all(recursive=False):
        name = element.name
        words = " ".join(element.get_text(" ").split())
        if re.fullmatch("h[1-6]", name) and words:
            if not result.title and name == "h1" and not result.parts and not text:
                result.title = words[:200]
            else:
                flush()
                result.parts.append(Heading(words[:160], "h2" if name in {"h1", "h2"} else "h3"))
        elif name == "table":
            _take_table(element, text, flush, result)
        elif name in {"ul", "ol"}:
            text.append(_clean(element))
        elif words:
            text.append(f"<p>{_inside(element)}</p>")
        if element.find("img"):
            place(element)
    flush()


def _take_table(element: Tag, text: list[str], flush: Any, result: WordFile) -> None:
    """A table of data stays one; a table that only arranges (one column or one row) becomes its paragraphs."""
    rows = [row for row in element.find_all("tr") if row.find_parent("table") is element]
    widths = [len(row.find_all(["td", "th"], recursive=False)) for row in rows]
    if len(rows) < 2 or max(widths, default=0) < 2:
        for cell in element.find_all(["td", "th"]):
            for one in cell.find_all(["p", "ul", "ol"], recursive=False):
                if one.get_text(strip=True):
                    text.append(_clean(one) if one.name != "p" else f"<p>{_inside(one)}</p>")
        return
    caption = ""
    # "Bảng 1. Sĩ số": the line above a table is its title.
    if text and (found := re.fullmatch(r"<p>(?:<b>|<i>)*((?:Bảng|Biểu)\b[^<]{3,180})(?:</b>|</i>)*</p>", text[-1])):
        caption = html.unescape(found[1]).strip()
        text.pop()
    flush()
    result.parts.append(Table(str(element), caption))


def _clean(element: Tag) -> str:
    """A list with its items, nested lists too."""
    items = []
    for item in element.find_all("li", recursive=False):
        items.append(f"<li>{_inside(item)}</li>")
    return f"<{element.name}>{''.join(items)}</{element.name}>" if items else ""


def _inside(element: Tag) -> str:
    """Words with bold, italic, safe links and nested lists; everything else is dropped, its words kept."""
    return "".join(_pieces(element)).strip()


def _pieces(element: Tag) -> Iterator[str]:
    for child in element.children:
        if isinstance(child, Tag):
            if child.name in {"ul", "ol"}:
                yield _clean(child)
            elif child.name == "br":
                yield "<br/>"
            elif child.name in _INLINE and child.get_text(strip=True):
                tag = _INLINE[child.name]
                yield f"<{tag}>{''.join(_pieces(child))}</{tag}>"
            elif child.name == "a" and (href := _harmless(str(child.get("href") or ""))):
                yield f'<a href="{html.escape(href)}">{"".join(_pieces(child))}</a>'
            elif child.name not in {"img", "script", "style"}:
                yield from _pieces(child)
        elif type(child) is NavigableString:
            yield html.escape(str(child), quote=False)


def _harmless(href: str) -> str:
    try:
        parts = urlsplit(href.strip())
    except ValueError:
        return ""
    return href.strip() if parts.scheme in {"http", "https", "mailto"} and len(href) < 1000 else ""
