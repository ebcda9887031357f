"""Host name → portal, from an in-process map: no query for a known host, none for an unknown one either.

The whole map is one query (a thousand portals are ~100 kB). It is read again after `TTL` seconds, or at once after
`forget()`, which the front cache's listener calls when a process changed a portal or domain (`changed()`).
"""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass

from django.conf import settings
from django.db import connection
from django.http import HttpRequest

from . import context
from .context import PortalRef

TTL = 30.0
CHANGED_TAG = "hosts"


@dataclass(frozen=True, slots=True)
class HostEntry:
    portal: PortalRef
    redirect_to: str | None


_lock = threading.Lock()
_map: dict[str, HostEntry] = {}
_by_uid: dict[str, PortalRef] = {}
_read_at = float("-inf")

_QUERY = """
select d.domain, d.is_primary, d.redirect, p.id, p.uid, p.schema_name, p.slug, p.name, u.kind, u.level, p.state,
       p.unit_id, first_value(d.domain) over (partition by p.id order by d.is_primary desc, d.id)
from tenants_portal p join tenants_unit u on u.id = p.unit_id join tenants_domain d on d.tenant_id = p.id
where p.state <> 'making'
"""


def normalise(host: str) -> str:
    """Lower case, no port, no trailing dot."""
    host = host.strip().lower()
    if host.startswith("["):
        return host.partition("]")[0] + "]"
    return host.partition(":")[0].rstrip(".")


def resolve(host: str) -> HostEntry | None:
    """The portal of a host name, or None. At most one query per `TTL` seconds and process."""
    if time.monotonic() - _read_at > TTL:
        reload()
    return _map.get(normalise(host))


def beside(request: HttpRequest, host: str) -> str:
    """`scheme://host:port` of another of our hosts as the visitor reaches this one.

    The port is the one of the Host header: behind a proxy, the server's own is not the visitor's.
    """
    _, colon, port = request.get_host().partition(":")
    return f"{request.scheme}://{host}{colon}{port}"


def origin(portal: PortalRef) -> str:
    """`scheme://host:port` of a portal by the settings alone, for letters: no request has a say in it."""
    if settings.ENVIRONMENT.https:
        return f"https://{portal.primary_host}"
    port = "" if settings.PUBLIC_PORT == 80 else f":{settings.PUBLIC_PORT}"
    return f"http://{portal.primary_host}{port}"


def all_portals() -> list[PortalRef]:
    """Every portal that has been made, by slug."""
    if time.monotonic() - _read_at > TTL:
        reload()
    return sorted({entry.portal.pk: entry.portal for entry in _map.values()}.values(), key=lambda ref: ref.slug)


def known_uid(uid: str) -> PortalRef | None:
    """A portal by the uid in an address of the media host: by the map alone, an unknown one costs no query."""
    if time.monotonic() - _read_at > TTL:
        reload()
    return _by_uid.get(uid)


def by_uid(uid: str) -> PortalRef | None:
    """A portal for a task envelope; reads the map afresh when the uid is not in it."""
    for attempt in range(2):
        found = next((ref for ref in all_portals() if ref.uid == uid), None)
        if found or attempt:
            return found
        reload()
    return None


def reload() -> None:
    global _map, _by_uid, _read_at
    with _lock:
        with context.platform(), connection.cursor() as cursor:
            cursor.execute(_QUERY)
            rows = cursor.fetchall()
        fresh: dict[str, HostEntry] = {}
        for domain, primary, redirect, pk, uid, schema, slug, name, kind, level, state, unit_id, first in rows:
            ref = PortalRef(pk, uid.hex, schema, slug, name, kind, level, state, unit_id, first)
            fresh[normalise(domain)] = HostEntry(ref, None if primary or not redirect else first)
        _by_uid = {entry.portal.uid: entry.portal for entry in fresh.values()}
        _map, _read_at = fresh, time.monotonic()


def forget() -> None:
    """Read the map again at the next request."""
    global _read_at
    _read_at = float("-inf")
