"""What a webmaster does in ten minutes a week, with the clicks it takes; and axe on the screens that we add to Wagtail."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.visit import DESK, PHONE, Visit
from tests.registry import paper
from tests.uploads import hostile

Window = Callable[..., Visit]
WEBMASTER = "web.alpha@example.vn"


@dataclass
class Hand:
    """The one that clicks, and counts. Typing and pasting are not clicks; choosing files is one."""

    page: Page
    clicks: int = 0

    def click(self, what: Locator) -> None:
        what.click()
        self.clicks += 1

    def choose(self, what: Locator, *files: tuple[str, str, bytes]) -> None:
        what.set_input_files([{"name": name, "mimeType": mime, "buffer": data} for name, mime, data in files])
        self.clicks += 1

    def menu(self, name: str) -> None:
        self.click(self.page.locator("#wagtail-sidebar").get_by_role("link", name=name, exact=True))

    def publish(self) -> None:
        self.click(self.page.locator("footer .w-dropdown__toggle"))
        self.click(self.page.locator("footer button[name=action-publish]"))
        expect(self.page.locator(".messages .success")).to_be_visible()


@pytest.fixture
def hand(visit: Window) -> Hand:
    """Logged in, on the first page of the administration."""
    made = visit("alpha", size=DESK)
    page = made.open("/admin/")
    made.fill_login(WEBMASTER)
    page.wait_for_url("**/admin/")
    return Hand(page)


def test_news_with_five_photos(hand: Hand, visit: Window) -> None:
    page = hand.page
    hand.menu("Tin có ảnh")
    page.get_by_label("Tiêu đề").fill("Hội khoẻ Phù Đổng 2026")
    page.get_by_label("Tóm tắt trong một hai câu").fill("Cả trường ra sân, lớp 7A1 thắng kéo co.")
    page.get_by_label("Nội dung").fill("Sáng thứ Bảy, bốn trăm học sinh dự hội.\n\nLớp 7A1 thắng kéo co & nhảy cao.")
    photos = [(f"anh-{at}.jpg", "image/jpeg", hostile.picture(size=(400 + at, 300))) for at in range(5)]
    hand.choose(page.locator("input[type=file]"), *photos)
    hand.click(page.get_by_role("button", name="Tiếp: ảnh cho thấy gì"))
    for at in range(5):
        page.get_by_label(f"Ảnh {at + 1} cho thấy").fill(f"Học sinh chạy tiếp sức, lượt {at + 1}")
    hand.click(page.get_by_role("button", name="Đăng ngay"))
    expect(page.locator(".messages .success")).to_be_visible()
    assert hand.clicks <= 6, hand.clicks
    visitor = visit("alpha", size=PHONE)
    shown = visitor.open("/tin-tuc/hoi-khoe-phu-dong-2026/")
    expect(shown.get_by_alt_text("Học sinh chạy tiếp sức", exact=False)).not_to_have_count(0)
    assert shown.locator("main img[alt^='Học sinh chạy']").count() == 5, "each photo once: one leads, four follow"
    assert shown.locator(".b-gallery img").count() == 4
    assert "thắng kéo co & nhảy cao" in shown.locator("main").inner_text()
    assert visitor.violations() == []


def test_an_official_letter_from_a_pdf(hand: Hand, visit: Window) -> None:
    page = hand.page
    hand.menu("Văn bản")
    hand.click(page.get_by_role("link", name="Từ PDF"))
    hand.choose(page.locator("[data-intake]"), ("quyet-dinh.pdf", "application/pdf", paper.decision()))
    expect(page.locator("#id_number")).not_to_have_value("")
    number = page.locator("#id_number").input_value()
    assert page.locator("#id_abstract").input_value()
    assert page.locator("#id_issued_on").input_value()
    hand.click(page.locator("footer button[type=submit]").first)
    expect(page.locator(".messages .success")).to_be_visible()
    assert hand.clicks <= 4, hand.clicks
    expect(visit("alpha").open("/van-ban/").get_by_text(number).first).to_be_visible()


def test_change_of_the_look(hand: Hand, visit: Window) -> None:
    page = hand.page
    before = visit("alpha").open("/").locator('link[href*="/_theme/"]').get_attribute("href")
    hand.menu("Giao diện")
    hand.click(page.locator("[data-look-hue]").nth(5))
    hand.click(page.locator("[data-look-save]"))
    expect(page.locator(".messages .success")).to_be_visible()
    assert hand.clicks <= 5, hand.clicks
    after = visit("alpha").open("/").locator('link[href*="/_theme/"]').get_attribute("href")
    assert before != after


def test_the_weekly_menu_from_excel(hand: Hand, visit: Window) -> None:
    page = hand.page
    hand.click(page.get_by_role("link", name="Thực đơn tuần").first)
    cells = page.locator("textarea[name$=-cells]")
    cells.fill("")
    cells.evaluate(
        """(field, html) => { const data = new DataTransfer(); data.setData('text/html', html); data.setData('text/plain', 'x');
             field.focus(); field.dispatchEvent(new ClipboardEvent('paste', {clipboardData: data, bubbles: true, cancelable: true})); }""",
        "<table><tr><td>Bữa</td><td>Thứ Hai</td><td>Thứ Ba</td></tr><tr><td>Trưa</td><td colspan=2>Cơm, canh chua</td></tr></table>",
    )
    expect(cells).to_have_value("Bữa\tThứ Hai\tThứ Ba\nTrưa\tCơm, canh chua\t<")
    hand.publish()
    assert hand.clicks <= 5, hand.clicks
    expect(visit("alpha").open("/muc/thuc-don-tuan/").get_by_text("Cơm, canh chua").first).to_be_visible()


def test_undo_of_a_deleted_page(hand: Hand, visit: Window) -> None:
    page = hand.page
    pk = visit("alpha").platform.page_id("alpha", "thong-bao")
    address = page.url.rstrip("/")
    page.goto(f"{address}/pages/{pk}/delete/")
    page.get_by_role("button", name="Chuyển vào thùng rác").click()
    page.wait_for_load_state()
    visit("alpha").open("/muc/thong-bao/", 404)
    page.goto(address + "/")
    hand.menu("Thùng rác")
    hand.click(page.get_by_role("button", name="Khôi phục Thông báo của trường"))
    expect(page.locator(".messages .success")).to_be_visible()
    assert hand.clicks <= 3, hand.clicks
    visit("alpha").open("/muc/thong-bao/")


SCREENS = {
    "first page": "/admin/",
    "guide": "/admin/huong-dan/",
    "look": "/admin/giao-dien/",
    "news with photos": "/admin/tin-anh/",
    "from Word": "/admin/tu-word/",
    "documents from PDF": "/admin/van-ban/tu-pdf/",
    "official documents": "/admin/snippets/registry/officialdocument/",
    "a document": "/admin/snippets/registry/officialdocument/add/",
    "events": "/admin/snippets/events/event/",
    "an event": "/admin/snippets/events/event/add/",
    "staff": "/admin/snippets/staff/staffperson/",
    "units": "/admin/snippets/staff/staffunit/",
    "questions": "/admin/hoi-dap/",
    "a question": "/admin/hoi-dap/1/",
    "forms": "/admin/snippets/forms/form/",
    "what was sent": "/admin/bieu-mau/1/",
    "polls": "/admin/snippets/polls/poll/",
    "a poll": "/admin/snippets/polls/poll/add/",
    "publication duty": "/admin/cong-khai/",
    "trash": "/admin/thung-rac/",
    "deleted files": "/admin/tep-da-xoa/",
    "reviews": "/admin/ra-soat/",
    "quality": "/admin/chat-luong/",
    "searches": "/admin/tim-kiem/cau-hoi/",
}
# Wagtail's own text editor: its name is the field's label beside it.
THEIRS = [".Draftail-Editor"]


@pytest.fixture(scope="module")
def cookies() -> dict[str, Any]:
    return {}


@pytest.mark.parametrize("name", SCREENS)
def test_the_screens_we_add_are_accessible(name: str, visit: Window, cookies: dict[str, Any]) -> None:
    made = visit("alpha", size=DESK, storage_state=cookies.get("state"))
    if not cookies:
        made.open("/admin/")
        made.fill_login(WEBMASTER)
        made.page.wait_for_url("**/admin/")
        cookies["state"] = made.context.storage_state()
    page = made.open(SCREENS[name])
    page.wait_for_load_state("networkidle")
    assert page.locator("html").get_attribute("lang") == "vi"
    found = [one for one in made.violations(without=THEIRS) if one.startswith(("serious", "critical"))]
    assert not found, "\n".join(found)
