"""Work of attendance in the background."""

from __future__ import annotations

import datetime

from tenants import context, tasks


@tasks.task("attendance.tell_session")
def tell_session(day: str, session: str) -> None:
    from . import notices

    for unit_id in context.current_units():
        notices.tell(unit_id, datetime.date.fromisoformat(day), session)


@tasks.task("attendance.tell_arrivals")
def tell_arrivals() -> None:
    from . import notices

    for unit_id in context.current_units():
        notices.tell_arrived(unit_id)
