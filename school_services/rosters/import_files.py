"""From an uploaded file to rows of cells. The file may be anything: nothing is believed before it is bounded."""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import Iterable
from typing import Any

from openpyxl import load_workbook

from school_services.errors import Invalid

MAX_BYTES = 10 * 1024 * 1024
MAX_UNPACKED = 100 * 1024 * 1024
MAX_ROWS = 20_000
MAX_COLUMNS = 64
_ZIP, _OLE = b"PK\x03\x04", b"\xd0\xcf\x11\xe0"


def read_table(name: str, content: bytes) -> list[list[Any]]:
    """Rows of the first visible sheet of an XLSX, or of a CSV. Raises what `read_tables` raises."""
    return read_tables(name, content, sheets=1)[0]


def read_tables(name: str, content: bytes, sheets: int = 12) -> list[list[list[Any]]]:
    """Rows of the first visible sheets of an XLSX, or of a CSV in UTF-8 (comma, semicolon or tab) as the only one.

    Raises `Invalid`: `import_too_large` (`limit_mb`), `import_too_many_rows` (`limit`), `import_old_excel`,
    `import_unreadable`, `import_not_utf8`. What the file is, its first bytes say, not its name.
    """
    if len(content) > MAX_BYTES:
        raise Invalid("import_too_large", limit_mb=MAX_BYTES // 1024 // 1024)
    if content.startswith(_OLE) or name.lower().endswith((".xls", ".ods")):
        raise Invalid("import_old_excel")
    if content.startswith(_ZIP):
        return _read_workbook(content, sheets)
    if name.lower().endswith(".xlsx"):
        raise Invalid("import_unreadable")
    return [_read_csv(content)]


def _read_workbook(content: bytes, sheets: int) -> list[list[list[Any]]]:
    """Row by row: a sheet whose only cell is in its last corner is small as a file and enormous as a table."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            unpacked = sum(part.file_size for part in archive.infolist())
    except zipfile.BadZipFile as error:
        raise Invalid("import_unreadable") from error
    if unpacked > MAX_UNPACKED:
        raise Invalid("import_too_large", limit_mb=MAX_UNPACKED // 1024 // 1024)
    try:
        book = load_workbook(io.BytesIO(content), read_only=True, data_only=True, keep_links=False)
        visible = [sheet for sheet in book.worksheets if sheet.sheet_state == "visible"][:sheets]
        if not visible:
            raise Invalid("import_unreadable")
        for sheet in visible:
            sheet.reset_dimensions()  # what the file says of its own size is not asked
        return [_bounded(sheet.iter_rows(max_col=MAX_COLUMNS, values_only=True)) for sheet in visible]
    except Invalid:
        raise
    except Exception as error:
        raise Invalid("import_unreadable") from error


def _read_csv(content: bytes) -> list[list[Any]]:
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise Invalid("import_not_utf8") from error
    top = "\n".join(text.split("\n", 20)[:20])
    delimiter = max(",;\t", key=top.count)
    try:
        return _bounded(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True))
    except csv.Error as error:
        raise Invalid("import_unreadable") from error


def _bounded(source: Iterable[Iterable[Any]]) -> list[list[Any]]:
    """The rows up to the last one with content: formatted but empty lines at the end do not count."""
    rows: list[list[Any]] = []
    blank = 0
    for cells in source:
        row = ["" if cell is None else cell for cell in cells][:MAX_COLUMNS]
        while row and not str(row[-1]).strip():
            row.pop()
        if not row:
            blank += 1
            continue
        if len(rows) + blank >= MAX_ROWS:
            raise Invalid("import_too_many_rows", limit=MAX_ROWS)
        rows += [[] for _ in range(blank)]
        rows.append(row)
        blank = 0
    return rows
