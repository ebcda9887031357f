"""Files of examination marks, by candidate number: what each maker means by its columns, and by a missing mark. Pure.

The same sign says different things in different files: "-", -1, a blank and 0 may each mean "did not sit", and 0 may be
a mark. A shape says which; any other sign in a mark column is a problem of that line.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any, Final

from school_services.errors import Invalid

MAX_BYTES: Final = 128 * 1024 * 1024
MAX_ROWS: Final = 2_000_000

SUBJECTS: Final = {
    "TOAN": "Toán", "VAN": "Ngữ văn", "NN": "Ngoại ngữ", "LI": "Vật lí", "HOA": "Hóa học", "SINH": "Sinh học",
    "SU": "Lịch sử", "DIA": "Địa lí", "GDCD": "Giáo dục công dân", "KTPL": "GD kinh tế và pháp luật",
    "TIN": "Tin học", "CNCN": "Công nghệ công nghiệp", "CNNN": "Công nghệ nông nghiệp",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Shape:
    """`columns`: column → subject. `absent`: what stands for "did not sit". `total`: a column that must be the sum."""

    code: str
    number: str
    columns: dict[str, str]
    absent: frozenset[str]
    json: bool = False
    total: str = ""


SHAPES: Final = (
    Shape("thpt-json", "SBD",
          {"TOAN": "TOAN", "VAN": "VAN", "NGOAI_NGU": "NN", "SU": "SU", "DIA": "DIA", "GDKT_PL": "KTPL", "LI": "LI",
           "HOA": "HOA", "SINH": "SINH", "TIN_HOC": "TIN", "GIAO_DUC_CONG_DAN": "GDCD", "CN_CONG_NGHIEP": "CNCN",
           "CN_NONG_NGHIEP": "CNNN"}, frozenset({"-1"}), json=True, total="TONGDIEM"),
    Shape("thpt-blank", "SBD",
          {"TOAN": "TOAN", "VAN": "VAN", "LI": "LI", "HOA": "HOA", "SINH": "SINH", "SU": "SU", "DIA": "DIA",
           "KTPL": "KTPL", "T_ANH": "NN"}, frozenset({""})),
    Shape("thpt-dash", "id",
          {"w_foreign_language": "NN", "w_literature": "VAN", "w_math": "TOAN", "x_biology": "SINH",
           "x_chemistry": "HOA", "x_physics": "LI", "y_civic_education": "GDCD", "y_geography": "DIA",
           "y_history": "SU"}, frozenset({"-"})),
    # Marks have two decimals here: 0.00 is a mark, a bare 0 is none.
    Shape("thpt-zero", "sbd",
          {"toan": "TOAN", "van": "VAN", "anh": "NN", "ly": "LI", "hoa": "HOA", "sinh": "SINH", "su": "SU",
           "dia": "DIA", "gdcd": "GDCD"}, frozenset({"0"})),
    Shape("lop10", "sbd", {"van": "VAN", "ngoaingu": "NN", "toan": "TOAN"}, frozenset({""})),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Problem:
    """One line that cannot be taken as it is; `line` as a spreadsheet shows it, of JSON the place in the list."""

    line: int
    column: str
    code: str
    text: str = ""
    other_line: int = 0


@dataclass(slots=True)
class Parsed:
    """`rows`: candidate number → subject → hundredths of a mark. `passed_over`: lines equal to an earlier one."""

    shape: str
    rows: dict[str, dict[str, int]] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    passed_over: int = 0
    lines: int = 0


def detect(columns: Iterable[str], *, is_json: bool) -> Shape:
    """The shape that has all its columns there. Raises `Invalid("scores_shape")`."""
    there = set(columns)
    for shape in SHAPES:
        if shape.json is is_json and shape.number in there and shape.columns.keys() <= there:
            return shape
    raise Invalid("scores_shape", columns=", ".join(sorted(there)[:12]))


def parse(content: bytes) -> Parsed:
    """Every line of a file. Raises `Invalid`: `scores_too_large`, `scores_unreadable`, `scores_shape`."""
    if len(content) > MAX_BYTES:
        raise Invalid("scores_too_large", limit_mb=MAX_BYTES // 1024 // 1024)
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise Invalid("scores_unreadable") from None
    if text.lstrip()[:1] in {"{", "["}:
        return _read(*_json_rows(text))
    try:
        return _read(*_csv_rows(text))
    except csv.Error:
        raise Invalid("scores_unreadable") from None


def _json_rows(text: str) -> tuple[Shape, Iterator[tuple[int, list[str]]]]:
    # Numbers stay as they are written: 8.5 must not become a float on its way to hundredths.
    try:
        data = json.loads(text, parse_float=str, parse_int=str)
    except (ValueError, RecursionError):
        raise Invalid("scores_unreadable") from None
    rows: Any = data.get("data") if isinstance(data, dict) else data
    if not isinstance(rows, list) or not rows or not all(isinstance(row, dict) for row in rows):
        raise Invalid("scores_unreadable")
    shape = detect(rows[0], is_json=True)
    wanted = [shape.number, *shape.columns, *([shape.total] if shape.total else [])]
    return shape, ((place, [str(row.get(name, "")) for name in wanted]) for place, row in enumerate(rows, 1))


def _csv_rows(text: str) -> tuple[Shape, Iterator[tuple[int, list[str]]]]:
    top = text[:2000].split("\n", 1)[0]
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=max(",;\t", key=top.count), strict=True)
    head = [cell.strip() for cell in next(reader, [])]
    shape = detect(head, is_json=False)
    places = [head.index(name) for name in (shape.number, *shape.columns)]
    last = max(places)

    def rows() -> Iterator[tuple[int, list[str]]]:
        for row in reader:
            if row:
                yield reader.line_num, [row[place] for place in places] if len(row) > last else []

    return shape, rows()


def hundredths(text: str) -> int | None:
    """A mark from 0 to 10 with at most two decimals, as hundredths; None for anything else."""
    whole, dot, part = text.partition(".")
    if not (whole.isascii() and whole.isdigit()) or len(whole) > 2:
        return None
    if (dot and not part) or len(part) > 2 or not (part.isascii() and (part.isdigit() or not part)):
        return None
    value = int(whole) * 100 + int((part + "00")[:2])
    return value if value <= 1000 else None


def _read(shape: Shape, source: Iterator[tuple[int, list[str]]]) -> Parsed:
    found = Parsed(shape.code)
    first: dict[str, int] = {}
    subjects = list(shape.columns.values())
    names = list(shape.columns)
    count = len(subjects)
    known: dict[str, int | None] = dict.fromkeys(shape.absent, -1)  # -1: did not sit
    bad: set[str] = set()
    for line, cells in source:
        found.lines += 1
        if found.lines > MAX_ROWS:
            raise Invalid("scores_too_large", limit_mb=MAX_BYTES // 1024 // 1024)
        if not cells:
            found.problems.append(Problem(line, shape.number, "scores_short"))
            continue
        number = cells[0].strip()
        if not (number.isascii() and number.isalnum() and len(number) <= 20):
            found.problems.append(Problem(line, shape.number, "scores_number", number[:30]))
            continue
        marks: dict[str, int] = {}
        wrong: Problem | None = None
        for place in range(count):
            text = cells[place + 1]
            if text not in known:
                known[text] = hundredths(text.strip())
            value = known[text]
            if value is None:
                wrong = Problem(line, names[place], "scores_mark", text[:30])
                break
            if value >= 0:
                marks[subjects[place]] = value
        if wrong is None and shape.total and marks:
            wrong = _total(shape, line, cells[-1], marks)
        if wrong is not None:
            found.problems.append(wrong)
        elif number in bad:
            found.problems.append(Problem(line, shape.number, "scores_repeated", number, first[number]))
        elif number not in first:
            first[number], found.rows[number] = line, marks
        elif found.rows[number] == marks:
            found.passed_over += 1
        else:  # two different lines of one candidate: nobody but the maker of the file knows which is right
            found.problems.append(Problem(line, shape.number, "scores_repeated", number, first[number]))
            bad.add(number)
            del found.rows[number]
    return found


def _total(shape: Shape, line: int, text: str, marks: dict[str, int]) -> Problem | None:
    whole, _, part = text.partition(".")
    # The sum comes out of a float there: its third decimal and further are noise.
    try:
        total = round(float(f"{whole}.{part or 0}") * 100)
    except ValueError:
        return Problem(line, shape.total, "scores_mark", text[:30])
    return None if total == sum(marks.values()) else Problem(line, shape.total, "scores_total", text[:30])
