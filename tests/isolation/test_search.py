"""Search holds what visitors of a portal may read, and nothing else: whatever happens to page, section or portal."""

from __future__ import annotations

from typing import Any

import pytest

import search
from search.models import Entry
from tenants import context, provisioning
from tests.world import CANARY

pytestmark = pytest.mark.django_db


@pytest.fixture
def written(alpha: Any, beta: Any, jobs: Any) -> None:
    from search.tasks import rebuild
    from tenants import tasks

    for ref in (alpha, beta):
        with context.enter(ref):
            tasks.defer(rebuild)
    jobs()


def found(text: str, portal: Any = None) -> set[tuple[str, str]]:
    """(portal, path) of every hit, on all pages of the answer."""
    pages = range(1, search.find(text, portal).pages + 1)
    return {(hit.portal, hit.path) for page in pages for hit in search.find(text, portal, page=page).hits}


def test_everything_public_is_found_and_nothing_else(written: None, alpha: Any, beta: Any) -> None:
    paths = {"/", "/muc/", "/muc/bai/", "/tin-tuc/tin/", "/van-ban/", "/van-ban/01-qd-thu/", "/lich/",
             "/lich/hop/", "/to-chuc/", "/to-chuc/#nguoi-thu-1", "/hoi-dap/1/", "/van-ban-tep/1/tep.txt"}  # fmt: skip
    for ref in (alpha, beta):
        assert found(CANARY[ref.slug], ref) == found(CANARY[ref.slug]) == {(ref.uid, path) for path in paths}
    assert not found(CANARY["alpha"], beta)
    assert not found("nháp", alpha), "a draft"
    assert not found("riêng", alpha), "a page for members"
    assert not search.suggest(CANARY["alpha"][:10], beta)
    assert search.suggest(CANARY["beta"][:10], beta)


def test_records_of_services_are_never_entries(written: None, alpha: Any) -> None:
    from school_services.rosters.models import Student

    with context.enter(alpha), context.scope((alpha.unit_id,)):
        names = list(Student.objects.values_list("full_name", "code"))
    assert names
    with context.platform():
        bodies = " ".join(f"{title} {body}" for title, body in Entry.objects.values_list("title", "body"))
    assert bodies
    for name, code in names:
        assert name not in bodies
        assert code not in bodies


def test_equal_keys_stay_two_entries(written: None, alpha: Any, beta: Any) -> None:
    with context.platform():
        keys = {
            ref.slug: set(Entry.objects.filter(portal_id=ref.pk).values_list("key", flat=True)) for ref in (alpha, beta)
        }
    assert keys["alpha"] == keys["beta"] != set()


def test_publish_change_unpublish(written: None, alpha: Any, jobs: Any) -> None:
    from wagtail.models import Page

    with context.enter(alpha):
        draft = Page.objects.get(slug="nhap").specific
        draft.title = "Hội chợ xuân"
        draft.save_revision().publish()
    jobs()
    assert found("hoi cho xuan", alpha) == {(alpha.uid, "/muc/nhap/")}
    with context.enter(alpha):
        draft.refresh_from_db()
        draft.title = "Hội chợ hoa"
        revision = draft.save_revision()
    jobs()
    assert not found('"hội chợ hoa"', alpha), "a draft of a published page"
    with context.enter(alpha):
        revision.publish()
    jobs()
    assert found('"hội chợ hoa"', alpha)
    assert not found('"hội chợ xuân"', alpha)
    with context.enter(alpha):
        Page.objects.get(slug="nhap").specific.unpublish()
    jobs()
    assert not found("hội chợ", alpha)


def test_move_slug_and_delete(written: None, alpha: Any, jobs: Any, django_capture_on_commit_callbacks: Any) -> None:
    from wagtail.models import Page

    with context.enter(alpha), django_capture_on_commit_callbacks(execute=True):
        home, section = Page.objects.get(depth=2, live=True), Page.objects.get(slug="muc").specific
        section.slug = "muc-moi"
        section.save_revision().publish()
    jobs()
    assert found("bài", alpha) == {(alpha.uid, "/muc-moi/bai/")}
    with context.enter(alpha):
        Page.objects.get(slug="bai").move(home, pos="last-child")
    jobs()
    assert found("bài", alpha) == {(alpha.uid, "/bai/")}
    with context.enter(alpha):
        Page.objects.get(slug="bai").delete()
    jobs()
    assert not found("bài", alpha)


def test_privacy_of_a_section_hides_all_below_it(written: None, alpha: Any, jobs: Any) -> None:
    from wagtail.models import Page, PageViewRestriction

    with context.enter(alpha):
        restriction = PageViewRestriction.objects.create(page=Page.objects.get(slug="muc"), restriction_type="login")
    jobs()
    left = {path for _, path in found(CANARY["alpha"], alpha)}
    assert {"/", "/tin-tuc/tin/"} <= left
    assert not any(path.startswith("/muc/") for path in left)
    with context.enter(alpha):
        restriction.delete()
    jobs()
    assert (alpha.uid, "/muc/bai/") in found(CANARY["alpha"], alpha)


@pytest.mark.parametrize("state", ["suspended", "retired"])
def test_a_closed_portal_is_found_nowhere(written: None, alpha: Any, beta: Any, jobs: Any, state: str) -> None:
    provisioning.set_state("alpha", state)
    assert not found(CANARY["alpha"]), "at once, before the queue has run"
    jobs()
    with context.platform():
        assert not Entry.objects.filter(portal_id=alpha.pk).exists()
        assert Entry.objects.filter(portal_id=beta.pk).exists()
    provisioning.set_state("alpha", "active")
    jobs()
    assert found(CANARY["alpha"])


def test_an_update_of_a_closed_portal_writes_nothing(written: None, alpha: Any, jobs: Any) -> None:
    from wagtail.models import Page

    provisioning.set_state("alpha", "suspended")
    with context.enter(alpha):
        Page.objects.get(slug="nhap").specific.save_revision().publish()
    jobs()
    with context.platform():
        assert not Entry.objects.filter(portal_id=alpha.pk).exists()


def test_questions_belong_to_their_portal(alpha: Any, beta: Any, visit: Any) -> None:
    from search.models import Question

    visit("alpha").get("/tim-kiem/?q=khongcogi")
    with context.platform():
        assert list(Question.objects.values_list("portal_id", flat=True)) == [alpha.pk]


def test_sector_search_names_public_portals_alone(written: None, visit: Any) -> None:
    html = visit("beta").get("/tim-kiem/", {"q": CANARY["alpha"], "pham-vi": "nganh"}).content.decode()
    assert "http://alpha.localhost/muc/bai/" in html
    for path in ("/muc/nhap/", "/muc/rieng/"):
        assert path not in html
