"""Cutoffs of earlier years out of a file or a pasted table: what is read, and what is wrong by row. Plain Python.

Columns: code or name of the school; year; seats (may be empty); cutoff; where there are any, those of wishes 2 and 3.
Semicolons, tabs or commas between them; decimal comma or point (not a comma between columns then).
"""

from __future__ import annotations

import csv
import re
from collections.abc import Mapping
from dataclasses import dataclass

from school_services.errors import Invalid

from .scoring import hundredths

MOST_ROWS, HIGHEST = 5000, 10_000
FIRST_YEAR = 2000


@dataclass(frozen=True, slots=True)
class Line:
    """One school in one year; points in hundredths."""

    choice: str
    year: int
    quota: int
    cutoff: int


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong in a row; `code` of the text, `what` stands there."""

    row: int
    code: str
    what: str = ""


def read(text: str, choices: Mapping[str, str], *, before: int) -> tuple[list[Line], list[Fault]]:
    """(lines, faults): each row stands or fails alone. `choices`: code → name; `before`: only earlier years are past.

    Two rows of one school and year that differ are both faults: nobody here knows which one is right.
    """
    known = {_key(code): code for code in choices} | {_key(name): code for code, name in choices.items()}
    found: dict[tuple[str, int], tuple[int, Line]] = {}
    faults: list[Fault] = []
    twice: set[tuple[str, int]] = set()
    rows = list(csv.reader(text.splitlines(), delimiter=_delimiter(text)))
    if len(rows) > MOST_ROWS:
        return [], [Fault(MOST_ROWS + 1, "too_many_rows")]
    for number, row in enumerate(rows, 1):
        cells = [" ".join(cell.split()) for cell in row]
        if not any(cells) or (number == 1 and not any(re.search("[0-9]{4}", cell) for cell in cells)):
            continue  # a blank line, the head of the table
        line = _line(number, cells, known, before)
        if isinstance(line, Fault):
            faults.append(line)
            continue
        key = (line.choice, line.year)
        if key in found and found[key][1] != line:
            twice.add(key)
            faults.append(Fault(number, "year_twice", f"{cells[0]}, {line.year}"))
        else:
            found.setdefault(key, (number, line))
    faults += [Fault(found[key][0], "year_twice", f"{choices[key[0]]}, {key[1]}") for key in twice]
    lines = [line for key, (_, line) in sorted(found.items()) if key not in twice]
    return lines, sorted(faults, key=lambda fault: (fault.row, fault.code))


def _line(number: int, cells: list[str], known: Mapping[str, str], before: int) -> Line | Fault:
    if len(cells) < 4:
        return Fault(number, "columns", str(len(cells)))
    school, year, seats, *points = cells[:6]
    if _key(school) not in known:
        return Fault(number, "school_unknown", school[:60])
    if not re.fullmatch("[0-9]{4}", year) or not FIRST_YEAR <= int(year) < before:
        return Fault(number, "past_year", year[:20])
    if seats and not re.fullmatch("[0-9]{1,5}", seats):
        return Fault(number, "seats", seats[:20])
    values = []
    for text in points:
        if not text:
            continue
        try:
            value = hundredths(text)
        except Invalid:
            return Fault(number, "points", text[:20])
        if not 0 <= value <= HIGHEST:
            return Fault(number, "points", text[:20])
        values.append(value)
    if not points[0] or not values:
        return Fault(number, "points", "")
    if values != sorted(values):
        return Fault(number, "wishes_fall", "; ".join(points))
    return Line(known[_key(school)], int(year), int(seats or 0), values[0])


def _key(text: str) -> str:
    return " ".join(text.split()).casefold()


def _delimiter(text: str) -> str:
    head = text[:2000]
    return max((";", "\t", ","), key=head.count) if any(c in head for c in ";\t") else ","


def merged(history: list[dict[str, int | None]], lines: list[Line]) -> list[dict[str, int | None]]:
    """A choice's history with these years in it, oldest first, the last ten; a year that was there is replaced."""
    years = {line["year"]: line for line in history}
    for line in lines:
        years[line.year] = {"year": line.year, "quota": line.quota, "cutoff": line.cutoff}
    return [years[year] for year in sorted(years, key=lambda year: year or 0)][-10:]
