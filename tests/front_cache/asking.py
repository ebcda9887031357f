"""A small application behind a front cache, and how a test asks it. No Django, no database."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

from portal_host.front_cache.store import Store
from portal_host.front_cache.wsgi import FrontCache
from tenants import cache_tags, context

REF = context.PortalRef(1, "a" * 32, "p_a", "a", "A", "school", "THCS", "active", 1, "a.localhost")
TAG = f"p:{REF.uid}:page:1"
PUBLIC = "public, max-age=0, s-maxage=300"
Answer = tuple[str, list[tuple[str, str]], bytes]


class App:
    """Answers by `answer(environ)`, tagged "page:1"; counts its renders and keeps what it saw of each."""

    def __init__(self, answer: Callable[[dict[str, Any]], Answer]) -> None:
        self.answer = answer
        self.seen: list[dict[str, Any]] = []
        self.seconds = 0.0

    def __call__(self, environ: dict[str, Any], start: Any) -> list[bytes]:
        self.seen.append(environ)
        with context.enter(REF):
            cache_tags.tag("page:1")
        status, headers, body = self.answer(environ)
        time.sleep(self.seconds)
        start(status, headers)
        return [body]


def page(body: bytes = b"x" * 2000, *extra: tuple[str, str], status: str = "200 OK", control: str = PUBLIC) -> Answer:
    return status, [("Content-Type", "text/html; charset=utf-8"), ("Cache-Control", control), *extra], body


def cached(app: App, **options: Any) -> FrontCache:
    store = Store(1_000_000)
    store.reset(enabled=True)
    return FrontCache(app, store, **options)


def ask(cache: Any, path: str = "/", **more: str) -> tuple[str, dict[str, str], bytes]:
    """Status, headers, body of a GET of a.localhost; `more` goes into the environ."""
    environ = {
        "REQUEST_METHOD": "GET", "PATH_INFO": path, "HTTP_HOST": "a.localhost", "QUERY_STRING": "",
        "wsgi.url_scheme": "http", **more,
    }  # fmt: skip
    got: list[Any] = []
    body = b"".join(cache(environ, lambda status, headers, exc=None: got.extend((status, dict(headers)))))
    return got[0], got[1], body


def make_old(cache: FrontCache) -> None:
    """All stored pages are past their freshness."""
    for entry in cache.store._entries.values():
        entry.fresh_until = 0
