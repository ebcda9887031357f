"""How many entries hold a word: the ranking weighs rare words more, and a mistyped word is one that nobody uses."""

from __future__ import annotations

from django.db import connection, transaction

from tenants import locks

SAMPLE = 20_000  # entries that are counted, spread over all
KEPT = 300_000  # words and pairs that are remembered

_COUNT = """
insert into public.search_wordcount (word, entries)
select word, ceil(ndoc * %s) from ts_stat(%s) where word not like '#%%' and ndoc >= %s
order by ndoc desc limit %s
"""


def count_words() -> None:
    """Count anew from a sample. Readers see the old counts until it is done."""
    with transaction.atomic(), connection.cursor() as cursor:
        locks.hold("search.count_words")
        cursor.execute("select count(*) from public.search_entry")
        total = cursor.fetchone()[0]
        share = min(1.0, SAMPLE / total) if total else 1.0
        sample = "" if share == 1 else f" tablesample system ({share * 100:.4f})"
        cursor.execute("delete from public.search_wordcount")
        # Pairs that stand in one entry of a large sample are chance; in a small one they may be all there is.
        least = 1 if total < SAMPLE else 2
        cursor.execute(_COUNT, [1 / share, f"select folded from public.search_entry{sample}", least, KEPT])
        cursor.execute("insert into public.search_wordcount (word, entries) values ('', %s)", [total])
