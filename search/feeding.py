"""Telling the index outside what changed. A change stays in `search_change` until every index has it.

One feeder works at a time, under a lock that `rebuilding` takes too when it adds or swaps an index: what a feeder
took before an index was added was committed before, so the rebuild reads it.
"""

from __future__ import annotations

from typing import Any, Final

from django.conf import settings
from django.db import connection, transaction

from tenants import locks

from . import outside
from .outside import Removed, Written

BATCH: Final = 400
LOCK: Final = "search.feed"
COLUMNS: Final = ("kind", "title", "body", "number", "issuer", "path", "date", "expires")
ROW: Final = ", ".join(f"e.{name}" for name in COLUMNS)


class Waiting(Exception):
    """The index does not take writes now; the changes wait. The message says why."""


def feed() -> int:
    """Send what waits. Returns how many changes were sent. Raises `Waiting`."""
    sent = 0
    while settings.ELASTICSEARCH_URL and (count := _feed_batch()):
        sent += count
        if count < BATCH:
            break
    return sent


def _feed_batch() -> int:
    with transaction.atomic(), connection.cursor() as cursor:
        locks.hold(LOCK)
        indexes = targets()
        cursor.execute(
            f"select c.id, c.portal, c.key, c.version, e.version, {ROW} from public.search_change c"
            " left join public.tenants_portal p on p.uid = c.portal"
            " left join public.search_entry e on e.portal_id = p.id and e.key = c.key"
            " order by c.id limit %s",
            [BATCH],
        )
        rows = cursor.fetchall()
        if rows and not indexes:
            raise Waiting("there is no index yet: run manage.py search rebuild")
        changes = [_change(*row[1:5], values=row[5:]) for row in rows]
        for name in indexes:
            try:
                outside.bulk(name, changes)
            except (*outside.Failure, outside.BulkRefused) as problem:
                raise Waiting(f"{name}: {type(problem).__name__} {problem}"[:300]) from problem
        # A change that was written again meanwhile has a higher version, and waits for the next batch.
        cursor.execute(
            "delete from public.search_change c using unnest(%s::bigint[], %s::bigint[]) as sent(id, version)"
            " where c.id = sent.id and c.version = sent.version",
            [[row[0] for row in rows], [row[3] for row in rows]],
        )
        return len(rows)


def _change(portal: Any, key: str, told: int, version: int | None, values: tuple[Any, ...]) -> Written | Removed:
    """What is true now: an entry may have been written, or removed, since the change was noted."""
    if version is None:
        return Removed(portal.hex, key, told)
    return Written(portal.hex, key, version, dict(zip(COLUMNS, values, strict=True)))


def targets() -> list[str]:
    """Indexes that are to have every change."""
    with connection.cursor() as cursor:
        cursor.execute("select name from public.search_outsideindex order by live desc, id")
        return [row[0] for row in cursor.fetchall()]


def waiting() -> int:
    """How many changes the index has not been told of."""
    with connection.cursor() as cursor:
        cursor.execute("select count(*) from public.search_change")
        return int(cursor.fetchone()[0])
