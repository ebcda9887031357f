"""The text inside PDF, DOCX, XLSX, PPTX and OpenDocument files, read in a process of its own that is bounded.

Files come from outside: what is too large, too deep, too slow or broken gives what could be read, or nothing, and
never an error. Run as a script it is the child: it imports nothing of the project.
"""

from __future__ import annotations

import re
import resource
import subprocess
import sys
import zipfile
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import IO, Final
from xml.parsers import expat

LARGEST_FILE: Final = 40 * 1024 * 1024
LONGEST: Final = 100_000  # characters that are read
PAGES: Final = 300
SECONDS: Final = 20
MEMORY: Final = 768 * 1024 * 1024
INSIDE: Final = 60 * 1024 * 1024  # bytes of XML that are unpacked
PARTS: Final = 400
KINDS: Final = frozenset({"pdf", "docx", "xlsx", "pptx", "odt", "ods", "odp", "txt", "csv"})

_WANTED: Final = {
    "docx": re.compile(r"word/(document|footnotes|endnotes|header\d*|footer\d*)\.xml"),
    "xlsx": re.compile(r"xl/(sharedStrings|worksheets/sheet\d+)\.xml"),
    "pptx": re.compile(r"ppt/slides/slide\d+\.xml"),
    "odt": re.compile(r"content\.xml"),
}
_WANTED["ods"] = _WANTED["odp"] = _WANTED["odt"]
_BREAKS: Final = frozenset({"p", "h", "si", "is", "br", "row", "tab", "tc", "table-cell", "line-break"})
_SPACES: Final = re.compile(r"[ \t\u00a0]+")
_LINES: Final = re.compile(r"\s*\n\s*")


class _Enough(Exception):
    """All that is wanted has been read."""


def read(path: Path, name: str) -> str:
    """Text of a file by the ending of its name; "" where there is none or it cannot be read."""
    kind = name.rpartition(".")[2].lower()
    if kind not in KINDS or not path.is_file() or path.stat().st_size > LARGEST_FILE:
        return ""
    try:
        done = subprocess.run(  # noqa: S603 - our own module; the file is an argument, never a command
            [sys.executable, "-P", __file__, str(path), kind],
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            stdin=subprocess.DEVNULL,
            timeout=SECONDS + 5,
            check=False,
        )
    except subprocess.TimeoutExpired as late:
        return tidy((late.stdout or b"").decode(errors="ignore"))
    return tidy(done.stdout.decode(errors="ignore"))


def tidy(text: str) -> str:
    """One space between words, one line end between lines, nothing that is not text."""
    text = "".join(char for char in text if char.isprintable() or char in "\n\t\u00a0\u00ad")
    text = text.replace("\u00ad", "")
    return _LINES.sub("\n", _SPACES.sub(" ", text)).strip()[:LONGEST]


def _pdf(path: Path, give: Callable[[str], None]) -> None:
    from pypdf import PdfReader

    reader = PdfReader(path, strict=False)
    if reader.is_encrypted and not reader.decrypt(""):
        return
    for number, page in enumerate(reader.pages):
        if number >= PAGES:
            return
        text = ""
        with suppress(Exception):
            text = page.extract_text()
        give(f"{text}\n")
        sys.stdout.flush()


def _office(path: Path, kind: str, give: Callable[[str], None]) -> None:
    left = INSIDE
    with zipfile.ZipFile(path) as archive:
        names = [info for info in archive.infolist() if _WANTED[kind].fullmatch(info.filename)]
        for info in sorted(names, key=lambda info: (len(info.filename), info.filename))[:PARTS]:
            with archive.open(info) as part:
                left -= _xml(part, left, give, every=kind.startswith("od"))
            if left <= 0:
                return


def _xml(part: IO[bytes], most: int, give: Callable[[str], None], *, every: bool) -> int:
    """Character data of `t` elements (of all, where `every`); returns the bytes read. Entities are refused."""
    parser = expat.ParserCreate(namespace_separator=" ")
    parser.buffer_text = True
    inside = [0]

    def start(tag: str, attributes: dict[str, str]) -> None:
        inside[0] += every or tag.rpartition(" ")[2] == "t"

    def end(tag: str) -> None:
        local = tag.rpartition(" ")[2]
        if every or local == "t":
            inside[0] -= 1
        if local in _BREAKS:
            give("\n")

    def refuse(*declaration: object) -> None:
        raise _Enough

    parser.StartElementHandler, parser.EndElementHandler = start, end
    parser.CharacterDataHandler = lambda data: give(data) if inside[0] else None
    parser.EntityDeclHandler = refuse
    seen = 0
    while seen < most and (data := part.read(64 * 1024)):
        seen += len(data)
        parser.Parse(data, False)
    return seen


def _plain(path: Path, give: Callable[[str], None]) -> None:
    data = path.read_bytes()[: LONGEST * 4]
    for encoding in ("utf-8-sig", "utf-16") if data[:2] in (b"\xff\xfe", b"\xfe\xff") else ("utf-8-sig", "cp1258"):
        with suppress(UnicodeDecodeError):
            give(data.decode(encoding))
            return


class _Giver:
    """Writes at once, so that what was read before a limit is not lost."""

    def __init__(self) -> None:
        self.size = 0

    def __call__(self, text: str) -> None:
        sys.stdout.buffer.write(text.encode(errors="ignore"))
        self.size += len(text)
        if self.size > LONGEST * 2:
            raise _Enough


def _bounded() -> None:
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS + 1))
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def main(path: Path, kind: str) -> None:
    _bounded()
    give = _Giver()
    # Whatever the file did: what was read until then counts.
    with suppress(Exception):
        if kind == "pdf":
            _pdf(path, give)
        elif kind in _WANTED:
            _office(path, kind, give)
        else:
            _plain(path, give)


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2])
