"""Which request has which key, and which has none. Pure.

A key holds everything of a request that a stored page may depend on; `portal_host.front_cache.wsgi` lets a render see
nothing else. So a header or parameter that is not here cannot reach somebody else's page.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl, quote, urlencode

from .store import Key

_LABEL = r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?"
_HOST = re.compile(rf"(?=[^:]{{1,253}}(:|\Z)){_LABEL}(\.{_LABEL})*(:[0-9]{{1,5}})?")
_DROPPED = re.compile(r"utm_[a-z_]+|fbclid|gclid|zarsrc")
_ODD_IN_PATH = re.compile(r"[\x00-\x1f\x7f\\]|//|/\.{1,2}(/|\Z)")
_MAX_PATH, _MAX_QUERY = 1024, 512

_SLUG = re.compile(r"[a-z0-9-]{1,80}")
# What lists of pages, news, documents and events take; a value that nothing has is answered by 404 (kept shortly).
ALLOWED_QUERY: Mapping[str, re.Pattern[str]] = {
    "page": re.compile(r"[0-9]{1,6}"),
    "loai": _SLUG,
    "nam": re.compile(r"[0-9]{4}"),
    "co-quan": _SLUG,
    "linh-vuc": _SLUG,
    "chuyen-muc": _SLUG,
    "thang": re.compile(r"[0-9]{4}-[0-9]{2}"),
}
PRIVATE_PREFIXES = (
    "/admin/", "/_f/", "/_me/", "/_util/", "/tai-khoan/", "/truong/", "/van-ban-tep/", "/ngon-ngu/", "/_health",
    "/thanh-toan/", "/_bao/", "/iclock/", "/bieu-mau/", "/hoi-dap/gui/", "/hoi-dap/tra-cuu/",
    "/ts/ho-so/", "/ts/truong/", "/ts/ban/", "/diem-danh/", "/con-toi/", "/tin-nhan/", "/_bao-tin/",
    "/xem-lop/", "/_xem/", "/may-cham/",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class KeyRules:
    """`allowed_query`: parameter → pattern of its whole value. `private_prefixes`: paths that are never looked at.

    `closed_hosts` (no port) have no pages to keep: the operator's, and the media host, whose files are files already.
    `strip_port`: for a site that answers alike on every port; its pages
    must then hold no absolute address.
    """

    allowed_query: Mapping[str, re.Pattern[str]] = field(default_factory=lambda: ALLOWED_QUERY)
    private_prefixes: tuple[str, ...] = PRIVATE_PREFIXES
    closed_hosts: frozenset[str] = frozenset()
    strip_port: bool = False


DEFAULT_RULES = KeyRules()


def cache_key(environ: Mapping[str, Any], rules: KeyRules = DEFAULT_RULES) -> Key | None:
    """(scheme, host, path, canonical query), or None for what is never cached.

    Only GET and HEAD; only a plain host name; only query parameters that the pages know (advertisers' ones are dropped,
    any other goes to the application unstored). Forwarded host headers play no part.
    """
    if environ["REQUEST_METHOD"] not in {"GET", "HEAD"} or environ.get("SCRIPT_NAME"):
        return None
    path = environ.get("PATH_INFO") or "/"
    if len(path) > _MAX_PATH or not path.startswith("/") or path.startswith(rules.private_prefixes):
        return None
    if _ODD_IN_PATH.search(path) or not _is_utf8(path):
        return None
    host = environ.get("HTTP_HOST", "").lower()
    if not _HOST.fullmatch(host):
        return None
    name = host.partition(":")[0]
    if name in rules.closed_hosts:
        return None
    query = environ.get("QUERY_STRING", "")
    if query:
        query = canonical_query(query, rules.allowed_query)
        if query is None:
            return None
    return scheme_of(environ), name if rules.strip_port else host, path, query


def scheme_of(environ: Mapping[str, Any]) -> str:
    """The connection's scheme and, if a proxy names one, the proxy's ("http+https").

    Whether the application trusts the proxy's word is its own setting; as both are in the key, neither answer can be
    served in place of the other. The comparison is Django's (the first of several values).
    """
    scheme: str = environ.get("wsgi.url_scheme", "http")
    forwarded = environ.get("HTTP_X_FORWARDED_PROTO")
    if forwarded is None:
        return scheme
    return f"{scheme}+https" if forwarded.partition(",")[0].strip() == "https" else f"{scheme}+other"


def canonical_query(query: str, allowed: Mapping[str, re.Pattern[str]] = ALLOWED_QUERY) -> str | None:
    """Sorted, without advertisers' parameters; None when a name or value is not one of ours."""
    if len(query) > _MAX_QUERY:
        return None
    try:
        pairs = parse_qsl(query, keep_blank_values=True, strict_parsing=True, max_num_fields=20)
    except ValueError:
        return None
    kept = {}
    for name, value in pairs:
        if _DROPPED.fullmatch(name):
            continue
        pattern = allowed.get(name)
        if pattern is None or name in kept or not pattern.fullmatch(value):
            return None
        kept[name] = value
    return urlencode(sorted(kept.items()), quote_via=quote)


def _is_utf8(path: str) -> bool:
    """PEP 3333 hands over the path's bytes as Latin-1; bytes that are no UTF-8 are left to the application."""
    if path.isascii():
        return True
    try:
        path.encode("latin-1").decode()
    except UnicodeError:
        return False
    return True
