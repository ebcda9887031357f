"""Questions with known answers, typed and without marks, on both engines. The sets are a folder outside the project."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable
from pathlib import Path

from tests.bench.harness import PROJECT, Bench, Result, Skipped, figure
from tests.bench.processes import last_json, run
from tests.servers import NoServer
from tests.servers.elasticsearch import Elasticsearch

FOLDER = "SEARCH_QUESTIONS"
# (hit@1, hit@10) that Elasticsearch is to reach, typed and without marks; PostgreSQL may stay this far behind.
GOALS = {
    "alqac_train": (0.80, 0.98),
    "uit_wiki": (0.90, 0.998),
    "xquad_vi": (0.95, 0.997),
    "zalo_person_qa": (0.52, 0.95),
}
BEHIND = 0.05
SPELLINGS = {"query": "typed", "query_nodia": "unmarked"}


@figure("search_relevance", f"hit@1 and hit@10 of real questions with and without marks ({FOLDER}=folder of the sets)")
def search_relevance(bench: Bench) -> Iterable[Result]:
    folder = Path(os.environ.get(FOLDER, "-"))
    if not folder.is_dir():
        raise Skipped(f"set {FOLDER} to the folder with *.docs.jsonl and *.queries.jsonl")
    _ = bench.ours.made
    node = Elasticsearch(bench.scratch / "elasticsearch")
    try:
        node.start()
    except NoServer as missing:
        raise Skipped(str(missing)) from missing
    bench.stack.callback(node.stop)
    env = bench.ours.env | {"ELASTICSEARCH_URL": node.url}
    bench.say("search: writing the sets and asking")
    command = [sys.executable, "-m", "tests.bench.ours_search", "relevance", str(folder)]
    output, _seconds = run(bench, "ours-search", command, cwd=PROJECT, env=env)
    figures = last_json(output)
    node.stop()
    for name, (first, ten) in GOALS.items():
        for engine, behind in (("elasticsearch", 0.0), ("postgresql", BEHIND)):
            for form, spelling in SPELLINGS.items():
                if found := figures.get(f"{engine} {name} {form}"):
                    label = f"search_relevance {engine} {name} {spelling}"
                    yield Result(f"{label} hit@1", found["hit1"], "of 1", "higher", limit=first - behind, detail=found)
                    yield Result(f"{label} hit@10", found["hit10"], "of 1", "higher", limit=ten - behind)
    yield Result(
        "search_relevance written", figures["written_per_s"], "entries/s", "higher",
        detail={"entries": figures["entries"], "copied_per_s": figures["copied_per_s"]},
    )  # fmt: skip
