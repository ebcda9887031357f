"""Making a portal, all included: schema, domain, starter pages."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from tests.bench import stock
from tests.bench.harness import Bench, Result, figure
from tests.bench.ours import attempt

# Measured beforehand on a two-core machine for a new site of a network (11 tables); it is not run here.
WORDPRESS = "WordPress Multisite (measured earlier, 0.12-0.15 s)"
WORDPRESS_SECONDS = 0.12


@figure("make_portal", "seconds to make one portal, average: the whole fleet (ours), a few (stock, seconds each)")
def make_portal(bench: Bench) -> Iterable[Result]:
    made = bench.peer.made
    peer = sum(made) / len(made)
    ours, note = attempt(lambda: bench.ours.made)
    value = ours.inside / ours.portals if ours else None
    detail: dict[str, Any] = {"peer_portals": len(made), "peer_seconds": [round(seconds, 2) for seconds in made]}
    if ours:
        # Both sides' seconds begin inside the command; the whole command is the stricter reading of ours.
        detail |= {"portals": ours.portals, "wall_per_portal": ours.wall / ours.portals}
    yield Result("make_portal", value, "s", "lower", stock.NAME, peer, least_ratio=40, note=note, detail=detail)
    yield Result(
        "make_portal_wordpress", value, "s", "lower", WORDPRESS, WORDPRESS_SECONDS, least_ratio=1, note=note
    )  # fmt: skip
