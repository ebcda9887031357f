"""The grid as a workbook: what goes out to be filled in at home, with the keys it is found again by."""

from __future__ import annotations

import io

from openpyxl import Workbook
from openpyxl.styles import Alignment, Font, PatternFill, Protection
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.worksheet import Worksheet

from school_services.errors import Invalid
from school_services.identity.actor import Actor

from . import grids, rules, sheet_rules
from .sheet_rules import Book, Now

_GREY = PatternFill("solid", fgColor="EDEDED")
FIRST_LINE = 4  # identity, title, empty, headings


def identity(grid: grids.Grid) -> str:
    """What tells the sheet of one class, subject and term from every other of the sector."""
    key = f"{grid.unit_id}.{grid.class_group_id}.{grid.subject_id}.{grid.term_id}"
    return f"{sheet_rules.IDENTITY}:{key}"


def book_of(grid: grids.Grid) -> Book:
    """The grid as the comparison of a returned sheet wants it."""
    return Book(
        identity=identity(grid),
        columns={column.name: column.id for column in grid.columns},
        students={row.code: (row.student_id, row.full_name) for row in grid.rows},
        cells={
            (cell.column.id, row.student_id): Now(
                cell.text, cell.version, cell.column.published_at is not None, cell.column.locked
            )
            for row in grid.rows
            for cell in row.cells
        },
    )


def workbook(*, actor: Actor, unit_id: int, class_group_id: int, subject_id: int, term_id: int) -> tuple[str, bytes]:
    """(file name, XLSX) of a grid. Raises what `grids.grid` raises; the read is audited there."""
    grid = grids.grid(
        actor=actor, unit_id=unit_id, class_group_id=class_group_id, subject_id=subject_id, term_id=term_id
    )
    book = Workbook()
    sheet = book.active
    assert isinstance(sheet, Worksheet)
    sheet.title = f"{grid.class_name} HK{grid.term_number}".replace("/", "-")[:31]
    sheet.append([identity(grid)])
    sheet.append([f"{grid.subject_name} – {grid.class_name} – HK{grid.term_number}, {grid.year}"])
    sheet.append([])
    names = [column.name for column in grid.columns]
    sheet.append(
        ["STT", sheet_rules.CODE_HEADING, sheet_rules.NAME_HEADING, *names, "TB", sheet_rules.VERSIONS_HEADING]
    )
    for number, row in enumerate(grid.rows, 1):
        versions = {cell.column.name: cell.version for cell in row.cells}
        values = [_value(cell.text) for cell in row.cells]
        sheet.append([number, row.code, row.full_name, *values, _value(row.average), sheet_rules.pack(versions)])
    _dress(sheet, grid)
    stream = io.BytesIO()
    book.save(stream)
    return f"so-diem-{grid.class_name}-HK{grid.term_number}.xlsx", stream.getvalue()


def _value(text: str) -> float | str | None:
    """A mark as a number, so that a spreadsheet counts with it; letters as they are; a blank as a blank."""
    if not text:
        return None
    try:
        return float(rules.parse_mark(text))
    except Invalid:
        return text


def _dress(sheet: Worksheet, grid: grids.Grid) -> None:
    """Locked cells grey and protected, keys hidden, headings frozen. The protection has no password: it only warns."""
    last = 3 + len(grid.columns) + 2
    sheet.row_dimensions[1].hidden = True
    sheet.column_dimensions[get_column_letter(last)].hidden = True
    sheet.freeze_panes = sheet.cell(FIRST_LINE + 1, 4)
    sheet["A2"].font = Font(bold=True, size=14)
    for place, width in ((1, 5), (2, 16), (3, 30)):
        sheet.column_dimensions[get_column_letter(place)].width = width
    for cell in sheet[FIRST_LINE]:
        cell.font, cell.fill = Font(bold=True), _GREY
    for row in sheet.iter_rows(min_row=FIRST_LINE + 1, min_col=2, max_col=last - 2):
        row[0].number_format = "@"
        for cell, column in zip(row[2:], grid.columns, strict=True):
            cell.alignment = Alignment(horizontal="center")
            if column.locked:
                cell.fill = _GREY
            else:
                cell.protection = Protection(locked=False)
                # Text where Excel would make a date of "8.5"; numbers that stand there already stay numbers.
                cell.number_format = "0.0" if isinstance(cell.value, float) else "General"
    sheet.protection.sheet = True
    sheet.protection.sort = False
    sheet.protection.autoFilter = False
    sheet.protection.formatColumns = False
