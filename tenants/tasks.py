"""The queue: a task carries its portal, units and actor in an envelope, and the worker enters them or refuses.

Procrastinate's tables live in public; a task is deferred through Django's own connection, so it exists exactly if the
write that caused it committed. Tasks must be idempotent: they are run at least once.
"""

from __future__ import annotations

import datetime
import functools
from collections.abc import Callable
from contextlib import suppress
from typing import Any

from django.db import transaction
from procrastinate import RetryStrategy
from procrastinate.contrib.django import app
from procrastinate.exceptions import AlreadyEnqueued

from . import context, hosts


class TaskRefused(Exception):
    """The envelope names no portal that may run tasks."""


RETRY = RetryStrategy(max_attempts=8, exponential_wait=4)


def task(name: str, *, queue: str = "default", platform: bool = False) -> Callable[[Callable[..., None]], Any]:
    """Register `function(**kwargs)` as a task. `platform=True`: it belongs to no portal, by explicit choice."""

    def register(function: Callable[..., None]) -> Any:
        @functools.wraps(function)
        def run(envelope: dict[str, Any], arguments: dict[str, Any]) -> None:
            if platform:
                with context.platform():
                    function(**arguments)
                return
            with open_envelope(envelope):
                function(**arguments)

        registered = app.task(name=name, queue=queue, retry=RETRY, pass_context=False)(run)
        registered.portal_host_platform = platform  # type: ignore[attr-defined]
        return registered

    return register


class open_envelope:  # noqa: N801 - used as a context manager
    """Enter the portal and scope of an envelope. Raises `TaskRefused` for an unknown or retired portal."""

    def __init__(self, envelope: dict[str, Any]) -> None:
        uid = envelope.get("portal")
        portal = hosts.by_uid(uid) if uid else None
        if portal is None:
            raise TaskRefused(f"the task's envelope names no portal: {uid!r}")
        if portal.state == "retired":
            raise TaskRefused(f"portal {portal.slug} is retired")
        self.place = context.Place(
            schema=portal.schema, portal=portal, units=tuple(envelope.get("units") or ()), user=envelope.get("user")
        )

    def __enter__(self) -> context.PortalRef:
        self.manager = context.at(self.place)
        return self.manager.__enter__().portal  # type: ignore[return-value]

    def __exit__(self, *exc: Any) -> None:
        self.manager.__exit__(*exc)


def envelope() -> dict[str, Any]:
    """The current place as JSON. Raises `NoPortal` outside a portal."""
    place = context.here()
    return {"portal": context.require_portal().uid, "units": list(place.units), "user": place.user}


def defer(
    registered: Any, /, *, queueing_lock: str | None = None, at: datetime.datetime | None = None, **arguments: Any
) -> None:
    """Put a task in the queue, inside the current transaction; portal and units are added here, not by the caller.

    `at`: not before then. `queueing_lock`: while one of this name waits in the queue (of this portal), no second one is
    added.
    """
    carried = {} if registered.portal_host_platform else envelope()
    lock = f"{carried.get('portal', 'platform')}:{queueing_lock}" if queueing_lock else None
    if lock is None and at is None:
        registered.defer(envelope=carried, arguments=arguments)
        return
    with suppress(AlreadyEnqueued), transaction.atomic():
        registered.configure(queueing_lock=lock, schedule_at=at).defer(envelope=carried, arguments=arguments)
