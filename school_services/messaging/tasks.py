"""Work of messaging in the background."""

from __future__ import annotations

from tenants import context, tasks

from .dispatch import run


@tasks.task("messaging.dispatch")
def dispatch() -> None:
    """Plan and carry what is due in the schools in scope; what does not fit into one turn follows in the next."""
    more = False
    for unit_id in context.current_units():
        more = run(unit_id) or more
    if more:
        tasks.defer(dispatch, queueing_lock="messaging.more")
