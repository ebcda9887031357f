"""PostgreSQL's answer: GIN finds by folded words, a weighted sum over words and pairs ranks.

`ts_rank` of one word saturates with its occurrences as BM25 does; what it lacks, the rarity of words, comes from
`search_wordcount`. Common words that many entries hold are not ranked in full: the newest `RANKED` are, title first.
"""

from __future__ import annotations

import datetime
import json
import math
from itertools import pairwise
from typing import Any, Final

from django.db import DatabaseError, connection, transaction
from django.utils import timezone

from search import highlight
from search.queries import Query, Term
from search.respelling import word_counts
from search.results import COUNTED, PER_PAGE, Count, Facets, Filters, Hit, Results
from tenants import hosts

from . import EngineDown, Mode, Suggestion

RANKED: Final = 1500
TITLE, BODY = 1.0, 0.4  # weights of a word in the title and elsewhere
PAIR, EXACT, SYNONYM, PREFIX = 0.8, 0.5, 0.7, 0.6
NUMBER: Final = 12.0
AVERAGE_SIZE: Final = 150
_WEIGHTS = f"'{{{BODY},{BODY},{BODY},{TITLE}}}'"

_FIND = """
with matched as materialized (
  select e.id, e.portal_id, e.kind, e.issuer, e.date, {heading} as named
  from public.search_entry e where {where} limit {counted}
), chosen as (
  select id from matched order by named desc, date desc nulls last, id desc limit {ranked}
), ranked as (
  select e.id, ({score}) / (0.6 + 0.4 * ln(1 + e.size) / ln({average} + 1))
    * case when e.expires < {today} then 0.5 else 1 end
    * case when e.kind in ('news', 'event') and e.date is not null
           then 0.95 + 0.25 * exp(-greatest(0, {today} - e.date) / 250.0) else 1 end as score
  from chosen join public.search_entry e using (id) order by score desc, id desc limit {upto}
), shown as (
  select e.portal_id, e.key, e.kind, e.title, left(e.body, {read}) as body, e.path, e.number, e.issuer, e.date,
         coalesce(e.expires < {today}, false) as expired, r.score
  from ranked r join public.search_entry e using (id) order by r.score desc, e.id desc offset {offset}
), facets as (
  select case when grouping(kind) = 0 then 'kinds' when grouping(portal_id) = 0 then 'portals'
              when grouping(issuer) = 0 then 'issuers' else 'years' end as facet,
         coalesce(kind, portal_id::text, issuer, extract(year from date)::int::text) as value, count(*) as count
  from matched group by grouping sets ((kind), (portal_id), (issuer), (extract(year from date)))
)
select (select count(*) from matched), (select json_agg(shown) from shown), (select json_agg(facets) from facets)
"""


class PostgreSQL:
    name = "postgresql"

    def __init__(self, limit_ms: int = 0) -> None:
        """`limit_ms`: a statement that takes longer is given up, for another engine to answer; 0: there is no other."""
        self.limit_ms = limit_ms

    def find(self, query: Query, filters: Filters, mode: Mode, page: int) -> Results:
        score, score_values = self._score(query, mode)
        condition, condition_values = _match(query, mode)
        where, where_values = _filters(filters)
        terms = " & ".join(_term(term) for term in query.terms)
        statement = _FIND.format(
            heading="e.heading @@ %s::tsquery",
            where=" and ".join([condition, *where]),
            score=score,
            counted=COUNTED + 1,
            ranked=RANKED,
            average=AVERAGE_SIZE,
            upto=page * PER_PAGE,
            today=f"date '{timezone.localdate().isoformat()}'",
            offset=(page - 1) * PER_PAGE,
            read=highlight.READ,
        )
        values = [terms, *condition_values, *where_values, *score_values]
        (total, shown, facets), *_ = self._rows(statement, values)
        uids = {ref.pk: ref.uid for ref in hosts.all_portals()}
        return Results(
            text=query.text,
            hits=tuple(_hit(row, uids, query, mode) for row in _json(shown)),
            total=min(total, COUNTED),
            more=total > COUNTED,
            facets=_facets(_json(facets), uids),
            page=page,
            engine=self.name,
            relaxed=mode is Mode.SOME,
        )

    def suggest(self, query: Query, filters: Filters, count: int) -> tuple[Suggestion, ...]:
        """Titles with all the words, the last one perhaps unfinished; those that begin so come first."""
        *whole, last = [word.folded for word in query.words]
        asked = " & ".join([*(_quote(word) for word in whole), f"{_quote(last)}:*"])
        where, values = _filters(filters)
        rows = self._rows(
            "with matched as materialized (select e.id, e.date, e.heading from public.search_entry e"
            f" where {' and '.join(['e.heading @@ %s::tsquery', *where])} limit 2000)"
            " select e.portal_id, e.kind, e.title, e.path from matched m join public.search_entry e using (id)"
            " order by m.heading @@ %s::tsquery desc, m.date desc nulls last, e.id desc limit %s",
            [asked, *values, _beginning(whole, last), count * 3],
        )
        uids = {ref.pk: ref.uid for ref in hosts.all_portals()}
        found: dict[tuple[int, str], Suggestion] = {}
        for portal, kind, title, path in rows:
            found.setdefault((portal, title), Suggestion(uids.get(portal, ""), kind, title, path))
        return tuple(found.values())[:count]

    # -- the pieces --------------------------------------------------------------------------------------------

    def _score(self, query: Query, mode: Mode) -> tuple[str, list[Any]]:
        """SQL of the rank of one entry, and its values."""
        pairs = ["_".join(pair) for pair in query.pairs]
        others = [other for term in query.terms for other in term.others]
        counts = word_counts({*(word.folded for word in query.sought), *pairs, *(w for other in others for w in other)})
        total = counts.get("", 0)

        def rarity(word: str) -> float:
            """BM25's weight of a word; before anything was counted, pairs are taken for rarer than words."""
            if not total:
                return 3.0 if "_" in word else 1.0
            return math.log(1 + (total - counts.get(word, 0) + 0.5) / (counts.get(word, 0) + 0.5))

        units: list[tuple[str, float, str]] = []
        for word in {word.folded: word for word in query.sought}.values():
            units.append(("folded", rarity(word.folded), _quote(word.folded)))
            if query.marked:
                units.append(("exact", EXACT * rarity(word.folded), _quote(word.exact)))
        units += [("folded", PAIR * rarity(pair), _quote(pair)) for pair in pairs]
        for other in others:
            units.append(("folded", SYNONYM * max(map(rarity, other)), _run(other)))
        if mode is Mode.PREFIX:
            units.append(("folded", PREFIX, f"{_quote(query.sought[-1].folded)}:*"))
        units += [("folded", NUMBER * key.count("."), _quote(f"#{key}")) for key in query.numbers]
        parts = [f"%s * ts_rank({_WEIGHTS}, e.{column}, %s::tsquery)" for column, _, _ in units]
        return " + ".join(parts), [value for _, weight, asked in units for value in (weight, asked)]

    def _rows(self, statement: str, values: list[Any]) -> list[Any]:
        try:
            if not self.limit_ms:
                return _run_statement(statement, values)
            with transaction.atomic():
                _run_statement("select set_config('statement_timeout', %s, true)", [str(self.limit_ms)])
                return _run_statement(statement, values)
        except DatabaseError as error:
            if not self.limit_ms:
                raise
            raise EngineDown(f"postgresql: {type(error).__name__}") from error


def _run_statement(statement: str, values: list[Any]) -> list[Any]:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        return list(cursor.fetchall())


def _match(query: Query, mode: Mode) -> tuple[str, list[Any]]:
    """The condition that chooses entries. Every part of it that finds is in the index on `folded`."""
    terms = [_term(term) for term in query.terms]
    keys = [_quote(f"#{key}") for key in query.numbers]
    phrases = [] if mode is Mode.SOME and query.asks else [_phrase(phrase) for phrase in query.phrases]
    if mode is Mode.SOME:
        asked, need = " | ".join(terms + keys), 0
    else:
        if mode is Mode.PREFIX:
            last = _quote(query.sought[-1].folded)
            terms[-1] = f"({terms[-1]} | {last}:*)"
        need = query.need
        if need == len(terms):
            asked, need = " & ".join(terms), 0
        else:
            asked = " | ".join(terms)
        if keys:
            asked = " | ".join([f"({asked})", *keys])
    if phrases:
        asked = " & ".join([f"({asked})", *phrases])
    condition, values = "e.folded @@ %s::tsquery", [asked]
    if need:
        counted = " + ".join(["(e.folded @@ %s::tsquery)::int"] * len(terms))
        whole = " or e.folded @@ %s::tsquery" if keys else ""
        condition += f" and ({counted} >= {need}{whole})"
        values += [*terms, *([" | ".join(keys)] if keys else [])]
    return condition, values


def _filters(filters: Filters) -> tuple[list[str], list[Any]]:
    parts: list[str] = []
    values: list[Any] = []

    def add(part: str, value: Any) -> None:
        parts.append(part)
        values.append(value)

    if filters.portal is not None:
        add("e.portal_id = %s", filters.portal.pk)
    if filters.hidden:
        add("e.portal_id <> all(%s)", [portal.pk for portal in filters.hidden])
    if filters.kinds:
        add("e.kind = any(%s)", list(filters.kinds))
    if filters.year is not None:
        add("extract(year from e.date) = %s", filters.year)
    if filters.issuer:
        add("e.issuer = %s", filters.issuer)
    if filters.since is not None:
        add("e.date >= %s", filters.since)
    if filters.until is not None:
        add("e.date <= %s", filters.until)
    return parts, values


def _quote(word: str) -> str:
    """A lexeme of a tsquery: words hold letters and digits alone, keys `#` and dots besides."""
    return f"'{word}'"


def _term(term: Term) -> str:
    ways = [" & ".join(_quote(word) for word in term.folded), *(_run(other) for other in term.others)]
    return f"({' | '.join(f'({way})' for way in ways)})"


def _run(words: tuple[str, ...]) -> str:
    """Words side by side, by their pairs."""
    if len(words) == 1:
        return _quote(words[0])
    return "(" + " & ".join(_quote(f"{a}_{b}") for a, b in pairwise(words)) + ")"


def _phrase(words: tuple[str, ...]) -> str:
    """Exactly these words in this order."""
    return "(" + " <-> ".join(_quote(f"{a}_{b}") for a, b in pairwise(words)) + ")"


def _beginning(whole: list[str], last: str) -> str:
    """The same words side by side."""
    return " <-> ".join([*(_quote(word) for word in whole), f"{_quote(last)}:*"])


def _json(value: Any) -> list[dict[str, Any]]:
    return json.loads(value) if isinstance(value, str) else value or []


def _hit(row: dict[str, Any], uids: dict[int, str], query: Query, mode: Mode) -> Hit:
    prefix = mode is Mode.PREFIX
    return Hit(
        portal=uids.get(row["portal_id"], ""),
        key=row["key"],
        kind=row["kind"],
        title=highlight.title(row["title"], query, prefix=prefix),
        fragment=highlight.fragment(row["body"], query, prefix=prefix),
        path=row["path"],
        number=row["number"],
        issuer=row["issuer"],
        date=row["date"] and datetime.date.fromisoformat(row["date"]),
        expired=row["expired"],
        score=row["score"],
    )


def _facets(rows: list[dict[str, Any]], uids: dict[int, str]) -> Facets:
    found: dict[str, list[Count]] = {"kinds": [], "portals": [], "years": [], "issuers": []}
    for row in rows:
        value = uids.get(int(row["value"])) if row["facet"] == "portals" else row["value"]
        if value:
            found[row["facet"]].append(Count(value, row["count"]))
    return Facets(**{name: tuple(sorted(counts, key=lambda c: (-c.count, c.value))) for name, counts in found.items()})
