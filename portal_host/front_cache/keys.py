"""Which request has which key, and which has none. Pure."""

from __future__ import annotations

import re
from urllib.parse import parse_qsl, quote, urlencode

from .store import Key

_HOST = re.compile(r"^[a-z0-9]([a-z0-9.-]{0,250}[a-z0-9])?(:[0-9]{1,5})?$")
_DROPPED = re.compile(r"^(utm_[a-z]+|fbclid|gclid|zarsrc)$")
ALLOWED_QUERY = frozenset({"page"})
PRIVATE_PREFIXES = ("/admin/", "/_f/", "/tai-khoan/", "/truong/", "/van-ban-tep/", "/ngon-ngu/", "/_health", "/media/")
_VALUE = re.compile(r"^[0-9]{1,6}$")


def cache_key(environ: dict[str, object], *, operator_host: str = "") -> Key | None:
    """(scheme, host, path, canonical query), or None for what is never cached.

    Only GET and HEAD; only a plain host name; only query names that the pages know (advertisers' ones are dropped, any
    other goes to the application unstored). Forwarded host headers play no part.
    """
    if environ["REQUEST_METHOD"] not in {"GET", "HEAD"}:
        return None
    path = str(environ.get("PATH_INFO") or "/")
    if path.startswith(PRIVATE_PREFIXES) or len(path) > 1024 or not path.startswith("/") or "//" in path:
        return None
    host = str(environ.get("HTTP_HOST", "")).lower()
    if not _HOST.match(host) or host.partition(":")[0] == operator_host:
        return None
    query = str(environ.get("QUERY_STRING", ""))
    if query:
        canonical = canonical_query(query)
        if canonical is None:
            return None
        query = canonical
    return str(environ.get("wsgi.url_scheme", "http")), host, path, query


def canonical_query(query: str) -> str | None:
    """Sorted, without advertisers' parameters; None when a name or value is not one of ours."""
    if len(query) > 512:
        return None
    try:
        pairs = parse_qsl(query, keep_blank_values=True, strict_parsing=True, max_num_fields=20)
    except ValueError:
        return None
    kept = [(name, value) for name, value in pairs if not _DROPPED.match(name)]
    names = [name for name, _ in kept]
    if len(set(names)) != len(names) or not ALLOWED_QUERY.issuperset(names):
        return None
    if not all(_VALUE.match(value) for _, value in kept):
        return None
    return urlencode(sorted(kept), quote_via=quote)
