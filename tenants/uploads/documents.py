"""Documents: what a file is by its content, within bounds; taken unchanged or refused.

Nothing is unpacked to disk, no entity is resolved, no macro is kept. What passes is still somebody's file: it is served
as a download from the host without cookies.
"""

from __future__ import annotations

import re
import zipfile
import zlib
from collections.abc import Iterable
from typing import IO, Final
from xml.parsers import expat

from django.utils.translation import gettext_lazy as _

from .kinds import KINDS, Kind, Refused, megabytes, sniff, unknown

MAX_BYTES: Final = 200_000_000
MAX_ENTRIES: Final = 10_000
MAX_UNPACKED: Final = 600_000_000
MAX_RATIO: Final = 200
_RATIO_FROM: Final = 5_000_000  # a small part may shrink as it likes
_XML_PROLOG: Final = 256_000
_MAX_RELATIONS: Final = 5_000_000

_PROGRAMS = re.compile(
    r"\.(exe|dll|com|scr|pif|bat|cmd|ps1|vbs|vbe|js|jse|wsf|wsh|hta|msi|msp|jar|lnk|reg|cpl|scf|iso|apk|sh)\s*$",
    re.IGNORECASE,
)
_LOADING = re.compile(
    rb"relationships/(attachedTemplate|oleObject|frame|subDocument)\"[^>]*TargetMode=\"External\""
    rb"|TargetMode=\"External\"[^>]*relationships/(attachedTemplate|oleObject|frame|subDocument)\""
)
_OPEN_DOCUMENT = {KINDS[name].mime.encode(): name for name in ("odt", "ods", "odp")}


def check_document(file: IO[bytes], name: str, size: int) -> Kind:
    """What the file is. Raises `Refused`. The file is read from its beginning and left there."""
    if not size:
        raise Refused("empty", _("“%(name)s” is empty. Send the file again."), name=name)
    if size > MAX_BYTES:
        raise Refused(
            "too_big",
            _("“%(name)s” has %(size)s; a file may have %(limit)s. Split it, or lower the quality of its pictures."),
            name=name,
            size=megabytes(size),
            limit=megabytes(MAX_BYTES),
        )
    file.seek(0)
    head = file.read(8192)
    found = sniff(head)
    try:
        if found == "container":
            kind = _container(file, name, size)
        elif found == "ole":
            kind = _old_office(file, name)
        elif found == "pdf":
            kind = _pdf(file, name, size)
        elif found == "rtf":
            kind = _rich_text(file, name)
        elif found in {"", "svg"}:
            kind = _text(file, name, head)
        else:
            kind = KINDS[found]
    finally:
        file.seek(0)
    return kind


def _broken(name: str) -> Refused:
    return Refused(
        "broken",
        _("“%(name)s” is damaged or was cut off on the way. Open it once, save it again and send that copy."),
        name=name,
    )


def _bomb(name: str) -> Refused:
    return Refused(
        "bomb",
        _("“%(name)s” would unpack to more than a file may hold. Send its parts one by one."),
        name=name,
    )


def _macros(name: str) -> Refused:
    return Refused(
        "macros",
        _("“%(name)s” contains macros (small programs). Save it without macros, as .docx, .xlsx or PDF."),
        name=name,
    )


def _locked(name: str) -> Refused:
    return Refused(
        "locked",
        _("“%(name)s” is locked with a password, so it cannot be checked. Remove the password and send it again."),
        name=name,
    )


def _foreign(name: str) -> Refused:
    return Refused(
        "loads_from_outside",
        _("“%(name)s” loads parts from elsewhere when it is opened. Save it as PDF and send that."),
        name=name,
    )


def _container(file: IO[bytes], name: str, size: int) -> Kind:
    """ZIP and what is built on it: judged by the directory first, before a byte is unpacked."""
    try:
        with zipfile.ZipFile(file) as archive:
            entries = archive.infolist()
            _bounds(entries, name, size)
            names = {entry.filename for entry in entries}
            if any(entry.flag_bits & 0x1 for entry in entries):
                raise _locked(name)
            kind = _package(archive, names)
            if kind.name == "zip":
                if any(_PROGRAMS.search(entry) for entry in names):
                    raise Refused(
                        "program", _("“%(name)s” is a program. Programs are not taken, under any name."), name=name
                    )
                return kind
            if any(
                entry.lower().endswith(("vbaproject.bin", "vbadata.xml")) or "/Basic/" in f"/{entry}" for entry in names
            ):
                raise _macros(name)
            _parts(archive, entries, name)
            return kind
    except (zipfile.BadZipFile, zlib.error, EOFError, OSError, NotImplementedError, ValueError, LookupError) as error:
        raise _broken(name) from error


def _bounds(entries: list[zipfile.ZipInfo], name: str, size: int) -> None:
    if len(entries) > MAX_ENTRIES or sum(entry.file_size for entry in entries) > MAX_UNPACKED:
        raise _bomb(name)
    # Entries that overlap are how a few kilobytes hold terabytes.
    if sum(entry.compress_size for entry in entries) > size:
        raise _bomb(name)
    for entry in entries:
        if entry.file_size > _RATIO_FROM and entry.file_size > MAX_RATIO * max(1, entry.compress_size):
            raise _bomb(name)
        path = entry.filename.replace("\\", "/")
        if path.startswith("/") or ".." in path.split("/") or "\0" in path or re.match(r"[A-Za-z]:", path):
            raise Refused(
                "path",
                _("“%(name)s” holds a file that would land outside its folder. Pack it anew and send that."),
                name=name,
            )


def _package(archive: zipfile.ZipFile, names: set[str]) -> Kind:
    for part, kind in (("word/document.xml", "docx"), ("xl/workbook.xml", "xlsx"), ("ppt/presentation.xml", "pptx")):
        if part in names:
            return KINDS[kind]
    if "mimetype" in names:
        kind = _OPEN_DOCUMENT.get(archive.read("mimetype")[:200].strip(), "")
        if kind:
            return KINDS[kind]
    return KINDS["zip"]


def _parts(archive: zipfile.ZipFile, entries: Iterable[zipfile.ZipInfo], name: str) -> None:
    """No document type (entities, XXE) in any XML part; nothing that is fetched when the file is opened."""
    for entry in entries:
        path = entry.filename.lower()
        if not path.endswith((".xml", ".rels", ".vml")):
            continue
        with archive.open(entry) as part:
            start = part.read(_XML_PROLOG)
            if _has_doctype(start):
                raise Refused(
                    "doctype",
                    _("“%(name)s” holds parts that an office file does not have. Save it anew as .docx, .xlsx or PDF."),
                    name=name,
                )
            if path.endswith(".rels"):
                if entry.file_size > _MAX_RELATIONS:
                    raise _bomb(name)
                if _LOADING.search(start + part.read(_MAX_RELATIONS)):
                    raise _foreign(name)


class _RootReached(Exception):
    pass


class _DoctypeFound(Exception):
    pass


def _has_doctype(start: bytes) -> bool:
    """By the parser, up to the first element: encodings and comments are no hiding place."""

    def stop(*_: object) -> None:
        raise _RootReached

    def found(*_: object) -> None:
        raise _DoctypeFound

    parser = expat.ParserCreate()
    parser.StartElementHandler = stop
    parser.StartDoctypeDeclHandler = found
    try:
        parser.Parse(start, False)
    except _RootReached:
        return False
    except _DoctypeFound:
        return True
    except expat.ExpatError:
        return b"<!" in start
    return True  # no element within the prolog's bound


def _whole(file: IO[bytes]) -> bytes:
    file.seek(0)
    return file.read()


def _old_office(file: IO[bytes], name: str) -> Kind:
    """Word, Excel and PowerPoint before 2007, by the names of their streams."""
    content = _whole(file)

    def has(stream: str) -> bool:
        return stream.encode("utf-16-le") in content

    if has("_VBA_PROJECT") or has("Macros"):
        raise _macros(name)
    if has("EncryptedPackage"):
        raise _locked(name)
    for stream, kind in (("WordDocument", "doc"), ("Workbook", "xls"), ("Book", "xls"), ("PowerPoint Document", "ppt")):
        if has(stream):
            return KINDS[kind]
    raise unknown(name, b"")


def _pdf(file: IO[bytes], name: str, size: int) -> Kind:
    file.seek(max(0, size - 4096))
    if b"%%EOF" not in file.read(4096):
        raise _broken(name)
    return KINDS["pdf"]


def _rich_text(file: IO[bytes], name: str) -> Kind:
    if re.search(rb"\\obj(data|update|emb|link|html)\b", _whole(file)):
        raise _foreign(name)
    return KINDS["rtf"]


def _text(file: IO[bytes], name: str, head: bytes) -> Kind:
    """Plain text or CSV in UTF-8, UTF-16 with its mark, or the old Vietnamese Windows code page."""
    start = head[:1024].lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if start.startswith((b"<", b"#!")):
        raise unknown(name, head)
    content = _whole(file)
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        encodings: tuple[str, ...] = ("utf-16",)
    else:
        encodings = ("utf-8-sig", "cp1258")
    for encoding in encodings:
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        if not re.search(r"[\x00-\x08\x0e-\x1f\x7f]", text):
            if text.startswith("WEBVTT"):
                return KINDS["vtt"]
            return KINDS["csv" if name.lower().endswith((".csv", ".tsv")) else "txt"]
    raise unknown(name, head)
