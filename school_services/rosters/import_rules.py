"""Reading a list of students (XLSX or CSV) and comparing it with what is there, in plain Python."""

from __future__ import annotations

import csv
import datetime
import io
import re
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from typing import Any

from python_calamine import CalamineWorkbook

from school_services.errors import Invalid
from school_services.names import fold

MAX_BYTES = 10 * 1024 * 1024
MAX_ROWS = 20_000

# Headings as schools write them, folded → field.
HEADINGS = {
    "ma hoc sinh": "code",
    "ma hs": "code",
    "ma dinh danh": "code",
    "ho va ten": "full_name",
    "ho ten": "full_name",
    "ngay sinh": "birth_date",
    "gioi tinh": "gender",
    "lop": "class_name",
    "ten lop": "class_name",
}
REQUIRED = ("code", "full_name", "birth_date", "gender", "class_name")
LABELS = {
    "code": "Mã học sinh",
    "full_name": "Họ và tên",
    "birth_date": "Ngày sinh",
    "gender": "Giới tính",
    "class_name": "Lớp",
}
_CODE = re.compile(r"^[A-Za-z0-9.-]{1,20}$")


@dataclass(frozen=True, slots=True)
class StudentRow:
    """One student as the file has it; `line` counts from 1 as a spreadsheet shows it; dates are ISO."""

    line: int
    code: str
    full_name: str
    birth_date: str
    gender: str
    class_name: str

    def values(self) -> dict[str, str]:
        return {key: value for key, value in asdict(self).items() if key != "line"}


@dataclass(frozen=True, slots=True)
class RowProblem:
    """What is wrong with one cell: line, column heading, code of the problem, the text found."""

    line: int
    column: str
    code: str
    text: str = ""


@dataclass(frozen=True, slots=True)
class Change:
    """One student added or changed: `before` is empty for a new one."""

    line: int
    code: str
    before: dict[str, str]
    after: dict[str, str]


def read_table(name: str, content: bytes) -> list[list[Any]]:
    """Rows of the first sheet or of the CSV. Raises `Invalid` for what is neither, too large, or not readable."""
    if len(content) > MAX_BYTES:
        raise Invalid("import_too_large", limit_mb=MAX_BYTES // 1024 // 1024)
    if name.lower().endswith((".xlsx", ".xls", ".ods")):
        try:
            workbook = CalamineWorkbook.from_filelike(io.BytesIO(content))
            rows = workbook.get_sheet_by_index(0).to_python(skip_empty_area=False)
        except Exception as error:
            raise Invalid("import_unreadable") from error
    else:
        try:
            text = content.decode("utf-8-sig")
        except UnicodeDecodeError as error:
            raise Invalid("import_not_utf8") from error
        try:
            dialect = ";" if text.partition("\n")[0].count(";") > text.partition("\n")[0].count(",") else ","
            rows = [list(row) for row in csv.reader(io.StringIO(text), delimiter=dialect, strict=True)]
        except csv.Error as error:
            raise Invalid("import_unreadable") from error
    if len(rows) > MAX_ROWS:
        raise Invalid("import_too_many_rows", limit=MAX_ROWS)
    return rows


def parse(rows: list[list[Any]]) -> tuple[list[StudentRow], list[RowProblem]]:
    """Students and every problem, by line and column. Titles above the headings and empty lines are passed over."""
    head, columns = _find_headings(rows)
    students: list[StudentRow] = []
    problems: list[RowProblem] = []
    seen: dict[str, int] = {}
    for index in range(head + 1, len(rows)):
        line = index + 1
        cells = {field: _text(rows[index], place) for field, place in columns.items()}
        if not any(cells.values()):
            continue
        found = list(_check(line, cells, rows[index], columns))
        code = cells["code"]
        if code in seen:
            found.append(RowProblem(line, LABELS["code"], "repeated", f"{code} (dòng {seen[code]})"))
        seen.setdefault(code, line)
        problems += found
        if not found:
            students.append(
                StudentRow(
                    line,
                    code,
                    " ".join(cells["full_name"].split()),
                    _date(rows[index][columns["birth_date"]]) or "",
                    _gender(cells["gender"]) or "",
                    cells["class_name"],
                )
            )
    return students, problems


def _find_headings(rows: list[list[Any]]) -> tuple[int, dict[str, int]]:
    for index, row in enumerate(rows[:20]):
        columns: dict[str, int] = {}
        for place, cell in enumerate(row):
            field = HEADINGS.get(fold(str(cell)).strip())
            if field and field not in columns:
                columns[field] = place
        if len(columns) >= 3:
            missing = [LABELS[field] for field in REQUIRED if field not in columns]
            if missing:
                raise Invalid("import_columns_missing", columns=", ".join(missing))
            return index, columns
    raise Invalid("import_columns_missing", columns=", ".join(LABELS.values()))


def _text(row: list[Any], place: int) -> str:
    value = row[place] if place < len(row) else ""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value).strip()


def _check(line: int, cells: dict[str, str], row: list[Any], columns: dict[str, int]) -> Iterable[RowProblem]:
    for field in REQUIRED:
        if not cells[field]:
            yield RowProblem(line, LABELS[field], "empty")
    if cells["code"] and not _CODE.match(cells["code"]):
        yield RowProblem(line, LABELS["code"], "code_format", cells["code"][:30])
    if cells["full_name"].startswith(("=", "+", "-", "@")) or any(c.isdigit() for c in cells["full_name"]):
        yield RowProblem(line, LABELS["full_name"], "name_format", cells["full_name"][:30])
    if cells["birth_date"] and _date(row[columns["birth_date"]]) is None:
        yield RowProblem(line, LABELS["birth_date"], "date_format", cells["birth_date"][:30])
    if cells["gender"] and _gender(cells["gender"]) is None:
        yield RowProblem(line, LABELS["gender"], "gender_format", cells["gender"][:30])


def _date(value: Any) -> str | None:
    """A date cell, or 5/9/2012, 05-09-2012, 2012-09-05 → ISO."""
    if isinstance(value, datetime.datetime):
        return value.date().isoformat()
    if isinstance(value, datetime.date):
        return value.isoformat()
    text = str(value).strip()
    for pattern in ("%d/%m/%Y", "%d-%m-%Y", "%d.%m.%Y", "%Y-%m-%d"):
        try:
            day = datetime.datetime.strptime(text, pattern).date()  # noqa: DTZ007 - a date of birth has no zone
        except ValueError:
            continue
        return day.isoformat() if 1990 <= day.year <= 2100 else None
    return None


def _gender(text: str) -> str | None:
    return {"nam": "1", "1": "1", "nu": "2", "2": "2"}.get(fold(text))


def compare(rows: list[StudentRow], present: dict[str, dict[str, str]]) -> list[Change]:
    """What the file would change. `present`: code → the same fields as they are now."""
    return [
        Change(row.line, row.code, present.get(row.code, {}), row.values())
        for row in rows
        if present.get(row.code) != row.values()
    ]
