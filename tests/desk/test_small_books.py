"""Primary and preschool: the teacher's first page leads to the books, the family reads what is published."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from portal_host.demo import load_small
from school_services.gradebook.models import Remark
from school_services.identity.models import User
from school_services.identity.services import create_account
from school_services.rosters.models import ClassGroup, Student
from tenants import context
from tests.world import PASSWORD

pytestmark = pytest.mark.django_db
TEACHER, PARENT = "co.giao@example.vn", "84912000003"


def loaded(portals: dict[str, Any], kind: load_small.Kind) -> Any:
    with context.platform():
        teacher = create_account(login=TEACHER, full_name="Cô Giáo Thử", password=PASSWORD)
        parent = User.objects.get(username=PARENT)
    assert load_small.load(portals["so"], kind, teacher, parent)
    assert not load_small.load(portals["so"], kind, teacher, parent), "a second time leaves it alone"
    return portals["so"]


@pytest.mark.parametrize(
    ("kind", "books", "words"),
    [
        (load_small.PRIMARY, ["3A · Tiếng Việt", "3A · Toán", "3A · Phẩm chất", "3A · Năng lực"], "tiến bộ|tính nhanh"),
        (load_small.PRESCHOOL, ["Lá 1 · Nhận xét theo lĩnh vực"], "đếm được đến 10"),
    ],
    ids=["primary", "preschool"],
)
def test_from_the_first_page_to_the_book_and_to_the_family(
    portals: dict[str, Any], visit: Any, kind: load_small.Kind, books: list[str], words: str
) -> None:
    so = loaded(portals, kind)
    client = visit("so", TEACHER)
    page = client.get("/truong/").content.decode()
    for name in books:
        assert f"<strong>{name}</strong>" in page
    assert "Điểm, học kì" not in page, "no mark grid for these classes"
    links = re.findall(r'href="(/truong/lop/\d+/danh-gia/[A-Z_0-9]+/\d/)"', page)
    assert len(links) >= len(books)
    for link in links:
        assert client.get(link).status_code == 200, link
    with context.enter(so), context.scope((so.unit_id,)):
        child = Student.objects.order_by("code").first()
        assert child is not None
    record = visit("so", PARENT).get(f"/con-toi/{so.unit_id}/{child.pk}/").content.decode()
    assert "giữa học kì 1" in record
    assert re.search(words, record)
    assert "cuối học kì 1" not in record, "what is not published is not shown"


def test_what_is_missing_is_counted_and_takes_the_same_queries(portals: dict[str, Any], visit: Any) -> None:
    so = loaded(portals, load_small.PRESCHOOL)
    client = visit("so", TEACHER)
    with context.enter(so), context.scope((so.unit_id,)):
        group = ClassGroup.objects.get()
        Remark.objects.filter(published_at__isnull=True).delete()
        Remark.objects.update(published_at=None)

    def first_page() -> tuple[str, int]:
        client.get("/truong/")
        with CaptureQueriesContext(connection) as queries:
            page = client.get("/truong/").content.decode()
        return page, len(queries)

    page, few = first_page()
    cells = load_small.PRESCHOOL.size * 5
    assert f"còn thiếu {cells} ô" in page or f"{cells} ô chưa công bố" in page
    with context.enter(so), context.scope((so.unit_id,)):
        for number in range(2, 12):
            ClassGroup.objects.create(unit_id=so.unit_id, year=group.year, grade=0, name=f"Lá {number}",
                                      homeroom_teacher=group.homeroom_teacher)  # fmt: skip
    page, many = first_page()
    assert "Lá 11 · Nhận xét theo lĩnh vực" in page
    assert many == few
