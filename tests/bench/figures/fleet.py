"""Migrating the whole fleet: when there is nothing to do, and one AddField. Wall clock of the whole command."""

from __future__ import annotations

from collections.abc import Iterable

from tests.bench import stock
from tests.bench.harness import Bench, Result, figure, median
from tests.bench.ours import attempt

GOAL = 30


@figure("fleet_noop", "seconds of a fleet migration with nothing to do, whole command")
def fleet_noop(bench: Bench) -> Iterable[Result]:
    _ = bench.peer.news_path
    bench.say(f"peer: migrate_schemas over {bench.fleet_size} with nothing to do")
    peer = bench.peer.noop_migration()
    ours, note = attempt(lambda: [bench.ours.migrate()[0] for _ in range(bench.runs)])
    detail = {"portals": bench.fleet_size, "peer_runs": 1, "peer_seconds_per_portal": peer / bench.fleet_size}
    value = median(ours) if ours else None
    yield Result("fleet_noop", value, "s", "lower", stock.NAME, peer, GOAL, runs=bench.runs, note=note, detail=detail)


@figure("fleet_add_field", "seconds of a fleet migration that adds one column in every portal, whole command")
def fleet_add_field(bench: Bench) -> Iterable[Result]:
    _ = bench.peer.news_path
    bench.say(f"peer: migrate_schemas over {bench.fleet_size}, one AddField")
    peer = bench.peer.add_field()
    ours, note = attempt(lambda: bench.ours.add_field())
    detail = {"portals": bench.fleet_size, "peer_runs": 1, "peer_seconds_per_portal": peer / bench.fleet_size}
    yield Result(
        "fleet_add_field", ours[0] if ours else None, "s", "lower", stock.NAME, peer, GOAL, note=note, detail=detail
    )
