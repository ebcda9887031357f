"""Writing entries of the current portal: one lock, read what is public, write, remember what changed.

The portal's lock is taken before the source is read, and versions are drawn while it is held: of two tasks for one page
the later sees the later content, and an outside engine that keeps the higher version keeps the right one.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from itertools import islice, pairwise
from typing import Any

from django.conf import settings
from django.db import connection, transaction

from tenants import context, locks

from . import sources, text
from .sources import Findable

PUBLIC_STATES = frozenset({"active", "read_only"})
BATCH = 200
BODY = 100_000  # characters of a text that are kept
_PLACES = 16_000  # the last place a tsvector can name is 16383

_COLUMNS = ["kind", "title", "body", "path", "number", "issuer", "date", "expires", "origin"]
_PUT = f"""
with given as (
  select * from unnest(%s::text[], %s::text[], %s::text[], %s::text[], %s::text[], %s::text[], %s::text[],
                       %s::date[], %s::date[], %s::text[], %s::int[], %s::text[], %s::text[],
                       %s::text[])
    as g(key, {", ".join(_COLUMNS)}, size, folded, exact, heading)
), written as (
  insert into public.search_entry
    (portal_id, key, {", ".join(_COLUMNS)}, size, folded, exact, heading, version)
  select %s, key, {", ".join(_COLUMNS)}, size, folded::tsvector, exact::tsvector, heading::tsvector,
         nextval('public.search_version') from given
  on conflict (portal_id, key) do update set
    {", ".join(f"{name} = excluded.{name}" for name in [*_COLUMNS, "size", "folded", "exact", "heading"])},
    version = nextval('public.search_version'), written_at = now()
  where %s or ({", ".join(f"search_entry.{name}" for name in _COLUMNS)})
        is distinct from ({", ".join(f"excluded.{name}" for name in _COLUMNS)})
  returning key, version
)
"""
_CUT = """
with gone as (delete from public.search_entry where portal_id = %s and {which} returning key),
written as (select key, nextval('public.search_version') as version from gone)
"""
_TOLD = """
insert into public.search_change (portal, key, version) select %s, key, version from written
on conflict (portal, key) do update set version = excluded.version
"""
_COUNTED = "select key, version from written"


def refresh(keys: Collection[str], *, force: bool = False) -> int:
    """Write these keys as their sources say now, remove those that are not public. Returns how many rows changed.

    `force` writes unchanged rows too: after a change of how words are read.
    """
    if not keys:
        return 0
    portal = context.require_portal()
    changed = 0
    with transaction.atomic():
        locks.hold(f"{portal.uid}:search")
        found = sources.read(keys) if _is_public() else {}
        changed += put(found, force=force)
        changed += cut(set(keys) - found.keys())
    return changed


def _is_public() -> bool:
    """Whether the portal is open to visitors, by its row: a worker's map of hosts may be half a minute old."""
    with connection.cursor() as cursor:
        cursor.execute("select state from public.tenants_portal where id = %s", [context.require_portal().pk])
        row = cursor.fetchone()
    return row is not None and row[0] in PUBLIC_STATES


def forget(portal: context.PortalRef) -> int:
    """Remove every entry of a portal that is no longer public. Returns their number."""
    with transaction.atomic():
        locks.hold(f"{portal.uid}:search")
        return _write(_CUT.format(which="true"), [portal.pk], portal.uid)


def rebuild(*, force: bool = False) -> int:
    """Every entry of the current portal anew, in batches. Returns how many rows changed."""
    wanted = sources.keys() if _is_public() else set()
    changed = 0
    for batch in batches(sorted(wanted | stored_keys()), BATCH):
        changed += refresh(batch, force=force)
    return changed


def stored_keys() -> set[str]:
    with connection.cursor() as cursor:
        cursor.execute("select key from public.search_entry where portal_id = %s", [context.require_portal().pk])
        return {row[0] for row in cursor.fetchall()}


def texts(keys: Collection[str]) -> dict[str, str]:
    """Origin → body of those entries of the current portal that hold the text of a file."""
    with connection.cursor() as cursor:
        cursor.execute(
            "select origin, body from public.search_entry where portal_id = %s and key = any(%s) and origin <> ''",
            [context.require_portal().pk, list(keys)],
        )
        return dict(cursor.fetchall())


def put(found: Mapping[str, Findable], *, force: bool = False) -> int:
    """Insert or update entries of the current portal; the portal's lock must be held."""
    if not found:
        return 0
    rows = [_row(key, document) for key, document in found.items()]
    columns: list[Any] = [list(column) for column in zip(*rows, strict=True)]
    portal = context.require_portal()
    return _write(_PUT, [*columns, portal.pk, force], portal.uid)


def cut(keys: Collection[str]) -> int:
    """Remove entries of the current portal; the portal's lock must be held."""
    if not keys:
        return 0
    portal = context.require_portal()
    return _write(_CUT.format(which="key = any(%s)"), [portal.pk, list(keys)], portal.uid)


def _write(statement: str, values: list[Any], uid: str) -> int:
    with connection.cursor() as cursor:
        if settings.ELASTICSEARCH_URL:
            cursor.execute(statement + _TOLD, [*values, uid])
        else:
            cursor.execute(statement + _COUNTED, values)
        return cursor.rowcount


def _row(key: str, document: Findable) -> tuple[Any, ...]:
    title = " ".join(text.normal(document.title).split())[:300]
    body = text.normal(document.body).strip()[:BODY]
    number = " ".join(text.normal(document.number).split())[:80]
    head, rest = text.words(title), text.words(f"{number}\n{body}" if number else body)
    keys = text.numbers(f"{number}\n{title}\n{body}")
    return (
        key,
        document.kind,
        title,
        body,
        document.path,
        number,
        " ".join(text.normal(document.issuer).split())[:160],
        document.date,
        document.expires,
        document.origin,
        len(head) + len(rest),
        folded_vector([word.folded for word in head], [word.folded for word in rest], keys),
        vector([word.exact for word in head], [word.exact for word in rest]),
        vector([word.folded for word in head], []),
    )


def vector(head: list[str], rest: list[str]) -> str:
    """A tsvector: words of the title with weight A, the others after a gap with D."""
    places: dict[str, list[str]] = {}
    for place, word in enumerate(head, 1):
        places.setdefault(word, []).append(f"{place}A")
    for place, word in enumerate(rest, len(head) + 3):
        if place > _PLACES:
            break
        places.setdefault(word, []).append(str(place))
    return " ".join(f"'{word}':{','.join(found)}" for word, found in places.items())


def folded_vector(head: list[str], rest: list[str], keys: Iterable[str]) -> str:
    """Words, pairs of neighbours (`tuyen_sinh`), and keys of document numbers."""
    parts = [vector(head, rest), vector(pairs(head), pairs(rest)), *(f"'#{key}'" for key in keys)]
    return " ".join(part for part in parts if part)


def pairs(found: list[str]) -> list[str]:
    return [f"{first}_{second}" for first, second in pairwise(found)]


def batches(items: Iterable[str], size: int) -> Iterable[list[str]]:
    iterator = iter(items)
    while batch := list(islice(iterator, size)):
        yield batch
