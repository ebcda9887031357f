"""Nothing of a request that is not in its key reaches the stored page; odd requests have no key."""

from __future__ import annotations

import re
import string
from typing import Any
from urllib.parse import parse_qsl

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal_host.front_cache.keys import PRIVATE_PREFIXES, KeyRules, cache_key, canonical_query
from portal_host.front_cache.responses import lifetime, preference
from tests.front_cache.asking import PUBLIC, TAG, App, ask, cached, page


def echo(environ: dict[str, Any]) -> Any:
    """A careless application: writes all that it sees into its page."""
    return page(repr(sorted((k, str(v)) for k, v in environ.items() if k != "wsgi.input")).encode())


@pytest.mark.parametrize(
    "header",
    ["X_FORWARDED_HOST", "X_FORWARDED_PORT", "X_FORWARDED_FOR", "FORWARDED", "X_ORIGINAL_URL", "X_REWRITE_URL", "COOKIE",
     "X_HTTP_METHOD_OVERRIDE", "HX_REQUEST", "ACCEPT", "ACCEPT_LANGUAGE", "REFERER", "USER_AGENT", "AUTHORIZATION",
     "RANGE", "IF_MODIFIED_SINCE", "X_ANYTHING"],
)  # fmt: skip
def test_headers_outside_the_key_do_not_reach_the_page(header: str) -> None:
    cache = cached(App(echo))
    assert b"evil" not in ask(cache, **{f"HTTP_{header}": "evil"})[2]
    status, headers, body = ask(cache)
    assert (status, headers["X-Cache"]) == ("200 OK", "HIT")
    assert b"evil" not in body


def test_dropped_parameters_do_not_reach_the_page() -> None:
    cache = cached(App(echo))
    ask(cache, QUERY_STRING="utm_source=evil&page=2&fbclid=evil", REQUEST_URI="/?evil", RAW_URI="/?evil")
    _, headers, body = ask(cache, QUERY_STRING="page=2")
    assert headers["X-Cache"] == "HIT"
    assert b"evil" not in body
    assert b"'page=2'" in body


def test_a_body_sent_with_get_does_not_reach_the_page() -> None:
    cache = cached(App(lambda environ: page(environ["wsgi.input"].read() or b"nothing")))
    import io

    assert ask(cache, **{"wsgi.input": io.BytesIO(b"evil"), "CONTENT_LENGTH": "4"})[2] == b"nothing"


@pytest.mark.parametrize("trusted", ["https", "http", "https, http", " https", "HTTPS", ""])
def test_the_forwarded_scheme_is_in_the_key(trusted: str) -> None:
    """The page of a proxy's https and that of plain http are two, as Django's SECURE_PROXY_SSL_HEADER reads them."""
    app = App(lambda e: page(str(e.get("HTTP_X_FORWARDED_PROTO", "-").partition(",")[0].strip() == "https").encode()))
    cache = cached(app)
    ask(cache, HTTP_X_FORWARDED_PROTO=trusted)
    assert ask(cache)[2] == b"False"
    expected = b"True" if trusted.partition(",")[0].strip() == "https" else b"False"
    assert ask(cache, HTTP_X_FORWARDED_PROTO=trusted)[2] == expected
    assert ask(cache, HTTP_X_FORWARDED_PROTO="https")[2] == b"True"


def test_the_host_is_normalised_for_the_page_too() -> None:
    cache = cached(App(lambda environ: page(environ["HTTP_HOST"].encode())))
    assert ask(cache, HTTP_HOST="A.LocalHost")[2] == b"a.localhost"
    assert ask(cache)[1]["X-Cache"] == "HIT"


def test_ports_are_kept_unless_stripping_is_asked_for() -> None:
    environ = {"REQUEST_METHOD": "GET", "PATH_INFO": "/", "HTTP_HOST": "a.localhost:8000"}
    assert cache_key(environ) == ("http", "a.localhost:8000", "/", "")
    assert cache_key(environ, KeyRules(strip_port=True)) == ("http", "a.localhost", "/", "")
    assert cache_key(environ, KeyRules(closed_hosts=frozenset({"a.localhost"}))) is None


@pytest.mark.parametrize(
    "host",
    ["", " ", "a b", "a\n", "a.localhost\n", "a\r\nx: y", "[::1]", "[::1]:80", "-a", "a-", "a..b", ".a", "a.", "a:", "a:x",
     "a:123456", "a@b", "a/b", "a#b", "a?b", "a%00", "a_b", "a,b", "à", "а.localhost", "a" * 64, "a." * 130 + "a"],
)  # fmt: skip
def test_malformed_hosts_pass_by(host: str) -> None:
    cache = cached(App(echo))
    assert ask(cache, HTTP_HOST=host)[1]["X-Cache"] == "BYPASS"
    assert len(cache.store) == 0


@pytest.mark.parametrize(
    "path",
    ["//", "//evil.example/", "/a//b", "/./", "/../", "/a/..", "/a/../admin/", "/a\\b", "/a\x00", "/a\nb", "/\x7f", "/\xff",
     "/a\xc0\xaf", "http://evil.example/", "*", "a", "/" + "a" * 1024, *(prefix + "x" for prefix in PRIVATE_PREFIXES)],
)  # fmt: skip
def test_odd_and_private_paths_pass_by(path: str) -> None:
    app = App(echo)
    cache = cached(app)
    assert ask(cache, path, HTTP_COOKIE="phien=1")[1]["X-Cache"] == "BYPASS"
    assert app.seen[0]["HTTP_COOKIE"] == "phien=1"
    assert len(cache.store) == 0


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "OPTIONS", "PATCH", "get", "PURGE"])
def test_only_reading_is_looked_at(method: str) -> None:
    cache = cached(App(echo))
    ask(cache)
    assert ask(cache, REQUEST_METHOD=method)[1]["X-Cache"] == "BYPASS"


@pytest.mark.parametrize(
    "query", ["q=x", "page=2&page=3", "page=-1", "page=2;x", "x", "page=%zz", "a=1&" * 30, "page=٣"]
)
def test_unknown_queries_pass_by_whole(query: str) -> None:
    app = App(echo)
    cache = cached(app)
    assert ask(cache, QUERY_STRING=query)[1]["X-Cache"] == "BYPASS"
    assert app.seen[0]["QUERY_STRING"] == query
    assert len(cache.store) == 0


RULES = {"page": re.compile(r"[0-9]{1,6}"), "loai": re.compile(r"[a-z]{1,10}")}
_pairs = st.lists(
    st.tuples(
        st.sampled_from(["page", "loai", "utm_source", "fbclid", "q"]),
        st.text(string.ascii_lowercase + "0123456789%&=+ é"),
    ),
    max_size=5,
)


@given(_pairs, st.randoms())
def test_order_and_advertisers_do_not_change_the_key(pairs: list[tuple[str, str]], random: Any) -> None:
    from urllib.parse import urlencode

    key = canonical_query(urlencode(pairs), RULES)
    shuffled = [*pairs, ("gclid", "z")]
    random.shuffle(shuffled)
    names = [name for name, _ in pairs if name in RULES]
    if len(names) == len(set(names)) and len(urlencode(shuffled)) <= 512:
        assert canonical_query(urlencode(shuffled), RULES) == key
    if key is not None:
        kept = sorted((name, value) for name, value in pairs if name in RULES)
        assert parse_qsl(key, keep_blank_values=True) == kept
        assert "q" not in dict(pairs)


@given(st.text(max_size=600))
def test_canonical_is_a_fixed_point(query: str) -> None:
    key = canonical_query(query, RULES)
    if key:
        assert canonical_query(key, RULES) == key
        assert len(key) <= 512


@given(st.text(st.characters(max_codepoint=255), max_size=40), st.text(max_size=30), st.text(max_size=30))
def test_any_key_is_well_formed(path: str, host: str, query: str) -> None:
    environ = {"REQUEST_METHOD": "GET", "PATH_INFO": f"/{path}", "HTTP_HOST": host, "QUERY_STRING": query}
    key = cache_key(environ)
    if key is not None:
        assert re.fullmatch(r"[a-z0-9.-]+(:[0-9]+)?", key[1])
        assert key[2] == f"/{path}"
        assert not key[2].startswith(PRIVATE_PREFIXES)
        assert re.fullmatch(r"(page=[0-9]{1,6})?", key[3])


@given(st.text(max_size=60))
def test_any_cache_control_is_read_without_an_error(value: str) -> None:
    lifetime("200 OK", [("Cache-Control", value)], b"", {})
    assert lifetime("200 OK", [("Cache-Control", f"public, s-maxage=9, private, {value}")], b"", {}) is None


@given(st.text(max_size=60))
def test_any_accept_encoding_gives_an_answer(value: str) -> None:
    chosen = preference(value)
    assert chosen[-1] == "identity"
    assert set(chosen) <= {"br", "gzip", "identity"}


def test_nonsense_addresses_cannot_push_the_pages_out() -> None:
    def answer(environ: dict[str, Any]) -> Any:
        return page() if environ["PATH_INFO"] == "/" else page(b"n" * 4000, status="404 Not Found")

    cache = cached(App(answer))
    ask(cache)
    for number in range(600):
        ask(cache, f"/nonsense/{number}")
    for number in range(600):
        ask(cache, QUERY_STRING=f"page={number}")
    assert ask(cache)[1]["X-Cache"] == "HIT"
    assert cache.store.minor_bytes <= cache.store.max_bytes // 8
    cache.store.purge([TAG])
    assert (len(cache.store), cache.store.bytes, cache.store.minor_bytes) == (0, 0, 0)


@pytest.mark.parametrize(
    ("status", "extra", "control"),
    [
        ("200 OK", ("Vary", "HX-Request"), PUBLIC),
        ("200 OK", ("Vary", "User-Agent"), PUBLIC),
        ("200 OK", ("vary", "accept-encoding, COOKIE"), PUBLIC),
        ("200 OK", ("set-cookie", "a=b"), PUBLIC),
        ("200 OK", ("Content-Encoding", "gzip"), PUBLIC),
        ("200 OK", ("Content-Length", "5"), PUBLIC),
        ("206 Partial Content", ("X", "y"), PUBLIC),
        ("410 Gone", ("X", "y"), PUBLIC),
        ("200 OK", ("Cache-Control", "private"), PUBLIC),
        ("200 OK", ("X", "y"), "public, s-maxage=60, no-cache"),
        ("200 OK", ("X", "y"), "PUBLIC, S-MAXAGE=60, NO-STORE"),
        ("200 OK", ("X", "y"), 'public, s-maxage=60, private="Set-Cookie"'),
        ("200 OK", ("X", "y"), "public, s-maxage=abc"),
        ("200 OK", ("X", "y"), "public, s-maxage=-1"),
        ("200 OK", ("X", "y"), "s-maxage=60"),
    ],
)
def test_never_stored(status: str, extra: tuple[str, str], control: str) -> None:
    cache = cached(App(lambda _: page(b"x" * 2000, extra, status=status, control=control)))
    assert ask(cache)[0] == status
    assert len(cache.store) == 0


@pytest.mark.parametrize("flag", ["CSRF_COOKIE_NEEDS_UPDATE", "portal_host.csrf_used"])
def test_a_used_csrf_token_is_never_stored(flag: str) -> None:
    def answer(environ: dict[str, Any]) -> Any:
        environ[flag] = True
        return page()

    cache = cached(App(answer))
    ask(cache)
    assert len(cache.store) == 0
    cache = cached(App(lambda _: page(b'<input name="csrfmiddlewaretoken" value="abc">')))
    ask(cache)
    assert len(cache.store) == 0
