"""Values kept for a portal: by portal, dropped by tag, never across a purge, never inside a transaction."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tenants import cache_tags, context, isolation, portal_memo

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _kept() -> Iterator[None]:
    portal_memo.reset(enabled=True)
    yield
    portal_memo.reset(enabled=False)


def remembered(portal: Any, value: str, *, name: str = "menu", tag: str = "menu") -> str:
    with context.enter(portal):
        return portal_memo.remember(name, (tag,), lambda: value)


def outside_transactions(at_once: Any, function: Any) -> Any:
    (result,) = at_once(1, lambda _: function())
    if isinstance(result, Exception):
        raise result
    return result


def test_each_portal_has_its_own(alpha: Any, beta: Any, at_once: Any) -> None:
    def ask() -> list[str]:
        return [remembered(alpha, "a"), remembered(beta, "b"), remembered(alpha, "x"), remembered(beta, "x")]

    assert outside_transactions(at_once, ask) == ["a", "b", "a", "b"]


def test_a_tag_drops_its_values_alone_and_the_portals_tag_all_of_its(alpha: Any, beta: Any, at_once: Any) -> None:
    with context.enter(alpha):
        menu = isolation.cache_tag("menu")

    def ask() -> list[str]:
        answers = [remembered(alpha, "1"), remembered(alpha, "s1", name="view", tag="settings"), remembered(beta, "b1")]
        portal_memo.purge([menu])
        answers += [
            remembered(alpha, "2"),
            remembered(alpha, "s2", name="view", tag="settings"),
            remembered(beta, "b2"),
        ]
        portal_memo.purge([isolation.portal_tag(alpha.uid)])
        answers += [
            remembered(alpha, "3"),
            remembered(alpha, "s3", name="view", tag="settings"),
            remembered(beta, "b3"),
        ]
        portal_memo.purge(["hosts"])
        return [*answers, remembered(beta, "b4")]

    assert outside_transactions(at_once, ask) == ["1", "s1", "b1", "2", "s1", "b1", "3", "s3", "b1", "b4"]


def test_a_value_read_before_a_purge_is_not_kept_after_it(alpha: Any, at_once: Any) -> None:
    def read_while_purged() -> str:
        portal_memo.purge(["p:somebody:menu"])
        return "old"

    def ask() -> list[str]:
        with context.enter(alpha):
            first = portal_memo.remember("menu", ("menu",), read_while_purged)
        return [first, remembered(alpha, "new")]

    assert outside_transactions(at_once, ask) == ["old", "new"]


def test_a_transaction_sees_what_it_wrote_and_leaves_nothing(alpha: Any, at_once: Any) -> None:
    assert outside_transactions(at_once, lambda: remembered(alpha, "kept")) == "kept"
    assert remembered(alpha, "uncommitted") == "uncommitted"  # a test is a transaction
    assert outside_transactions(at_once, lambda: remembered(alpha, "other")) == "kept"


def test_nothing_is_kept_while_purges_cannot_be_heard(alpha: Any, at_once: Any) -> None:
    portal_memo.reset(enabled=False)
    assert outside_transactions(at_once, lambda: [remembered(alpha, "1"), remembered(alpha, "2")]) == ["1", "2"]


def test_outside_a_portal_it_raises(at_once: Any) -> None:
    with pytest.raises(context.NoPortal):
        outside_transactions(at_once, lambda: portal_memo.remember("menu", (), lambda: ""))


def test_pages_made_from_kept_values_say_what_they_show(alpha: Any, visit: Any, at_once: Any) -> None:
    def tags_of_page() -> set[str]:
        with cache_tags.collecting() as tags:
            assert visit("alpha").get("/muc/bai/").status_code == 200
        return tags

    first, second = (outside_transactions(at_once, tags_of_page) for _ in range(2))
    assert first == second
    with context.enter(alpha):
        assert {isolation.cache_tag("menu"), isolation.cache_tag("settings")} <= first


def test_the_kept_home_page_is_nobodys(alpha: Any, visit: Any, at_once: Any) -> None:
    """Serving the home page notes things on the page; the next request must not find them."""
    from cms_blocks.sites import portal_site

    def notes() -> list[str]:
        visit("alpha").get("/")
        with context.enter(alpha):
            return sorted(name for name in vars(portal_site().root_page) if name.startswith("_restr"))

    assert outside_transactions(at_once, notes) == []
