"""Checking a list of students and comparing it with what is there, in plain Python."""

from __future__ import annotations

import dataclasses
import datetime
import re
import unicodedata
from collections.abc import Iterable
from dataclasses import asdict, dataclass, replace
from typing import Any

from school_services.errors import Invalid
from school_services.names import fold

from . import id_rules, national_rules

# Headings as schools write them, folded → field.
HEADINGS = {
    "ma hoc sinh": "code",
    "ma hs": "code",
    "ma so hoc sinh": "code",
    "ma dinh danh": "code",
    "ho va ten": "full_name",
    "ho ten": "full_name",
    "ho va ten hoc sinh": "full_name",
    "ho ten hoc sinh": "full_name",
    "ngay sinh": "birth_date",
    "ngay thang nam sinh": "birth_date",
    "gioi tinh": "gender",
    "lop": "class_name",
    "ten lop": "class_name",
    "lop hoc": "class_name",
}
REQUIRED = ("code", "full_name", "birth_date", "gender", "class_name")
LABELS = {
    "code": "Mã học sinh",
    "full_name": "Họ và tên",
    "birth_date": "Ngày sinh",
    "gender": "Giới tính",
    "class_name": "Lớp",
}
HEADING_ROWS = 20  # a title and an address may stand above the headings
OLDEST = 1990  # year of birth
_CODE = re.compile(r"[A-Za-z0-9][A-Za-z0-9.-]{0,19}")
_CLASS = re.compile(r"(1[0-2]|[1-9])(?![0-9])[\w ./-]{0,18}")
_NAME_MARKS = " '’.-"
# Text typed in a TCVN3 font (.VnTime) and read as Unicode: signs that no name has, or a capital with a mark after a
# small letter, as in "NguyÔn V¨n".
_TCVN3 = re.compile("[µ¸¶·¹¨»¾¼½©®ª«¬×÷§¡¢£¤¥¦ÞÐßþ]|[a-z\u00df-\u00ff][\u00c0-\u00d6\u00d8-\u00de]")


@dataclass(frozen=True, slots=True)
class StudentRow:
    """One student as the file has it; `line` counts from 1 as a spreadsheet shows it; dates are ISO."""

    line: int
    code: str
    full_name: str
    birth_date: str
    gender: str
    class_name: str
    extra: dict[str, str] = dataclasses.field(default_factory=dict)

    def values(self) -> dict[str, str]:
        """The five fields that every file has, and those of the national columns that are in this one."""
        return {key: value for key, value in asdict(self).items() if key not in {"line", "extra"}} | self.extra


@dataclass(frozen=True, slots=True)
class RowProblem:
    """What is wrong with one cell: line, column heading, code of the problem, the text found, the line it repeats."""

    line: int
    column: str
    code: str
    text: str = ""
    other_line: int = 0


@dataclass(frozen=True, slots=True)
class Change:
    """One student added or changed: `before` is empty for a new one."""

    line: int
    code: str
    before: dict[str, str]
    after: dict[str, str]


def parse(rows: list[list[Any]], *, today: datetime.date) -> tuple[list[StudentRow], list[RowProblem]]:
    """Students and every problem, by line and column. Titles above the headings and empty lines are passed over.

    `today`: nobody is born after it. Raises `Invalid("import_columns_missing")`, `Invalid("import_tcvn3")`.
    """
    head, columns = _find_headings(rows)
    more = _national(rows[head])
    students: list[StudentRow] = []
    problems: list[RowProblem] = []
    seen: dict[str, int] = {}
    for index in range(head + 1, len(rows)):
        line, row = index + 1, rows[index]
        cells = {field: _text(row, place) for field, place in columns.items()}
        if not any(cells.values()):
            continue
        born = _date(row, columns["birth_date"], today)
        found = list(_check(line, cells, born))
        key = cells["code"].casefold()
        if key and key in seen:
            found.append(RowProblem(line, LABELS["code"], "repeated", cells["code"][:30], seen[key]))
        seen.setdefault(key, line)
        extra = dict(_extra(line, row, more, cells, born, found))
        problems += found
        if not found:
            gender = _gender(cells["gender"]) or ""
            students.append(
                StudentRow(line, cells["code"], cells["full_name"], born or "", gender, cells["class_name"], extra)
            )
    return students, problems


def _find_headings(rows: list[list[Any]]) -> tuple[int, dict[str, int]]:
    for index, row in enumerate(rows[:HEADING_ROWS]):
        columns: dict[str, int] = {}
        for place, cell in enumerate(row):
            field = HEADINGS.get(" ".join(re.findall("[a-z0-9]+", fold(str(cell)))))
            if field and field not in columns:
                columns[field] = place
        if len(columns) >= 3:
            missing = [LABELS[field] for field in REQUIRED if field not in columns]
            if missing:
                raise Invalid("import_columns_missing", columns=", ".join(missing))
            return index, columns
    if any(_TCVN3.search(str(cell)) for row in rows[:HEADING_ROWS] for cell in row):
        raise Invalid("import_tcvn3")
    raise Invalid("import_columns_missing", columns=", ".join(LABELS.values()))


def _national(headings: list[Any]) -> dict[str, int]:
    """National column → its place."""
    found: dict[str, int] = {}
    for place, cell in enumerate(headings):
        column = national_rules.BY_HEADING.get(national_rules.heading_key(str(cell)))
        if column is not None:
            found.setdefault(column.code, place)
    return found


def _extra(
    line: int, row: list[Any], more: dict[str, int], cells: dict[str, str], born: str | None, found: list[RowProblem]
) -> Iterable[tuple[str, str]]:
    """What the national columns of a line say; what they do not take is put to `found`."""
    for code, place in more.items():
        column, text = national_rules.BY_CODE[code], _text(row, place)
        value = national_rules.read(column, text)
        if value is None:
            found.append(RowProblem(line, column.heading, "national_format", text[:30]))
        elif code == national_rules.NUMBER and value:
            gender = {"1": id_rules.MALE, "2": id_rules.FEMALE}.get(_gender(cells["gender"]) or "", "")
            if value != "•" and born and gender:
                try:
                    day = datetime.date.fromisoformat(born)
                    yield code, id_rules.check_citizen_id(value, gender=gender, birth_date=day).number
                except Invalid as error:
                    found.append(RowProblem(line, column.heading, error.code))
        else:
            yield code, value


def _text(row: list[Any], place: int) -> str:
    """A cell as one line in composed letters. A number too long for a spreadsheet keeps its exponent, to be refused."""
    value = row[place] if place < len(row) else ""
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        value = int(value)
    return " ".join(unicodedata.normalize("NFC", "" if value is None else str(value)).split())


def _check(line: int, cells: dict[str, str], born: str | None) -> Iterable[RowProblem]:
    def problem(field: str, code: str) -> RowProblem:
        return RowProblem(line, LABELS[field], code, cells[field][:30])

    for field in REQUIRED:
        if not cells[field]:
            yield problem(field, "empty")
    if cells["code"] and not _CODE.fullmatch(cells["code"]):
        yield problem("code", "code_format")
    if _TCVN3.search(cells["full_name"]):
        yield problem("full_name", "name_font")
    elif cells["full_name"] and not _is_name(cells["full_name"]):
        yield problem("full_name", "name_format")
    if cells["birth_date"] and born is None:
        yield problem("birth_date", "date_format")
    if cells["gender"] and _gender(cells["gender"]) is None:
        yield problem("gender", "gender_format")
    if cells["class_name"] and grade_of(cells["class_name"]) is None:
        yield problem("class_name", "class_format")


def _is_name(text: str) -> bool:
    """Letters of any language: no digit, no sign that a spreadsheet takes for a formula, 120 at most."""
    return (
        len(text) <= 120
        and text[0].isalpha()
        and all(c.isalpha() or c in _NAME_MARKS or unicodedata.combining(c) for c in text)
    )


def grade_of(class_name: str) -> int | None:
    """The grade that a class's name begins with: 6A1 → 6, 10/2 → 10; None where there is none."""
    match = _CLASS.fullmatch(class_name)
    return int(match.group(1)) if match else None


def class_key(class_name: str) -> str:
    """Equal for spellings of one class: "6a1", "6 A1"."""
    return "".join(class_name.casefold().split())


def spell_classes(rows: list[StudentRow], known: Iterable[str]) -> list[StudentRow]:
    """Rows with each class spelled as the school has it, or as the file spells it first."""
    spelling = {class_key(name): name for name in known}
    return [replace(row, class_name=spelling.setdefault(class_key(row.class_name), row.class_name)) for row in rows]


def _date(row: list[Any], place: int, today: datetime.date) -> str | None:
    """A date cell, or 5/9/2012, 05-09-2012, 2012-09-05 → ISO; None for what is no date of birth."""
    value = row[place] if place < len(row) else None
    if isinstance(value, datetime.datetime):
        day = value.date()
    elif isinstance(value, datetime.date):
        day = value
    else:
        found = _read_date(_text(row, place))
        if found is None:
            return None
        day = found
    return day.isoformat() if day.year >= OLDEST and day <= today else None


def _read_date(text: str) -> datetime.date | None:
    for pattern in ("%d/%m/%Y", "%d-%m-%Y", "%d.%m.%Y", "%Y-%m-%d"):
        try:
            return datetime.datetime.strptime(text, pattern).date()  # noqa: DTZ007 - a date of birth has no zone
        except ValueError:
            continue
    return None


def _gender(text: str) -> str | None:
    return {"nam": "1", "1": "1", "nu": "2", "2": "2"}.get(fold(text))


def compare(rows: list[StudentRow], present: dict[str, dict[str, str]]) -> list[Change]:
    """What the file would change. `present`: code → the same fields as they are now."""
    found = []
    for row in rows:
        after = row.values()
        before = within(present.get(row.code), after)
        if before != after:
            found.append(Change(row.line, row.code, before, after))
    return found


def within(values: dict[str, str] | None, after: dict[str, str]) -> dict[str, str]:
    """Of what is there now, the fields that a file speaks of; empty for a student who is not there."""
    return {key: values.get(key, "") for key in after} if values is not None else {}
