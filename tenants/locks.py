"""Locks that a transaction holds until it ends."""

from __future__ import annotations

from django.db import connection

from .isolation import global_lock_id


def hold(*names: str) -> None:
    """Take these locks, in an order that cannot deadlock; each name carries its own scope (unit, account)."""
    with connection.cursor() as cursor:
        for lock in sorted({global_lock_id(name) for name in names}):
            cursor.execute("select pg_advisory_xact_lock(%s)", [lock])
