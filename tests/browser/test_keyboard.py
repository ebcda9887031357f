"""Everything by keyboard: the skip link comes first, focus is always seen, the menu opens."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser.visit import DESK, PHONE, Visit

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
