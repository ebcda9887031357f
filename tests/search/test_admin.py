"""The editor's own search, and what it tells the webmaster of searches."""

from __future__ import annotations

from typing import Any

import pytest

from tenants import context

pytestmark = pytest.mark.django_db


@pytest.fixture
def pages(alpha: Any, jobs: Any) -> None:
    from wagtail.models import Page

    with context.enter(alpha):
        page = Page.objects.get(slug="nhap").specific
        page.title = "Tuyển sinh Đầu cấp"
        page.save_revision().publish()
    jobs()


@pytest.mark.parametrize("asked", ["tuyen sinh", "tuyển sinh", "TUYEN", "dau cap", "đầu cấp"])
def test_the_editor_finds_pages_without_marks(pages: None, alpha: Any, asked: str) -> None:
    from wagtail.models import Page

    with context.enter(alpha):
        assert [page.slug for page in Page.objects.search(asked)] == ["nhap"]


@pytest.mark.parametrize("asked", ["tuy", "Tuyển s", "đầ"])
def test_choosers_continue_what_is_typed(pages: None, alpha: Any, asked: str) -> None:
    from wagtail.models import Page

    with context.enter(alpha):
        assert [page.slug for page in Page.objects.autocomplete(asked)] == ["nhap"]


def test_the_webmaster_sees_what_found_nothing(alpha: Any, beta: Any, visit: Any) -> None:
    visit("alpha").get("/tim-kiem/?q=lich+boi+loi")
    visit("alpha").get("/tim-kiem/?q=Lich+boi+loi")
    visit("beta").get("/tim-kiem/?q=chuyen+cua+beta")
    html = visit("alpha", "web.alpha@example.vn").get("/admin/tim-kiem/cau-hoi/").content.decode()
    assert "lich boi loi" in html
    assert "<td>2</td>" in html
    assert "chuyen cua beta" not in html
    assert visit("alpha").get("/admin/tim-kiem/cau-hoi/").status_code == 302


def test_synonyms_are_the_departments(alpha: Any, visit: Any) -> None:
    assert visit("alpha", "web.alpha@example.vn").get("/admin/tim-kiem/dong-nghia/").status_code in {302, 403}
    assert visit("so").get("/admin/tim-kiem/dong-nghia/").status_code == 302


@pytest.mark.parametrize(
    ("lines", "kept", "problem"),
    [
        ("A = b c\n\n  x  =  y \nA = b c", ["A = b c", "x = y"], ""),
        ("chỉ một từ", None, "Dòng 1"),
        ("a = b\nhọc = hoc", None, "Dòng 2"),
        ("", [], ""),
    ],
)
def test_lines_of_synonyms(db: None, lines: str, kept: list[str] | None, problem: str) -> None:
    from cms_blocks.search_admin import SynonymsForm

    form = SynonymsForm({"lines": lines})
    assert form.is_valid() == (kept is not None)
    if kept is None:
        assert problem in str(form.errors)
    else:
        assert form.cleaned_data["lines"] == kept
