"""Migrating the whole fleet: when there is nothing to do, and one AddField.

The value is the command's own work on both sides; the whole command with the interpreter's start (the same imports on
both sides) stands beside it in `detail`.
"""

from __future__ import annotations

from collections.abc import Iterable

from tests.bench import stock
from tests.bench.harness import Bench, Result, figure, median
from tests.bench.migrations import Migration
from tests.bench.ours import attempt

LEAST_RATIO = 30


@figure("fleet_noop", "seconds of a fleet migration with nothing to do")
def fleet_noop(bench: Bench) -> Iterable[Result]:
    _ = bench.peer.news_path
    bench.say(f"peer: migrate_schemas over {bench.fleet_size} with nothing to do")
    peer = bench.peer.migrate()
    ours, note = attempt(lambda: [bench.ours.migrate() for _ in range(bench.runs)])
    yield _result(bench, "fleet_noop", peer, ours or [], note)


@figure("fleet_add_field", "seconds of a fleet migration that adds one column in every portal")
def fleet_add_field(bench: Bench) -> Iterable[Result]:
    _ = bench.peer.news_path
    bench.say(f"peer: migrate_schemas over {bench.fleet_size}, one AddField")
    peer = bench.peer.add_field()
    ours, note = attempt(lambda: [bench.ours.add_field()])
    yield _result(bench, "fleet_add_field", peer, ours or [], note)


def _result(bench: Bench, name: str, peer: Migration, ours: list[Migration], note: str) -> Result:
    detail = {
        "portals": bench.fleet_size,
        "peer_runs": 1,
        "peer_seconds_per_portal": peer.seconds / bench.fleet_size,
        "peer_wall": peer.wall,
    }
    if ours:
        wall = median([run.wall for run in ours])
        portals = median([run.portals for run in ours])
        detail |= {"wall": wall, "ratio_wall": peer.wall / wall, "portals_seconds": portals}
    value = median([run.seconds for run in ours]) if ours else None
    runs = max(1, len(ours))
    return Result(name, value, "s", "lower", stock.NAME, peer.seconds, LEAST_RATIO, runs=runs, note=note, detail=detail)
