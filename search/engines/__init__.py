"""What both engines are: the same questions, the same results."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from search.queries import Query
from search.results import Filters, Results


class Mode(StrEnum):
    """How strictly a query is read; the next is asked only when the one before found nothing."""

    WORDS = "words"
    PREFIX = "prefix"
    SOME = "some"


class EngineDown(Exception):
    """The engine did not answer, refused, or took too long: ask the other."""


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A title that continues what is being typed."""

    portal: str
    kind: str
    title: str
    path: str


class Engine(Protocol):
    """All methods raise `EngineDown` when there is no answer in time."""

    name: str

    def find(self, query: Query, filters: Filters, mode: Mode, page: int) -> Results: ...

    def suggest(self, query: Query, filters: Filters, count: int) -> tuple[Suggestion, ...]: ...
