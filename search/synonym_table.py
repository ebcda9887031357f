"""The department's synonyms as every search needs them: read at most every 30 seconds and process."""

from __future__ import annotations

import time

from django.db import connection

from . import synonyms
from .queries import Synonyms

TTL = 30.0
_table: Synonyms = {}
_read_at = float("-inf")


def current() -> Synonyms:
    global _table, _read_at
    if time.monotonic() - _read_at > TTL:
        with connection.cursor() as cursor:
            cursor.execute("select line from public.search_synonym order by id")
            _table = synonyms.table(row[0] for row in cursor.fetchall())
        _read_at = time.monotonic()
    return _table


def forget() -> None:
    global _read_at
    _read_at = float("-inf")
