"""Elasticsearch's answer: chosen by folded words, ranked by words, exact forms and pairs of neighbours.

Title and body count as one text in which a title's word weighs more (BM25F). All conditions are built here, the portal
first: no query reaches the index without one, or without the list of the portals that are public.
"""

from __future__ import annotations

import datetime
from itertools import groupby
from typing import Any, Final

from django.utils import timezone
from elasticsearch.dsl import A, Q, Search
from elasticsearch.dsl.query import Query as Clause

from search import highlight, outside
from search.queries import Query, Term
from search.results import COUNTED, PER_PAGE, Count, Facets, Filters, Hit, Piece, Results
from search.spelling import foreign
from tenants import hosts

from . import EngineDown, Mode, Suggestion

LIMIT_MS: Final = 180
TITLE: Final = 2.0  # a word of the title for so many of the body
EXACT, PAIR, FUZZY, SYNONYM = 0.7, 0.5, 0.5, 0.7
NUMBER: Final = 40.0
EXPIRED: Final = 0.5
STILL, FRESH, FRESH_DAYS = 0.95, 0.25, 250  # a news item's weight: from STILL + FRESH down to STILL
_BEFORE, _AFTER = "\ue000", "\ue001"
_FIELDS: Final = [f"title.folded^{TITLE}", "body.folded"]
_FACETS: Final = {"kinds": "kind", "portals": "portal", "years": "year", "issuers": "issuer"}


class Elasticsearch:
    name = "elasticsearch"

    def __init__(self, limit_ms: int = LIMIT_MS) -> None:
        """`limit_ms`: an answer that takes longer is given up, for the other engine to answer."""
        self.limit_ms = limit_ms

    def find(self, query: Query, filters: Filters, mode: Mode, page: int) -> Results:
        search = (
            self._search(filters)
            .query(_weighed(_scored(query, mode), [*_filters(filters), *_chosen(query, mode)]))
            .sort("_score", {"date": {"order": "desc", "missing": "_last"}}, "_doc")
            .source(excludes=["body", "numbers", "year"])
            .extra(from_=(page - 1) * PER_PAGE, size=PER_PAGE, track_total_hits=COUNTED + 1)
        )
        search = _highlighted(search, query, mode)
        for name, field in _FACETS.items():
            search.aggs.bucket(name, A("terms", field=field, size=100))
        answer = self._ask(search)
        total = answer["hits"]["total"]["value"]
        return Results(
            text=query.text,
            hits=tuple(_hit(row, query, mode) for row in answer["hits"]["hits"]),
            total=min(total, COUNTED),
            more=total > COUNTED,
            facets=_facets(answer["aggregations"]),
            page=page,
            engine=self.name,
            relaxed=mode is Mode.SOME,
        )

    def suggest(self, query: Query, filters: Filters, count: int) -> tuple[Suggestion, ...]:
        """Titles with all the words, the last one perhaps unfinished; those where they stand side by side first."""
        typed = " ".join(word.folded for word in query.words)
        *whole, last = [word.folded for word in query.words]
        found = Q(
            "bool",
            filter=[
                *_filters(filters),
                *(Q("term", **{"title.folded": word}) for word in whole),
                Q("prefix", **{"title.folded": last}),
            ],
            should=[Q("constant_score", filter=Q("match_phrase_prefix", **{"title.folded": typed}))],
        )
        search = (
            self._search(filters)
            .query(found)
            .sort("_score", {"date": {"order": "desc", "missing": "_last"}}, "_doc")
            .source(["portal", "kind", "title", "path"])
            .extra(size=count * 3, track_total_hits=False)
        )
        rows = [row["_source"] for row in self._ask(search)["hits"]["hits"]]
        made: dict[tuple[str, str], Suggestion] = {}
        for row in rows:
            made.setdefault(
                (row["portal"], row["title"]), Suggestion(row["portal"], row["kind"], row["title"], row["path"])
            )
        return tuple(made.values())[:count]

    def _search(self, filters: Filters) -> Search:
        search = Search(using=outside.client(), index=outside.alias())
        return search.params(routing=filters.portal.uid) if filters.portal else search

    def _ask(self, search: Search) -> dict[str, Any]:
        body = search.to_dict()
        arguments = {"from_" if name == "from" else name: value for name, value in body.items()}
        try:
            answer = (
                outside.client()
                .options(request_timeout=self.limit_ms / 1000)
                .search(
                    index=outside.alias(),
                    routing=search._params.get("routing"),
                    allow_partial_search_results=False,
                    **arguments,
                )
            )
        except outside.Failure as problem:
            raise EngineDown(
                f"elasticsearch: {type(problem).__name__} {getattr(problem, 'status_code', '')}"
            ) from problem
        return answer.body


def _filters(filters: Filters) -> list[Clause]:
    if filters.portal is not None:
        parts = [Q("term", portal=filters.portal.uid)]
    else:
        closed = {portal.uid for portal in filters.hidden}
        parts = [Q("terms", portal=[ref.uid for ref in hosts.all_portals() if ref.uid not in closed])]
    if filters.kinds:
        parts.append(Q("terms", kind=list(filters.kinds)))
    if filters.year is not None:
        parts.append(Q("term", year=filters.year))
    if filters.issuer:
        parts.append(Q("term", issuer=filters.issuer))
    if filters.since is not None or filters.until is not None:
        ends = {"gte": filters.since, "lte": filters.until}
        parts.append(Q("range", date={name: day.isoformat() for name, day in ends.items() if day}))
    return parts


def _chosen(query: Query, mode: Mode) -> list[Clause]:
    """Which entries answer at all: enough of the terms, or a document number, and every phrase in quotes."""
    terms = [_term(term) for term in query.terms]
    if mode is Mode.PREFIX:
        terms[-1] = terms[-1] | Q("prefix", words=query.sought[-1].folded)
    need = 1 if mode is Mode.SOME else query.need
    enough: Clause = Q("bool", should=terms, minimum_should_match=need)
    if query.numbers:
        enough = enough | Q("terms", numbers=list(query.numbers))
    phrases = () if mode is Mode.SOME and query.asks else query.phrases
    return [enough, *(_run(phrase) for phrase in phrases)]


def _term(term: Term) -> Clause:
    words = [_word(word) for word in term.folded]
    here: Clause = words[0] if len(words) == 1 else Q("bool", filter=words)
    if not term.others:
        return here
    return Q("bool", should=[here, *(_run(other) for other in term.others)], minimum_should_match=1)


def _word(word: str) -> Clause:
    """A borrowed word or a name may have one letter wrong; other scripts are read as the index reads them."""
    if not word.isascii():
        return Q("match", words={"query": word, "operator": "and"})
    return (
        Q("match", words={"query": word, "fuzziness": 1, "prefix_length": 1})
        if foreign(word)
        else Q("term", words=word)
    )


def _run(words: tuple[str, ...]) -> Clause:
    """These words side by side."""
    if len(words) == 1:
        return Q("term", words=words[0])
    return Q("multi_match", query=" ".join(words), type="phrase", fields=["title.folded", "body.folded"])


def _scored(query: Query, mode: Mode) -> list[Clause]:
    """What makes one answer better than another."""
    words = list(dict.fromkeys(word.folded for word in query.sought))
    parts = [_all("folded", " ".join(words), 1.0)]
    if query.marked:
        parts.append(_all("", " ".join(dict.fromkeys(word.exact for word in query.sought)), EXACT))
    parts += [_all("pairs", " ".join(run), PAIR) for run in query.runs]
    parts += [
        Q("multi_match", query=word, fields=_FIELDS, fuzziness=1, prefix_length=1, boost=FUZZY)
        for word in words
        if foreign(word)
    ]
    for term in query.terms:
        for other in term.others:
            parts.append(_all("folded", " ".join(other), SYNONYM, operator="and"))
    if mode is Mode.PREFIX:
        parts.append(Q("prefix", **{"title.folded": {"value": query.sought[-1].folded, "boost": 3.0}}))
        parts.append(Q("prefix", **{"body.folded": {"value": query.sought[-1].folded}}))
    for key in query.numbers:
        parts.append(Q("constant_score", filter=Q("term", numbers=key), boost=NUMBER * key.count(".")))
    return parts


def _all(form: str, text: str, boost: float, operator: str = "or") -> Clause:
    suffix = f".{form}" if form else ""
    return Q(
        "combined_fields",
        query=text,
        fields=[f"title{suffix}^{TITLE}", f"body{suffix}"],
        operator=operator,
        boost=boost,
    )


def _weighed(scored: list[Clause], filters: list[Clause]) -> Clause:
    """Fresh news a little before old, a document out of force after one in force."""
    today = timezone.localdate().isoformat()
    news = Q("terms", kind=["news", "event"])
    decay = {"origin": today, "scale": f"{FRESH_DAYS}d", "decay": 0.37}
    weights = Q(
        "function_score",
        query=Q("bool", should=scored, filter=filters),
        functions=[
            {"filter": Q("exists", field="date") & news, "weight": STILL},
            {"filter": Q("bool", must_not=Q("exists", field="date") & news), "weight": 1.0},
            {"filter": news & Q("range", date={"lte": today}), "exp": {"date": decay}, "weight": FRESH},
            {"filter": news & Q("range", date={"gt": today}), "weight": FRESH},
        ],
        score_mode="sum",
        boost_mode="multiply",
    )
    return Q(
        "function_score",
        query=weights,
        functions=[{"filter": Q("range", expires={"lt": today}), "weight": EXPIRED}],
        boost_mode="multiply",
    )


def _highlighted(search: Search, query: Query, mode: Mode) -> Search:
    options = {"type": "unified", "pre_tags": [_BEFORE], "post_tags": [_AFTER]}

    def asked(field: str) -> dict[str, Any]:
        parts = [Q("match", **{field: " ".join(sorted(highlight.wanted(query)[0]))})]
        if mode is Mode.PREFIX:
            parts.append(Q("prefix", **{field: query.sought[-1].folded}))
        return Q("bool", should=parts).to_dict()

    title, body = "title.folded", "body.folded"
    search = search.highlight(title, number_of_fragments=0, highlight_query=asked(title), **options)
    return search.highlight(
        body,
        number_of_fragments=1,
        fragment_size=highlight.FRAGMENT - 20,
        no_match_size=highlight.FRAGMENT,
        highlight_query=asked(body),
        **options,
    )


def _hit(row: dict[str, Any], query: Query, mode: Mode) -> Hit:
    source, shown = row["_source"], row.get("highlight", {})
    today = timezone.localdate()
    expires = source["expires"] and datetime.date.fromisoformat(source["expires"])
    return Hit(
        portal=source["portal"],
        key=source["key"],
        kind=source["kind"],
        title=_pieces(shown.get("title.folded", [source["title"]])[0]),
        fragment=_fragment(shown.get("body.folded", [""])[0], *source["edges"]),
        path=source["path"],
        number=source["number"],
        issuer=source["issuer"],
        date=source["date"] and datetime.date.fromisoformat(source["date"]),
        expired=bool(expires and expires < today),
        score=row["_score"] or 0.0,
    )


def _pieces(text: str) -> tuple[Piece, ...]:
    """Marked text as pieces; neighbouring hits are one piece."""
    text = text.replace(f"{_AFTER} {_BEFORE}", " ")
    parts = [part for run in text.split(_BEFORE) for part in [run.partition(_AFTER)]]
    first, *marked = parts
    pieces = [Piece(first[0])]
    for hit, _, after in marked:
        pieces += [Piece(hit, hit=True), Piece(after)]
    return tuple(piece for piece in pieces if piece.text)


def _fragment(text: str, opening: str, closing: str) -> tuple[Piece, ...]:
    """The stretch that the index chose, on one line, with ellipses where the body goes on."""
    text = " ".join(text.split())
    plain = text.replace(_BEFORE, "").replace(_AFTER, "")
    pieces = list(_pieces(text))
    if plain and not plain.startswith(opening[: len(plain)]):
        pieces.insert(0, Piece("… "))
    if plain and not plain.endswith(closing[-len(plain) :]):
        pieces.append(Piece(" …"))
    return tuple(
        Piece("".join(piece.text for piece in run), hit=hit)
        for hit, run in groupby(pieces, key=lambda piece: piece.hit)
    )


def _facets(found: dict[str, Any]) -> Facets:
    known = {ref.uid for ref in hosts.all_portals()}
    counts = {}
    for name in _FACETS:
        rows = [Count(str(row["key"]), row["doc_count"]) for row in found[name]["buckets"] if row["key"] != ""]
        if name == "portals":
            rows = [row for row in rows if row.value in known]
        counts[name] = tuple(sorted(rows, key=lambda row: (-row.count, row.value)))
    return Facets(**counts)
