"""Which engine answers: the first of the list that is well; one that fails rests before it is asked again."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from functools import cache
from typing import TypeVar

from django.conf import settings

from .engines import Engine, EngineDown
from .engines.elasticsearch import Elasticsearch
from .engines.postgresql import PostgreSQL

T = TypeVar("T")
log = logging.getLogger(__name__)
REST = 5.0  # seconds


class Rests:
    """Engines that failed, and until when they are left alone."""

    def __init__(self) -> None:
        self._until: dict[str, float] = {}
        self._reason: dict[str, str] = {}
        self._lock = threading.Lock()

    def failed(self, engine: Engine, reason: str) -> None:
        with self._lock:
            fresh = engine.name not in self._reason
            self._until[engine.name] = time.monotonic() + REST
            self._reason[engine.name] = reason
        if fresh:
            log.warning("search: %s does not answer (%s): the other engine does", engine.name, reason)

    def well(self, engine: Engine) -> None:
        if engine.name in self._reason:
            with self._lock:
                self._reason.pop(engine.name, None)
                self._until.pop(engine.name, None)
            log.warning("search: %s answers again", engine.name)

    def resting(self, engine: Engine) -> bool:
        """One caller is let through when the rest is over; the others keep away until it has been answered."""
        until = self._until.get(engine.name)
        if until is None:
            return False
        with self._lock:
            if time.monotonic() < self._until.get(engine.name, 0):
                return True
            self._until[engine.name] = time.monotonic() + REST
            return False

    def reason(self, engine: Engine) -> str:
        return self._reason.get(engine.name, "")


rests = Rests()


@cache
def engines() -> tuple[Engine, ...]:
    """In the order in which they are asked."""
    return (Elasticsearch(), PostgreSQL()) if settings.ELASTICSEARCH_URL else (PostgreSQL(),)


def first_answer(ask: Callable[[Engine], T]) -> T:
    """What the first engine that is well answers. Raises the last engine's `EngineDown` when none does."""
    *others, last = engines()
    for engine in others:
        if rests.resting(engine):
            continue
        try:
            answer = ask(engine)
        except EngineDown as down:
            rests.failed(engine, str(down))
            continue
        rests.well(engine)
        return answer
    return ask(last)


def health() -> str:
    """One line: who answers, and who does not."""
    first, *_ = engines()
    broken = [f"{engine.name} does not answer: {rests.reason(engine)}" for engine in engines() if rests.reason(engine)]
    answering = next((engine.name for engine in engines() if not rests.reason(engine)), first.name)
    return f"search: {answering}" + (f" ({'; '.join(broken)})" if broken else "")
