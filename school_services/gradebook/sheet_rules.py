"""A mark sheet that went out as a workbook and came back, in plain Python: found again by its keys, compared by cell.

The sheet may be sorted, renamed, have lost columns or gained others. A blank leaves a mark as it is: to take one away
is done in the grid, on purpose.
"""

from __future__ import annotations

import datetime
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from school_services.errors import Invalid
from school_services.names import fold

CODE_HEADING = "Mã học sinh"
NAME_HEADING = "Họ và tên"
VERSIONS_HEADING = "Phiên bản (không sửa)"
IDENTITY = "so-diem"
_CODE_HEADINGS = {"ma hoc sinh", "ma hs", "ma dinh danh"}
_TOP = 20  # rows in which the headings are looked for
_COLUMN = re.compile(r"(tx|gk|ck) ?(\d{1,2})?")


@dataclass(frozen=True, slots=True)
class Now:
    """A cell of the book: its text, its version, and whether families see it or it is locked."""

    text: str
    version: int
    published: bool = False
    locked: bool = False


@dataclass(frozen=True, slots=True)
class Book:
    """The grid as it is: heading → column id, code → (student id, name), (column, student) → cell."""

    identity: str
    columns: dict[str, int]
    students: dict[str, tuple[int, str]]
    cells: dict[tuple[int, int], Now]


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong on a line, as a spreadsheet counts it, in a column; `text`: what was found."""

    line: int
    column: str
    code: str
    text: str = ""


@dataclass(frozen=True, slots=True)
class Change:
    """One cell that the sheet changes. `moved`: somebody changed it after the sheet was made."""

    column: int
    student: int
    version: int
    name: str
    heading: str
    old: str
    new: str
    published: bool
    moved: bool


@dataclass(frozen=True, slots=True)
class Found:
    """Where a sheet's keys are: the row of the headings, and the place of each column in it."""

    rows: Sequence[Sequence[Any]]
    head: int
    code: int
    versions: int | None
    columns: dict[int, str]


def heading_key(text: object) -> str:
    """ "TX 2", "tx2" → "TX 2"; "GK" → "GK"; "" for what is no column."""
    word = " ".join(re.findall("[a-z0-9]+", fold(str(text))))
    match = _COLUMN.fullmatch(word)
    if not match:
        return ""
    kind = match.group(1).upper()
    return f"TX {int(match.group(2))}" if kind == "TX" and match.group(2) else ("" if kind == "TX" else kind)


def find(sheets: Iterable[Sequence[Sequence[Any]]], book: Book) -> Found:
    """The sheet with the keys, whatever its name and place.

    Raises `Invalid`: "sheet_other" for the sheet of another class, subject or term, "sheet_keys_missing" for none.
    """
    for rows in sheets:
        _check_identity(rows, book)
        for head, row in enumerate(rows[:_TOP]):
            words = [" ".join(re.findall("[a-z0-9]+", fold(str(cell)))) for cell in row]
            code = next((place for place, word in enumerate(words) if word in _CODE_HEADINGS), None)
            columns = {place: key for place, cell in enumerate(row) if (key := heading_key(cell)) in book.columns}
            if code is not None and columns:
                doubled = sorted({key for key in columns.values() if list(columns.values()).count(key) > 1})
                if doubled:
                    raise Invalid("sheet_column_twice", columns=", ".join(doubled))
                marker = fold(VERSIONS_HEADING)
                versions = next((place for place, cell in enumerate(row) if fold(str(cell)).strip() == marker), None)
                return Found(rows, head, code, versions, columns)
    raise Invalid("sheet_keys_missing")


def _check_identity(rows: Sequence[Sequence[Any]], book: Book) -> None:
    for row in rows[:_TOP]:
        for cell in row:
            if str(cell).startswith(f"{IDENTITY}:") and str(cell) != book.identity:
                raise Invalid("sheet_other")


def pack(versions: dict[str, int]) -> str:
    """Versions of a row's cells by heading, as the hidden column carries them: "TX 1=17;GK=0"."""
    return ";".join(f"{heading}={version}" for heading, version in versions.items())


def unpack(text: object) -> dict[str, int]:
    """What `pack` wrote; anything else is no versions."""
    pairs = (part.partition("=") for part in str(text or "").split(";"))
    return {heading: int(number) for heading, _, number in pairs if number.isascii() and number.isdigit()}


def cell_text(value: Any) -> str:
    """What a spreadsheet holds as it would be typed: 8.5 → "8,5", 8.0 → "8"; a date stays one, to be refused."""
    if isinstance(value, bool) or value is None:
        return ""
    if isinstance(value, int | float):
        number = f"{value:.10g}"
        return number.replace(".", ",")
    return str(value).strip()


def versions_in(found: Found) -> set[int]:
    """Every version that the sheet was made from."""
    if found.versions is None:
        return set()
    rows = found.rows[found.head + 1 :]
    return {version for row in rows for version in unpack(_at(row, found.versions)).values()}


def compare(
    found: Found, book: Book, check: Callable[[str], str], past: Mapping[int, str]
) -> tuple[list[Change], list[Problem]]:
    """Changes and problems of a sheet.

    `check(text)` gives the text as the book writes it, or raises `Invalid`. `past`: text of each version the sheet was
    made from; a cell that nobody touched in the sheet is left alone, whatever became of it in the book.
    """
    changes: list[Change] = []
    problems: list[Problem] = []
    seen: dict[str, int] = {}
    for index in range(found.head + 1, len(found.rows)):
        row, line = found.rows[index], index + 1
        code = cell_text(_at(row, found.code))
        values = {key: _at(row, place) for place, key in found.columns.items()}
        typed = any(cell_text(value) for value in values.values())
        if not code:
            if typed:
                problems.append(Problem(line, CODE_HEADING, "sheet_no_code"))
            continue
        if code not in book.students:
            if typed:
                problems.append(Problem(line, CODE_HEADING, "sheet_unknown_student", code[:30]))
            continue
        if code in seen:
            problems.append(Problem(line, CODE_HEADING, "sheet_student_twice", code[:30]))
            continue
        seen[code] = line
        versions = unpack(_at(row, found.versions)) if found.versions is not None else {}
        for key, value in values.items():
            change = _judge(line, key, value, book, code, versions.get(key), check, past)
            if isinstance(change, Problem):
                problems.append(change)
            elif change is not None:
                changes.append(change)
    return changes, problems


def _judge(
    line: int,
    key: str,
    value: Any,
    book: Book,
    code: str,
    version: int | None,
    check: Callable[[str], str],
    past: Mapping[int, str],
) -> Change | Problem | None:
    if isinstance(value, datetime.datetime | datetime.date | datetime.time):
        return Problem(line, key, "sheet_date", str(value)[:10])
    text = cell_text(value)
    if not text:
        return None
    try:
        new = check(text)
    except Invalid as error:
        return Problem(line, key, error.code, text[:20])
    student, name = book.students[code]
    column = book.columns[key]
    now = book.cells.get((column, student), Now("", 0))
    moved = version is not None and version != now.version
    if new == now.text or (moved and version is not None and new == past.get(version, "")):
        return None
    if now.locked:
        return Problem(line, key, "column_locked", text[:20])
    return Change(column, student, now.version, name, key, now.text, new, now.published and bool(now.text), moved)


def _at(row: Sequence[Any], place: int | None) -> Any:
    return row[place] if place is not None and place < len(row) else ""
