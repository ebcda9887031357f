"""Forms in plain Python: when one is open, what a file is by its bytes, what may stand in a spreadsheet."""

from __future__ import annotations

import datetime

OPEN, NOT_YET, OVER, FULL = "open", "not_yet", "over", "full"

# What a file may be: ending → how its bytes begin. Office files of today are zip archives with a table of contents.
_ZIP = b"PK\x03\x04"
KINDS: dict[str, tuple[bytes, ...]] = {
    "pdf": (b"%PDF-",),
    "jpg": (b"\xff\xd8\xff",),
    "jpeg": (b"\xff\xd8\xff",),
    "png": (b"\x89PNG\r\n\x1a\n",),
    "webp": (b"RIFF",),
    "docx": (_ZIP,),
    "xlsx": (_ZIP,),
}
_INSIDE = {"docx": b"word/", "xlsx": b"xl/"}
GROUPS = {"document": ("pdf", "docx", "xlsx"), "picture": ("jpg", "jpeg", "png", "webp")}
MAX_FILE_MB = 20


def standing(
    now: datetime.datetime,
    *,
    opens: datetime.datetime | None,
    closes: datetime.datetime | None,
    limit: int | None,
    sent: int,
) -> str:
    """Whether the form takes a submission now: `open`, `not_yet`, `over`, `full`. The closing moment is outside."""
    if opens is not None and now < opens:
        return NOT_YET
    if closes is not None and now >= closes:
        return OVER
    if limit is not None and sent >= limit:
        return FULL
    return OPEN


def file_kind(name: str, content: bytes, allowed: tuple[str, ...]) -> str:
    """The kind of a file by its ending and its bytes together; "" when it is not one of `allowed`.

    `content`: the whole file, as an office file names its parts near the beginning or the end.
    """
    ending = name.rpartition(".")[2].lower()
    if ending not in allowed or not content.startswith(KINDS[ending]):
        return ""
    if ending == "webp" and content[8:12] != b"WEBP":
        return ""
    if ending in _INSIDE and (_INSIDE[ending] not in content or b"vbaProject.bin" in content):
        return ""
    return ending


_DANGEROUS = ("=", "+", "-", "@", "\t", "\r")


def cell(value: str) -> str:
    """Text that no spreadsheet reads as a formula (CWE-1236): an apostrophe before the first character.

    Numbers stay as they are: "-5" and "+84912345678" calculate nothing.
    """
    if not value.startswith(_DANGEROUS) or value[1:].replace(",", "").replace(".", "").isdigit():
        return value
    return f"'{value}"


def options(text: str) -> list[str]:
    """One option a line, without empty and repeated ones."""
    return list(dict.fromkeys(line.strip() for line in text.splitlines() if line.strip()))
