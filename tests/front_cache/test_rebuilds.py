"""Who waits, who gets the old page, who gets an answer of his own; purges that meet renders. Real threads."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from portal_host.front_cache.store import Store
from portal_host.front_cache.wsgi import FrontCache
from tests.front_cache.asking import TAG, App, ask, cached, make_old, page

PRIVATE = "private, no-store"


def at_once(count: int, action: Callable[[], Any]) -> list[Any]:
    barrier = threading.Barrier(count)

    def one() -> Any:
        barrier.wait()
        return action()

    with ThreadPoolExecutor(count) as pool:
        return [future.result() for future in [pool.submit(one) for _ in range(count)]]


def test_one_rebuild_at_a_time_for_threads_in_the_same_moment() -> None:
    app = App(lambda _: page())
    cache = cached(app)
    ask(cache)
    app.seconds = 0.2
    for _ in range(3):
        make_old(cache)
        before = len(app.seen)
        states = sorted(headers["X-Cache"] for _, headers, _ in at_once(16, lambda: ask(cache)))
        assert states == ["MISS"] + ["STALE"] * 15
        assert len(app.seen) == before + 1


def test_a_replaced_page_is_not_rebuilt_again() -> None:
    cache = cached(App(lambda _: page()))
    ask(cache)
    key, old = next(iter(cache.store._entries.items()))
    make_old(cache)
    assert ask(cache)[1]["X-Cache"] == "MISS"
    assert not old.rebuilding
    assert not cache.store.begin_rebuild(key, old)
    cache.store.purge([TAG])
    assert not cache.store.begin_rebuild(key, old)


def test_a_late_look_finds_the_page_even_between_miss_and_turn() -> None:
    """The moment between a request's miss and its turn to render, made long: another stores the page meanwhile."""
    app = App(lambda _: page())
    cache = cached(app)
    turn = cache._first

    def interrupted(*arguments: Any) -> Any:
        cache._first = turn  # type: ignore[method-assign]
        ask(cache)
        return turn(*arguments)

    cache._first = interrupted  # type: ignore[method-assign]
    assert ask(cache)[1]["X-Cache"] == "HIT"
    assert len(app.seen) == 1


def test_a_failing_application_is_left_alone_and_the_old_page_stays() -> None:
    answers: list[Any] = [page(b"good" * 500)]
    app = App(lambda _: answers[0])
    cache = cached(app)
    ask(cache)
    make_old(cache)
    answers[0] = page(b"bad", status="503 Service Unavailable")
    for _ in range(5):
        status, headers, body = ask(cache)
        assert (status, headers["X-Cache"], body) == ("200 OK", "STALE", b"good" * 500)
    assert len(app.seen) == 2
    next(iter(cache.store._entries.values())).stale_until = 0
    assert ask(cache)[0] == "503 Service Unavailable"


def test_an_exception_keeps_the_old_page_but_is_not_hidden_without_one() -> None:
    broken = False

    def answer(_: Any) -> Any:
        if broken:
            raise RuntimeError("no database")
        return page()

    cache = cached(App(answer))
    ask(cache)
    broken = True
    make_old(cache)
    assert ask(cache)[1]["X-Cache"] == "STALE"
    with pytest.raises(RuntimeError):
        ask(cache, "/other")
    broken = False
    assert ask(cache, "/other")[1]["X-Cache"] == "MISS", "the failed render left no lock behind"


def test_a_page_that_became_private_is_dropped() -> None:
    answers: list[Any] = [page()]
    cache = cached(App(lambda _: answers[0]))
    ask(cache)
    make_old(cache)
    answers[0] = page(b"", status="302 Found", control=PRIVATE)
    assert ask(cache)[0] == "302 Found"
    assert len(cache.store) == 0


def test_must_revalidate_is_never_stale() -> None:
    cache = cached(App(lambda _: page(control="public, s-maxage=60, must-revalidate")))
    ask(cache)
    entry = next(iter(cache.store._entries.values()))
    assert entry.stale_until == entry.fresh_until
    cache = cached(App(lambda _: page(control="public, s-maxage=60, stale-while-revalidate=30")))
    ask(cache)
    entry = next(iter(cache.store._entries.values()))
    assert entry.stale_until - entry.fresh_until == pytest.approx(30)


def test_members_get_a_restricted_page_and_others_do_not() -> None:
    """The anonymous answer is not public, so a visitor with a cookie is asked for himself, and nothing is kept."""

    def answer(environ: dict[str, Any]) -> Any:
        if environ.get("HTTP_COOKIE") == "phien=member":
            return page(b"secret", control=PRIVATE)
        return page(b"", ("Location", "/tai-khoan/dang-nhap/"), status="302 Found", control=PRIVATE)

    app = App(answer)
    cache = cached(app)
    for _ in range(3):
        assert ask(cache, HTTP_COOKIE="phien=member")[::2] == ("200 OK", b"secret")
        assert ask(cache)[0] == "302 Found"
        assert ask(cache, HTTP_COOKIE="phien=stranger")[0] == "302 Found"
    assert len(cache.store) == 0
    assert len(app.seen) == 10, "tried for the store once, then passed on"


def test_answers_that_may_not_be_shared_are_not_waited_for_in_a_queue() -> None:
    app = App(lambda _: page(control=PRIVATE))
    app.seconds = 0.2
    cache = cached(app)
    began = time.monotonic()
    assert {status for status, _, _ in at_once(10, lambda: ask(cache))} == {"200 OK"}
    assert time.monotonic() - began < 1.2, "ten after each other would take two seconds"


def test_a_page_too_large_for_the_store_is_passed_on() -> None:
    app = App(lambda _: page(b"x" * 200_000))
    cache = cached(app)
    assert len(ask(cache)[2]) == 200_000
    assert ask(cache)[1]["X-Cache"] == "BYPASS"
    assert len(cache.store) == 0


def test_without_a_listener_a_stampede_still_renders_once_and_nothing_is_kept() -> None:
    app = App(lambda _: page())
    app.seconds = 0.3
    cache = cached(app)
    cache.store.reset(enabled=False)
    bodies = {body for _, _, body in at_once(12, lambda: ask(cache))}
    assert bodies == {b"x" * 2000}
    assert len(app.seen) == 1
    assert len(cache.store) == 0


def test_who_waits_for_a_render_that_a_purge_overtook_gets_a_newer_one() -> None:
    version = [1]
    started = threading.Event()
    go_on = threading.Event()

    def answer(_: Any) -> Any:
        read = version[0]
        if read == 1:
            started.set()
            go_on.wait(5)
        return page(str(read).encode())

    app = App(answer)
    cache = cached(app)
    with ThreadPoolExecutor(8) as pool:
        first = pool.submit(ask, cache)
        assert started.wait(5)
        version[0] = 2
        cache.store.purge([TAG])
        late = [pool.submit(ask, cache) for _ in range(5)]
        time.sleep(0.1)
        go_on.set()
        assert {future.result()[2] for future in late} == {b"2"}
        assert first.result()[2] == b"1"
    assert ask(cache)[2] == b"2"
    assert len(app.seen) == 2, "one newer render for all who waited"


def test_no_answer_is_older_than_a_purge_that_was_over_before_the_question() -> None:
    """A writer changes and purges without pause, readers ask; a reader never sees less than what was purged before."""
    version, purged = 0, 0
    stop = threading.Event()
    wrong: list[tuple[int, int]] = []
    asked = [0] * 6

    def answer(_: Any) -> Any:
        read = version
        time.sleep(0.0005)
        return page(str(read).encode())

    cache = cached(App(answer))

    def read(number: int) -> None:
        while not stop.is_set():
            floor = purged
            got = int(ask(cache, f"/{number % 2}")[2])
            asked[number] += 1
            if got < floor:
                wrong.append((got, floor))

    readers = [threading.Thread(target=read, args=(number,)) for number in range(6)]
    for reader in readers:
        reader.start()
    end = time.monotonic() + 2
    while time.monotonic() < end:
        version += 1
        cache.store.purge([TAG])
        purged = version
        time.sleep(0.002)
    stop.set()
    for reader in readers:
        reader.join()
    assert wrong == []
    assert version > 20, "too few purges to have met a render"
    assert min(asked) > 20


def test_the_index_and_the_bytes_stay_true_under_threads() -> None:
    app = App(lambda e: page(b"y" * (500 + len(e["PATH_INFO"]) * 100)))
    store = Store(150_000)
    store.reset(enabled=True)
    cache = FrontCache(app, store)

    def work() -> None:
        for number in range(150):
            ask(cache, f"/{'z' * (number % 40)}")
            if number % 10 == 0:
                store.purge([TAG])

    at_once(8, work)
    entries = store._entries
    assert store.bytes == sum(entry.size for entry in entries.values()) <= store.max_bytes
    assert store.minor_bytes == 0
    assert store._by_tag.get(TAG, set()) == set(entries)


def test_the_least_recently_used_page_goes_first() -> None:
    cache = cached(App(lambda _: page(b"x" * 2000)))
    for number in range(20):
        ask(cache, f"/{number}")
    ask(cache, "/0")
    cache.store.max_bytes = cache.store.bytes
    ask(cache, "/20")
    kept = {key[2] for key in cache.store._entries}
    assert "/0" in kept
    assert "/1" not in kept
    assert "/20" in kept


def test_purge_all_and_untagged_pages() -> None:
    store = Store(1_000_000)
    store.reset(enabled=True)

    def bare(environ: dict[str, Any], start: Any) -> list[bytes]:
        start(*page(b"unknown host", status="404 Not Found")[:2])
        return [b"unknown host"]

    cache = FrontCache(bare, store, untagged=("hosts",))
    ask(cache)
    assert store.purge(["hosts"]) == 1
    ask(cache)
    store.purge_all()
    assert len(store) == 0
    assert store.enabled


def test_start_is_called_once_by_the_first_of_many_threads() -> None:
    calls: list[int] = []
    cache = cached(App(lambda _: page()), start=lambda: calls.append(1))
    at_once(16, lambda: ask(cache))
    assert calls == [1]


def test_age_304_and_tags_by_encoding() -> None:
    cache = cached(App(lambda _: page()))
    ask(cache)
    next(iter(cache.store._entries.values())).stored_at -= 7
    _, plain, _ = ask(cache)
    assert plain["Age"] == "7"
    _, packed, _ = ask(cache, HTTP_ACCEPT_ENCODING="br")
    assert plain["ETag"] != packed["ETag"]
    for condition in (plain["ETag"], packed["ETag"], f'"x", W/{plain["ETag"]}', "*"):
        status, headers, body = ask(cache, HTTP_IF_NONE_MATCH=condition, HTTP_ACCEPT_ENCODING="br")
        assert (status, body) == ("304 Not Modified", b"")
        assert headers["ETag"] == packed["ETag"]
        assert headers["Vary"] == "Accept-Encoding"
        assert "Content-Length" not in headers
    assert ask(cache, HTTP_IF_NONE_MATCH=plain["ETag"][:-2] + '"')[0] == "200 OK"


@pytest.mark.parametrize(
    ("accept", "encoding"),
    [("gzip;q=0.5, identity;q=1", None), ("gzip;q=0.5, br;q=0.4", "gzip"), ("*;q=0.1", "br"), ("*;q=0", None),
     ("br;q=0, *", "gzip"), ("BR", "br"), ("gzip;q=2", None), ("deflate", None), ("gzip , br ; q=0.9", "gzip"),
     ("br" + " " * 300, None)],
)  # fmt: skip
def test_encoding_by_weight(accept: str, encoding: str | None) -> None:
    cache = cached(App(lambda _: page()))
    ask(cache)
    assert ask(cache, HTTP_ACCEPT_ENCODING=accept)[1].get("Content-Encoding") == encoding
