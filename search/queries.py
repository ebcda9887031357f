"""What a visitor asked, understood once for both engines. Pure: any text is a query, none is an error."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

from . import text as reading
from .text import Word

LONGEST: Final = 300  # characters that are read
MOST_WORDS: Final = 40
ALL_NEEDED: Final = 4  # up to so many words, all of them are needed
SHARE: Final = 0.25  # of more words, this share (with half of them every 30th spoken question loses its answer)
_QUOTED = re.compile(r'["“”„«](.+?)["“”»]')

# Words that ask and say nothing of what is looked for: folded, with their marks, and in company.
_ASKS: Final = frozenset({"gi", "nao"})
_ASKS_WITH_MARKS: Final = frozenset({"là", "đâu", "thì", "mà", "ạ", "nhỉ", "hả", "vậy", "rứa", "mô"})
_ASKING_RUNS: Final = tuple(
    tuple(run.split())
    for run in (
        "la gi", "la ai", "o dau", "tai sao", "vi sao", "lam sao", "ra sao", "the nao", "nhu the nao", "bao nhieu",
        "bao lau", "khi nao", "bao gio", "cho hoi", "cho toi hoi", "cho em hoi", "xin hoi", "xin cho biet",
    )
)  # fmt: skip

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
    """`words` as typed; `sought` those that are looked for; `terms` of these; `phrases` folded; `numbers` keys of
    document numbers; `marked`: typed with marks at all; `runs` folded words side by side."""

    text: str
    words: tuple[Word, ...] = ()
    sought: tuple[Word, ...] = ()
    terms: tuple[Term, ...] = ()
    phrases: tuple[tuple[str, ...], ...] = ()
    numbers: tuple[str, ...] = ()
    marked: bool = False
    runs: tuple[tuple[str, ...], ...] = ()

    @property
    def pairs(self) -> list[tuple[str, str]]:
        return list(dict.fromkeys(pair for run in self.runs for pair in pairwise(run)))

    @property
    def empty(self) -> bool:
        return not self.words

    @property
    def need(self) -> int:
        """How many terms a result must hold: all of a few words, some of a question or a long text."""
        count = len(self.terms)
        return count if count <= ALL_NEEDED and not self.asks else math.ceil(count * SHARE)

    @property
    def asks(self) -> bool:
        return len(self.sought) < len(self.words)


def parse(text: str, synonyms: Synonyms | None = None) -> Query:
    """Understand a text. Never raises; a text without words is an empty query."""
    text = " ".join(reading.normal(text).split())[:LONGEST]
    found = reading.words(text)[:MOST_WORDS]
    asking = _asking(found, text)
    sought = [word for place, word in enumerate(found) if place not in asking]
    phrases = tuple(
        folded
        for match in _QUOTED.finditer(text)
        if len(folded := tuple(word.folded for word in reading.words(match[1]))) > 1
    )
    return Query(
        text=text,
        words=tuple(found),
        sought=tuple(sought),
        terms=_terms(sought, synonyms or {}),
        phrases=phrases,
        numbers=tuple(reading.asked_numbers(found)),
        marked=any(word.marked for word in found),
        runs=tuple(_runs(found, asking)),
    )


def _asking(found: Sequence[Word], text: str) -> frozenset[int]:
    """Places of words that only ask: “trường *ở đâu*”, “ai *là* …”. Text is not looked for by them.

    Without marks a word is left out only where its neighbours say that it asks: `thi` may be an exam.
    A text of such words alone is looked for as it stands.
    """
    folded = [word.folded for word in found]
    marked = any(word.marked for word in found)
    places = {
        place for place, word in enumerate(found) if word.folded in _ASKS or (marked and word.exact in _ASKS_WITH_MARKS)
    }
    for start in range(len(found)):
        for run in _ASKING_RUNS:
            if tuple(folded[start : start + len(run)]) == run:
                places.update(range(start, start + len(run)))
    if len(found) > 2 and folded[0] == "ai" and text[found[0].start : found[0].end] != "AI":
        places.add(0)
    return frozenset(places) if len(places) < len(found) else frozenset()


def _runs(found: Sequence[Word], asking: frozenset[int]) -> Iterator[tuple[str, ...]]:
    """The words cut between two that only ask."""
    start = 0
    for place in range(1, len(found) + 1):
        if place == len(found) or asking.issuperset((place - 1, place)):
            if place - start > 1:
                yield tuple(word.folded for word in found[start:place])
            start = place


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
