"""What a page's editor should look at, found in the page as it is stored. Plain Python over plain values."""

from __future__ import annotations

import datetime
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from html.parser import HTMLParser
from typing import Any

STALE_DAYS = 365
# Link texts that say nothing when a screen reader lists the links of a page.
EMPTY_WORDS = frozenset(
    {"tại đây", "ở đây", "đây", "xem thêm", "xem", "click", "bấm vào đây", "link", "chi tiết", "here"}
)
_SPACES = re.compile(r"\s+")


@dataclass(frozen=True, slots=True)
class Found:
    """`kind` is link, alt, hint or stale; `code` says which, `detail` where."""

    kind: str
    code: str
    detail: str = ""


class _Links(HTMLParser):
    """Links of a rich text as (attributes, words)."""

    def __init__(self) -> None:
        super().__init__()
        self.links: list[tuple[dict[str, str], str]] = []
        self._open: dict[str, str] | None = None
        self._words = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "a":
            self._open, self._words = {name: value or "" for name, value in attrs}, ""

    def handle_data(self, data: str) -> None:
        if self._open is not None:
            self._words += data

    def handle_endtag(self, tag: str) -> None:
        if tag == "a" and self._open is not None:
            self.links.append((self._open, _SPACES.sub(" ", self._words).strip()))
            self._open = None


def texts(value: Any) -> Iterator[str]:
    """Every rich text in a stored body: strings that hold markup."""
    if isinstance(value, str):
        if "<" in value:
            yield value
    elif isinstance(value, dict):
        for one in value.values():
            yield from texts(one)
    elif isinstance(value, list):
        for one in value:
            yield from texts(one)


def chosen(value: Any, name: str) -> Iterator[tuple[int, dict[str, Any]]]:
    """Every id under this name (`page`, `document`, `image`) with the block it stands in."""
    if isinstance(value, dict):
        if isinstance(value.get(name), int):
            yield value[name], value
        for one in value.values():
            yield from chosen(one, name)
    elif isinstance(value, list):
        for one in value:
            yield from chosen(one, name)


def check(
    body: list[dict[str, Any]],
    *,
    changed: datetime.date | None,
    today: datetime.date,
    live_pages: frozenset[int],
    documents: frozenset[int],
    resolves: Callable[[str], bool],
) -> list[Found]:
    """All findings of one page. `resolves` says whether a path of this portal has a public page."""
    found: list[Found] = []
    for text in texts(body):
        reader = _Links()
        reader.feed(text)
        for attributes, words in reader.links:
            found += _link(attributes, words, live_pages, documents, resolves)
    for pk, block in chosen(body, "page"):
        if pk not in live_pages:
            found.append(Found("link", "page_gone", str(block.get("label", ""))))
    for pk, block in chosen(body, "document"):
        if pk not in documents:
            found.append(Found("link", "file_gone", str(block.get("label", ""))))
    for _pk, block in chosen(body, "image"):
        if "alt" in block and not str(block["alt"]).strip():
            found.append(Found("alt", "alt_missing", str(block.get("caption", ""))))
    found += _headings(body)
    if changed is not None and (today - changed).days > STALE_DAYS:
        found.append(Found("stale", "stale", changed.isoformat()))
    return found


def _link(
    attributes: dict[str, str],
    words: str,
    live_pages: frozenset[int],
    documents: frozenset[int],
    resolves: Callable[[str], bool],
) -> Iterator[Found]:
    kind, pk, href = attributes.get("linktype", ""), attributes.get("id", ""), attributes.get("href", "")
    if kind == "page" and (not pk.isdigit() or int(pk) not in live_pages):
        yield Found("link", "page_gone", words)
    elif kind == "document" and (not pk.isdigit() or int(pk) not in documents):
        yield Found("link", "file_gone", words)
    elif href.startswith("/") and not href.startswith("//") and not resolves(re.split("[?#]", href)[0]):
        yield Found("link", "path_gone", href)
    if not words:
        yield Found("hint", "link_empty", href)
    elif words.lower().strip(" .…>»") in EMPTY_WORDS:
        yield Found("hint", "link_words", words)


def _headings(body: list[dict[str, Any]]) -> Iterator[Found]:
    above = 1
    for block in body:
        if block.get("type") != "heading" or not isinstance(block.get("value"), dict):
            continue
        text, level = str(block["value"].get("text", "")), int(str(block["value"].get("level", "h2"))[1:] or 2)
        if level > above + 1:
            yield Found("hint", "heading_skips", text)
        if len(text) > 12 and text.isupper():
            yield Found("hint", "capitals", text)
        above = level
