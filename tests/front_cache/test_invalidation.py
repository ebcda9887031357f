"""Purges over a real connection, and what a publication purges."""

from __future__ import annotations

import json
import time
from typing import Any

import psycopg
import pytest
from django.conf import settings
from django.db import connection

from portal_host.front_cache.invalidation import Listener, payloads
from portal_host.front_cache.store import Entry, Store
from tenants import context

pytestmark = pytest.mark.django_db


def _put(store: Store, tag: str) -> None:
    variants: dict[str, Any] = {"identity": ([], b"x")}
    entry = Entry("200 OK", variants, [], "", frozenset({tag}), 1e12, 1e12)
    assert store.put(("http", "h", f"/{tag}", ""), entry, store.sequence())


def _until(condition: Any, seconds: float = 5) -> None:
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.01)


def test_listener_purges_within_a_second_and_survives_a_lost_connection() -> None:
    store = Store(1_000_000)
    called: list[int] = []
    listener = Listener(settings.DATABASE_APP_URL, store, {"hosts": lambda: called.append(1)}, retry=0.05)
    listener.start()
    assert listener.connected.wait(5)
    with psycopg.connect(settings.DATABASE_APP_URL, autocommit=True) as sender:
        _put(store, "a")
        _put(store, "b")
        for payload in payloads(["a", "hosts"]):
            sender.execute("select pg_notify('portal_front_cache', %s)", (payload,))
        _until(lambda: len(store) == 1, 1)
        assert called == [1]
        sender.execute(
            "select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'portal_host-listener'"
            " and datname = current_database()"
        )
        _until(lambda: len(store) == 0)
        assert listener.connected.wait(5)
        _put(store, "c")
        sender.execute("select pg_notify('portal_front_cache', 'odd')")
        _until(lambda: len(store) == 0)
    listener.stop()


def _sent(action: Any) -> set[str]:
    """Tags in the NOTIFY statements of an action (delivery waits for a commit, which a test never makes)."""
    sent: set[str] = set()

    def look(execute: Any, sql: Any, params: Any, many: bool, context_: Any) -> Any:
        if "pg_notify" in str(sql):
            sent.update(json.loads(params[1]))
        return execute(sql, params, many, context_)

    with connection.execute_wrapper(look):
        action()
    return sent


def test_publishing_purges_this_portal_alone(alpha: Any, beta: Any) -> None:
    from cms_blocks.models import ArticlePage, NewsIndexPage, NewsPage

    def publish() -> None:
        with context.enter(alpha):
            page = ArticlePage.objects.get(slug="bai")
            page.title = "Mới"
            page.save_revision().publish()

    tags = _sent(publish)
    with context.enter(alpha):
        page = ArticlePage.objects.get(slug="bai")
        assert f"p:{alpha.uid}:page:{page.pk}" in tags
        assert f"p:{alpha.uid}:page:{page.get_parent().pk}" in tags
    assert all(tag.startswith(f"p:{alpha.uid}") for tag in tags)

    def add_news() -> None:
        with context.enter(alpha):
            news = NewsIndexPage.objects.get().add_child(instance=NewsPage(title="Tin nữa", slug="tin-nua", live=False))
            news.save_revision().publish()

    assert f"p:{alpha.uid}:news" in _sent(add_news)


def test_pages_carry_the_tags_of_what_they_read(alpha: Any, visit: Any) -> None:
    from tenants import cache_tags

    with cache_tags.collecting() as tags:
        response = visit("alpha").get("/muc/bai/")
    assert "s-maxage" in response["Cache-Control"]
    names = {tag.removeprefix(f"p:{alpha.uid}").lstrip(":") for tag in tags}
    assert {"", "menu", "settings", "page:5", "page:6"} <= names


@pytest.mark.parametrize(
    "address", ["/", "/muc/", "/muc/bai/", "/tin-tuc/", "/tin-tuc/tin/", "/tin.rss", "/sitemap.xml"]
)
def test_public_pages_set_no_cookie_and_do_not_vary_by_it(address: str, visit: Any) -> None:
    for login in ("", "web.alpha@example.vn"):
        response = visit("alpha", login).get(address)
        assert not response.cookies
        assert "cookie" not in response.get("Vary", "").lower()
        assert response["Cache-Control"].startswith("public")
        assert "csrf" not in response.content.decode()


@pytest.mark.parametrize("address", ["/muc/nhap/", "/muc/rieng/", "/tai-khoan/dang-nhap/", "/admin/", "/tai-khoan/"])
def test_private_answers_are_private(address: str, visit: Any) -> None:
    response = visit("alpha", "web.alpha@example.vn").get(address)
    assert "public" not in response["Cache-Control"] or response.status_code == 404
