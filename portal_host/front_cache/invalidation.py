"""Purges reach every process by PostgreSQL's NOTIFY: sent inside the writing transaction, delivered when it commits."""

from __future__ import annotations

import json
import logging
import threading
import time
from collections.abc import Callable, Iterable
from typing import Any

import psycopg

from .store import Store

CHANNEL = "portal_front_cache"
_MAX_PAYLOAD = 7500  # PostgreSQL refuses 8000 bytes

log = logging.getLogger(__name__)


def payloads(tags: Iterable[str]) -> list[str]:
    """JSON lists of tags, each short enough for one NOTIFY."""
    result: list[str] = []
    chunk: list[str] = []
    size = 2
    for tag in sorted(set(tags)):
        length = len(tag) + 4
        if chunk and size + length > _MAX_PAYLOAD:
            result.append(json.dumps(chunk))
            chunk, size = [], 2
        chunk.append(tag)
        size += length
    return [*result, json.dumps(chunk)] if chunk else result


class Listener(threading.Thread):
    """One thread and one connection per process. Without a connection the store is empty and stays so."""

    def __init__(
        self, url: str, store: Store, on_tag: dict[str, Callable[[], Any]] | None = None, *, retry: float = 1.0
    ) -> None:
        super().__init__(name="front-cache-listener", daemon=True)
        self.url = url
        self.store = store
        self.on_tag = on_tag or {}
        self.retry = retry
        self.connected = threading.Event()
        self._stopping = False

    def run(self) -> None:
        while not self._stopping:
            try:
                self._listen()
            except (psycopg.Error, OSError) as error:
                log.warning("front cache is off, no connection for purges: %s", error)
            finally:
                self.connected.clear()
                self.store.reset(enabled=False)
            if not self._stopping:
                time.sleep(self.retry)

    def _listen(self) -> None:
        with psycopg.connect(self.url, autocommit=True, application_name="portal_host-listener") as connection:
            connection.execute(f"listen {CHANNEL}".encode())
            self.store.reset(enabled=True)
            self.connected.set()
            while not self._stopping:
                for notification in connection.notifies(timeout=5.0):
                    self._apply(notification.payload)
                # A dead peer shows only when something is sent.
                connection.execute(b"select 1")

    def _apply(self, payload: str) -> None:
        try:
            tags = [str(tag) for tag in json.loads(payload)]
        except ValueError:
            log.error("front cache: odd purge message; everything is dropped")
            self.store.reset(enabled=True)
            return
        for tag in tags:
            if tag in self.on_tag:
                self.on_tag[tag]()
        self.store.purge(tags)

    def stop(self) -> None:
        self._stopping = True
