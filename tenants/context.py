"""The current place: which portal's schema is visible and which units' rows may be read.

One ContextVar holds both, so they cannot drift apart; `tenants.db` puts them on the connection in one statement
before the first query that needs them. The default is nowhere: a schema that does not exist and no unit, so code that
forgot to enter a portal fails instead of reading somebody else's rows. A new thread starts nowhere as well.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar, Token
from dataclasses import dataclass, replace

NOWHERE, PUBLIC = "nowhere", "public"


class NoPortal(Exception):
    """Code that needs a portal ran outside one."""


@dataclass(frozen=True, slots=True)
class PortalRef:
    """What the platform knows of a portal without asking the database again. `uid` never changes; slug and name may."""

    pk: int
    uid: str
    schema: str
    slug: str
    name: str
    kind: str
    level: str
    state: str
    unit_id: int
    primary_host: str


@dataclass(frozen=True, slots=True)
class Place:
    """A schema, the portal it belongs to (None on the platform), the units in scope and the acting user's id.

    `alone` hides public behind the schema: for reading the catalogue, where an unqualified name must be the schema's.
    """

    schema: str = NOWHERE
    portal: PortalRef | None = None
    units: tuple[int, ...] = ()
    user: int | None = None
    alone: bool = False

    @property
    def search_path(self) -> str:
        if self.schema in {NOWHERE, PUBLIC}:
            return self.schema
        return f'"{self.schema}"' if self.alone else f'"{self.schema}", public'

    @property
    def settings(self) -> tuple[str, str, str]:
        """Values of (search_path, app.units, app.user) on the connection."""
        units = "{" + ",".join(map(str, self.units)) + "}" if self.units else ""
        return self.search_path, units, "" if self.user is None else str(self.user)


_place: ContextVar[Place] = ContextVar("portal_host_place", default=Place())  # noqa: B039 - frozen


def here() -> Place:
    return _place.get()


def current_portal() -> PortalRef | None:
    return _place.get().portal


def require_portal() -> PortalRef:
    """The current portal. Raises `NoPortal` outside one."""
    portal = _place.get().portal
    if portal is None:
        raise NoPortal("this code needs a portal: run it inside tenants.context.enter(portal)")
    return portal


def current_units() -> tuple[int, ...]:
    return _place.get().units


@contextmanager
def at(place: Place) -> Iterator[Place]:
    token = _place.set(place)
    try:
        yield place
    finally:
        _place.reset(token)


@contextmanager
def enter(portal: PortalRef) -> Iterator[PortalRef]:
    """Work inside a portal's schema, with no unit in scope: service rows stay invisible until `scope`."""
    with at(Place(schema=portal.schema, portal=portal)):
        yield portal


TEMPLATE_UID = "template"


@contextmanager
def enter_template(schema: str) -> Iterator[None]:
    """Work inside the template schema. It has keys of its own, and is nobody's portal: no task runs for it."""
    template = PortalRef(0, TEMPLATE_UID, schema, TEMPLATE_UID, "", "", "", "making", 0, "")
    with at(Place(schema=schema, portal=template)):
        yield


@contextmanager
def platform() -> Iterator[None]:
    """Public tables alone, no portal, no unit: operator site, provisioning, queue."""
    with at(Place(schema=PUBLIC)):
        yield


@contextmanager
def scope(units: Iterable[int], *, user: int | None = None) -> Iterator[tuple[int, ...]]:
    """See the service rows of these units (ids), and the role rows of `user`; replaces the scope, keeps the portal."""
    chosen = tuple(sorted({int(unit) for unit in units}))
    with at(replace(_place.get(), units=chosen, user=user)):
        yield chosen


def put(place: Place) -> Token[Place]:
    """Set without a `with`, for django-tenants' own API; prefer `enter`, `scope`, `platform`."""
    return _place.set(place)
