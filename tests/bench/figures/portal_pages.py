"""Home, news list and list of documents of one portal: rendered for every request, and from the front cache."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from tests.bench.harness import Bench, Result, figure, median
from tests.bench.load import program, wrk
from tests.bench.processes import fetch

CONNECTIONS = {False: 8, True: 64}


@figure("portal_pages", "requests a second for home, news list and documents, cached and not (no peer has these pages)")
def portal_pages(bench: Bench) -> Iterable[Result]:
    program("wrk", "wrk")
    host = bench.ours.host(1)
    news = f"/{bench.ours.news_path.strip('/').split('/')[0]}/"
    pages = {"home": "/", "news_list": news, "documents": "/so-van-ban/"}
    detail: dict[str, Any] = {}
    rates: dict[tuple[str, bool], float] = {}
    for cached in (False, True):
        server, port = bench.ours.serve(cached=cached)
        for name, path in pages.items():
            answer = fetch(port, host, path)
            detail[f"{name}_bytes"] = len(answer.body)
            wrk(bench, port, host, path, seconds=2, connections=CONNECTIONS[cached])
            loads = [
                wrk(bench, port, host, path, seconds=bench.load_seconds, connections=CONNECTIONS[cached])
                for _ in range(bench.runs)
            ]
            rates[name, cached] = median([load.per_second for load in loads])
            detail[f"{name}_p95_ms_{'cached' if cached else 'rendered'}"] = median([load.p95 for load in loads])
        server.stop()
    for (name, cached), rate in rates.items():
        kind = "cached" if cached else "rendered"
        yield Result(
            f"{name}_{kind}", rate, "req/s", "higher", runs=bench.runs,
            detail={key: value for key, value in detail.items() if key.startswith(name) and not key.endswith("cached" if not cached else "rendered")},
        )  # fmt: skip
