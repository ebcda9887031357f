"""Elasticsearch down, slow or refusing: PostgreSQL answers in time, and nothing that was published is lost."""

from __future__ import annotations

import os
import time
from typing import Any

import pytest
from django.core.management import CommandError, call_command

import search
from search import choice, feeding, outside, rebuilding
from search.models import Change, Entry
from tenants import context, provisioning
from tests.search.conftest import SERVER, told
from tests.search.world import doc, give

pytestmark = [pytest.mark.django_db, *SERVER]
# Seconds, of a machine that is not busy with other things.
IN_TIME = 0.3 * max(1.0, os.getloadavg()[0] / (os.cpu_count() or 1))


@pytest.fixture
def both(index: str, monkeypatch: Any) -> None:
    """Both engines as in production, and an answer of each behind us."""
    engines = choice.engines.__wrapped__()
    assert [engine.name for engine in engines] == ["elasticsearch", "postgresql"]
    engines[0].limit_ms = 20_000  # the first answer of a node that has just started
    monkeypatch.setattr(choice, "engines", lambda: engines)


@pytest.fixture
def school(both: None, alpha: Any) -> Any:
    give(alpha, doc("Lịch khai giảng", "Nội dung khai giảng."))
    told()
    for _ in range(3):
        assert search.find("khai giang", alpha).engine == "elasticsearch"
        search.suggest("khai", alpha)
    choice.engines()[0].limit_ms = type(choice.engines()[0])().limit_ms
    return alpha


def answered(text: str, portal: Any) -> tuple[str, float]:
    began = time.perf_counter()
    results = search.find(text, portal)
    took = time.perf_counter() - began
    assert results.total == 1
    return results.engine, took


def test_down(school: Any, node: Any, caplog: Any) -> None:
    node.kill()
    try:
        engine, took = answered("khai giang", school)
        assert engine == "postgresql"
        assert took < IN_TIME
        assert search.suggest("khai", school)
        assert "elasticsearch does not answer" in choice.health()
        give(school, doc("Lịch khai giảng"), doc("Lịch bế giảng"))
        with context.platform(), pytest.raises(feeding.Waiting):
            feeding.feed()
        assert search.find("be giang", school).total == 1, "what is published now is found now"
    finally:
        node.start()
    assert [record for record in caplog.records if "the other engine does" in record.message]
    choice.rests.__init__()
    told()
    choice.engines()[0].limit_ms = 20_000
    assert answered("be giang", school)[0] == "elasticsearch"
    with context.platform():
        assert rebuilding.check().clean


def test_slow(school: Any, node: Any) -> None:
    node.freeze()
    try:
        engine, took = answered("khai giang", school)
        assert engine == "postgresql"
        assert took < IN_TIME
        _, again = answered("khai giang", school)
        assert again < IN_TIME / 2, "it is not asked again at once"
    finally:
        node.thaw()


def test_refusing(school: Any) -> None:
    outside.client().indices.close(index=outside.alias())
    engine, took = answered("khai giang", school)
    assert engine == "postgresql"
    assert took < IN_TIME
    assert "does not answer" in choice.health()


def test_answers_again(school: Any, node: Any, monkeypatch: Any) -> None:
    monkeypatch.setattr(choice, "REST", 0.2)
    node.freeze()
    try:
        assert answered("khai giang", school)[0] == "postgresql"
    finally:
        node.thaw()
    time.sleep(0.3)
    choice.engines()[0].limit_ms = 20_000
    assert answered("khai giang", school)[0] == "elasticsearch"
    assert choice.health() == "search: elasticsearch"


def test_published_and_removed_through_the_queue(both: None, alpha: Any, jobs: Any) -> None:
    """Publish → queue → index, as the worker does it."""
    from wagtail.models import Page

    choice.engines()[0].limit_ms = 20_000
    with context.enter(alpha):
        page = Page.objects.get(slug="nhap").specific
        page.title = "Hội chợ xuân"
        page.save_revision().publish()
    jobs()
    outside.client().indices.refresh(index=outside.alias())
    results = search.find("hoi cho xuan", alpha)
    assert (results.total, results.engine) == (1, "elasticsearch")
    with context.enter(alpha):
        Page.objects.get(slug="nhap").specific.unpublish()
    jobs()
    outside.client().indices.refresh(index=outside.alias())
    assert search.find("hoi cho xuan", alpha).total == 0
    provisioning.set_state("alpha", "suspended")
    jobs()
    with context.platform():
        assert rebuilding.check().clean
        assert not Entry.objects.filter(portal_id=alpha.pk).exists()


def test_rebuild_loses_no_write_that_arrives_meanwhile(both: None, alpha: Any, monkeypatch: Any) -> None:
    give(alpha, *(doc(f"Bài số {number}") for number in range(1, 41)))
    told()
    monkeypatch.setattr(rebuilding, "BATCH", 5)
    entries = rebuilding._entries

    def with_writes_between() -> Any:
        """Half of the entries are read; then one is changed, one removed and one added, and the feeder runs."""
        rows = list(entries())
        yield from rows[:20]
        give(alpha, doc("Bài đổi tên"), *(doc(f"Bài số {number}") for number in range(2, 40)))
        with context.platform():
            assert feeding.feed() > 0
            assert len(feeding.targets()) == 2
        assert search.find('"bài đổi tên"', alpha).engine == "elasticsearch", "the live one answers meanwhile"
        yield from rows[20:]

    monkeypatch.setattr(rebuilding, "_entries", with_writes_between)
    before = outside.live_index()
    with context.platform():
        rebuilding.rebuild()
        assert outside.live_index() != before
        assert outside.all_indexes() == {outside.live_index()}
        assert rebuilding.check().clean
    choice.engines()[0].limit_ms = 20_000
    assert search.find('"bài đổi tên"', alpha).total == 1
    assert search.find('"bài số 40"', alpha).total == 0


def test_node_killed_during_a_rebuild(both: None, alpha: Any, node: Any, monkeypatch: Any) -> None:
    give(alpha, *(doc(f"Bài số {number}") for number in range(1, 41)))
    told()
    live = outside.live_index()
    monkeypatch.setattr(rebuilding, "BATCH", 5)
    entries = rebuilding._entries

    def killed_half_way() -> Any:
        rows = list(entries())
        yield from rows[:25]
        node.kill()
        yield from rows[25:]

    with monkeypatch.context() as patched, context.platform():
        patched.setattr(rebuilding, "_entries", killed_half_way)
        with pytest.raises(outside.Failure):
            rebuilding.rebuild()
        give(alpha, *(doc(f"Bài mới {number}") for number in range(1, 41)))
        with pytest.raises(feeding.Waiting):
            feeding.feed()
    node.start()
    with context.platform():
        assert outside.live_index() == live, "the one before still answers"
        assert len(outside.all_indexes()) == 2
        assert rebuilding.repair().clean
        assert outside.all_indexes() == {live}, "the unfinished one is gone"
        call_command("search", "check")
        rebuilding.rebuild()
        assert rebuilding.check().clean
        assert not Change.objects.exists()


def test_node_killed_during_a_thousand_writes(both: None, alpha: Any, node: Any) -> None:
    """Twenty rounds of fifty entries with the feeder at work; the node is away from the seventh to the fourteenth."""
    refused = 0
    for turn in range(20):
        give(alpha, *(doc(f"Bài số {number}, bản {turn}") for number in range(50)))
        if turn == 7:
            node.kill()
        if turn == 14:
            node.start()
        with context.platform():
            try:
                feeding.feed()
            except feeding.Waiting:
                refused += 1
    assert refused == 7
    told()
    with context.platform():
        call_command("search", "check")
        assert rebuilding.check().entries == 50
    choice.rests.__init__()
    choice.engines()[0].limit_ms = 20_000
    results = search.find('"bản 19"', alpha)
    assert (results.total, results.engine) == (50, "elasticsearch")


def test_check_and_repair(both: None, alpha: Any, beta: Any) -> None:
    give(alpha, *(doc(f"Bài số {number}") for number in range(1, 6)))
    give(beta, doc("Bài của Beta"))
    told()
    with context.platform():
        assert rebuilding.check().clean
        name = outside.live_index()
        assert name
        client = outside.client()
        client.delete(index=name, id=f"{alpha.uid}:thu:1", routing=alpha.uid)
        client.index(
            index=name, id=f"{beta.uid}:thu:9", routing=beta.uid,
            document=outside.Written(beta.uid, "thu:9", 1, dict.fromkeys(feeding.COLUMNS, "") | {"date": None, "expires": None}).document(),
        )  # fmt: skip
        Change.objects.all().delete()
        found = rebuilding.check()
        assert (found.missing, found.extra, found.stale) == (((alpha.uid, "thu:1"),), ((beta.uid, "thu:9"),), ())
        with pytest.raises(CommandError, match="repair"):
            call_command("search", "check")
        call_command("search", "repair")
        assert rebuilding.check().clean


def test_a_lost_index_is_an_error_and_not_a_new_one(both: None, alpha: Any) -> None:
    give(alpha, doc("Bài"))
    told()
    for name in outside.all_indexes():
        outside.drop_index(name)
    give(alpha, doc("Bài mới"))
    with context.platform():
        with pytest.raises(feeding.Waiting):
            feeding.feed()
        assert outside.all_indexes() == set()
        assert search.find("bai moi", alpha).engine == "postgresql"
        rebuilding.rebuild()
        assert rebuilding.check().clean


def test_the_portal_is_asked_by_routing_and_by_filter(both: None, alpha: Any, beta: Any) -> None:
    """Without routing nothing can be written; with another portal's routing nothing of it is found."""
    give(alpha, doc("Hội trại"))
    give(beta, doc("Hội trại"))
    told()
    name = outside.live_index()
    assert name
    with pytest.raises(outside.Failure):
        outside.client().index(index=name, id="x", document={"title": "x"})
    choice.engines()[0].limit_ms = 20_000
    assert {hit.portal for hit in search.find("hoi trai", alpha).hits} == {alpha.uid}
    assert search.find("hoi trai").total == 2
