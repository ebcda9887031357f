"""Showing why a result was found: the asked words in its title, and the best stretch of its text. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import groupby

from .queries import Query
from .results import Piece
from .text import Word, words

FRAGMENT = 220  # characters
READ = 20_000  # characters of a text that are looked at


def wanted(query: Query, *, prefix: bool = False) -> tuple[frozenset[str], str]:
    """Folded words that count as found, and the beginning that does as well ("" for none)."""
    found = {word.folded for word in query.sought}
    for term in query.terms:
        for other in term.others:
            found.update(other)
    return frozenset(found), query.sought[-1].folded if prefix and query.sought else ""


def mark(text: str, found: Iterable[Word], asked: frozenset[str], beginning: str = "") -> tuple[Piece, ...]:
    """The text cut into pieces; neighbouring hits are one piece."""
    pieces: list[Piece] = []
    at = 0
    hits = [word for word in found if word.folded in asked or (beginning and word.folded.startswith(beginning))]
    for word in hits:
        if pieces and pieces[-1].hit and text[at : word.start] == " ":
            pieces[-1] = Piece(f"{pieces[-1].text} {text[word.start : word.end]}", hit=True)
        else:
            if word.start > at:
                pieces.append(Piece(text[at : word.start]))
            pieces.append(Piece(text[word.start : word.end], hit=True))
        at = word.end
    if at < len(text):
        pieces.append(Piece(text[at:]))
    return tuple(pieces)


def title(text: str, query: Query, *, prefix: bool = False) -> tuple[Piece, ...]:
    return mark(text, words(text), *wanted(query, prefix=prefix))


def fragment(text: str, query: Query, *, prefix: bool = False) -> tuple[Piece, ...]:
    """The stretch of about `FRAGMENT` characters that holds most of the asked words, whole words, with ellipses."""
    text = " ".join(text[:READ].split())
    found = words(text)
    if not found:
        return ()
    asked, beginning = wanted(query, prefix=prefix)
    exact = {word.exact for word in query.sought if word.marked}
    places = [
        (i, word) for i, word in enumerate(found)
        if word.folded in asked or (beginning and word.folded.startswith(beginning))
    ]  # fmt: skip
    first, last = _best([word for _, word in places], exact)
    start = max(0, first - 60) if last else 0
    begin = next((word.start for word in found if word.start >= start), 0) if start else 0
    end = max((word.end for word in found if word.end <= begin + FRAGMENT), default=len(text))
    if end == found[-1].end:
        end = len(text)
    cut = text[begin:end]
    inside = [
        Word(w.exact, w.folded, w.start - begin, w.end - begin) for w in found if begin <= w.start and w.end <= end
    ]
    pieces = list(mark(cut, inside, asked, beginning))
    if begin:
        pieces.insert(0, Piece("… "))
    if end < len(text):
        pieces.append(Piece(" …"))
    return tuple(
        Piece("".join(piece.text for piece in run), hit=hit)
        for hit, run in groupby(pieces, key=lambda piece: piece.hit)
    )


def _best(places: list[Word], exact: set[str]) -> tuple[int, int]:
    """(start, end) of the window with most different asked words; exact forms count more, earlier ones win ties."""
    best, chosen = 0.0, (0, 0)
    start = 0
    for end in range(len(places)):
        while places[end].end - places[start].start > FRAGMENT - 60:
            start += 1
        window = places[start : end + 1]
        value = len({w.folded for w in window}) + 0.5 * len({w.exact for w in window} & exact) + 0.01 * len(window)
        if value > best:
            best, chosen = value, (places[start].start, places[end].end)
    return chosen
