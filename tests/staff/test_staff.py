"""The directory and the chart."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import connection
from django.test.utils import CaptureQueriesContext
from wagtail.images import get_image_model

import search
from cms_blocks.models import ArticlePage
from cms_blocks.staff.models import StaffPerson, StaffPosition, StaffUnit
from tenants import context

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _here(alpha: Any) -> Any:
    with context.enter(alpha):
        yield


def position(unit: StaffUnit, name: str, title: str, **person: Any) -> StaffPosition:
    made = StaffPerson.objects.create(full_name=name, **person)
    return StaffPosition.objects.create(unit=unit, person=made, title=title, sort_order=0)


def test_chart_is_a_nested_list(visit: Any) -> None:
    top = StaffUnit.objects.create(name="Ban giám hiệu", order=1)
    below = StaffUnit.objects.create(name="Tổ Toán – Tin", parent=top)
    position(top, "Trần Thị Mẫu", "Hiệu trưởng", phone="0276 3822 111")
    position(below, "Lê <b>Văn</b> Ví Dụ", "Tổ trưởng")
    page = visit("alpha").get("/to-chuc/").content.decode()
    chart = page[page.index('<ul class="chart">') : page.index("</nav>", page.index('<ul class="chart">'))]
    assert chart.index("Ban giám hiệu") < chart.index("<ul>") < chart.index("Tổ Toán")
    assert 'href="tel:02763822111"' in page
    assert "<b>Văn</b>" not in page
    identifiers = [part.partition('"')[0] for part in page.split(' id="')[1:]]
    assert len(identifiers) == len(set(identifiers))


def test_a_unit_is_not_below_itself() -> None:
    top = StaffUnit.objects.create(name="A")
    below = StaffUnit.objects.create(name="B", parent=top)
    top.parent = below
    with pytest.raises(ValidationError):
        top.full_clean()
    deep = below
    for name in "CDE":
        deep = StaffUnit.objects.create(name=name, parent=deep)
    with pytest.raises(ValidationError):
        StaffUnit(name="F", parent=deep).full_clean()


def test_found_by_name_once(alpha: Any, jobs: Any) -> None:
    unit = StaffUnit.objects.create(name="Văn phòng")
    held = position(unit, "Đặng Thị Hương Thảo", "Văn thư")
    StaffPosition.objects.create(unit=unit, person=held.person, title="Thủ quỹ", sort_order=1)
    jobs()
    hits = search.find("dang thi huong thao", alpha).hits
    assert [(hit.kind, hit.path) for hit in hits] == [("staff", f"/to-chuc/#dang-thi-huong-thao-{held.person_id}")]
    held.person.delete()
    jobs()
    assert not search.find("dang thi huong thao", alpha).hits


def test_the_same_queries_for_three_and_thirty(visit: Any) -> None:
    image = get_image_model().objects.first()
    counts = []
    unit = StaffUnit.objects.create(name="Tổ Văn")
    page = ArticlePage.objects.get(slug="bai")
    page.body = [{"type": "staff", "value": {"heading": "", "unit": unit.pk}}]
    page.save_revision().publish()
    for many in (3, 27):
        for number in range(many):
            position(unit, f"Giáo Viên {many} {number}", "Giáo viên", photo=image)
            StaffUnit.objects.create(name=f"Nhóm {many} {number}", parent=unit)
        for address in ("/to-chuc/", "/muc/bai/"):
            visit("alpha").get(address)
            with CaptureQueriesContext(connection) as queries:
                text = visit("alpha").get(address).content.decode()
            assert "Giáo Viên 3 0" in text
            counts.append(len([query for query in queries if "set_config" not in query["sql"]]))
    assert counts[:2] == counts[2:], counts
    assert max(counts) <= 20, counts


def test_admin(visit: Any) -> None:
    client = visit("alpha", "web.alpha@example.vn")
    for address in (
        "/admin/snippets/staff/staffunit/",
        "/admin/snippets/staff/staffunit/add/",
        "/admin/snippets/staff/staffperson/add/",
    ):
        assert client.get(address).status_code == 200
