"""A deleted page is off the portal at once and back in two clicks, as it was; after 90 days it is gone."""

from __future__ import annotations

import datetime
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.utils import timezone
from wagtail.contrib.redirects.models import Redirect
from wagtail.models import Page, PageViewRestriction, Revision

import search
from cms_blocks.editorial import trash
from cms_blocks.editorial.models import TrashedPage
from cms_blocks.models import ArticlePage, HomePage, SectionPage
from school_services.errors import Conflict
from school_services.identity.models import AuditEntry, User
from tenants import context
from tests.world import CANARY

pytestmark = pytest.mark.django_db

WEB = "web.alpha@example.vn"


def tree(page: Page) -> list[tuple[Any, ...]]:
    found = Page.objects.filter(path__startswith=Page.objects.get(pk=page.pk).path).order_by("pk")
    return list(found.values_list("pk", "url_path", "live", "title", "latest_revision_id", "live_revision_id"))


@pytest.fixture
def section(inside: Any) -> SectionPage:
    return SectionPage.objects.get(slug="muc")


def test_gone_at_once_and_back_in_two_clicks(visit: Any, inside: Any, section: SectionPage, jobs: Any) -> None:
    before, redirects = tree(section), Redirect.objects.count()
    article = ArticlePage.objects.get(slug="bai")
    revisions = Revision.objects.for_instance(article).count()
    client, visitor = visit("alpha", WEB), visit("alpha")
    assert visitor.get("/muc/bai/").status_code == 200
    page = client.get(f"/admin/pages/{section.pk}/delete/").content.decode()
    assert "90 ngày" in page
    assert client.post(f"/admin/pages/{section.pk}/delete/").status_code == 302
    jobs()
    for address in (
        "/muc/",
        "/muc/bai/",
        "/thung-rac/",
        f"/thung-rac/x{section.pk}/",
        f"/thung-rac/x{section.pk}/bai/",
    ):
        assert visitor.get(address).status_code == 404, address
    assert CANARY["alpha"] not in "".join(hit.path for hit in search.find("Bài", inside).hits)
    assert not [hit for hit in search.find(CANARY["alpha"], inside).hits if hit.path.startswith("/muc")]
    assert "/muc/" not in visitor.get("/sitemap.xml").content.decode()
    explorer = client.get(f"/admin/pages/{HomePage.objects.get().pk}/").content.decode()
    assert "Thùng rác của" not in explorer

    entry = TrashedPage.objects.get()
    assert client.get("/admin/thung-rac/").status_code == 200  # click 1
    response = client.post("/admin/thung-rac/", {"trang": entry.pk, "viec": "restore"})  # click 2
    assert response.status_code == 302
    jobs()
    assert tree(section) == before, "addresses, versions, drafts and what was public"
    assert visitor.get("/muc/bai/").status_code == 200
    assert visitor.get("/muc/nhap/").status_code == 404
    assert visitor.get("/muc/rieng/").status_code == 302, "for members, as before"
    assert PageViewRestriction.objects.exists()
    assert Revision.objects.for_instance(article).count() == revisions
    assert [hit for hit in search.find(CANARY["alpha"], inside).hits if hit.path == "/muc/bai/"]
    assert not TrashedPage.objects.exists()
    assert Redirect.objects.count() == redirects, "nobody is led to or from the trash"


def test_every_public_page_below_is_dropped_from_the_cache(
    inside: Any, actor_of: Any, section: SectionPage, monkeypatch: pytest.MonkeyPatch
) -> None:
    from portal_host.front_cache import django as front

    dropped: list[str] = []
    monkeypatch.setattr(front, "notify", lambda cursor, tags: dropped.extend(tags))
    entry = trash.throw_away(actor=actor_of(WEB), page_id=section.pk)
    assert f"p:{inside.uid}" in dropped
    dropped.clear()
    trash.bring_back(actor=actor_of(WEB), entry_id=entry.pk)
    assert f"p:{inside.uid}" in dropped
    assert f"p:{inside.uid}:404" in dropped


def test_two_pages_of_one_name(inside: Any, actor_of: Any, section: SectionPage) -> None:
    home, web = HomePage.objects.get(), actor_of(WEB)
    first = trash.throw_away(actor=web, page_id=section.pk)
    second_page = home.add_child(instance=SectionPage(title="Mục mới", slug="muc", live=True))
    second = trash.throw_away(actor=web, page_id=second_page.pk)
    assert trash.bring_back(actor=web, entry_id=second.pk).slug == "muc"
    back = trash.bring_back(actor=web, entry_id=first.pk)
    assert back.slug == "muc-2"
    assert ArticlePage.objects.get(slug="bai").url_path.endswith("/muc-2/bai/")


def test_the_place_is_gone_too(inside: Any, actor_of: Any, section: SectionPage) -> None:
    web, article = actor_of(WEB), ArticlePage.objects.get(slug="bai")
    first = trash.throw_away(actor=web, page_id=article.pk)
    second = trash.throw_away(actor=web, page_id=section.pk)
    back = trash.bring_back(actor=web, entry_id=first.pk)
    assert back.get_parent().pk == HomePage.objects.get().pk, "its section is in the trash: below the home page"
    trash.erase(actor=web, entry_id=second.pk)
    assert Page.objects.filter(pk=article.pk, live=True).exists()
    assert not Page.objects.filter(pk=section.pk).exists()


def test_what_was_to_be_published_later_stays_away(inside: Any, actor_of: Any) -> None:
    article = ArticlePage.objects.get(slug="nhap")
    article.go_live_at = timezone.now() + datetime.timedelta(minutes=1)
    article.save_revision(approved_go_live_at=article.go_live_at)
    trash.throw_away(actor=actor_of(WEB), page_id=article.pk)
    assert not Revision.objects.filter(approved_go_live_at__isnull=False).exists()


def test_who_may_not(inside: Any, actor_of: Any, section: SectionPage, visit: Any) -> None:
    for login in ("gv.alpha@example.vn", "web.beta@example.vn"):
        with pytest.raises(PermissionDenied):
            trash.throw_away(actor=actor_of(login), page_id=section.pk)
    assert Page.objects.get(pk=section.pk).live
    with pytest.raises(Conflict, match="home_page"):
        trash.throw_away(actor=actor_of(WEB), page_id=HomePage.objects.get().pk)
    entry = trash.throw_away(actor=actor_of(WEB), page_id=section.pk)
    with pytest.raises(PermissionDenied):
        trash.bring_back(actor=actor_of("gv.alpha@example.vn"), entry_id=entry.pk)
    with pytest.raises(PermissionDenied):
        trash.erase(actor=actor_of("gv.alpha@example.vn"), entry_id=entry.pk)
    with context.scope((inside.unit_id,)):
        assert AuditEntry.objects.filter(allowed=False).count() == 4
    client = visit("alpha", WEB)
    assert client.get(f"/admin/pages/{section.pk}/edit/").status_code in {302, 403}


def test_an_editor_without_the_right_to_publish_restores_a_draft(
    inside: Any, actor_of: Any, section: SectionPage
) -> None:
    from django.contrib.auth.models import Group

    from cms_blocks.starter import EDITORS

    User.objects.get(username="gv.alpha@example.vn").groups.add(Group.objects.get(name=EDITORS))
    with pytest.raises(PermissionDenied):
        trash.throw_away(actor=actor_of("gv.alpha@example.vn"), page_id=section.pk)
    entry = trash.throw_away(actor=actor_of(WEB), page_id=section.pk)
    trash.bring_back(actor=actor_of("gv.alpha@example.vn"), entry_id=entry.pk)
    assert not Page.objects.filter(path__startswith=Page.objects.get(pk=section.pk).path, live=True).exists()


def test_many_at_once(visit: Any, inside: Any, section: SectionPage) -> None:
    ids = [ArticlePage.objects.get(slug=slug).pk for slug in ("bai", "nhap")]
    response = visit("alpha", WEB).post(f"/admin/bulk/wagtailcore/page/delete/?id={ids[0]}&id={ids[1]}&id={section.pk}")
    assert response.status_code == 302
    assert not Page.objects.filter(pk__in=[*ids, section.pk], live=True).exists()
    assert Page.objects.filter(pk__in=ids).count() == 2


def test_after_ninety_days(inside: Any, actor_of: Any, section: SectionPage) -> None:
    entry = trash.throw_away(actor=actor_of(WEB), page_id=section.pk)
    assert entry.erase_after == timezone.localdate() + datetime.timedelta(days=90)
    trash.erase_due()
    assert Page.objects.filter(pk=section.pk).exists()
    TrashedPage.objects.update(erase_after=timezone.localdate() - datetime.timedelta(days=1))
    trash.erase_due()
    assert not Page.objects.filter(pk=section.pk).exists()
    assert not TrashedPage.objects.exists()
