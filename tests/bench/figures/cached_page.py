"""A news page from the front cache, against nginx serving the same bytes from its own cache; two workers each.

`granian_floor` is the same answer by a WSGI application of three lines: what of the distance to nginx is the server's
(docs/decisions/0017-the-front-cache-and-its-server.md) and what is ours.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

from tests.bench.harness import PROJECT, Bench, BenchProblem, Result, figure, median
from tests.bench.load import Load, nginx, program, wrk
from tests.bench.ours import attempt
from tests.bench.processes import Server, fetch, free_port, granian, python_environment

CONNECTIONS = 64


@figure("cached_page", "requests a second for a cached news page, against nginx's cache with the same bytes")
def cached_page(bench: Bench) -> Iterable[Result]:
    program("wrk", "wrk")
    program("nginx", "nginx-light")
    ours, note = attempt(lambda: bench.ours.serve(cached=True))
    if ours:
        server, upstream = ours
        host, path = bench.ours.host(1), bench.ours.news_path
    else:  # the peer's page behind nginx still says what nginx does here
        server, upstream = bench.peer.serve()
        host, path = bench.peer.host(1), bench.peer.news_path
    targets: dict[str, int] = {"ours": upstream} if ours else {}
    servers = [server]
    for name, tuned in (("nginx", False), ("nginx_tuned", True)):
        proxy, port = nginx(bench, upstream, tuned=tuned)
        proxy.wait_ready(port, host=host, path=path)
        _must_be_cached(upstream, port, host, path)
        targets[name] = port
        servers.append(proxy)
    floor, targets["granian_floor"] = _floor(bench, upstream, host, path)
    servers.append(floor)
    loads: dict[str, list[Load]] = {name: [] for name in targets}
    for target in targets.values():
        wrk(bench, target, host, path, seconds=2, connections=CONNECTIONS)
    if ours and fetch(upstream, host, path).headers.get("x-cache") != "HIT":
        raise BenchProblem("our front cache does not answer from its store")
    for _ in range(bench.runs):
        for name, target in targets.items():
            loads[name].append(wrk(bench, target, host, path, seconds=bench.load_seconds, connections=CONNECTIONS))
    detail: dict[str, Any] = {"connections": CONNECTIONS, "bytes": len(fetch(targets["nginx"], host, path).body)}
    for name, found in loads.items():
        detail[f"{name}_p95_ms"] = median([load.p95 for load in found])
        detail[f"{name}_bytes_each"] = median([load.bytes_each for load in found])
    rates = {name: median([load.per_second for load in found]) for name, found in loads.items()}
    detail |= {name: rates[name] for name in ("nginx_tuned", "granian_floor")}
    for running in servers:
        running.stop()
    yield Result(
        "cached_page", rates.get("ours"), "req/s", "higher", "nginx proxy_cache, same bytes", rates["nginx"], 1,
        runs=bench.runs, note=note, detail=detail,
    )  # fmt: skip


def _floor(bench: Bench, upstream: int, host: str, path: str) -> tuple[Server, int]:
    """A granian that has but this answer; and its port."""
    answer = fetch(upstream, host, path)
    file = bench.scratch / "answer.json"
    own = {name: value for name, value in answer.headers.items() if name not in {"server", "date"}}
    file.write_text(json.dumps({"headers": own, "body": answer.body.decode()}))
    port = free_port()
    env = python_environment(BENCH_ANSWER=str(file))
    server = granian(bench, "granian-floor", "tests.bench.floor_wsgi:application", cwd=PROJECT, env=env, port=port)
    server.wait_ready(port, host=host, path=path)
    return server, port


def _must_be_cached(upstream: int, port: int, host: str, path: str) -> None:
    """Both answer alike, and nginx answers from its cache. Raises `BenchProblem` otherwise."""
    direct, through = fetch(upstream, host, path), fetch(port, host, path)
    if direct.body != through.body:
        raise BenchProblem("nginx does not serve the same bytes")
    if through.headers.get("x-nginx-cache") != "HIT":
        raise BenchProblem(f"nginx does not answer from its cache: {through.headers}")
