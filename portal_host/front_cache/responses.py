"""What may be kept of an application's answer, and which of its bytes a visitor gets. Pure."""

from __future__ import annotations

import gzip
import hashlib
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

import brotli

from .store import Entry, Headers, now

_NOT_KEPT = {
    "age", "connection", "content-length", "date", "etag", "keep-alive", "server", "transfer-encoding", "vary",
    "x-cache",
}  # fmt: skip
_WITH_304 = {"cache-control", "content-location", "content-security-policy", "expires", "last-modified", "vary"}
_TEXT = (
    "text/", "application/json", "application/xml", "application/rss+xml", "image/svg+xml", "application/javascript",
)  # fmt: skip
_COMPRESSED_FROM = 512  # bytes
_GZIP_LEVEL, _BROTLI_QUALITY = 6, 5
_STALE_SECONDS = 86_400  # when the answer does not say
_MINOR_SECONDS = 30
# A stored page may vary only by what it is stored in (the encoding) and by what a render never sees.
_VARY_ALLOWED = {"accept-encoding", "accept-language"}
CSRF_FIELD = b"csrfmiddlewaretoken"
CSRF_FLAGS = ("CSRF_COOKIE_NEEDS_UPDATE", "portal_host.csrf_used")


def lifetime(status: str, headers: Headers, body: bytes, environ: Mapping[str, Any]) -> tuple[int, int] | None:
    """(seconds fresh, seconds more that it may be served stale), or None for what must not be kept.

    Kept: 200, 301, and 404 for a short time; `public` with `s-maxage` above 0 (RFC 9111 §5.2.2); a whole body. Never
    beside a cookie, a CSRF token, or a Vary by anything but the encoding.
    """
    code = status[:3]
    if code not in {"200", "301", "404"} or any(environ.get(flag) for flag in CSRF_FLAGS) or CSRF_FIELD in body:
        return None
    directives: dict[str, str] = {}
    for name, value in headers:
        match name.lower():
            case "set-cookie" | "content-encoding" | "content-range":
                return None
            case "vary":
                if not _VARY_ALLOWED.issuperset(part.strip().lower() for part in value.split(",") if part.strip()):
                    return None
            case "cache-control":
                directives |= _directives(value)
            case "content-length":
                if value.strip() != str(len(body)):
                    return None
    if "public" not in directives or not directives.keys().isdisjoint({"private", "no-store", "no-cache"}):
        return None
    fresh = _seconds(directives.get("s-maxage", ""))
    if not fresh:
        return None
    if not directives.keys().isdisjoint({"must-revalidate", "proxy-revalidate"}):
        stale = 0
    else:
        stated = [directives[name] for name in ("stale-while-revalidate", "stale-if-error") if name in directives]
        stale = max(map(_seconds, stated)) if stated else _STALE_SECONDS
    if code == "404":
        return min(fresh, _MINOR_SECONDS), min(stale, _MINOR_SECONDS)
    return fresh, stale


def build_entry(
    status: str,
    headers: Headers,
    body: bytes,
    tags: frozenset[str],
    environ: Mapping[str, Any],
    *,
    compress: bool = True,
) -> Entry | None:
    """An entry with its encodings, or None for a response that must not be kept.

    Without `compress` (the entry is for one use) and for all but a 200 (anyone can ask for a million) only plain bytes.
    """
    life = lifetime(status, headers, body, environ)
    if life is None:
        return None
    kept = [(name, value) for name, value in headers if name.lower() not in _NOT_KEPT]
    kept.append(("Vary", "Accept-Encoding"))
    kind = next((value for name, value in kept if name.lower() == "content-type"), "")
    minor = not status.startswith("200")
    bodies = {"identity": body}
    if compress and not minor and len(body) > _COMPRESSED_FROM and kind.lower().startswith(_TEXT):
        bodies["br"] = brotli.compress(body, quality=_BROTLI_QUALITY)
        bodies["gzip"] = gzip.compress(body, _GZIP_LEVEL, mtime=0)
    etag = f'"{hashlib.blake2b(body, digest_size=12).hexdigest()}"'
    variants = {}
    for encoding, content in bodies.items():
        if encoding != "identity" and len(content) >= len(body):
            continue
        own = [*kept, ("ETag", etag_of(etag, encoding)), ("Content-Length", str(len(content)))]
        if encoding != "identity":
            own.append(("Content-Encoding", encoding))
        variants[encoding] = (own, content)
    moment = now()
    return Entry(
        status,
        variants,
        [(name, value) for name, value in kept if name.lower() in _WITH_304],
        etag,
        tags,
        fresh_until=moment + life[0],
        stale_until=moment + sum(life),
        minor=minor,
        stored_at=moment,
    )


def etag_of(etag: str, encoding: str) -> str:
    """Strong tags differ by encoding, as their bytes do (RFC 9110 §8.8.3)."""
    return etag if encoding == "identity" else f'{etag[:-1]}-{encoding}"'


@lru_cache(maxsize=512)
def preference(accept: str) -> tuple[str, ...]:
    """Our encodings that a client takes, best first, by its Accept-Encoding with q values (RFC 9110 §12.5.3).

    Brotli, then gzip, then none, when it likes them equally; compressed before plain unless it ranks plain higher.
    """
    if len(accept) > 256:
        return ("identity",)
    weights: dict[str, float] = {}
    for part in accept.lower().split(","):
        name, _, parameter = part.partition(";")
        weights[name.strip()] = _weight(parameter)
    # Unless ranked, plain is acceptable, after the rest; our pages have no other form for who refuses even that.
    plain = weights.get("identity", 0.0)
    taken = [(weights.get(name, weights.get("*", 0.0)), -order, name) for order, name in enumerate(("br", "gzip"))]
    better = sorted((one for one in taken if one[0] > 0 and one[0] >= plain), reverse=True)
    return *(name for _, _, name in better), "identity"


def matches(condition: str, etag: str) -> bool:
    """If-None-Match by weak comparison (RFC 9110 §13.1.2); every encoding's tag stands for the same page."""
    if condition.strip() == "*":
        return True
    own = {etag, etag_of(etag, "gzip"), etag_of(etag, "br")}
    return any(part.strip().removeprefix("W/") in own for part in condition.split(","))


def _directives(value: str) -> dict[str, str]:
    """Cache-Control as name → argument; a quoted list of fields, which we never send, counts as the bare directive."""
    found = {}
    for part in value.lower().split(","):
        name, _, argument = part.partition("=")
        found[name.strip()] = argument.strip().strip('"')
    return found


def _seconds(text: str) -> int:
    return min(int(text), 10 * 365 * 86_400) if text.isascii() and text.isdigit() and len(text) < 12 else 0


def _weight(parameter: str) -> float:
    name, _, value = parameter.partition("=")
    if not name.strip():
        return 1.0
    try:
        weight = float(value) if name.strip() == "q" else 0.0
    except ValueError:
        return 0.0
    return weight if 0.0 <= weight <= 1.0 else 0.0
