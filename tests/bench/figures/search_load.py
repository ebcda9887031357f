"""Search at the size of a province: entries copied in bulk; answers over HTTP while 20 people ask.

The entries are the documents of the question sets (`SEARCH_QUESTIONS`), again and again, spread over the portals. A
person asks once a second, three words out of a real question.
"""

from __future__ import annotations

import http.client
import os
import random
import sys
import threading
import time
from collections.abc import Iterable
from pathlib import Path
from urllib.parse import quote

from tests.bench.figures.search_relevance import FOLDER
from tests.bench.harness import PROJECT, Bench, BenchProblem, Result, Skipped, figure
from tests.bench.processes import last_json, run
from tests.servers import NoServer
from tests.servers.elasticsearch import Elasticsearch

PEOPLE = 20
PAGES = {"portal": "/tim-kiem/?q={}", "sector": "/tim-kiem/?q={}&pham-vi=nganh", "suggestions": "/tim-kiem/goi-y/?q={}"}
# p95 in ms: (Elasticsearch, PostgreSQL)
GOALS = {"portal": (50, 150), "sector": (50, 150), "suggestions": (40, 40)}


@figure("search_load", "p95 in ms of 20 people who search 200,000 entries; entries a second into Elasticsearch")
def search_load(bench: Bench) -> Iterable[Result]:
    folder = Path(os.environ.get(FOLDER, "-"))
    if not folder.is_dir():
        raise Skipped(f"set {FOLDER} to the folder with *.docs.jsonl and *.queries.jsonl")
    ours = bench.ours
    _ = ours.news_path
    node = Elasticsearch(bench.scratch / "elasticsearch")
    try:
        node.start()
    except NoServer as missing:
        raise Skipped(str(missing)) from missing
    bench.stack.callback(node.stop)
    plain, entries = dict(ours.env), 20_000 if bench.quick else 200_000
    bench.say(f"search: {entries} entries")
    ours.env |= {"ELASTICSEARCH_URL": node.url}
    try:
        command = [sys.executable, "-m", "tests.bench.ours_search", "load", str(folder), str(entries)]
        output, _seconds = run(bench, "ours-search", command, cwd=PROJECT, env=ours.env)
        made = last_json(output)
        yield Result(
            "search_load copied", made["copied_per_s"], "entries/s", "higher", limit=2000,
            detail={"entries": made["entries"], "portals": bench.fleet_size},
        )  # fmt: skip
        questions: list[str] = made["questions"]
        for place, (engine, env) in enumerate((("elasticsearch", ours.env), ("postgresql", plain))):
            ours.env = env
            server, port = ours.serve(cached=True)
            bench.say(f"search: {PEOPLE} people ask {engine}")
            for what, address in PAGES.items():
                _people(port, address, questions, 3)
                times = _people(port, address, questions, 15 if bench.quick else 30)
                p50, p95 = times[len(times) // 2], times[int(len(times) * 0.95)]
                yield Result(
                    f"search_load {engine} {what}", p95, "ms", "lower", limit=GOALS[what][place],
                    detail={"questions": len(times), "p50_ms": p50, "people": PEOPLE},
                )  # fmt: skip
            server.stop()
    finally:
        ours.env = plain
        node.stop()


def _people(port: int, address: str, questions: list[str], seconds: float) -> list[float]:
    """Milliseconds of each answer, sorted. Raises `BenchProblem` for an answer other than 200."""
    times: list[float] = []
    problems: list[str] = []
    until = time.monotonic() + seconds

    def person(number: int) -> None:
        chance = random.Random(number * 1000 + seconds)
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
        time.sleep(chance.random())
        while time.monotonic() < until:
            words = chance.choice(questions).split()
            start = chance.randrange(max(1, len(words) - 2))
            text = " ".join(words[start : start + 3])
            began = time.perf_counter()
            try:
                name = f"truong-{1 + number % 8}.localhost"
                connection.request("GET", address.format(quote(text)), headers={"Host": name})
                response = connection.getresponse()
                response.read()
            except OSError as error:
                problems.append(str(error))
                return
            if response.status != 200:
                problems.append(f"{response.status} for {text}")
                return
            took = time.perf_counter() - began
            times.append(1000 * took)
            time.sleep(max(0.0, chance.uniform(0.5, 1.5) - took))

    threads = [threading.Thread(target=person, args=(number,)) for number in range(PEOPLE)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if problems or not times:
        raise BenchProblem(f"search did not answer: {problems[:3]}")
    return sorted(times)
