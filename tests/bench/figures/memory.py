"""Memory of a worker after it has served every portal of the fleet, and of the database's backends."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import psycopg

from tests.bench import stock
from tests.bench.harness import Bench, Result, figure
from tests.bench.ours import attempt
from tests.bench.processes import Memory, Server, fetch, memory_of, private_mib

ROUNDS = 4  # enough for both workers to have met every portal


@figure("worker_memory", "MiB of the larger worker (PSS) after it has served every portal")
def worker_memory(bench: Bench) -> Iterable[Result]:
    server, port = bench.peer.serve(tuned=True)  # kept connections: backends live as long as ours do
    peer, detail = _after_visits(bench, "peer", server, port, bench.peer.host, bench.peer.news_path, stock.DATABASE)
    ours, note = attempt(lambda: bench.ours.serve(cached=False))
    value = None
    if ours:
        server, port = ours
        found, more = _after_visits(bench, "ours", server, port, bench.ours.host, bench.ours.news_path, "portal_host")
        value, detail = found.pss, detail | more
    yield Result(
        "worker_memory", value, "MiB", "lower", f"{stock.NAME}, kept connections", peer.pss, note=note,
        detail={"portals": bench.fleet_size} | detail,
    )  # fmt: skip


def _after_visits(
    bench: Bench, side: str, server: Server, port: int, host: Any, path: str, database: str
) -> tuple[Memory, dict[str, Any]]:
    """Visit the news page of every portal; return the larger worker's memory and details; stop the server."""
    before = max(memory_of(worker.pid).pss for worker in server.workers())
    bench.say(f"{side}: visiting {bench.fleet_size} portals")
    for _ in range(ROUNDS):
        for number in range(1, bench.fleet_size + 1):
            fetch(port, host(number), path)
    found = max((memory_of(worker.pid) for worker in server.workers()), key=lambda memory: memory.pss)
    with psycopg.connect(bench.url("postgres", "postgres"), autocommit=True) as connection:
        rows = connection.execute("select pid from pg_stat_activity where datname = %s", (database,)).fetchall()
    backends = [private_mib(row[0]) for row in rows]
    server.stop()
    return found, {
        f"{side}_before": before,
        f"{side}_peak_rss": found.peak,
        f"{side}_backends": len(backends),
        f"{side}_largest_backend": max(backends, default=0.0),
    }
