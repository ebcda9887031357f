"""Everything by keyboard: the skip link comes first, focus is always seen, the menu opens."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser.visit import DESK, PHONE, Visit
from tests.uploads import hostile

Window = Callable[..., Visit]

# Of the element with the focus: its name, whether it lies on the screen, and the width of what marks it.
FOCUS = """() => {
  const marks = element => {
    const style = getComputedStyle(element);
    return style.outlineStyle === 'none' ? 0 : parseFloat(style.outlineWidth);
  };
  const one = document.activeElement, box = one.getBoundingClientRect();
  const card = one.closest('.card');
  return {
    text: one.innerText || one.getAttribute('aria-label') || one.name || one.tagName,
    body: one === document.body,
    seen: box.width > 0 && box.bottom > 0 && box.top < innerHeight && box.right > 0 && box.left < innerWidth,
    mark: Math.max(marks(one), card ? marks(card) : 0),
  };
}"""


def stops(page: Page, count: int) -> list[dict[str, Any]]:
    """What the focus meets on pressing Tab `count` times, or until it leaves the page."""
    met = []
    for _ in range(count):
        page.keyboard.press("Tab")
        stop = page.evaluate(FOCUS)
        if stop["body"]:
            break
        met.append(stop)
    return met


@pytest.mark.parametrize("size", [PHONE, DESK], ids=["phone", "desk"])
@pytest.mark.parametrize(("slug", "path"), [("so", "/"), ("mam-non-thu", "/"), ("alpha", "/muc/bai/"), ("alpha", "/tai-khoan/dang-nhap/")])  # fmt: skip
def test_every_stop_is_seen(visit: Window, slug: str, path: str, size: Any) -> None:
    page = visit(slug, size=size).open(path)
    page.evaluate("document.activeElement.blur()")  # the login form begins in its first field
    page.evaluate("window.scrollTo(0, 0)")
    page.locator("body").evaluate("body => { body.tabIndex = -1; body.focus(); body.removeAttribute('tabindex') }")
    met = stops(page, 60)
    assert len(met) > 5
    assert met[0]["text"].strip() == "Đến nội dung chính"
    assert not [stop for stop in met if not stop["seen"]], "focus goes where nobody sees it"
    assert not [stop for stop in met if stop["mark"] < 2], "focus without a mark"


def test_the_skip_link_leads_to_the_content(visit: Window) -> None:
    page = visit("so").open("/")
    page.keyboard.press("Tab")
    skip = page.get_by_role("link", name="Đến nội dung chính")
    expect(skip).to_be_focused()
    expect(skip).to_be_in_viewport()
    page.keyboard.press("Enter")
    expect(page.locator("main")).to_be_focused()
    page.keyboard.press("Tab")
    assert page.evaluate("document.querySelector('main').contains(document.activeElement)")


def test_the_menu_opens_by_keyboard_on_a_phone(visit: Window) -> None:
    page = visit("so", size=PHONE).open("/")
    menu = page.locator("details.menu")
    for _ in range(6):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.matches('details.menu > summary')"):
            break
    page.keyboard.press("Enter")
    expect(menu.get_by_role("link").first).to_be_visible()
    page.keyboard.press("Tab")
    expect(menu.get_by_role("link").first).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("h1")).to_have_text("Tin tức")


EDITOR = "web.alpha@example.vn"
# Screens that we add to Wagtail, as its sidebar leads to them: every stop inside them.
ADDED = {
    "look": "/admin/giao-dien/",
    "news with photos": "/admin/tin-anh/",
    "from Word": "/admin/tu-word/",
    "documents from PDF": "/admin/van-ban/tu-pdf/",
    "questions": "/admin/hoi-dap/",
    "what was sent": "/admin/bieu-mau/1/",
    "publication duty": "/admin/cong-khai/",
    "trash": "/admin/thung-rac/",
    "reviews": "/admin/ra-soat/",
    "quality": "/admin/chat-luong/",
}
# What can be used inside <main>, and is on the screen: everything of it must get the focus.
USABLE = """() => [...document.querySelectorAll(
  'main :is(a[href],button,input:not([type=hidden],[type=radio]),select,textarea,summary)')]
  .filter(one => !one.disabled && one.tabIndex >= 0 && one.checkVisibility({visibilityProperty: true}))
  .map((one, at) => { one.dataset.stop = at; return at; }).length"""
MET = "() => { const at = document.activeElement.dataset.stop; return at === undefined ? -1 : Number(at); }"


@pytest.fixture(scope="module")
def editor_cookies() -> dict[str, Any]:
    return {}


@pytest.fixture
def editor(visit: Window, editor_cookies: dict[str, Any]) -> Visit:
    made = visit("alpha", size=DESK, storage_state=editor_cookies.get("state"))
    if not editor_cookies:
        made.open("/admin/")
        made.fill_login(EDITOR)
        made.page.wait_for_url("**/admin/")
        editor_cookies["state"] = made.context.storage_state()
    return made


@pytest.mark.parametrize("name", ADDED)
def test_every_control_of_an_added_screen_is_reached(name: str, editor: Visit) -> None:
    page = editor.open(ADDED[name])
    page.wait_for_load_state("networkidle")
    usable = page.evaluate(USABLE)
    page.evaluate("() => { const main = document.querySelector('main'); main.tabIndex = -1; main.focus(); }")
    met, hidden = set(), []
    for _ in range(usable + 40):
        page.keyboard.press("Tab")
        at = page.evaluate(MET)
        if at >= 0:
            met.add(at)
            stop = page.evaluate(FOCUS)
            if not stop["seen"]:  # Wagtail scrolls there by and by
                page.wait_for_timeout(500)
                stop = page.evaluate(FOCUS)
            if not stop["seen"]:
                hidden.append(stop["text"])
        if len(met) == usable:
            break
    missed = [page.locator(f"[data-stop='{at}']").evaluate("one => one.outerHTML.slice(0, 160)") for at in set(range(usable)) - met]
    assert not missed
    assert not hidden, "focus goes where nobody sees it"


def test_news_with_photos_by_keyboard_alone(editor: Visit) -> None:
    page = editor.open("/admin/tin-anh/")
    page.wait_for_load_state("networkidle")

    def until(selector: str) -> None:
        for _ in range(60):
            if page.evaluate("selector => document.activeElement.matches(selector)", selector):
                return
            page.keyboard.press("Tab")
        raise AssertionError(f"no way to {selector}")

    until("#id_title")
    page.keyboard.type("Tin bằng bàn phím")
    until("#id_intro")
    page.keyboard.type("Không chạm chuột.")
    until("input[type=file]")
    with page.expect_file_chooser() as chooser:
        page.keyboard.press("Space")
    chooser.value.set_files({"name": "a.jpg", "mimeType": "image/jpeg", "buffer": hostile.picture(size=(400, 300))})
    until("main button[type=submit]")
    page.keyboard.press("Enter")
    page.wait_for_url("**/admin/tin-anh/*/")
    until("[name^='mo-ta-']")
    page.keyboard.type("Cổng trường buổi sáng")
    until("button[name=dang]")
    page.keyboard.press("Enter")
    expect(page.locator(".messages .success")).to_be_visible()
