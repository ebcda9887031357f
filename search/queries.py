"""What a visitor asked, understood once for both engines. Pure: any text is a query, none is an error."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Final

from . import text as reading
from .text import Word

LONGEST: Final = 300  # characters that are read
MOST_WORDS: Final = 40
ALL_NEEDED: Final = 4  # up to so many words, all of them are needed
SHARE: Final = 0.34  # of more words, this share (with half of them every 30th spoken question loses its answer)
_QUOTED = re.compile(r'["“”„«](.+?)["“”»]')

# Folded words → other ways to say them, each a sequence of folded words.
Synonyms = Mapping[tuple[str, ...], Sequence[tuple[str, ...]]]


@dataclass(frozen=True, slots=True)
class Term:
    """One word asked for, or a run of words that has synonyms. `others`: what counts as the same, folded."""

    words: tuple[Word, ...]
    others: tuple[tuple[str, ...], ...] = ()

    @property
    def folded(self) -> tuple[str, ...]:
        return tuple(word.folded for word in self.words)


@dataclass(frozen=True, slots=True)
class Query:
    """`terms` in order; `phrases` folded; `numbers` keys of document numbers; `marked`: typed with marks at all."""

    text: str
    words: tuple[Word, ...] = ()
    terms: tuple[Term, ...] = ()
    phrases: tuple[tuple[str, ...], ...] = ()
    numbers: tuple[str, ...] = ()
    marked: bool = False
    pairs: tuple[tuple[str, str], ...] = field(default=())

    @property
    def empty(self) -> bool:
        return not self.words

    @property
    def need(self) -> int:
        """How many terms a result must hold."""
        count = len(self.terms)
        return count if count <= ALL_NEEDED else math.ceil(count * SHARE)


def parse(text: str, synonyms: Synonyms | None = None) -> Query:
    """Understand a text. Never raises; a text without words is an empty query."""
    text = " ".join(reading.normal(text).split())[:LONGEST]
    found = reading.words(text)[:MOST_WORDS]
    phrases = tuple(
        folded
        for match in _QUOTED.finditer(text)
        if len(folded := tuple(word.folded for word in reading.words(match[1]))) > 1
    )
    return Query(
        text=text,
        words=tuple(found),
        terms=_terms(found, synonyms or {}),
        phrases=phrases,
        numbers=tuple(reading.asked_numbers(found)),
        marked=any(word.marked for word in found),
        pairs=tuple(dict.fromkeys((a.folded, b.folded) for a, b in pairwise(found))),
    )


def _terms(found: list[Word], synonyms: Synonyms) -> tuple[Term, ...]:
    """Words one by one; the longest run that has synonyms is one term. A word asked twice is one term."""
    terms: dict[tuple[str, ...], Term] = {}
    longest = max(map(len, synonyms), default=1)
    at = 0
    while at < len(found):
        for length in range(min(longest, len(found) - at), 0, -1):
            run = tuple(found[at : at + length])
            key = tuple(word.folded for word in run)
            if length == 1 or key in synonyms:
                terms.setdefault(key, Term(run, tuple(synonyms.get(key, ()))))
                at += length
                break
    return tuple(terms.values())
