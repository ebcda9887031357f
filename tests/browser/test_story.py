"""What the platform is for: a webmaster drops the block into a page, a parent reads the children's marks in it."""

from __future__ import annotations

from collections.abc import Callable

from playwright.sync_api import Page, expect

from tests.browser.visit import LOGIN, PHONE, Visit
from tests.world import CANARY

Window = Callable[..., Visit]

PARENT = "0912 000 001"  # of one child in alpha and one in beta
OWN = [f"Em {CANARY['alpha']} Số1", f"Em {CANARY['beta']} Số1"]
ACTION = "Xem điểm của con"


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
    page.locator("input[name$=-heading]").fill("Điểm của con, xem tại đây")
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


def test_a_wrong_password_says_what_to_do(visit: Window) -> None:
    parent = visit("alpha", size=PHONE)
    parent.expect(LOGIN, 422)
    page = parent.open(LOGIN)
    parent.fill_login(PARENT, "khong-phai-mat-khau")
    summary = page.get_by_role("alert")
    expect(summary).to_contain_text("DN-01")
    expect(summary).to_be_focused()
    expect(page.get_by_label("Số điện thoại hoặc e-mail")).to_have_value(PARENT)
    assert page.get_by_label("Mật khẩu").input_value() == ""
    parent.fill_login(PARENT)
    page.wait_for_url("**/tai-khoan/")


def test_without_javascript_the_same_marks(visit: Window) -> None:
    parent = visit("alpha", size=PHONE, java_script_enabled=False)
    page = parent.open("/muc/bai/")
    page.get_by_role("link", name=ACTION).first.click()
    parent.fill_login(PARENT)
    page.wait_for_url("**/_f/grade-lookup/**")
    assert children(page) == OWN
    for name, mark in zip(OWN, ("6,5", "6,5"), strict=True):
        row = page.locator("section.child", has_text=name).get_by_role("row", name="Toán")
        expect(row).to_contain_text(mark)
    assert "Số2" not in page.content()
    assert "Số3" not in page.content()


def test_a_block_of_this_school_shows_its_own_child(visit: Window) -> None:
    parent = visit("alpha", size=PHONE)
    parent.log_in(PARENT)
    page = parent.open("/muc/bai/")
    islands = page.locator("portal-island")
    expect(islands.first.locator("section.child")).to_have_count(2)
    expect(islands.last.locator("section.child")).to_have_count(1)
    expect(islands.last).to_contain_text(OWN[0])


def test_another_parent_sees_another_child(visit: Window) -> None:
    """The page is cached for everyone; who looks decides what is in it."""
    for login, names in ((PARENT, OWN), ("0912 000 002", [f"Em {CANARY['alpha']} Số2"])):
        parent = visit("alpha", size=PHONE)
        parent.log_in(login)
        page = parent.open("/muc/bai/")
        island = page.locator("portal-island").first
        expect(island.locator("section.child")).to_have_count(len(names))
        assert island.locator("h3").all_inner_texts() == names
        page.get_by_role("link", name="Tài khoản").first.click()
        page.get_by_role("button", name="Đăng xuất").click()
        page.wait_for_url(parent.platform.url("alpha"))
        parent.open("/muc/bai/")
        expect(page.locator("section.child")).to_have_count(0)
