"""What a search gives, the same from both engines: frozen values, no rows."""

from __future__ import annotations

import datetime
from dataclasses import dataclass, field, replace
from typing import Final

from tenants.context import PortalRef

PER_PAGE: Final = 10
COUNTED: Final = 10_000  # totals are exact up to here
LAST_PAGE: Final = 100


@dataclass(frozen=True, slots=True)
class Filters:
    """What narrows a search. `portal` None: the whole sector; `hidden`: portals that are not public now."""

    portal: PortalRef | None = None
    kinds: tuple[str, ...] = ()
    year: int | None = None
    issuer: str = ""
    since: datetime.date | None = None
    until: datetime.date | None = None
    hidden: tuple[PortalRef, ...] = ()


@dataclass(frozen=True, slots=True)
class Piece:
    """A run of text; `hit` where it is what was asked for."""

    text: str
    hit: bool = False


@dataclass(frozen=True, slots=True)
class Hit:
    """One result. `path` is below the portal's host."""

    portal: str
    key: str
    kind: str
    title: tuple[Piece, ...]
    fragment: tuple[Piece, ...]
    path: str
    number: str = ""
    issuer: str = ""
    date: datetime.date | None = None
    expired: bool = False
    score: float = 0.0

    @property
    def name(self) -> str:
        return "".join(piece.text for piece in self.title)


@dataclass(frozen=True, slots=True)
class Count:
    """A facet's value and how many results have it."""

    value: str
    count: int


@dataclass(frozen=True, slots=True)
class Facets:
    kinds: tuple[Count, ...] = ()
    portals: tuple[Count, ...] = ()
    years: tuple[Count, ...] = ()
    issuers: tuple[Count, ...] = ()


@dataclass(frozen=True, slots=True)
class Results:
    """`total` is exact unless `more`. `relaxed`: nothing holds all the words, these hold some.

    `engine`: who answered."""

    text: str
    hits: tuple[Hit, ...] = ()
    total: int = 0
    more: bool = False
    facets: Facets = field(default_factory=Facets)
    page: int = 1
    engine: str = ""
    relaxed: bool = False
    suggestion: str = ""

    @property
    def pages(self) -> int:
        return min(LAST_PAGE, -(-self.total // PER_PAGE))

    def with_suggestion(self, text: str) -> Results:
        return replace(self, suggestion=text)
