"""Pages in Vietnamese and English: trees, versions that know each other, and what an editor does."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import connection
from django.test.utils import CaptureQueriesContext
from wagtail.models import Page

from cms_blocks.languages import services
from cms_blocks.languages.models import LanguagePage
from cms_blocks.languages.trees import language_of_path
from cms_blocks.models import ArticlePage, HomePage
from tenants import context

pytestmark = pytest.mark.django_db
WEBMASTER = "web.alpha@example.vn"


@pytest.fixture(autouse=True)
def _here(alpha: Any) -> Any:
    with context.enter(alpha):
        yield


def body(visit: Any, address: str, status: int = 200) -> str:
    response = visit("alpha").get(address)
    assert response.status_code == status, address
    return response.content.decode()


def english(slug: str, title: str) -> Page:
    made = services.make_version(page=Page.objects.get(slug=slug), code="en", user=None)
    specific = made.specific
    specific.title, specific.show_in_menus = title, True
    specific.save_revision().publish()
    return Page.objects.get(pk=specific.pk)


def test_a_version_stands_where_its_original_does(visit: Any) -> None:
    section, article = english("muc", "Section"), english("bai", "Article")
    assert (section.url, article.url) == ("/en/muc/", "/en/muc/bai/")
    page = body(visit, "/en/muc/bai/")
    assert '<html lang="en">' in page
    assert "Home page" in page, "the interface speaks the page's language"
    links = re.findall(
        r'<link rel="alternate" hreflang="([^"]+)" href="http://alpha\.localhost(?::\d+)?([^"]+)">', page
    )
    assert links == [("vi", "/muc/bai/"), ("en", "/en/muc/bai/"), ("x-default", "/muc/bai/")]
    assert re.search(r'<a class="tool" href="[^"]+/muc/bai/" hreflang="vi" lang="vi"', page)
    assert re.search(r'<nav class="bar".*?href="/en/muc/".*?</nav>', page, re.S), "the menu is that of the language"
    original = body(visit, "/muc/bai/")
    assert '<html lang="vi">' in original
    assert 'hreflang="en" lang="en"' in original
    assert "/en/muc/" not in re.search(r'<nav class="bar".*?</nav>', original, re.S)[0]
    assert re.findall(r'hreflang="([a-z-]+)"', body(visit, "/van-ban/")) == [], "no version, no link"


def test_home_pages_know_each_other(visit: Any) -> None:
    english("bai", "Article")
    assert 'hreflang="en"' in body(visit, "/")
    page = body(visit, "/en/")
    assert 'hreflang="vi"' in page
    assert "Article" in page


def test_a_draft_has_no_link(visit: Any) -> None:
    services.make_version(page=Page.objects.get(slug="bai"), code="en", user=None)
    assert 'hreflang="en"' not in body(visit, "/muc/bai/")
    body(visit, "/en/bai/", 404)


def test_made_once(visit: Any) -> None:
    original = Page.objects.get(slug="bai")
    first = services.make_version(page=original, code="en", user=None)
    assert services.make_version(page=original, code="en", user=None).pk == first.pk
    assert LanguagePage.objects.count() == 1


def test_one_query_more_and_no_more(visit: Any) -> None:
    visit("alpha").get("/muc/bai/")
    with CaptureQueriesContext(connection) as before:
        visit("alpha").get("/muc/bai/")
    english("bai", "Article")
    visit("alpha").get("/muc/bai/")
    with CaptureQueriesContext(connection) as after:
        visit("alpha").get("/muc/bai/")
    assert len(after) == len(before) + 1  # a portal of one language does not ask for versions
    assert (
        sum(
            "translation_key" in query["sql"] and " WHERE " in query["sql"]
            for query in after
            if 'translation_key" =' in query["sql"]
        )
        == 1
    )


def test_what_an_editor_does(visit: Any) -> None:
    client = visit("alpha", WEBMASTER)
    page = ArticlePage.objects.get(slug="bai")
    assert f"/admin/ngon-ngu/{page.pk}/en/" in client.get(f"/admin/pages/{page.pk}/edit/").content.decode()
    assert client.get(f"/admin/ngon-ngu/{page.pk}/en/").status_code == 200
    response = client.post(f"/admin/ngon-ngu/{page.pk}/en/")
    made = services.version_of(page, "en")
    assert made is not None
    assert (response.status_code, response["Location"]) == (302, f"/admin/pages/{made.pk}/edit/")
    assert made.live is False
    assert client.get(response["Location"]).status_code == 200
    assert client.get(f"/admin/ngon-ngu/{made.pk}/en/").status_code == 404
    assert client.get(f"/admin/ngon-ngu/{page.pk}/fr/").status_code == 404
    assert visit("alpha", "gv.alpha@example.vn").post(f"/admin/ngon-ngu/{page.pk}/en/").status_code == 302


def test_the_first_page_has_a_language_for_an_address() -> None:
    home = HomePage.objects.get()
    with pytest.raises(ValidationError):
        home.add_child(instance=LanguagePage(title="Francais", slug="fr"))
    assert [language_of_path(path) for path in ("/en/", "/en", "/english/", "/", "/fr/x/", "/tin-tuc/en/")] == [
        "en",
        "en",
        "vi",
        "vi",
        "vi",
        "vi",
    ]
