"""Search in the bench: `python -m tests.bench.ours_search relevance FOLDER | load FOLDER ENTRIES`.

Every set of questions (`NAME.docs.jsonl`, `NAME.queries.jsonl`) is a portal's entries, written by the product; all sets
are in one index, as portals are. A question is asked as typed and without marks, of each engine alone.
"""

from __future__ import annotations

import json
import os
import sys
import time
from pathlib import Path
from typing import Any

import django


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.bench.ours_settings")
    django.setup()
    folder = Path(sys.argv[2])
    print(json.dumps(load(folder, int(sys.argv[3])) if sys.argv[1] == "load" else relevance(folder)))


def relevance(folder: Path) -> dict[str, Any]:
    from search import counting, rebuilding
    from search.engines.elasticsearch import Elasticsearch
    from search.engines.postgresql import PostgreSQL
    from tenants import context, hosts

    names = sorted(path.name.removesuffix(".docs.jsonl") for path in folder.glob("*.docs.jsonl"))
    portals = dict(zip(names, hosts.all_portals(), strict=False))
    began, written = time.perf_counter(), 0
    for name, ref in portals.items():
        with context.enter(ref):
            written += _write(_rows(folder / f"{name}.docs.jsonl"))
    wrote = time.perf_counter() - began
    with context.platform():
        counting.count_words()
        began = time.perf_counter()
        rebuilding.rebuild()
        copied = time.perf_counter() - began
    engines = (Elasticsearch(limit_ms=60_000), PostgreSQL())
    figures: dict[str, Any] = {"entries": written, "written_per_s": written / wrote, "copied_per_s": written / copied}
    for engine in engines:
        for name, ref in portals.items():
            for form in ("query", "query_nodia"):
                figures[f"{engine.name} {name} {form}"] = _asked(
                    engine, ref, _rows(folder / f"{name}.queries.jsonl"), form
                )
    return figures


_COPIES = """
with portal as (select id, row_number() over (order by id) - 1 as place from public.tenants_portal)
insert into public.search_entry
  (portal_id, key, kind, title, body, path, number, issuer, date, origin, size, folded, exact, heading, version)
select p.id, 'bench:' || p.id || ':' || n, e.kind, e.title, e.body, '/bench/' || n || '/', '', '',
       date '2020-01-01' + (n %% 2000)::int, '', e.size, e.folded, e.exact, e.heading, nextval('public.search_version')
from generate_series(1, %(entries)s) n
join portal p on p.place = n %% %(portals)s
join seed e on e.place = (n * 7919) %% %(seeds)s
"""


def load(folder: Path, entries: int) -> dict[str, Any]:
    """The sets' documents again and again, by SQL, spread over all portals; then the index built, by the product."""
    from django.db import connection

    from search import counting, rebuilding
    from tenants import context, hosts

    portals = sorted(hosts.all_portals(), key=lambda ref: ref.pk)
    files = sorted(folder.glob("*.docs.jsonl"))
    for ref, file in zip(portals, files, strict=False):
        with context.enter(ref):
            _write(_rows(file)[:4000])
    with context.platform(), connection.cursor() as cursor:
        cursor.execute(
            "create temp table seed as select row_number() over (order by md5(key || title)) - 1 as place, e.* "
            "from public.search_entry e where body <> ''"
        )
        cursor.execute("create index on seed (place)")
        cursor.execute("select count(*) from seed")
        seeds = cursor.fetchone()[0]
        cursor.execute(_COPIES, {"portals": len(portals), "seeds": seeds, "entries": entries})
        cursor.execute("select count(*) from public.search_entry")
        written = cursor.fetchone()[0]
        cursor.execute("analyze public.search_entry")
        counting.count_words()
        began = time.perf_counter()
        rebuilding.rebuild()
        copied = time.perf_counter() - began
    questions = [row["query"] for file in folder.glob("*.queries.jsonl") for row in _rows(file)[:500]]
    return {"entries": written, "seeds": seeds, "copied_per_s": written / copied, "questions": questions}


def _rows(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def _write(rows: list[dict[str, Any]]) -> int:
    from django.db import transaction

    from search import writing
    from search.sources import Findable

    documents = {
        f"bench:{number}": Findable(kind="page", title=row["title"], path=f"/{row['id']}", body=row["text"])
        for number, row in enumerate(rows, 1)
    }
    with transaction.atomic():
        for keys in writing.batches(documents, 200):
            writing.put({key: documents[key] for key in keys})
    return len(documents)


def _asked(engine: Any, portal: Any, rows: list[dict[str, Any]], form: str) -> dict[str, float]:
    """hit@1, hit@10, MRR, and milliseconds a question."""
    from search.engines import Mode
    from search.queries import parse
    from search.results import Filters

    first = ten = mean = 0.0
    began = time.perf_counter()
    for row in rows:
        query = parse(row[form])
        for mode in Mode:
            results = engine.find(query, Filters(portal=portal), mode, 1)
            if results.total:
                break
        right = {f"/{key}" for key in row["rel"]}
        rank = next((place for place, hit in enumerate(results.hits, 1) if hit.path in right), 0)
        first += rank == 1
        ten += rank > 0
        mean += 1 / rank if rank else 0
    count = len(rows)
    took = 1000 * (time.perf_counter() - began) / count
    return {"hit1": first / count, "hit10": ten / count, "mrr": mean / count, "ms": took}


if __name__ == "__main__":
    main()
