"""Reads of submissions: a table for the screen and for a spreadsheet."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from django.utils import timezone
from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell

from . import rules
from .models import Form, Submission


@dataclass(frozen=True, slots=True)
class Row:
    pk: int
    sent: str
    cells: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Table:
    """`header`: labels in the form's order of today; fields that are gone stand behind, under their old label."""

    header: tuple[str, ...]
    rows: tuple[Row, ...]


def table(form: Form, submissions: Iterable[Submission]) -> Table:
    labels: dict[str, str] = {str(block.id): str(block.value["label"]) for block in form.fields}
    found = list(submissions)
    for submission in found:
        for field, label, _value in submission.answers:
            labels.setdefault(field, label)
    rows = []
    for submission in found:
        values = {field: value for field, _label, value in submission.answers}
        rows.append(
            Row(
                submission.pk,
                timezone.localtime(submission.sent_at).strftime("%d/%m/%Y %H:%M"),
                tuple(_text(values.get(field, "")) for field in labels),
            )
        )
    return Table(tuple(labels.values()), tuple(rows))


def _text(value: str | list[str]) -> str:
    return "; ".join(value) if isinstance(value, list) else value


def _lines(form: Form, first: str, last: str) -> Iterator[list[str]]:
    """Header and rows, every cell harmless in a spreadsheet."""
    submissions = form.submissions.select_related("consent").order_by("sent_at", "pk")
    shown = table(form, submissions)
    yield [rules.cell(text) for text in (first, *shown.header, last)]
    for row, submission in zip(shown.rows, submissions, strict=True):
        yield [rules.cell(text) for text in (row.sent, *row.cells, str(submission.consent.number))]


def as_csv(form: Form, first: str, last: str) -> bytes:
    """UTF-8 with a mark, as Excel wants it."""
    out = io.StringIO()
    csv.writer(out, lineterminator="\r\n").writerows(_lines(form, first, last))
    return out.getvalue().encode("utf-8-sig")


def as_xlsx(form: Form, first: str, last: str) -> bytes:
    book = Workbook(write_only=True)
    sheet = book.create_sheet("Dữ liệu")
    for line in _lines(form, first, last):
        cells = []
        for text in line:
            one = WriteOnlyCell(sheet, value=_printable(text))
            one.data_type = "s"  # text, whatever it looks like
            cells.append(one)
        sheet.append(cells)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _printable(text: str) -> str:
    """Without the control characters that XML cannot hold."""
    return "".join(letter for letter in text if letter >= " " or letter in "\n\t")[:32_767]
