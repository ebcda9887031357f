"""The front cache as WSGI middleware: a hit is bytes out, before Django and without the database.

Public pages are the same for everyone, so cookies play no part in the key; paths with a person's content never come
here. An entry that is only old is served stale while one request renders it anew; a purged one is gone.
"""

from __future__ import annotations

import gzip
import hashlib
import threading
from collections.abc import Callable, Iterable
from typing import Any

import brotli

from tenants import cache_tags

from .keys import cache_key
from .store import Entry, Key, Store, now

Environ = dict[str, Any]
StartResponse = Callable[..., Any]

WAIT_SECONDS = 8.0
_HOP = {"connection", "content-length", "date", "server", "x-cache", "age", "transfer-encoding"}
_TEXT = ("text/", "application/json", "application/xml", "application/rss+xml", "image/svg+xml", "application/javascript")
_STORED = {"200": None, "301": None, "404": 30.0}


class FrontCache:
    def __init__(
        self, app: Any, store: Store, *, start: Callable[[], None] = lambda: None, operator_host: str = ""
    ) -> None:
        self.app = app
        self.store = store
        self.operator_host = operator_host
        self._start: Callable[[], None] | None = start
        self._renders: dict[Key, threading.Event] = {}
        self._lock = threading.Lock()

    def __call__(self, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        if self._start is not None:
            # The first request of this worker process: the listener's thread must be born after the fork.
            start, self._start = self._start, None
            start()
        key = cache_key(environ, operator_host=self.operator_host)
        if key is None:
            return self._bypass(environ, start_response)
        entry = self.store.get(key)
        if entry is not None:
            moment = now()
            if moment < entry.fresh_until:
                return _send(entry, environ, start_response, "HIT")
            if moment < entry.stale_until:
                if entry.rebuilding:
                    return _send(entry, environ, start_response, "STALE")
                entry.rebuilding = True
                return self._render(key, environ, start_response, stale=entry)
        return self._first(key, environ, start_response)

    def _bypass(self, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        def mark(status: str, headers: list[tuple[str, str]], exc_info: Any = None) -> Any:
            headers.append(("X-Cache", "BYPASS"))
            return start_response(status, headers, exc_info) if exc_info else start_response(status, headers)

        result: Iterable[bytes] = self.app(environ, mark)
        return result

    def _first(self, key: Key, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        """No page to show: one request renders, the others wait for it and take its page, if it may be shared."""
        with self._lock:
            event = self._renders.get(key)
            mine = event is None
            if event is None:
                event = self._renders[key] = threading.Event()
        if not mine:
            event.wait(WAIT_SECONDS)
            entry = self.store.get(key)
            if entry is not None:
                return _send(entry, environ, start_response, "HIT")
            return self._render(key, environ, start_response)
        try:
            return self._render(key, environ, start_response)
        finally:
            with self._lock:
                self._renders.pop(key, None)
            event.set()

    def _render(
        self, key: Key, environ: Environ, start_response: StartResponse, stale: Entry | None = None
    ) -> Iterable[bytes]:
        began = self.store.sequence()
        captured: list[Any] = []
        head = environ["REQUEST_METHOD"] == "HEAD"
        inner = dict(environ)
        if head:
            inner["REQUEST_METHOD"] = "GET"  # the page is stored; a HEAD is answered from it
        # The application must see neither the visitor's session nor a question it would answer with 304.
        for name in ("HTTP_COOKIE", "HTTP_IF_NONE_MATCH", "HTTP_IF_MODIFIED_SINCE", "HTTP_RANGE", "HTTP_ACCEPT_LANGUAGE"):
            inner.pop(name, None)

        def capture(status: str, headers: list[tuple[str, str]], exc_info: Any = None) -> Any:
            captured[:] = [status, headers]
            return lambda data: None

        try:
            with cache_tags.collecting() as tags:
                result = self.app(inner, capture)
                try:
                    body = b"".join(result)
                finally:
                    if hasattr(result, "close"):
                        result.close()
        finally:
            if stale is not None:
                stale.rebuilding = False
        status, headers = captured
        if stale is not None and status.startswith("5"):
            return _send(stale, environ, start_response, "STALE")
        entry = build_entry(status, headers, body, frozenset(tags), inner)
        if entry is None:
            start_response(status, [*headers, ("X-Cache", "MISS")])
            return [] if head else [body]
        self.store.put(key, entry, began)
        return _send(entry, environ, start_response, "MISS")


def storable(status: str, headers: list[tuple[str, str]], environ: Environ) -> float | None:
    """Seconds a response may be kept, or None: public, shared age, no cookie, no CSRF token, no Vary by cookie."""
    code = status[:3]
    if code not in _STORED or environ.get("CSRF_COOKIE_NEEDS_UPDATE"):
        return None
    control, seconds = "", None
    for name, value in headers:
        lowered = name.lower()
        if lowered == "set-cookie":
            return None
        if lowered == "vary" and {"cookie", "*"} & {part.strip().lower() for part in value.split(",")}:
            return None
        if lowered == "cache-control":
            control = value.lower()
    directives = {part.strip() for part in control.split(",")}
    if "public" not in directives or {"private", "no-store"} & directives:
        return None
    for directive in directives:
        if directive.startswith("s-maxage="):
            seconds = float(directive[9:] or 0)
    limit = _STORED[code]
    if not seconds:
        return None
    return min(seconds, limit) if limit else seconds


def build_entry(
    status: str, headers: list[tuple[str, str]], body: bytes, tags: frozenset[str], environ: Environ
) -> Entry | None:
    """An entry with its encodings, or None for a response that must not be kept."""
    seconds = storable(status, headers, environ)
    if seconds is None:
        return None
    kept = [(name, value) for name, value in headers if name.lower() not in _HOP]
    kind = next((value for name, value in kept if name.lower() == "content-type"), "")
    etag = f'"{hashlib.blake2b(body, digest_size=12).hexdigest()}"'
    kept = [(name, value) for name, value in kept if name.lower() not in {"etag", "vary"}]
    vary = ["Accept-Encoding", *_other_vary(headers)]
    common = [*kept, ("Vary", ", ".join(vary))]
    bodies = {"identity": body}
    if len(body) > 512 and kind.startswith(_TEXT):
        bodies["gzip"] = gzip.compress(body, 6, mtime=0)
        bodies["br"] = brotli.compress(body, quality=7)
    variants = {}
    for encoding, content in bodies.items():
        own = [*common, ("ETag", etag if encoding == "identity" else f'{etag[:-1]}-{encoding}"')]
        if encoding != "identity":
            own.append(("Content-Encoding", encoding))
        variants[encoding] = ([*own, ("Content-Length", str(len(content)))], content)
    not_modified = [
        (n, v) for n, v in common if n.lower() in {"cache-control", "content-location", "expires", "vary"}
    ]
    fresh = now() + seconds
    return Entry(status, variants, [*not_modified, ("ETag", etag)], etag, tags, fresh, fresh + 86_400)


def _other_vary(headers: list[tuple[str, str]]) -> list[str]:
    found = [part.strip() for n, v in headers if n.lower() == "vary" for part in v.split(",")]
    return [name for name in found if name.lower() not in {"accept-encoding", "accept-language"}]


def _choose(accept: str, variants: dict[str, Any]) -> str:
    """Encoding by the client's Accept-Encoding with q values (RFC 9110 §12.5.3); br, then gzip, when equal."""
    if not accept or "br" not in variants:
        return "identity"
    weights: dict[str, float] = {}
    for part in accept.lower().split(","):
        name, _, parameter = part.strip().partition(";")
        try:
            weights[name.strip()] = float(parameter.strip()[2:]) if parameter.strip().startswith("q=") else 1.0
        except ValueError:
            weights[name.strip()] = 0.0
    best, chosen = 0.0, "identity"
    for name in ("br", "gzip"):
        weight = weights.get(name, weights.get("*", 0.0))
        if weight > best:
            best, chosen = weight, name
    return chosen


def _matches(condition: str, etag: str) -> bool:
    """Weak comparison of If-None-Match; encodings of the same page share the stem of the tag."""
    if condition.strip() == "*":
        return True
    stem = etag[:-1]
    return any(part.strip().removeprefix("W/").startswith(stem) for part in condition.split(","))


def _send(entry: Entry, environ: Environ, start_response: StartResponse, how: str) -> Iterable[bytes]:
    condition = environ.get("HTTP_IF_NONE_MATCH")
    if condition and entry.status.startswith("200") and _matches(condition, entry.etag):
        start_response("304 Not Modified", [*entry.not_modified, ("X-Cache", how)])
        return []
    headers, body = entry.variants[_choose(environ.get("HTTP_ACCEPT_ENCODING", ""), entry.variants)]
    start_response(entry.status, [*headers, ("X-Cache", how)])
    return [] if environ["REQUEST_METHOD"] == "HEAD" else [body]
