"""“Did you mean”: unknown words replaced by known ones, by how often words and pairs stand in entries."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import pairwise

from django.db import connection

from .queries import Query
from .spelling import likely, most_likely, variants


def respell(query: Query) -> str:
    """The query with mistyped words put right by those that stand beside their neighbours, or ""."""
    tried = {word.folded: variants(word.folded) for word in query.words if not word.folded.isdigit()}
    counts = word_counts({*tried, *(variant for found in tried.values() for variant in found)})
    options = [likely(word, tried.get(word.folded, ()), counts) for word in query.words]
    if all(len(found) == 1 and found[0] == word.folded for found, word in zip(options, query.words, strict=True)):
        return ""
    neighbours = {f"{a}_{b}" for these, those in pairwise(options) for a in these for b in those}
    best = most_likely(options, counts, word_counts(neighbours))
    written = [word.exact if word.folded == chosen else chosen for word, chosen in zip(query.words, best, strict=True)]
    return " ".join(written) if best != [word.folded for word in query.words] else ""


def word_counts(words: Iterable[str]) -> dict[str, int]:
    """In how many entries each stands; `""` says how many entries there are."""
    with connection.cursor() as cursor:
        cursor.execute("select word, entries from public.search_wordcount where word = any(%s)", [["", *words]])
        return dict(cursor.fetchall())
