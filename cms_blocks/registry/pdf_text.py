"""The text of a PDF, read in a process of its own with little memory and time: a hostile file costs that process, not
the web worker. Run as a program: PDF on standard input, JSON on standard output."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from enum import StrEnum
from typing import Final

LARGEST: Final = 20 * 1024 * 1024  # bytes
MOST_PAGES: Final = 500
READ_PAGES: Final = 6  # the first ones, and the last for the signature
SECONDS: Final = 20
_MEMORY: Final = 768 * 1024 * 1024  # bytes
_LONGEST: Final = 60_000  # characters
# What a letter has no need of and what attacks readers of PDFs.
_ACTIVE: Final = ("/JavaScript", "/JS", "/Launch", "/EmbeddedFile", "/RichMedia", "/XFA")


class PdfProblem(StrEnum):
    EMPTY = "empty"
    TOO_LARGE = "too_large"
    NOT_PDF = "not_pdf"
    BROKEN = "broken"
    ENCRYPTED = "encrypted"
    TOO_MANY_PAGES = "too_many_pages"
    ACTIVE = "active"
    TOO_HEAVY = "too_heavy"


class PdfRefused(Exception):
    def __init__(self, problem: PdfProblem) -> None:
        super().__init__(problem.value)
        self.problem = problem


def text_of(content: bytes) -> str:
    """The text, "" for a scan. Raises `PdfRefused`."""
    if not content:
        raise PdfRefused(PdfProblem.EMPTY)
    if len(content) > LARGEST:
        raise PdfRefused(PdfProblem.TOO_LARGE)
    if not content.startswith(b"%PDF-"):
        raise PdfRefused(PdfProblem.NOT_PDF)
    # By path and isolated: the child loads this file and pypdf, no Django and no database.
    command = [sys.executable, "-I", os.path.abspath(__file__)]
    try:
        done = subprocess.run(  # noqa: S603 - our own program
            command, input=content, capture_output=True, timeout=SECONDS, check=False, env={"PATH": os.defpath}
        )
    except subprocess.TimeoutExpired:
        raise PdfRefused(PdfProblem.TOO_HEAVY) from None
    try:
        answer = json.loads(done.stdout)
    except ValueError:
        raise PdfRefused(PdfProblem.TOO_HEAVY) from None  # killed by its limits
    if "problem" in answer:
        raise PdfRefused(PdfProblem(answer["problem"]))
    return str(answer["text"])


def _read(content: bytes) -> dict[str, str]:
    import io
    import logging

    from pypdf import PdfReader
    from pypdf.errors import PyPdfError

    logging.disable(logging.CRITICAL)
    try:
        reader = PdfReader(io.BytesIO(content), strict=False)
        if reader.is_encrypted:
            return {"problem": PdfProblem.ENCRYPTED}
        if len(reader.pages) > MOST_PAGES:
            return {"problem": PdfProblem.TOO_MANY_PAGES}
        if not len(reader.pages):
            return {"problem": PdfProblem.BROKEN}
        if _active(reader):
            return {"problem": PdfProblem.ACTIVE}
        count = len(reader.pages)
        chosen = [*range(min(READ_PAGES, count)), *range(max(READ_PAGES, count - 1), count)]
        return {"text": "\n".join(_page(reader.pages[place]) for place in chosen)[:_LONGEST]}
    except MemoryError:
        return {"problem": PdfProblem.TOO_HEAVY}
    except RecursionError:
        return {"problem": PdfProblem.TOO_HEAVY}
    except (PyPdfError, ValueError, TypeError, KeyError, AttributeError, IndexError, OSError, AssertionError):
        return {"problem": PdfProblem.BROKEN}


def _page(page: object) -> str:
    """With the columns side by side; as it comes where the layout cannot be had."""
    try:
        laid_out: str = page.extract_text(extraction_mode="layout", layout_mode_space_vertically=False)  # type: ignore[attr-defined]
        if laid_out.strip():
            return laid_out
    except Exception:  # noqa: BLE001, S110 - fonts without measures; the plain way follows
        pass
    plain: str = page.extract_text()  # type: ignore[attr-defined]
    return plain


def _active(reader: object) -> bool:
    """Is there anything but paper in it? Every object is looked at once, by its keys and kinds."""
    from pypdf.generic import ArrayObject, DictionaryObject, IndirectObject

    def walk(value: object, depth: int) -> bool:
        if depth > 40 or isinstance(value, IndirectObject):
            return False  # an indirect object is looked at in its own turn
        if isinstance(value, DictionaryObject):
            for key in value:
                item = value.raw_get(key)
                if key in _ACTIVE or (key in {"/S", "/Type", "/Subtype"} and str(item) in _ACTIVE):
                    return True
                if walk(item, depth + 1):
                    return True
        if isinstance(value, ArrayObject):
            return any(walk(item, depth + 1) for item in list.__iter__(value))
        return False

    places = [(generation, number) for generation, table in reader.xref.items() for number in table]  # type: ignore[attr-defined]
    places += [(0, number) for number in reader.xref_objStm]  # type: ignore[attr-defined]
    if walk(reader.trailer, 0):  # type: ignore[attr-defined]
        return True
    for generation, number in places[:50_000]:
        if walk(reader.get_object(IndirectObject(number, generation, reader)), 0):  # type: ignore[attr-defined]
            return True
    return False


def main() -> None:
    import resource

    resource.setrlimit(resource.RLIMIT_AS, (_MEMORY, _MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS // 2, SECONDS // 2))
    resource.setrlimit(resource.RLIMIT_NPROC, (0, 0))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    answer = _read(sys.stdin.buffer.read(LARGEST + 1))
    sys.stdout.write(json.dumps(answer))


if __name__ == "__main__":
    main()
