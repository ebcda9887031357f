"""The index in Elasticsearch: client, mapping, documents, bulk writes. PostgreSQL keeps the entries; this is a copy.

One index for all portals behind an alias; `_id` is `portal:key` and the portal is the required routing. Writes go
through an alias that each index has of its own, and must: a lost index is then an error, not a new one with guessed
fields. A version of an entry that is older than the one the index has seen is left out by the index itself.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, Final

from django.conf import settings
from django.utils import timezone
from elasticsearch import ApiError, Elasticsearch, NotFoundError, TransportError
from elasticsearch.dsl import (
    Date,
    Document,
    Index,
    Integer,
    Keyword,
    MetaField,
    Text,
    analyzer,
    char_filter,
    token_filter,
)

from . import text

BULK_SECONDS: Final = 30.0
EDGE: Final = 40  # characters
Failure = (ApiError, TransportError)

# As `text.words` reads: these end a word; and the tone of hoà stands where hòa has it.
_BREAKS = char_filter("breaks", type="mapping", mappings=[rf"{sign} => \u0020" for sign in "_.'’:,;·‧＇．："])
_TONES = char_filter(
    "tones",
    type="mapping",
    mappings=[
        f"{make(old)} => {make(new)}" for old, new in text.PLACED.items() for make in (str, str.title, str.upper)
    ],
)
_PAIRS = token_filter(
    "pairs",
    type="shingle",
    min_shingle_size=2,
    max_shingle_size=2,
    output_unigrams=False,
    token_separator="_",  # noqa: S106
)
EXACT = analyzer("exact", tokenizer="standard", char_filter=[_BREAKS, _TONES], filter=["lowercase"])
FOLDED = analyzer("folded", tokenizer="standard", char_filter=[_BREAKS], filter=["lowercase", "asciifolding"])
PAIRS = analyzer("pairs", tokenizer="standard", char_filter=[_BREAKS], filter=["lowercase", "asciifolding", _PAIRS])
SIMILARITY: Final = {"default": {"type": "BM25", "k1": 0.9, "b": 0.75}}


class EntryDocument(Document):
    """`title` and `body` with marks, without, and as pairs of neighbours; `words` is all of them, to choose by."""

    portal = Keyword()
    key = Keyword()
    kind = Keyword()
    title = Text(
        analyzer=EXACT,
        copy_to="words",
        fields={
            "folded": Text(analyzer=FOLDED, index_options="offsets"),
            "pairs": Text(analyzer=PAIRS),
        },
    )
    body = Text(
        analyzer=EXACT,
        copy_to="words",
        fields={
            "folded": Text(analyzer=FOLDED, index_options="offsets"),
            "pairs": Text(analyzer=PAIRS),
        },
    )
    words = Text(analyzer=FOLDED, index_options="docs", norms=False)
    number = Keyword(index=False, doc_values=False, copy_to="words")
    numbers = Keyword()
    issuer = Keyword()
    path = Keyword(index=False, doc_values=False)
    edges = Keyword(index=False, doc_values=False)
    date = Date(format="strict_date")
    year = Integer()
    expires = Date(format="strict_date")

    class Meta:
        dynamic = MetaField("strict")
        routing = MetaField(required=True)


@dataclass(frozen=True, slots=True)
class Written:
    """A row of `search_entry` as the index needs it."""

    portal: str
    key: str
    version: int
    values: Mapping[str, Any]

    def document(self) -> dict[str, Any]:
        date, expires = self.values["date"], self.values["expires"]
        number, title, body = (self.values[name] for name in ("number", "title", "body"))
        return {
            "portal": self.portal,
            "key": self.key,
            **{name: self.values[name] for name in ("kind", "title", "body", "number", "issuer", "path")},
            "numbers": text.numbers(f"{number}\n{title}\n{body}"),
            # How the body begins and ends: a fragment that does not is shown with an ellipsis.
            "edges": [" ".join(body[:EDGE].split()), " ".join(body[-EDGE:].split())],
            "date": date and date.isoformat(),
            "year": date and date.year,
            "expires": expires and expires.isoformat(),
        }

    def action(self) -> tuple[dict[str, Any], dict[str, Any]]:
        return {"index": _address(self.portal, self.key, self.version)}, self.document()


@dataclass(frozen=True, slots=True)
class Removed:
    portal: str
    key: str
    version: int

    def action(self) -> tuple[dict[str, Any]]:
        return ({"delete": _address(self.portal, self.key, self.version)},)


class BulkRefused(Exception):
    """The index took some of a bulk and refused the rest; the message is its first reason."""


def _address(portal: str, key: str, version: int) -> dict[str, Any]:
    return {"_id": f"{portal}:{key}", "routing": portal, "version": version, "version_type": "external"}


@cache
def client() -> Elasticsearch:
    """One of the process. It never asks twice: the other engine answers sooner."""
    return Elasticsearch(
        settings.ELASTICSEARCH_URL.split(","), max_retries=0, retry_on_timeout=False, connections_per_node=24
    )


def alias() -> str:
    return settings.ELASTICSEARCH_INDEX


def write_alias(name: str) -> str:
    return f"{name}-in"


def make_index(*, building: bool) -> str:
    """A new, empty index; `building`: not refreshed and not synced at every write until `finish_index`."""
    name = f"{alias()}-{timezone.now():%Y%m%d%H%M%S%f}"
    index = Index(name, using=client())
    index.document(EntryDocument)
    index.settings(
        number_of_shards=settings.ELASTICSEARCH_SHARDS,
        number_of_replicas=settings.ELASTICSEARCH_REPLICAS,
        refresh_interval="-1" if building else "1s",
        # How long a removal is remembered, so that an older write that comes after it is refused.
        gc_deletes="1h",
        similarity=SIMILARITY,
    )
    index.aliases(**{write_alias(name): {}})
    index.create()
    return name


def bulk(index: str, changes: Iterable[Written | Removed], *, refresh: bool = False) -> int:
    """Write to one index. A version the index knows already, or a newer one, is as good as written.

    Raises `BulkRefused`, or one of `Failure`; what was taken until then stays, and may be sent again.
    """
    operations = [line for change in changes for line in change.action()]
    if not operations:
        return 0
    answer = _patient().bulk(operations=operations, index=write_alias(index), require_alias=True, refresh=refresh)
    results = [result for item in answer["items"] for result in item.values()]
    for result in results:
        # 409: not newer than what is there; not_found: removed before it came.
        if result["status"] >= 300 and result["status"] != 409 and result.get("result") != "not_found":
            raise BulkRefused(str(result.get("error"))[:300])
    return len(results)


def _patient() -> Elasticsearch:
    return client().options(request_timeout=BULK_SECONDS)


def finish_index(name: str) -> None:
    """Make what was sent safe and visible, as every later write is."""
    _patient().indices.put_settings(index=name, settings={"refresh_interval": "1s"})
    _patient().indices.refresh(index=name)
    _patient().indices.flush(index=name)


def point_alias(name: str) -> list[str]:
    """Readers go to this index from now on; returns those they went to before."""
    old = [index for index in _named(alias()) if index != name]
    actions = [{"add": {"index": name, "alias": alias()}}]
    actions += [{"remove": {"index": index, "alias": alias()}} for index in old]
    _patient().indices.update_aliases(actions=actions)
    return old


def live_index() -> str | None:
    """What the alias points to, or None before the first rebuild."""
    return next(iter(_named(alias())), None)


def _named(name: str) -> list[str]:
    try:
        return sorted(_patient().indices.get_alias(name=name).body)
    except NotFoundError:
        return []


def all_indexes() -> set[str]:
    """Every index of this installation, finished or not."""
    return set(_patient().indices.get(index=f"{alias()}-*", ignore_unavailable=True).body)


def drop_index(name: str) -> None:
    _patient().indices.delete(index=name, ignore_unavailable=True)


def every_version() -> Iterator[tuple[str, str, int]]:
    """(portal, key, version) of everything in the live index, as it was when the walk began."""
    moment = _patient().open_point_in_time(index=alias(), keep_alive="2m")["id"]
    try:
        after = None
        while True:
            answer = _patient().search(
                pit={"id": moment, "keep_alive": "2m"}, size=5000, sort=["_shard_doc"], search_after=after,
                query={"match_all": {}}, version=True, source={"includes": ["portal", "key"]}, track_total_hits=False,
            )  # fmt: skip
            rows = answer["hits"]["hits"]
            for row in rows:
                yield row["_source"]["portal"], row["_source"]["key"], row["_version"]
            if not rows:
                return
            after = rows[-1]["sort"]
    finally:
        _patient().close_point_in_time(id=moment)
