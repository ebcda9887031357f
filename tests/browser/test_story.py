"""What the platform is for: a webmaster drops the block into a page, a parent reads the children's marks in it."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser.visit import LOGIN, PHONE, Visit
from tests.world import CANARY

Window = Callable[..., Visit]

PARENT = "0912 000 001"  # of one child in alpha and one in beta
OWN = [f"Em {CANARY['alpha']} Số1", f"Em {CANARY['beta']} Số1"]
ACTION = "Xem điểm của con tôi"


def children(page: Page) -> list[str]:
    """Names of the children on the screen, as they appear."""
    return page.locator("section.child h3, section.child h2").all_inner_texts()


def test_the_webmaster_adds_the_block_and_a_parent_reads_the_marks(visit: Window) -> None:
    address = "/muc/goc-phu-huynh/"
    webmaster = visit("alpha")
    page = webmaster.open("/admin/")
    webmaster.fill_login("web.alpha@example.vn")
    page.wait_for_url("**/admin/")
    webmaster.open(f"/admin/pages/{webmaster.platform.page_id('alpha', 'goc-phu-huynh')}/edit/")
    page.locator("button.c-sf-add-button").first.click()
    page.get_by_role("option", name="Điểm của con tôi").click()
    page.get_by_label("Đầu đề").fill("Điểm của con, xem tại đây")
    page.get_by_label("Hiện cả con học ở trường khác").check()
    page.locator("footer .w-dropdown__toggle").click()
    page.locator("footer button[name=action-publish]").click()
    expect(page.locator(".messages .success")).to_be_visible()

    visitor = visit("alpha").open(address)
    expect(visitor.get_by_role("heading", name="Điểm của con, xem tại đây")).to_be_visible()
    assert children(visitor) == []

    parent = visit("alpha", size=PHONE)
    page = parent.open(address)
    page.get_by_role("link", name=ACTION).click()
    parent.fill_login(PARENT)
    page.wait_for_url("**/_f/grade-lookup/**")
    assert children(page) == OWN
    page.go_back()
    parent.open(address)
    expect(page.locator("section.child")).to_have_count(2)
    assert children(page) == OWN
    assert "Số2" not in page.content()
    assert "Số3" not in page.content()
    expect(page.get_by_role("row", name="Toán")).to_have_count(2)
