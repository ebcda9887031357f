"""The store and the WSGI side, with a small application behind it; no database."""

from __future__ import annotations

import gzip
import threading
import time
from typing import Any

import brotli
import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal_host.front_cache.invalidation import payloads
from portal_host.front_cache.keys import cache_key, canonical_query
from portal_host.front_cache.store import Entry, Store
from portal_host.front_cache.wsgi import FrontCache
from tenants import cache_tags, context

REF = context.PortalRef(1, "a" * 32, "p_a", "a", "A", "school", "THCS", "active", 1, "a.localhost")
PUBLIC = "public, max-age=0, s-maxage=300"


class App:
    """Answers what it is told; counts its renders."""

    def __init__(self) -> None:
        self.body, self.status = b"x" * 2000, "200 OK"
        self.headers = [("Content-Type", "text/html; charset=utf-8"), ("Cache-Control", PUBLIC)]
        self.renders, self.seconds = 0, 0.0
        self.tags: tuple[str, ...] = ("page:1",)
        self.during: Any = None
        self.environ: dict[str, Any] = {}

    def __call__(self, environ: dict[str, Any], start: Any) -> list[bytes]:
        self.renders += 1
        self.environ = environ
        body = self.body
        with context.enter(REF):
            cache_tags.tag(*self.tags)
        if self.during:
            self.during()
        time.sleep(self.seconds)
        start(self.status, list(self.headers))
        return [body]


@pytest.fixture
def app() -> App:
    return App()


@pytest.fixture
def cache(app: App) -> FrontCache:
    store = Store(1_000_000)
    store.reset(enabled=True)
    return FrontCache(app, store)


def ask(cache: FrontCache, path: str = "/", **more: str) -> tuple[str, dict[str, str], bytes]:
    environ = {"REQUEST_METHOD": "GET", "PATH_INFO": path, "HTTP_HOST": "a.localhost", "QUERY_STRING": "",
               "wsgi.url_scheme": "http", **more}  # fmt: skip
    got: list[Any] = []
    body = b"".join(cache(environ, lambda status, headers, exc=None: got.extend((status, dict(headers)))))
    return got[0], got[1], body


TAG = f"p:{'a' * 32}:page:1"


def test_hit_after_miss(cache: FrontCache, app: App) -> None:
    assert ask(cache)[1]["X-Cache"] == "MISS"
    status, headers, body = ask(cache)
    assert (status, headers["X-Cache"], body) == ("200 OK", "HIT", app.body)
    assert headers["Content-Length"] == "2000"
    assert app.renders == 1


def test_head_and_304(cache: FrontCache, app: App) -> None:
    _, headers, body = ask(cache, REQUEST_METHOD="HEAD")
    assert body == b""
    assert headers["Content-Length"] == "2000"
    assert app.environ["REQUEST_METHOD"] == "GET"
    status, headers, body = ask(cache, HTTP_IF_NONE_MATCH=headers["ETag"])
    assert (status, body) == ("304 Not Modified", b"")
    assert ask(cache, HTTP_IF_NONE_MATCH='"other"')[0] == "200 OK"
    assert app.renders == 1


@pytest.mark.parametrize(
    ("accept", "encoding"),
    [
        ("gzip, br", "br"),
        ("gzip", "gzip"),
        ("br;q=0.1, gzip", "gzip"),
        ("br;q=0, gzip;q=0", None),
        ("", None),
        ("identity", None),
        ("*", "br"),
        ("gzip;q=odd", None),
    ],
)
def test_encodings(cache: FrontCache, app: App, accept: str, encoding: str | None) -> None:
    ask(cache)
    _, headers, body = ask(cache, HTTP_ACCEPT_ENCODING=accept)
    assert headers.get("Content-Encoding") == encoding
    plain = {"br": brotli.decompress, "gzip": gzip.decompress}.get(encoding or "", lambda raw: raw)(body)
    assert plain == app.body
    assert headers["Vary"] == "Accept-Encoding"


@pytest.mark.parametrize(
    ("status", "extra"),
    [
        ("200 OK", ("Set-Cookie", "a=b")),
        ("200 OK", ("Vary", "Cookie")),
        ("200 OK", ("Vary", "Accept-Encoding, *")),
        ("200 OK", ("Cache-Control", "private, no-store")),
        ("200 OK", ("Cache-Control", "max-age=60")),
        ("200 OK", ("Cache-Control", "public, max-age=60")),
        ("200 OK", ("Cache-Control", "public, s-maxage=0")),
        ("500 Internal Server Error", ("X", "y")),
        ("302 Found", ("Location", "/x")),
        ("403 Forbidden", ("X", "y")),
    ],
)
def test_never_stored(cache: FrontCache, app: App, status: str, extra: tuple[str, str]) -> None:
    app.status = status
    app.headers = [header for header in app.headers if header[0] != extra[0]] + [extra]
    ask(cache)
    ask(cache)
    assert app.renders == 2
    assert len(cache.store) == 0


def test_never_stored_with_a_csrf_token(cache: FrontCache, app: App) -> None:
    def use_token() -> None:
        app.environ["CSRF_COOKIE_NEEDS_UPDATE"] = True

    app.during = use_token
    ask(cache)
    assert len(cache.store) == 0


def test_the_application_never_sees_the_session_of_a_cacheable_page(cache: FrontCache, app: App) -> None:
    ask(cache, HTTP_COOKIE="phien=abc", HTTP_ACCEPT_LANGUAGE="en")
    assert "HTTP_COOKIE" not in app.environ
    assert "HTTP_ACCEPT_LANGUAGE" not in app.environ


@pytest.mark.parametrize("path", ["/admin/", "/_f/x/1/2/", "/tai-khoan/dang-nhap/", "/van-ban-tep/1/x", "//x"])
def test_private_paths_pass_by(cache: FrontCache, app: App, path: str) -> None:
    assert ask(cache, path, HTTP_COOKIE="phien=abc")[1]["X-Cache"] == "BYPASS"
    assert app.environ["HTTP_COOKIE"] == "phien=abc"
    assert len(cache.store) == 0


def test_purge_by_tag_alone(cache: FrontCache, app: App) -> None:
    ask(cache, "/one")
    app.tags = ("page:2",)
    ask(cache, "/two")
    assert cache.store.purge([TAG]) == 1
    assert ask(cache, "/two")[1]["X-Cache"] == "HIT"
    assert ask(cache, "/one")[1]["X-Cache"] == "MISS"


def test_a_purge_during_the_render_is_not_lost(cache: FrontCache, app: App) -> None:
    app.during = lambda: cache.store.purge([TAG])
    ask(cache)
    app.during = None
    assert len(cache.store) == 0
    assert ask(cache)[1]["X-Cache"] == "MISS"
    app.during = lambda: cache.store.purge(["p:other:page:1"])
    ask(cache, "/b")
    assert ask(cache, "/b")[1]["X-Cache"] == "HIT"


def test_nothing_is_stored_without_a_listener(cache: FrontCache, app: App) -> None:
    ask(cache)
    cache.store.reset(enabled=False)
    ask(cache)
    assert len(cache.store) == 0
    app.during = lambda: cache.store.reset(enabled=True)
    ask(cache)
    assert len(cache.store) == 0, "the render began before the connection was back"


def test_old_pages_are_served_while_one_renders(cache: FrontCache, app: App) -> None:
    ask(cache)
    entry = next(iter(cache.store._entries.values()))
    entry.fresh_until = 0
    app.body, app.seconds = b"y" * 2000, 0.3
    answers: list[str] = []
    threads = [threading.Thread(target=lambda: answers.append(ask(cache)[1]["X-Cache"])) for _ in range(8)]
    for thread in threads:
        thread.start()
        time.sleep(0.01)
    for thread in threads:
        thread.join()
    assert sorted(answers) == ["MISS"] + ["STALE"] * 7
    assert app.renders == 2
    assert ask(cache)[2] == app.body


def test_an_error_keeps_the_old_page(cache: FrontCache, app: App) -> None:
    ask(cache)
    next(iter(cache.store._entries.values())).fresh_until = 0
    app.status = "500 Internal Server Error"
    assert ask(cache)[0] == "200 OK"


def test_a_stampede_renders_once(cache: FrontCache, app: App) -> None:
    app.seconds = 0.3
    threads = [threading.Thread(target=ask, args=(cache,)) for _ in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert app.renders == 1


def test_the_store_is_bounded_in_bytes(cache: FrontCache, app: App) -> None:
    cache.store.max_bytes = 40_000
    for number in range(60):
        ask(cache, f"/{number}")
    assert cache.store.bytes <= 40_000
    assert ask(cache, "/59")[1]["X-Cache"] == "HIT"
    assert ask(cache, "/0")[1]["X-Cache"] == "MISS"
    assert set(cache.store._by_tag) == {TAG}


def test_too_large_for_the_store() -> None:
    store = Store(8_000)
    store.reset(enabled=True)
    variants: dict[str, Any] = {"identity": ([], b"x" * 5000)}
    assert not store.put(("http", "h", "/", ""), Entry("200 OK", variants, [], "", frozenset(), 1, 2), store.sequence())


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("page=2", "page=2"),
        ("utm_source=x&page=2", "page=2"),
        ("fbclid=1", ""),
        ("q=x", None),
        ("page=2&page=3", None),
        ("page=x", None),
        ("page=2%00", None),
        ("page", None),
        ("page=" + "1" * 600, None),
    ],
)
def test_queries(query: str, expected: str | None) -> None:
    assert canonical_query(query) == expected


@given(st.text(max_size=80))
def test_any_query_is_canonical_or_refused(query: str) -> None:
    canonical = canonical_query(query)
    assert canonical is None or canonical == "" or canonical.startswith("page=")


@pytest.mark.parametrize("host", ["", "a b", "a\r\nx: y", "[::1]", "-a", "a..b/", "a" * 300, "A@b"])
def test_odd_hosts_have_no_key(host: str) -> None:
    environ: dict[str, object] = {"REQUEST_METHOD": "GET", "PATH_INFO": "/", "HTTP_HOST": host}
    assert cache_key(environ) is None


def test_forwarded_host_plays_no_part(cache: FrontCache, app: App) -> None:
    ask(cache, HTTP_X_FORWARDED_HOST="evil")
    assert list(cache.store._entries) == [("http", "a.localhost", "/", "")]


def test_payloads_fit_a_notify() -> None:
    messages = payloads([f"p:{'a' * 32}:page:{n}" for n in range(1000)])
    assert len(messages) > 1
    assert max(map(len, messages)) < 8000
