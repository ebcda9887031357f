"""Purges reach every process by PostgreSQL's NOTIFY: sent inside the writing transaction, delivered when it commits."""

from __future__ import annotations

import json
import logging
import random
import threading
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, Protocol

import psycopg

from .store import Store

CHANNEL = "portal_front_cache"
_MAX_PAYLOAD = 7500  # PostgreSQL refuses 8000 bytes
_MAX_RETRY = 10.0
_PROBE_SECONDS = 5.0
# A peer that vanished without a word is noticed within about ten seconds; without effect on a Unix socket.
_KEEPALIVE = {
    "connect_timeout": 5, "keepalives": 1, "keepalives_idle": 4, "keepalives_interval": 2, "keepalives_count": 3,
    "tcp_user_timeout": 10_000,
}  # fmt: skip

log = logging.getLogger(__name__)


class Keeps(Protocol):
    """Something besides the pages that is dropped by the same tags, and is only filled while purges can be heard."""

    def purge(self, tags: list[str], /) -> Any: ...

    def reset(self, *, enabled: bool) -> None: ...


class Executes(Protocol):
    """A cursor or connection, of psycopg or of Django."""

    def execute(self, query: str, params: Any = None, /) -> Any: ...


def payloads(tags: Iterable[str]) -> list[str]:
    """JSON lists of tags, each short enough for one NOTIFY. Raises ValueError for a tag that fits in none."""
    result: list[str] = []
    chunk: list[str] = []
    size = 2
    for tag in sorted(set(tags)):
        length = len(json.dumps(tag)) + 2
        if length + 2 > _MAX_PAYLOAD:
            raise ValueError(f"cache tag of {length} bytes")
        if chunk and size + length > _MAX_PAYLOAD:
            result.append(json.dumps(chunk))
            chunk, size = [], 2
        chunk.append(tag)
        size += length
    return [*result, json.dumps(chunk)] if chunk else result


def notify(cursor: Executes, tags: Iterable[str]) -> None:
    """Drop pages by tag in every process, when the cursor's transaction commits; nothing if it is rolled back."""
    for payload in payloads(tags):
        cursor.execute("select pg_notify(%s, %s)", [CHANNEL, payload])


@dataclass(frozen=True, slots=True)
class Health:
    """`since`: seconds in this state. `connections`: made so far. `error`: why the last one ended or was refused."""

    connected: bool
    since: float
    connections: int
    error: str


class Listener(threading.Thread):
    """One thread and one connection per process. Without a connection the store is empty and stays so.

    `on_tag`: called, before the purge, when its tag comes. `below`: what pages are made from; dropped before the pages,
    so that no page is made from it afterwards. `retry`: seconds before the first new attempt; doubled up to ten. Start
    it after the server's fork: threads and connections do not survive one.
    """

    def __init__(
        self,
        url: str,
        store: Store,
        on_tag: dict[str, Callable[[], Any]] | None = None,
        *,
        below: Keeps | None = None,
        retry: float = 0.5,
    ) -> None:
        super().__init__(name="front-cache-listener", daemon=True)
        self.url = url
        self.store = store
        self.on_tag = on_tag or {}
        self.below = below
        self.retry = retry
        self.connected = threading.Event()
        self._stop_asked = threading.Event()
        self._connections = 0
        self._changed = time.monotonic()
        self._error = ""

    def health(self) -> Health:
        return Health(self.connected.is_set(), time.monotonic() - self._changed, self._connections, self._error)

    def run(self) -> None:
        wait = self.retry
        while not self._stop_asked.is_set():
            before = self._connections
            try:
                self._listen()
            except Exception as error:  # noqa: BLE001 - a dead listener would leave the cache off for good
                self._error = f"{type(error).__name__}: {error}".strip()
                log.warning("front cache is off, no connection for purges: %s", self._error)
            finally:
                self._reset(enabled=False)
                if self.connected.is_set():
                    self.connected.clear()
                    self._changed = time.monotonic()
            if self._connections > before:
                wait = self.retry
            # Spread: all processes lose the server in the same moment.
            self._stop_asked.wait(wait * random.uniform(0.5, 1.0))  # noqa: S311
            wait = min(wait * 2, _MAX_RETRY)

    def _listen(self) -> None:
        connection: psycopg.Connection[Any]
        with psycopg.connect(
            self.url, autocommit=True, application_name="portal_host-listener", **(_KEEPALIVE | _given(self.url))
        ) as connection:
            connection.execute(f"listen {CHANNEL}".encode())
            # First LISTEN, then storing: what was written before is in no page, what comes after is heard.
            self._reset(enabled=True)
            self._connections += 1
            self._changed = time.monotonic()
            self.connected.set()
            probe = time.monotonic() + _PROBE_SECONDS
            while not self._stop_asked.is_set():
                for notification in connection.notifies(timeout=0.5):
                    self._apply(notification.payload)
                if time.monotonic() > probe:
                    # A dead peer shows only when something is sent.
                    connection.execute(b"select 1")
                    probe = time.monotonic() + _PROBE_SECONDS

    def _apply(self, payload: str) -> None:
        try:
            tags = json.loads(payload)
            if not isinstance(tags, list) or not all(isinstance(tag, str) for tag in tags):
                raise ValueError("not a list of tags")
            for tag in tags:
                if tag in self.on_tag:
                    self.on_tag[tag]()
        except Exception:
            log.exception("front cache: odd purge message or failed reaction; everything is dropped")
            self._reset(enabled=True)
            return
        if self.below is not None:
            self.below.purge(tags)
        self.store.purge(tags)

    def _reset(self, *, enabled: bool) -> None:
        if self.below is not None:
            self.below.reset(enabled=enabled)
        self.store.reset(enabled=enabled)

    def stop(self) -> None:
        self._stop_asked.set()


def _given(url: str) -> dict[str, Any]:
    """What the address itself says about the connection goes before our wishes."""
    stated = psycopg.conninfo.conninfo_to_dict(url)
    return {name: stated[name] for name in _KEEPALIVE if name in stated}
