"""The front cache as WSGI middleware: a hit is bytes out, before Django and without the database.

Public pages are the same for everyone: a render for the store sees only what is in the key, never a cookie. When its
answer turns out not to be public, a visitor who brought a cookie gets an answer of his own, and for a few seconds the
address is not tried again. A page that is only old is served stale while one request renders it; a purged one is gone.
"""

from __future__ import annotations

import io
import logging
import threading
from collections import OrderedDict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from typing import Any

from tenants import cache_tags

from .keys import DEFAULT_RULES, KeyRules, cache_key, scheme_of
from .responses import build_entry, etag_of, matches, preference
from .store import Entry, Headers, Key, Store, now

Environ = dict[str, Any]
StartResponse = Callable[..., Any]

WAIT_SECONDS = 5.0
_PASS_SECONDS = 10.0
_REMEMBERED_PASSES = 10_000
_READING = frozenset({"GET", "HEAD"})
# All that a render for the store sees of the request's headers; each is in the key.
_SEEN = {"HTTP_HOST", "HTTP_X_FORWARDED_PROTO"}
_UNSEEN = {"CONTENT_TYPE", "CONTENT_LENGTH", "REQUEST_URI", "RAW_URI"}
_CREDENTIALS = ("HTTP_COOKIE", "HTTP_AUTHORIZATION")
_MARKS = {how: ("X-Cache", how) for how in ("HIT", "MISS", "STALE", "BYPASS")}

log = logging.getLogger(__name__)


@dataclass(slots=True, eq=False)
class _Render:
    """A first render under way. `entry`: what its waiters may have; `purged`: they should try again."""

    done: threading.Event = field(default_factory=threading.Event)
    entry: Entry | None = None
    purged: bool = False


@dataclass(slots=True)
class _Answer:
    status: str
    headers: Headers
    body: bytes
    entry: Entry | None
    stored: bool


class FrontCache:
    """`app` behind `store`.

    `start` is called once, by the first request of the process: threads must be born after the server's fork.
    `untagged`: tags of pages that collected none (answers given before a portal is known), so that they can be purged.
    """

    def __init__(
        self,
        app: Any,
        store: Store,
        *,
        start: Callable[[], None] = lambda: None,
        closed_hosts: Iterable[str] = (),
        rules: KeyRules = DEFAULT_RULES,
        untagged: Iterable[str] = (),
    ) -> None:
        self.app = app
        self.store = store
        self.rules = replace(rules, closed_hosts=rules.closed_hosts | frozenset(closed_hosts))
        self.untagged = frozenset(untagged)
        self._start: Callable[[], None] | None = start
        self._renders: dict[Key, _Render] = {}
        self._passes: OrderedDict[Key, float] = OrderedDict()
        self._lock = threading.Lock()

    def __call__(self, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        if self._start is not None:
            self._begin()
        entry = None
        if not environ.get("QUERY_STRING") and environ["REQUEST_METHOD"] in _READING:
            # Only sound keys are in the store, so a request that finds one needs no further look.
            key = (scheme_of(environ), environ.get("HTTP_HOST", ""), environ.get("PATH_INFO", ""), "")
            entry = self.store.get(key)
        if entry is None:
            sound = cache_key(environ, self.rules)
            if sound is None:
                return self._bypass(environ, start_response)
            key = sound
            entry = self.store.get(key)
        if entry is not None:
            moment = now()
            if moment < entry.fresh_until:
                return send(entry, environ, start_response, "HIT", moment)
            if moment < entry.stale_until:
                if not self.store.begin_rebuild(key, entry):
                    return send(entry, environ, start_response, "STALE", moment)
                return self._rebuild(key, entry, environ, start_response)
        return self._first(key, environ, start_response)

    def _begin(self) -> None:
        with self._lock:
            start, self._start = self._start, None
        if start is not None:
            start()

    def _bypass(self, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        def mark(status: str, headers: Headers, *exc_info: Any) -> Any:
            return start_response(status, [*headers, _MARKS["BYPASS"]], *exc_info)

        result: Iterable[bytes] = self.app(environ, mark)
        return result

    def _first(self, key: Key, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        """No page to show: one request renders, the others wait for it and take its page, if it may be shared."""
        deadline = now() + WAIT_SECONDS
        while True:
            ready, render, mine = None, None, False
            with self._lock:
                if self._passes.get(key, 0.0) <= now():
                    render = self._renders.get(key)
                    if render is None:
                        # Another's render may have ended since this request looked into the store.
                        ready = self.store.get(key)
                        if ready is None or now() >= ready.fresh_until:
                            ready, mine = None, True
                            render = self._renders[key] = _Render()
            if ready is not None:
                return send(ready, environ, start_response, "HIT", now())
            if render is None:
                return self._bypass(environ, start_response)
            if mine:
                break
            render.done.wait(max(0.0, deadline - now()))
            if render.entry is not None:
                return send(render.entry, environ, start_response, "HIT", now())
            if not render.purged or now() >= deadline:
                return self._bypass(environ, start_response)
        try:
            answer = self._render(key, environ)
            if answer.stored or not self.store.enabled:
                # Without a listener nothing is kept, but who waited while it was rendered may have it.
                render.entry = answer.entry
            else:
                render.purged = answer.entry is not None
            self._remember(key, answer)
        finally:
            with self._lock:
                del self._renders[key]
            render.done.set()
        return self._finish(answer, environ, start_response)

    def _rebuild(self, key: Key, old: Entry, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        failed = True
        try:
            answer = self._render(key, environ)
            failed = answer.status.startswith("5")
        except Exception:
            # Whatever broke: there is a page to show. The server's own log gets the reason.
            log.exception("front cache: rendering %s%s failed, the old page stays", key[1], key[2])
        finally:
            self.store.end_rebuild(old, failed=failed)
        if failed:
            return send(old, environ, start_response, "STALE", now())
        if answer.entry is None:
            self.store.discard(key, old)
        self._remember(key, answer)
        return self._finish(answer, environ, start_response)

    def _remember(self, key: Key, answer: _Answer) -> None:
        """An address whose answer is not public is passed on for a while: nobody waits for another's answer."""
        if answer.entry is not None or answer.status.startswith("5"):
            return
        with self._lock:
            self._passes[key] = now() + _PASS_SECONDS
            self._passes.move_to_end(key)
            while len(self._passes) > _REMEMBERED_PASSES:
                self._passes.popitem(last=False)

    def _finish(self, answer: _Answer, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        if answer.entry is not None:
            return send(answer.entry, environ, start_response, "MISS", now())
        if not answer.status.startswith("5") and any(environ.get(name) for name in _CREDENTIALS):
            # Not public, and this visitor may be somebody: a page for members, say.
            return self._bypass(environ, start_response)
        start_response(answer.status, [*answer.headers, _MARKS["MISS"]])
        return [] if environ["REQUEST_METHOD"] == "HEAD" else [answer.body]

    def _render(self, key: Key, environ: Environ) -> _Answer:
        """The application's answer to what the key says, and to nothing else; kept if it may be."""
        inner = {
            name: value
            for name, value in environ.items()
            if name not in _UNSEEN and (name in _SEEN or not name.startswith("HTTP_"))
        }
        inner |= {"REQUEST_METHOD": "GET", "HTTP_HOST": key[1], "PATH_INFO": key[2], "QUERY_STRING": key[3]}
        inner["wsgi.input"] = io.BytesIO()
        started: list[Any] = []
        parts: list[bytes] = []

        def capture(status: str, headers: Headers, exc_info: Any = None) -> Any:
            started[:] = [status, headers]
            return parts.append

        began = self.store.sequence()
        with cache_tags.collecting() as tags:
            result = self.app(inner, capture)
            try:
                parts.extend(result)
            finally:
                if hasattr(result, "close"):
                    result.close()
        status, headers = started
        body = b"".join(parts)
        found = frozenset(tags) or self.untagged
        entry = build_entry(status, headers, body, found, inner, compress=self.store.enabled)
        if entry is not None and not self.store.fits(entry):
            entry = None
        if entry is None:
            return _Answer(status, headers, body, None, False)
        # Numbers of list pages can be made up, like addresses that are not there.
        entry.minor = entry.minor or bool(key[3])
        stored = self.store.put(key, entry, began)
        return _Answer(status, headers, body, entry, stored)


def send(entry: Entry, environ: Environ, start_response: StartResponse, how: str, moment: float) -> Iterable[bytes]:
    """The entry in the best encoding for this client, or 304."""
    variants = entry.variants
    encoding = "identity"
    if len(variants) > 1:
        accept = environ.get("HTTP_ACCEPT_ENCODING")
        if accept:
            for encoding in preference(accept):
                if encoding in variants:
                    break
    age = ("Age", str(int(moment - entry.stored_at)))
    condition = environ.get("HTTP_IF_NONE_MATCH")
    if condition and matches(condition, entry.etag) and entry.status.startswith("200"):
        tag = ("ETag", etag_of(entry.etag, encoding))
        start_response("304 Not Modified", [*entry.not_modified, tag, _MARKS[how], age])
        return []
    headers, body = variants[encoding]
    # A copy: the server may change the list (PEP 3333).
    start_response(entry.status, [*headers, _MARKS[how], age])
    return [] if environ["REQUEST_METHOD"] == "HEAD" else [body]
