"""Asking: the question is understood once, an engine answers, the other one takes over when it does not."""

from __future__ import annotations

import datetime
from collections.abc import Sequence

from tenants import hosts
from tenants.context import PortalRef

from . import choice, synonym_table
from .engines import Engine, Mode, Suggestion
from .queries import parse
from .respelling import respell
from .results import LAST_PAGE, Filters, Results
from .text import fold
from .writing import PUBLIC_STATES

SUGGESTED = 8


def find(
    text: str,
    portal: PortalRef | None = None,
    *,
    kinds: Sequence[str] = (),
    dates: tuple[datetime.date | None, datetime.date | None] = (None, None),
    year: int | None = None,
    issuer: str = "",
    page: int = 1,
) -> Results:
    """Public entries that answer any text, best first; of one portal, or of the whole sector.

    `kinds`: values of `Kind`; `dates`: first and last day; `page` from 1. Never raises for what was typed. Nothing
    with all the words: the last one is tried as a beginning, then entries with some of them (`relaxed`).
    """
    query = parse(text, synonym_table.current())
    filters = Filters(
        portal=portal, kinds=tuple(kinds), year=year, issuer=issuer, since=dates[0], until=dates[1], hidden=_hidden()
    )
    page = max(1, min(page, LAST_PAGE))
    if query.empty or portal in filters.hidden:
        return Results(text=query.text, page=page)

    def ask(engine: Engine) -> Results:
        for mode in Mode:
            results = engine.find(query, filters, mode, page)
            if results.total:
                break
        if results.total and not results.relaxed:
            return results
        better = respell(query)
        if not better:
            return results
        instead = engine.find(parse(better, synonym_table.current()), filters, Mode.WORDS, 1)
        return results.with_suggestion(_as_written(instead, better)) if instead.total else results

    return choice.first_answer(ask)


def suggest(text: str, portal: PortalRef | None = None) -> tuple[Suggestion, ...]:
    """Titles that continue what is being typed, at most eight."""
    query = parse(text)
    hidden = _hidden()
    if query.empty or portal in hidden or sum(len(word.folded) for word in query.words) < 2:
        return ()
    return choice.first_answer(lambda engine: engine.suggest(query, Filters(portal=portal, hidden=hidden), SUGGESTED))


def _hidden() -> tuple[PortalRef, ...]:
    """Portals whose entries nobody may find now, whatever the tables still hold."""
    return tuple(ref for ref in hosts.all_portals() if ref.state not in PUBLIC_STATES)


def _as_written(results: Results, text: str) -> str:
    """The suggestion with the marks it has where it is found."""
    wanted = fold(text)
    for hit in results.hits:
        for piece in (*hit.title, *hit.fragment):
            if piece.hit and fold(piece.text) == wanted:
                return piece.text
    return text
