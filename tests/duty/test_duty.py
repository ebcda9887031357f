"""The publication duty: what a portal owes, what it has, the page that is made, what the department sees."""

from __future__ import annotations

import datetime
from typing import Any

import pytest
from django.utils import timezone
from wagtail.models import Page

from cms_blocks.duty import items, selectors
from cms_blocks.duty.items import State
from cms_blocks.duty.models import DutyPage
from cms_blocks.duty_report.models import Completeness
from cms_blocks.models import ArticlePage, NewsPage
from school_services.rosters import selectors as rosters
from tenants import context

WEBMASTER = "web.alpha@example.vn"
TODAY = datetime.date(2026, 11, 25)


@pytest.mark.parametrize(
    ("kind", "level", "codes"),
    [
        ("school", "THPT", ["I", "II", "III", "IV", "V", "VI", "VII", "VIII"]),
        ("school", "MN", ["I", "II", "MN1", "MN2", "VIII"]),
        ("department", "", ["a", "b", "c", "d", "e", "f", "g"]),
        ("office", "", ["a", "b", "c", "d", "e", "f", "g"]),
    ],
)
def test_what_is_owed(kind: str, level: str, codes: list[str]) -> None:
    assert [item.code for item in items.items_for(kind, level, TODAY)] == codes
    assert not items.items_for("school", level, datetime.date(2024, 7, 18)), "before the rule was in force"


def test_every_item_is_whole() -> None:
    assert len({item.code for item in items.ITEMS}) == len(items.ITEMS)
    for item in items.ITEMS:
        assert item.parts
        assert item.law
        for part in item.parts:
            assert part.text or part.table
            if part.table:
                assert part.table.fill or part.table.rows
                assert all(len(row) == len(part.table.header) for row in part.table.rows), part.heading


@pytest.mark.parametrize(
    ("day", "changed", "state"),
    [
        ("2026-11-25", "2026-05-01", State.DONE),
        ("2026-11-25", "2025-07-01", State.DONE),
        ("2026-11-25", "2025-06-30", State.OLD),
        ("2026-06-30", "2024-07-01", State.DONE),
        ("2026-07-01", "2025-06-30", State.OLD),
    ],
)
def test_yearly_items_grow_old(day: str, changed: str, state: State) -> None:
    first = items.ITEMS[0]
    dates = [datetime.date.fromisoformat(text) for text in (day, changed)]
    assert items.state(first, dates[0], exists=True, live=True, changed_on=dates[1]) is state
    assert items.state(first, dates[0], exists=True, live=False, changed_on=None) is State.DRAFT
    assert items.state(first, dates[0], exists=False, live=False, changed_on=None) is State.MISSING


@pytest.mark.django_db
def test_the_button_makes_the_page(visit: Any, alpha: Any, jobs: Any) -> None:
    client = visit("alpha", WEBMASTER)
    report = client.get("/admin/cong-khai/").content.decode()
    assert "Kết quả năm học trước" in report
    response = client.post("/admin/cong-khai/VII/tao/")
    assert response.status_code == 302
    with context.enter(alpha):
        made = DutyPage.objects.get(item="VII").page
        assert response["Location"] == f"/admin/pages/{made.pk}/edit/"
        assert (made.live, made.get_parent().slug) == (False, "cong-khai")
        body = ArticlePage.objects.get(pk=made.pk).get_latest_revision_as_object().body
        assert [block.value["text"] for block in body if block.block_type == "heading"] == [
            "Số lớp, số học sinh",
            "Kết quả đánh giá",
        ]
        sizes = rosters.size_by_grade(alpha.unit_id)
        table = next(block.value for block in body if block.block_type == "table")
        rows = [line.split("\t") for line in table["cells"].splitlines()]
        assert [row[1:3] for row in rows[1 : 1 + len(sizes)]] == [
            [str(one.classes), str(one.students)] for one in sizes
        ]
        assert sum(one.students for one in sizes) > 0
    assert client.get(response["Location"]).status_code == 200
    jobs()
    with context.platform():
        assert Completeness.objects.get(portal_id=alpha.pk).states["VII"] == "draft"
    with context.enter(alpha):
        Page.objects.get(pk=made.pk).specific.get_latest_revision().publish()
    jobs()
    with context.platform():
        row = Completeness.objects.get(portal_id=alpha.pk)
    assert (row.states["VII"], row.done, row.total) == ("done", 1, 8)
    assert visit("alpha").get("/cong-khai/ket-qua-giao-duc/").status_code == 200


@pytest.mark.django_db
def test_a_page_that_is_there_may_be_noted(visit: Any, alpha: Any) -> None:
    client = visit("alpha", WEBMASTER)
    with context.enter(alpha):
        page = Page.objects.get(slug="bai")
        Page.objects.filter(pk=page.pk).update(last_published_at=timezone.now())
    assert client.post("/admin/cong-khai/II/chon/", {"II-page": page.pk}).status_code == 302
    with context.enter(alpha):
        line = next(line for line in selectors.lines(alpha) if line.item.code == "II")
        assert (line.page_id, line.state) == (page.pk, State.DONE)
    client.post("/admin/cong-khai/III/chon/", {"III-page": 99999})
    assert client.post("/admin/cong-khai/XX/tao/").status_code == 404
    with context.enter(alpha):
        assert not DutyPage.objects.exclude(item="II").exists()


@pytest.mark.django_db
def test_panel_and_who_may(visit: Any, beta: Any) -> None:
    assert "/admin/cong-khai/" in visit("alpha", WEBMASTER).get("/admin/").content.decode()
    stranger = visit("alpha", "gv.alpha@example.vn")
    assert stranger.get("/admin/cong-khai/").status_code == 302
    assert stranger.post("/admin/cong-khai/VII/tao/").status_code == 302
    assert visit("alpha", WEBMASTER).get("/admin/cong-khai/nganh/").status_code == 302, "a school sees no sector"
    with context.enter(beta):
        assert not DutyPage.objects.exists()


@pytest.mark.django_db
def test_the_department_sees_all_portals(alpha: Any, beta: Any, jobs: Any, django_assert_max_num_queries: Any) -> None:
    from cms_blocks.duty import counting
    from tenants import tasks

    for ref in (alpha, beta):
        with context.enter(ref):
            DutyPage.objects.create(item="I", page=NewsPage.objects.get())
            tasks.defer(counting.count)
    jobs()
    with context.enter(alpha), django_assert_max_num_queries(1):
        lines = selectors.sector()
    assert {line.portal.slug for line in lines} >= {"alpha", "beta"}
    assert all(
        dict(line.states)["Thông tin chung"] in {"done", "old"}
        for line in lines
        if line.portal.slug in {"alpha", "beta"}
    )
