"""Tables as they are pasted from a spreadsheet: merged cells kept, headings found, the same on a phone as cards.

Pure Python. A grid is kept as text that a person can read and correct: cells part by tab, rows by line; `<` in a cell
says "one with the cell on the left", `^` "one with the cell above", `⏎` is a line break inside a cell. A pasted HTML
table (Excel, Word, Google Sheets) and the tab-separated text of a spreadsheet, quotes included, are read as well.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from html.parser import HTMLParser
from typing import Final

MAX_ROWS: Final = 200
MAX_COLUMNS: Final = 40
MAX_CELL: Final = 1000
LEFT, ABOVE, BREAK = "<", "^", "⏎"

_DAY = re.compile(r"^\s*(?:(?:thứ|t)\s*\.?\s*(hai|ba|tư|năm|sáu|bảy|[2-7])|(chủ\s*nhật|cn))\b", re.IGNORECASE)
_DAY_NUMBERS: Final = {"hai": 1, "ba": 2, "tư": 3, "năm": 4, "sáu": 5, "bảy": 6}
_MULTILINE_QUOTES = re.compile(r'(?:^|\t|\n)"[^"\t]*\n')
_SPACES = re.compile(r"[^\S\n]+")


class GridProblem(ValueError):
    """The text is no table that can be shown. `code`: empty, too_large."""

    def __init__(self, code: str) -> None:
        self.code = code
        super().__init__(code)


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell at its upper left corner; `rows` × `columns` of the grid are its own."""

    text: str
    row: int
    column: int
    rows: int = 1
    columns: int = 1

    @property
    def lines(self) -> list[str]:
        return [line.strip() for line in self.text.split("\n") if line.strip()]


@dataclass(frozen=True, slots=True)
class Heading:
    """A cell as a table shows it. `scope`: col, colgroup, row, rowgroup, or "" for data; `headers`: ids of headings."""

    cell: Cell
    scope: str
    key: str
    headers: str
    label: str
    day: int = 0


@dataclass(frozen=True, slots=True)
class Card:
    """A row (or a column) on a phone. `day`: 1 Monday … 7 Sunday when the title names one, else 0."""

    title: str
    day: int
    entries: tuple[tuple[str, tuple[str, ...]], ...]


@dataclass(frozen=True)
class Grid:
    """A table of `height` × `width` places; `owners[r][c]` is the cell that covers that place."""

    owners: tuple[tuple[Cell, ...], ...]
    title: str = ""

    @property
    def height(self) -> int:
        return len(self.owners)

    @property
    def width(self) -> int:
        return len(self.owners[0]) if self.owners else 0

    def cells(self, row: int) -> list[Cell]:
        """The cells that begin in this row."""
        return [cell for column, cell in enumerate(self.owners[row]) if (cell.row, cell.column) == (row, column)]

    @cached_property
    def merged(self) -> bool:
        return any(cell.rows > 1 or cell.columns > 1 for row in self.owners for cell in row)

    @cached_property
    def head(self) -> int:
        """Rows of headings at the top: the first, and as many as its merged cells reach over or divide."""
        if not self.owners:
            return 0
        reach = max(cell.rows for cell in self.owners[0])
        if any(1 < cell.columns < self.width for cell in self.owners[0]):
            reach = max(reach, 2)
        return min(reach, self.height - 1, 4) or 1

    @cached_property
    def side(self) -> int:
        """Columns at the left that name the row: those merged downwards, and the one after them."""
        merged = 0
        for column in range(min(self.width - 1, 3)):
            body = [self.owners[row][column] for row in range(self.head, self.height)]
            if not any(cell.rows > 1 and cell.columns == 1 and cell.row >= self.head for cell in body):
                break
            merged = column + 1
        return min(merged + 1, max(self.width - 1, 0)) if merged else 1

    def over(self, column: int) -> str:
        """The headings above a column, from the top, each once: "Thứ Hai – Sáng"."""
        return " – ".join(_distinct(self.owners[row][column] for row in range(self.head)))

    def beside(self, row: int, side: int) -> str:
        return " – ".join(_distinct(self.owners[row][column] for column in range(side)))

    def rows(self, *, side: int, prefix: str) -> list[list[Heading]]:
        """Every row as headings and data. Data of a merged table name their headings by id, made with `prefix`."""
        shown = []
        overs = [self.over(column) for column in range(self.width)]
        for row in range(self.height):
            line = []
            for cell in self.cells(row):
                in_head, in_side = row < self.head, cell.column < side
                scope = ""
                if not cell.text.strip():
                    pass  # an empty corner names nothing
                elif in_head:
                    scope = "colgroup" if cell.columns > 1 else "col"
                elif in_side:
                    scope = "rowgroup" if cell.rows > 1 else "row"
                key = f"{prefix}-{cell.row}-{cell.column}" if scope and self.merged else ""
                day = _day(cell.text) if scope else 0
                headers = "" if scope or not self.merged else " ".join(self._headers(cell, side, prefix))
                line.append(Heading(cell, scope, key, headers, "" if in_head else overs[cell.column], day))
            shown.append(line)
        return shown

    def _headers(self, cell: Cell, side: int, prefix: str) -> Iterator[str]:
        above = (self.owners[r][c] for r in range(self.head) for c in range(cell.column, cell.column + cell.columns))
        beside = (self.owners[r][c] for r in range(cell.row, cell.row + cell.rows) for c in range(side))
        for owner in dict.fromkeys([*above, *beside]):
            if owner.text:
                yield f"{prefix}-{owner.row}-{owner.column}"

    @cached_property
    def by_columns(self) -> bool:
        """Days stand at the top: on a phone a day is a card."""
        return sum(bool(_day(self.over(column))) for column in range(self.width)) >= 3

    def cards(self, *, side: int) -> list[Card]:
        """The table turned into cards: a day each where days stand at the top, else a row each."""
        if self.by_columns:
            lines = range(self.head, self.height)
            return [
                self._card(self.over(column), [(self.owners[r][column], self.beside(r, side)) for r in lines])
                for column in range(side, self.width)
            ]
        return [
            self._card(self.beside(row, side), [(self.owners[row][c], self.over(c)) for c in range(side, self.width)])
            for row in range(self.head, self.height)
        ]

    @staticmethod
    def _card(title: str, places: list[tuple[Cell, str]]) -> Card:
        entries: list[tuple[str, tuple[str, ...]]] = []
        seen: Cell | None = None
        first = ""
        for cell, label in places:
            if cell is seen and entries:
                entries[-1] = (_until(first, label), tuple(cell.lines))
            elif cell.text.strip():
                entries.append((label, tuple(cell.lines)))
                first = label
            seen = cell
        return Card(title, _day(title), tuple(entries))

    @property
    def text(self) -> str:
        """The form it is kept in."""
        lines = ["\t".join([self.title, *[LEFT] * (self.width - 1)])] if self.title else []
        for r, row in enumerate(self.owners):
            line = []
            for c, cell in enumerate(row):
                if (cell.row, cell.column) == (r, c):
                    line.append(_escape(cell.text))
                else:
                    line.append(LEFT if cell.column < c else ABOVE)
            lines.append("\t".join(line))
        return "\n".join(lines)


def _distinct(cells: Iterable[Cell]) -> list[str]:
    return [" ".join(cell.lines) for cell in dict.fromkeys(cells) if cell.text.strip()]


def _until(first: str, last: str) -> str:
    """One label of two: "Sáng – 2" and "Sáng – 3" are "Sáng – 2–3"."""
    if not last or last == first:
        return first
    head, _, end = first.rpartition(" – ")
    last_head, _, last_end = last.rpartition(" – ")
    return f"{first}–{last_end}" if end and head == last_head else f"{first} – {last}"


def _day(title: str) -> int:
    found = _DAY.match(title)
    if not found:
        return 0
    name = (found[1] or "").lower()
    if not name:
        return 7
    return int(name) - 1 if name.isdigit() else _DAY_NUMBERS[name]


def _escape(text: str) -> str:
    text = text.replace("\n", BREAK)
    return f"\\{text}" if text in {LEFT, ABOVE} else text


def parse(text: str) -> Grid:
    """A grid from what was pasted. Raises `GridProblem` when there is nothing in it or far too much."""
    text = text.replace("\r\n", "\n").replace("\r", "\n").replace("\x00", "")
    rows = _html_rows(text) if re.search(r"<table[\s>]", text, re.IGNORECASE) else _text_rows(text)
    while rows and not any(cell.strip() for cell in rows[-1]):
        rows.pop()
    while rows and not any(cell.strip() for cell in rows[0]):
        rows.pop(0)
    if not rows:
        raise GridProblem("empty")
    width = max(len(row) for row in rows)
    rows = [row + [""] * (width - len(row)) for row in rows]
    while width > 1 and not any(row[width - 1].strip() for row in rows):
        width -= 1
        rows = [row[:width] for row in rows]
    if len(rows) > MAX_ROWS or width > MAX_COLUMNS:
        raise GridProblem("too_large")
    title = ""
    if len(rows) > 2 and width > 1 and rows[0][0].strip() and all(cell == LEFT for cell in rows[0][1:]):
        title = " ".join(rows.pop(0)[0].replace(BREAK, " ").split())  # a heading over the whole width
    return Grid(_owners(rows), title)


def _text_rows(text: str) -> list[list[str]]:
    """Lines of cells. Spreadsheets quote a cell that holds line breaks; without tabs the cells part by |."""
    if "\t" not in text and "|" in text:
        lines = [line.strip().strip("|") for line in text.split("\n") if line.strip()]
        return [[_clean(cell) for cell in line.split("|")] for line in lines]
    if _MULTILINE_QUOTES.search(text):
        lines_of_cells: Iterable[list[str]] = csv.reader(text.splitlines(keepends=True), delimiter="\t")
    else:
        lines_of_cells = (line.split("\t") for line in text.split("\n"))
    return [[_clean(cell) for cell in row] for row in lines_of_cells if any(cell.strip() for cell in row)]


def _clean(cell: str) -> str:
    cell = _SPACES.sub(" ", cell.replace(BREAK, "\n")).strip()
    return "\n".join(line.strip() for line in cell.split("\n") if line.strip())[:MAX_CELL]


def _owners(rows: list[list[str]]) -> tuple[tuple[Cell, ...], ...]:
    """Marks turned into merged cells. A mark that would make no rectangle is an empty cell."""
    height, width = len(rows), len(rows[0])
    corner: list[list[tuple[int, int]]] = [[(r, c) for c in range(width)] for r in range(height)]
    for r in range(height):
        for c in range(width):
            mark = rows[r][c]
            if mark == LEFT and c:
                corner[r][c] = corner[r][c - 1]
            elif mark == ABOVE and r:
                corner[r][c] = corner[r - 1][c]
    places: dict[tuple[int, int], list[tuple[int, int]]] = {}
    for r in range(height):
        for c in range(width):
            places.setdefault(corner[r][c], []).append((r, c))
    owners: list[list[Cell]] = [[Cell("", r, c) for c in range(width)] for r in range(height)]
    for (r, c), covered in places.items():
        rows_, columns = covered[-1][0] - r + 1, max(place[1] for place in covered) - c + 1
        whole = rows_ * columns == len(covered) and min(place[1] for place in covered) == c
        text = rows[r][c]
        text = "" if text in {LEFT, ABOVE} else text[1:] if text in {f"\\{LEFT}", f"\\{ABOVE}"} else text
        cell = Cell(text, r, c, rows_, columns) if whole else Cell(text, r, c)
        for place in covered if whole else [(r, c)]:
            owners[place[0]][place[1]] = cell
    return tuple(tuple(row) for row in owners)


class _Tables(HTMLParser):
    """Cells of the first table: [(text, rowspan, colspan)] per row."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.rows: list[list[tuple[str, int, int]]] = []
        self.depth = 0
        self.done = False
        self.hidden = 0
        self.cell: list[str] | None = None
        self.spans = (1, 1)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if self.done:
            return
        if tag == "table":
            self.depth += 1
        elif tag in {"script", "style", "template"}:
            self.hidden += 1
        elif self.depth == 1 and tag == "tr":
            self._close()
            self.rows.append([])
        elif self.depth == 1 and tag in {"td", "th"}:
            self._close()
            self.cell = []
            values = dict(attrs)
            self.spans = (_span(values.get("rowspan"), MAX_ROWS), _span(values.get("colspan"), MAX_COLUMNS))
        elif self.cell is not None and tag in {"br", "p", "div", "li"}:
            self.cell.append("\n")

    def handle_endtag(self, tag: str) -> None:
        if tag in {"script", "style", "template"}:
            self.hidden = max(0, self.hidden - 1)
        elif self.depth == 1 and tag in {"td", "th", "tr"}:
            self._close()
        elif tag == "table" and self.depth:
            self.depth -= 1
            if not self.depth:
                self._close()
                self.done = True

    def handle_data(self, data: str) -> None:
        if self.cell is not None and not self.hidden and not self.done:
            self.cell.append(re.sub(r"\s+", " ", data))

    def _close(self) -> None:
        if self.cell is not None:
            if not self.rows:
                self.rows.append([])
            self.rows[-1].append((_clean("".join(self.cell)), *self.spans))
            self.cell = None


def _span(value: str | None, most: int) -> int:
    return min(max(int(value), 1), most) if value and value.strip().isdecimal() and len(value) < 6 else 1


def _html_rows(text: str) -> list[list[str]]:
    """The first table of an HTML text, laid out as the HTML standard does, with our marks for merged places."""
    parser = _Tables()
    parser.feed(text)
    parser.close()
    parser._close()
    if len(parser.rows) > MAX_ROWS:
        raise GridProblem("too_large")
    taken: dict[tuple[int, int], str] = {}
    height, width = len(parser.rows), 0
    for r, row in enumerate(parser.rows):
        c = 0
        for text_, rows, columns in row:
            while (r, c) in taken:
                c += 1
            if c + columns > MAX_COLUMNS:
                raise GridProblem("too_large")
            for down in range(min(rows, height - r)):
                for right in range(columns):
                    mark = _escape(text_) if not down and not right else LEFT if right else ABOVE
                    taken.setdefault((r + down, c + right), mark)
            c += columns
            width = max(width, c)
    laid = [[taken.get((r, c), "") for c in range(width)] for r in range(height)]
    return [[cell.replace(BREAK, "\n") for cell in row] for row in laid]
