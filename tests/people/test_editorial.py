"""Workflow, versions, autosave, review dates and findings, as they come with every portal."""

from __future__ import annotations

import datetime
import json
from typing import Any

import pytest
from django.core import mail
from django.core.exceptions import PermissionDenied
from django.utils import timezone
from wagtail.models import Page, Workflow

from cms_blocks.editorial import checking, findings, reviews, tasks
from cms_blocks.editorial.models import Finding, ReviewDate
from cms_blocks.models import ArticlePage
from cms_blocks.quality import selectors as quality
from cms_blocks.starter import EDITORS, REVIEWERS, WORKFLOW
from school_services.identity.models import User
from tenants import context

pytestmark = pytest.mark.django_db

WEB = "web.alpha@example.vn"
EDITOR, REVIEWER = "gv.alpha@example.vn", "vp.alpha@example.vn"


@pytest.fixture
def staff(inside: Any) -> None:
    from django.contrib.auth.models import Group

    for login, group in ((EDITOR, EDITORS), (REVIEWER, REVIEWERS)):
        User.objects.get(username=login).groups.add(Group.objects.get(name=group))


def form_of(page: ArticlePage, **change: str) -> dict[str, str]:
    values = {"title": page.title, "slug": page.slug, "intro": page.intro, "body-count": "0", "seo_title": "",
              "search_description": "", "comments-TOTAL_FORMS": "0", "comments-INITIAL_FORMS": "0"}  # fmt: skip
    return values | change


def test_write_review_publish_in_every_portal(visit: Any, staff: None, inside: Any) -> None:
    assert [w.name for w in Workflow.objects.all()] == [WORKFLOW]
    page = ArticlePage.objects.get(slug="nhap")
    edit = f"/admin/pages/{page.pk}/edit/"
    editor = visit("alpha", EDITOR)
    shown = editor.get(edit).content.decode()
    assert 'name="action-submit"' in shown
    assert 'name="action-publish"' not in shown, "who writes does not publish"
    answer = editor.post(edit, form_of(page, intro="Bản đầu", **{"action-submit": "1"}))
    assert answer.status_code == 302
    state = page.current_workflow_state
    assert state is not None
    task = state.current_task_state
    reviewer = visit("alpha", REVIEWER)
    assert page.title in reviewer.get("/admin/").content.decode(), "it waits on the reviewer's first screen"
    approve = f"/admin/pages/workflow/action/{page.pk}/approve/{task.pk}/"
    assert editor.post(approve).status_code == 302
    page.refresh_from_db()
    assert not page.live, "the writer cannot approve"
    assert reviewer.post(approve).status_code == 302
    page.refresh_from_db()
    assert page.live
    assert page.intro == "Bản đầu"
    assert visit("alpha").get("/muc/nhap/").status_code == 200


def test_versions_are_compared_and_taken_back(visit: Any, inside: Any) -> None:
    page = ArticlePage.objects.get(slug="bai")
    old = page.latest_revision
    page.intro = "Câu giới thiệu mới hẳn"
    new = page.save_revision()
    new.publish()
    client = visit("alpha", WEB)
    compared = client.get(f"/admin/pages/{page.pk}/revisions/compare/{old.pk}...{new.pk}/").content.decode()
    assert "Câu giới thiệu mới hẳn" in compared
    again = client.get(f"/admin/pages/{page.pk}/revisions/{old.pk}/revert/")
    assert again.status_code == 200
    assert "Câu giới thiệu mới hẳn" not in again.content.decode()


def test_the_editor_saves_by_itself(visit: Any, inside: Any) -> None:
    page = ArticlePage.objects.get(slug="nhap")
    edit = f"/admin/pages/{page.pk}/edit/"
    client = visit("alpha", WEB)
    assert "w-autosave" in client.get(edit).content.decode()
    answer = client.post(edit, form_of(page, intro="Tự lưu"), headers={"Accept": "application/json"})
    assert answer.status_code == 200
    assert json.loads(answer.content)["success"] is True
    page.refresh_from_db()
    assert page.get_latest_revision().content["intro"] == "Tự lưu"


# Review dates


def test_reviewers_are_reminded_once(visit: Any, inside: Any, actor_of: Any) -> None:
    page, web = ArticlePage.objects.get(slug="bai"), actor_of(WEB)
    today = timezone.localdate()
    reviews.plan(actor=web, page_id=page.pk, due=today + datetime.timedelta(days=7), owner_id=web.user_id, note="Giờ")
    later = Page.objects.get(slug="muc")
    reviews.plan(actor=web, page_id=later.pk, due=today + datetime.timedelta(days=8), owner_id=web.user_id)
    tasks.remind()
    assert [m.to for m in mail.outbox] == [[WEB]]
    assert page.title in mail.outbox[0].body
    assert later.title not in mail.outbox[0].body
    tasks.remind()
    assert len(mail.outbox) == 1
    reviews.plan(actor=web, page_id=page.pk, due=today, owner_id=web.user_id)
    tasks.remind()
    assert len(mail.outbox) == 2, "another date is another reminder"
    assert page.title in visit("alpha", WEB).get("/admin/ra-soat/").content.decode()
    reviews.done(actor=web, page_id=page.pk)
    assert not ReviewDate.objects.filter(page=page).exists()
    with pytest.raises(PermissionDenied):
        reviews.plan(actor=actor_of(EDITOR), page_id=page.pk, due=today, owner_id=web.user_id)


# Findings


def rich(text: str) -> list[dict[str, Any]]:
    return [{"type": "rich_text", "value": text}]


@pytest.mark.parametrize(
    ("body", "codes"),
    [
        (rich('<p><a linktype="page" id="7">Lịch học</a></p>'), []),
        (rich('<p><a linktype="page" id="8">Lịch học</a></p>'), ["page_gone"]),
        (rich('<p><a linktype="page" id="x">Lịch học</a></p>'), ["page_gone"]),
        (rich('<p><a linktype="document" id="3">Mẫu đơn</a></p>'), []),
        (rich('<p><a linktype="document" id="4">Mẫu đơn</a></p>'), ["file_gone"]),
        (rich('<p><a href="/co/">Trang này</a> <a href="/co/?x=1#y">và này</a></p>'), []),
        (rich('<p><a href="/khong/">Trang kia</a></p>'), ["path_gone"]),
        (rich('<p><a href="https://example.com/khong/">Trang ngoài</a> <a href="//x.vn/">x y</a></p>'), []),
        (rich('<p>Xem <a linktype="page" id="7">tại đây</a>.</p>'), ["link_words"]),
        (rich('<p><a linktype="page" id="7"> Xem  thêm… </a></p>'), ["link_words"]),
        (rich('<p><a linktype="page" id="7"></a></p>'), ["link_empty"]),
        ([{"type": "image", "value": {"image": 1, "alt": "Sân trường"}}], []),
        ([{"type": "image", "value": {"image": 1, "alt": "  "}}], ["alt_missing"]),
        ([{"type": "link_list", "value": {"links": [{"value": {"label": "A", "page": 8, "document": None}}]}}], ["page_gone"]),
        ([{"type": "link_list", "value": {"links": [{"value": {"label": "A", "page": None, "document": 4}}]}}], ["file_gone"]),
        ([{"type": "heading", "value": {"text": "Phần", "level": "h2"}}, {"type": "heading", "value": {"text": "Nhỏ", "level": "h3"}}], []),
        ([{"type": "heading", "value": {"text": "Nhỏ", "level": "h3"}}], ["heading_skips"]),
        ([{"type": "heading", "value": {"text": "THÔNG BÁO TUYỂN SINH", "level": "h2"}}], ["capitals"]),
        ([{"type": "heading", "value": {"text": "THPT", "level": "h2"}}], []),
        ([], []),
    ],
)  # fmt: skip
def test_what_is_found(body: list[dict[str, Any]], codes: list[str]) -> None:
    today = datetime.date(2026, 11, 25)
    found = findings.check(
        body,
        changed=today,
        today=today,
        live_pages=frozenset({7}),
        documents=frozenset({3}),
        resolves={"/co/"}.__contains__,
    )
    assert [one.code for one in found] == codes


@pytest.mark.parametrize(("days", "stale"), [(365, False), (366, True)])
def test_stale(days: int, stale: bool) -> None:
    today = datetime.date(2026, 11, 25)
    found = findings.check(
        [],
        changed=today - datetime.timedelta(days=days),
        today=today,
        live_pages=frozenset(),
        documents=frozenset(),
        resolves=bool,
    )
    assert bool(found) is stale


def test_the_portal_and_the_department_see_the_numbers(visit: Any, inside: Any, portals: Any) -> None:
    from django.contrib.auth.models import Group

    from cms_blocks.starter import ADMINISTRATORS

    page = ArticlePage.objects.get(slug="bai")
    page.body = rich('<p><a linktype="page" id="999">Trang mất</a> <a href="/muc/bai/">chính trang này</a></p>')
    page.save_revision().publish()
    counts = checking.check_portal()
    assert counts["link"] == 1
    assert Finding.objects.get(kind="link").page_id == page.pk
    shown = visit("alpha", WEB).get("/admin/chat-luong/?loai=link").content.decode()
    assert page.title in shown
    assert "Trang mất" in shown
    assert visit("alpha", WEB).get("/admin/chat-luong/cac-cong/").status_code == 404, "for the department alone"
    checking.check_portal()
    assert Finding.objects.filter(kind="link").count() == 1, "written anew, not added"
    with context.enter(portals["so"]):
        User.objects.get(username=WEB).groups.add(Group.objects.get(name=ADMINISTRATORS))
        found = {one.name: one.broken_links for one in quality.of_all()}
    assert found == {"Trường THCS Alpha": 1}
    assert "Trường THCS Alpha" in visit("so", WEB).get("/admin/chat-luong/cac-cong/").content.decode()


def test_checking_takes_the_same_queries_for_more(inside: Any) -> None:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    from cms_blocks.models import SectionPage

    section = SectionPage.objects.get(slug="muc")

    def add(numbers: range) -> None:
        for number in numbers:
            body = rich("<a href='/x/'>x</a>")
            section.add_child(instance=ArticlePage(title=f"Bài {number}", slug=f"bai-{number}", body=body))

    add(range(3))
    checking.check_portal()
    with CaptureQueriesContext(connection) as few:
        checking.check_portal()
    add(range(3, 30))
    with CaptureQueriesContext(connection) as many:
        checking.check_portal()
    assert len(few) == len(many)
