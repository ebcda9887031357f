"""A news page rendered for every request, the same content on both sides, two granian workers each, wrk as client."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from tests.bench import stock
from tests.bench.harness import Bench, Result, figure, median
from tests.bench.load import Load, program, wrk
from tests.bench.ours import attempt
from tests.bench.processes import fetch

CONNECTIONS = 8


@figure("uncached_page", "requests a second for a rendered news page (goal 2 x stock)")
def uncached_page(bench: Bench) -> Iterable[Result]:
    program("wrk", "wrk")
    peer, peer_port = bench.peer.serve()
    tuned, tuned_port = bench.peer.serve(tuned=True)
    ours, note = attempt(lambda: bench.ours.serve(cached=False))
    servers = [peer, tuned, *([ours[0]] if ours else [])]
    host, path = bench.peer.host(1), bench.peer.news_path
    targets: dict[str, tuple[int, str, str]] = {"peer": (peer_port, host, path), "tuned": (tuned_port, host, path)}
    if ours:
        targets["ours"] = (ours[1], bench.ours.host(1), bench.ours.news_path)
    loads: dict[str, list[Load]] = {name: [] for name in targets}
    for name, (port, name_of_host, url) in targets.items():
        bench.say(f"warming {name}")
        wrk(bench, port, name_of_host, url, seconds=2, connections=CONNECTIONS)
    for _ in range(bench.runs):  # taking turns, so that a busy minute of the machine meets every side
        for name, (port, name_of_host, url) in targets.items():
            loads[name].append(wrk(bench, port, name_of_host, url, seconds=bench.load_seconds, connections=CONNECTIONS))
    detail: dict[str, Any] = {"connections": CONNECTIONS, "peer_tuned": _rate(loads["tuned"])}
    for name, (port, name_of_host, url) in targets.items():
        detail[f"{name}_bytes"] = len(fetch(port, name_of_host, url).body)
        detail[f"{name}_p95_ms"] = median([load.p95 for load in loads[name]])
    value = _rate(loads["ours"]) if ours else None
    for server in servers:
        server.stop()
    yield Result(
        "uncached_page", value, "req/s", "higher", stock.NAME, _rate(loads["peer"]), 2, runs=bench.runs, note=note,
        detail=detail,
    )  # fmt: skip


def _rate(loads: list[Load]) -> float:
    return median([load.per_second for load in loads])
