"""Public holidays of the sector: read for deadlines, written from a file by the operator when a decision is out."""

from __future__ import annotations

import csv
import datetime
import io
from dataclasses import dataclass

from django.db import transaction

from school_services.errors import Invalid

from .models import Holiday

MAX_SPAN = datetime.timedelta(days=31)


def between(first: datetime.date, last: datetime.date) -> frozenset[datetime.date]:
    """Every day off in a span; one query."""
    found: set[datetime.date] = set()
    for start, end in Holiday.objects.filter(first__lte=last, last__gte=first).values_list("first", "last"):
        found.update(start + datetime.timedelta(days=n) for n in range((end - start).days + 1))
    return frozenset(found)


@dataclass(frozen=True, slots=True)
class Row:
    first: datetime.date
    last: datetime.date
    name: str


def read(text: str) -> list[Row]:
    """Lines `first,last,name` with ISO dates under that heading. Raises `Invalid("holidays", line=…, what=…)`."""
    reader = csv.DictReader(io.StringIO(text))
    if reader.fieldnames != ["first", "last", "name"]:
        raise Invalid("holidays", line=1, what="the heading is not first,last,name")
    rows: list[Row] = []
    for line, cells in enumerate(reader, start=2):
        try:
            row = Row(
                datetime.date.fromisoformat(cells["first"].strip()),
                datetime.date.fromisoformat((cells["last"] or cells["first"]).strip()),
                cells["name"].strip(),
            )
        except (ValueError, AttributeError):
            raise Invalid("holidays", line=line, what="a date is not YYYY-MM-DD, or a column is missing") from None
        if not row.name or not row.first <= row.last <= row.first + MAX_SPAN:
            raise Invalid("holidays", line=line, what="no name, or the span is reversed or longer than a month")
        rows.append(row)
    return rows


def replace(rows: list[Row]) -> int:
    """Make the holidays of every year that the rows touch equal to the rows; other years stay."""
    years = {row.first.year for row in rows}
    with transaction.atomic():
        Holiday.objects.filter(first__year__in=years).delete()
        Holiday.objects.bulk_create(Holiday(first=row.first, last=row.last, name=row.name[:80]) for row in rows)
    return len(rows)
