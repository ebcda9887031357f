"""A news page rendered for every request, the same content on both sides, two granian workers each, wrk as client."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from tests.bench import stock
from tests.bench.harness import Bench, Result, figure, median
from tests.bench.load import Load, program, wrk
from tests.bench.ours import attempt
from tests.bench.processes import Server, fetch

CONNECTIONS = 8


@dataclass(frozen=True, slots=True)
class Target:
    server: Server
    port: int
    host: str
    path: str

    def load(self, bench: Bench, seconds: float) -> Load:
        return wrk(bench, self.port, self.host, self.path, seconds=seconds, connections=CONNECTIONS)


@figure("uncached_page", "requests a second for a rendered news page (goal 2 x stock)")
def uncached_page(bench: Bench) -> Iterable[Result]:
    program("wrk", "wrk")
    host, path = bench.peer.host(1), bench.peer.news_path
    targets = {
        "peer": Target(*bench.peer.serve(), host, path),
        "tuned": Target(*bench.peer.serve(tuned=True), host, path),
    }
    ours, note = attempt(lambda: bench.ours.serve(cached=False))
    if ours:
        targets["ours"] = Target(*ours, bench.ours.host(1), bench.ours.news_path)
    loads: dict[str, list[Load]] = {name: [] for name in targets}
    used = dict.fromkeys(targets, 0.0)
    for name, target in targets.items():
        bench.say(f"warming {name}")
        target.load(bench, 2)
    for _ in range(bench.runs):  # taking turns, so that a busy minute of the machine meets every side
        for name, target in targets.items():
            before = target.server.cpu_seconds()
            loads[name].append(target.load(bench, bench.load_seconds))
            used[name] += target.server.cpu_seconds() - before
    detail: dict[str, Any] = {"connections": CONNECTIONS, "peer_tuned": _rate(loads["tuned"])}
    for name, target in targets.items():
        detail[f"{name}_bytes"] = len(fetch(target.port, target.host, target.path).body)
        detail[f"{name}_p95_ms"] = median([load.p95 for load in loads[name]])
        detail[f"{name}_cpu_ms_each"] = 1000 * used[name] / sum(load.requests for load in loads[name])
        target.server.stop()
    value = _rate(loads["ours"]) if ours else None
    yield Result(
        "uncached_page", value, "req/s", "higher", stock.NAME, _rate(loads["peer"]), 2, runs=bench.runs, note=note,
        detail=detail,
    )  # fmt: skip


def _rate(loads: list[Load]) -> float:
    return median([load.per_second for load in loads])
