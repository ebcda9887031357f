"""A new index beside the live one, a comparison of the index with the entries, and putting right what differs.

While an index is built the live one answers and both get every change; versions decide between a copied entry and a
change that came first. A rebuild that was killed leaves an index that nobody reads; the next one removes it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import islice
from typing import Any, Final

from django.db import connection, transaction

from tenants import locks
from tenants.isolation import global_lock_id

from . import feeding, outside
from .outside import Removed, Written

BATCH: Final = 500
SENDERS: Final = 2
_REBUILD: Final = "search.rebuild_index"


class Busy(Exception):
    """Another rebuild or repair is at work."""


@dataclass(frozen=True, slots=True)
class Difference:
    """What the index lacks, has too much, or has in another version: pairs of (portal, key)."""

    entries: int
    missing: tuple[tuple[str, str], ...] = ()
    extra: tuple[tuple[str, str], ...] = ()
    stale: tuple[tuple[str, str], ...] = ()
    waiting: int = 0

    @property
    def clean(self) -> bool:
        return not (self.missing or self.extra or self.stale or self.waiting)

    def __str__(self) -> str:
        return (
            f"entries {self.entries}, missing {len(self.missing)}, extra {len(self.extra)},"
            f" stale {len(self.stale)}, waiting {self.waiting}"
        )


def rebuild(say: Callable[[str], None] = lambda line: None) -> str:
    """Build a new index from the entries and put it in the place of the live one. Returns its name.

    Raises `Busy`, or one of `outside.Failure`; the live index then answers as before.
    """
    with _alone():
        _drop_unfinished(say)
        name = outside.make_index(building=True)
        _add(name)
        copied = 0
        with ThreadPoolExecutor(SENDERS) as pool:
            for count in _sent(pool, name, _entries()):
                copied += count
                if copied % 10_000 < BATCH:
                    say(f"{copied} entries")
        outside.finish_index(name)
        old = _swap(name)
        say(f"{copied} entries in {name}")
        for gone in old:
            outside.drop_index(gone)
        return name


def check() -> Difference:
    """Compare every key and version of the live index with the entries, after feeding what waits.

    Raises `feeding.Waiting` or one of `outside.Failure` when the index does not answer.
    """
    feeding.feed()
    outside.client().options(request_timeout=outside.BULK_SECONDS).indices.refresh(index=outside.alias())
    stored = _versions()
    missing, extra, stale = set(stored), [], []
    for portal, key, version in outside.every_version():
        known = stored.get((portal, key))
        if known is None:
            extra.append((portal, key))
            continue
        missing.discard((portal, key))
        if known != version:
            stale.append((portal, key))
    return Difference(len(stored), tuple(sorted(missing)), tuple(extra), tuple(stale), feeding.waiting())


def repair() -> Difference:
    """Put right what `check` finds, and what a killed rebuild left. Returns the difference that remains.

    It remains where the index is newer than the entries (a database restored from a backup): a rebuild is the cure.

    Raises `Busy`, and what `check` raises.
    """
    with _alone():
        live = outside.live_index()
        if live is None:
            raise feeding.Waiting("the index is gone: run manage.py search rebuild")
        _agree_on(live)
        _drop_unfinished(lambda line: None)
        found = check()
        if found.clean:
            return found
        for portal, key in (*found.missing, *found.stale):
            _note_again(portal, key)
        outside.bulk(
            live, [Removed(*key, version) for key, version in zip(found.extra, _fresh(len(found.extra)), strict=True)]
        )
        return check()


class _alone:  # noqa: N801 - used as a context manager
    """A lock of the session, as a rebuild is many transactions."""

    def __enter__(self) -> None:
        self.id = global_lock_id(_REBUILD)
        with connection.cursor() as cursor:
            cursor.execute("select pg_try_advisory_lock(%s)", [self.id])
            if not cursor.fetchone()[0]:
                raise Busy("another rebuild or repair of the search index is at work")

    def __exit__(self, *exc: Any) -> None:
        with connection.cursor() as cursor:
            cursor.execute("select pg_advisory_unlock(%s)", [self.id])


def _add(name: str) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        locks.hold(feeding.LOCK)
        cursor.execute("insert into public.search_outsideindex (name, live) values (%s, false)", [name])


def _swap(name: str) -> list[str]:
    """The alias moves in one step; returns the indexes that nobody reads any more."""
    with transaction.atomic(), connection.cursor() as cursor:
        locks.hold(feeding.LOCK)
        old = outside.point_alias(name)
        cursor.execute("delete from public.search_outsideindex where name <> %s returning name", [name])
        old += [row[0] for row in cursor.fetchall()]
        cursor.execute("update public.search_outsideindex set live = true where name = %s", [name])
    return sorted(set(old))


def _agree_on(live: str) -> None:
    """The table says of the live index what the alias says: a swap may have been cut between the two."""
    with transaction.atomic(), connection.cursor() as cursor:
        locks.hold(feeding.LOCK)
        cursor.execute("update public.search_outsideindex set live = (name = %s)", [live])
        cursor.execute(
            "insert into public.search_outsideindex (name, live) values (%s, true) on conflict (name) do nothing",
            [live],
        )


def _drop_unfinished(say: Callable[[str], None]) -> None:
    live = outside.live_index()
    with transaction.atomic(), connection.cursor() as cursor:
        locks.hold(feeding.LOCK)
        cursor.execute("delete from public.search_outsideindex where name is distinct from %s returning name", [live])
        known = {row[0] for row in cursor.fetchall()}
    for name in known | (outside.all_indexes() - {live}):
        say(f"removing {name}: it was never finished")
        outside.drop_index(name)


def _entries() -> Iterator[Written]:
    """Every entry, in the order of its id, in transactions of their own: nothing is held while they are sent."""
    last = 0
    while True:
        with connection.cursor() as cursor:
            cursor.execute(
                f"select e.id, p.uid, e.key, e.version, {feeding.ROW} from public.search_entry e"
                " join public.tenants_portal p on p.id = e.portal_id where e.id > %s order by e.id limit %s",
                [last, BATCH * 2],
            )
            rows = cursor.fetchall()
        if not rows:
            return
        last = rows[-1][0]
        for _id, uid, key, version, *values in rows:
            yield Written(uid.hex, key, version, dict(zip(feeding.COLUMNS, values, strict=True)))


def _sent(pool: ThreadPoolExecutor, name: str, entries: Iterator[Written]) -> Iterator[int]:
    """Batches sent by two threads, a few ahead of the slowest."""
    waiting = []
    while batch := list(islice(entries, BATCH)):
        waiting.append(pool.submit(outside.bulk, name, batch))
        if len(waiting) > SENDERS + 1:
            yield waiting.pop(0).result()
    for future in waiting:
        yield future.result()


def _versions() -> dict[tuple[str, str], int]:
    with connection.cursor() as cursor:
        cursor.execute(
            "select p.uid, e.key, e.version from public.search_entry e"
            " join public.tenants_portal p on p.id = e.portal_id"
        )
        return {(uid.hex, key): version for uid, key, version in cursor.fetchall()}


def _fresh(count: int) -> list[int]:
    """New versions, for removals of what no entry stands for."""
    with connection.cursor() as cursor:
        cursor.execute("select nextval('public.search_version') from generate_series(1, %s)", [count])
        return [row[0] for row in cursor.fetchall()]


def _note_again(portal: str, key: str) -> None:
    """A new version, so that the index takes the entry whatever it has seen."""
    with connection.cursor() as cursor:
        cursor.execute(
            "with again as (update public.search_entry e set version = nextval('public.search_version')"
            " from public.tenants_portal p where p.id = e.portal_id and p.uid = %s and e.key = %s returning e.version)"
            " insert into public.search_change (portal, key, version) select %s, %s, version from again"
            " on conflict (portal, key) do update set version = excluded.version",
            [portal, key, portal, key],
        )
