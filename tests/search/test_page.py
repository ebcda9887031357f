"""The search page: the same for everyone, links for filters, help where nothing is found."""

from __future__ import annotations

from typing import Any

import pytest

from search.models import Question
from tenants import context
from tests.search.world import day, doc, give

pytestmark = pytest.mark.django_db


@pytest.fixture
def school(alpha: Any, beta: Any) -> Any:
    give(
        alpha,
        *(doc(f"Bản tin số {number}", "Nội dung <b>bản</b> tin.", date=day("2026-01-01")) for number in range(12)),
        doc("Quy chế bản tin", kind="document", date=day("2025-01-01")),
    )
    give(beta, doc("Bản tin Beta"))
    return alpha


def test_results_with_marks_shown(school: Any, visit: Any) -> None:
    response = visit("alpha").get("/tim-kiem/?q=ban+tin")
    html = response.content.decode()
    assert response.status_code == 200
    assert "13 kết quả" in html
    assert "<mark>Bản tin</mark>" in html
    assert "<b>" not in html
    assert "Bản tin Beta" not in html
    assert response.headers["Cache-Control"] == "private, no-store"
    assert not response.cookies


def test_filters_and_pages_are_links(school: Any, visit: Any) -> None:
    client = visit("alpha")
    html = client.get("/tim-kiem/?q=ban+tin").content.decode()
    assert 'href="?q=ban+tin&amp;loai=document"' in html
    assert 'href="?q=ban+tin&amp;nam=2025"' in html
    assert 'href="?q=ban+tin&amp;trang=2"' in html
    assert client.get("/tim-kiem/?q=ban+tin&trang=2").content.decode().count("<article>") == 3
    html = client.get("/tim-kiem/?q=ban+tin&loai=document").content.decode()
    assert html.count("<article>") == 1
    assert 'href="?q=ban+tin" aria-current="true"' in html


def test_whole_sector(school: Any, visit: Any) -> None:
    html = visit("alpha").get("/tim-kiem/?q=ban+tin+beta&pham-vi=nganh").content.decode()
    assert 'href="http://beta.localhost/thu/' in html
    assert "Trường THPT Beta" in html
    html = visit("alpha").get("/tim-kiem/?q=ban+tin&pham-vi=nganh&cong=beta").content.decode()
    assert html.count("<article>") == 1


def test_nothing_found_helps_and_is_reported(school: Any, visit: Any) -> None:
    client = visit("alpha")
    html = client.get("/tim-kiem/?q=zzzqqq").content.decode()
    assert "Không tìm thấy gì" in html
    assert "pham-vi=nganh" in html
    client.get("/tim-kiem/?q=ZZZqqq")
    for text in ("0912 345 678 khong co", "a@b.vn khongco", "x"):
        client.get("/tim-kiem/", {"q": text})
    client.get("/tim-kiem/?q=zzzqqq&loai=faq")
    with context.platform():
        assert list(Question.objects.values_list("portal_id", "reason", "text", "times")) == [
            (school.pk, "nothing", "zzzqqq", 2)
        ]


@pytest.mark.parametrize(
    "address", ["?q=%00", "?q=a&trang=x&nam=y&loai=z&cong=w&tu=-1", "?trang=99999999", "?q=%ff", "?nam=²"]
)
def test_odd_addresses(school: Any, visit: Any, address: str) -> None:
    assert visit("alpha").get(f"/tim-kiem/{address}").status_code == 200


def test_suggestions(school: Any, visit: Any) -> None:
    rows = visit("alpha").get("/tim-kiem/goi-y/?q=quy+ch").json()
    assert [(row["title"], row["note"]) for row in rows] == [("Quy chế bản tin", "Tài liệu")]
    assert visit("alpha").get("/tim-kiem/goi-y/?q=b").json() == []
    rows = visit("alpha").get("/tim-kiem/goi-y/?q=ban+tin+be&pham-vi=nganh").json()
    assert rows[0]["url"].startswith("http://beta.localhost/thu/")
    assert rows[0]["note"] == "Trường THPT Beta"


def test_every_page_leads_to_it(visit: Any) -> None:
    assert 'href="/tim-kiem/"' in visit("alpha").get("/muc/bai/").content.decode()
