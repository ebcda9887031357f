"""What a new portal begins with: sound, helpful, the same few statements for every kind."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import translation
from wagtail.models import Page

from cms_blocks import starter_sites
from cms_blocks.models import HomePage, PortalPage
from tenants import context
from tenants.provisioning import PortalRow
from tests.cms_blocks.judge import problems

pytestmark = pytest.mark.django_db

KINDS = [
    ("department", ""),
    ("office", ""),
    ("commune", ""),
    *(("school", level) for level in ("MN", "TH", "THCS", "THPT", "GDTX")),
]


def row(kind: str, level: str) -> PortalRow:
    return PortalRow("thu", "Trường & <Mẫu> “Hoa Sen”", kind, level, "xã Hòa Thành")


@pytest.mark.parametrize(("kind", "level"), KINDS)
def test_a_new_portal_is_presentable(kind: str, level: str, alpha: Any, visit: Any) -> None:
    with context.enter(alpha):
        for page in Page.objects.filter(depth=3, slug__in=["van-ban", "lich", "to-chuc"]):
            page.delete()  # of the world: a new portal has none
        before = set(Page.objects.values_list("pk", flat=True))
        starter_sites.starter_site(kind, level)
        with CaptureQueriesContext(connection) as captured:
            starter_sites.fill(row(kind, level))
        assert len(captured) <= 11  # one statement per table: five page types
        assert Page.find_problems() == ([], [], [], [], [])
        pages = [page.specific for page in Page.objects.exclude(pk__in=before).order_by("path")]
        assert {page.url_path for page in pages if page.show_in_menus and page.depth == 3} >= {
            "/home/gioi-thieu/",
            "/home/lien-he/",
        }
        home = HomePage.objects.get()
        assert len(home.tasks) == 4
        for page in [home, *pages]:
            assert isinstance(page, PortalPage)
            with translation.override("vi"):
                for child in page.body:
                    child.block.clean(child.value)
                if page.pk != home.pk:
                    page.full_clean()
        live = [page for page in pages if page.live]
        assert live
        # A section that is shown has something to show; what waits for the school is a draft.
        for page in live:
            assert page.body or any(
                other.path.startswith(page.path) and other.depth == page.depth + 1 for other in live
            )
        assert all("…" not in str(page.body.raw_data) for page in live)
        addresses = [page.url_path.removeprefix("/home") for page in live]
        drafts = [page.url_path.removeprefix("/home") for page in pages if not page.live]
        tasks = [task["url"] for task in home.tasks]
    client = visit("alpha")
    for address in ["/", *addresses]:
        response = client.get(address)
        assert response.status_code == 200, address
        html = response.content.decode()
        body = html[html.index("<main") : html.index("</main>")]
        assert problems(body.partition(">")[2]) == [], address
        assert "{name}" not in html
        assert "@" not in re.sub(r"[\w.]+@[\w.]+", "", body)
    assert all(client.get(address).status_code == 404 for address in drafts)
    assert all(client.get(address).status_code == 200 for address in tasks)


@pytest.mark.parametrize(("kind", "level"), KINDS)
def test_what_the_law_and_visitors_look_for_is_there(kind: str, level: str) -> None:
    """NĐ 42/2022 Điều 4(1): documents with a search, contact points; TT 09/2024 Điều 4: leaders. One page of each."""
    pages = starter_sites.starter_site(kind, level).pages
    kinds = {page.kind: page for page in pages.values() if "." in page.kind}
    assert len([page for page in pages.values() if "." in page.kind]) == 3
    assert (kinds["registry.RegistryPage"].path, kinds["events.CalendarPage"].path) == ("van-ban", "lich")
    assert kinds["registry.RegistryPage"].menu
    assert kinds["events.CalendarPage"].menu
    assert kinds["staff.StaffPage"].draft, "nobody's name is known yet"


def test_levels_lay_their_own_over_the_general() -> None:
    general, preschool = (starter_sites.starter_site("school", level).pages for level in ("THCS", "MN"))
    assert general["phu-huynh/xin-nghi"].title == "Xin nghỉ học"
    assert preschool["phu-huynh/xin-nghi"].title == "Báo bé nghỉ"
    assert "phu-huynh/lich-hoc" not in preschool
    assert "phu-huynh/tra-cuu-diem" in general
