"""Content blocks in a real browser: by keyboard, without JavaScript, and nothing of another host before consent."""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import urlsplit

from playwright.sync_api import Page, Route, expect

from tests.browser.visit import Visit, fetch

PAGE = "/gioi-thieu/mau-khoi/"


def opened(made: Visit) -> Page:
    """The page with every block; its pictures are sized at the first look, which takes a while on a busy machine."""
    made.page.set_default_navigation_timeout(60_000)
    return made.open(PAGE)


def test_tabs_by_keyboard(visit: Callable[..., Visit]) -> None:
    page = opened(visit("thpt-thu"))
    tabs = page.get_by_role("tab")
    tabs.first.focus()
    page.keyboard.press("ArrowRight")
    expect(tabs.nth(1)).to_be_focused()
    expect(tabs.nth(1)).to_have_attribute("aria-selected", "true")
    expect(page.get_by_text("Từ 25/12 đến 30/12")).to_be_visible()
    expect(page.get_by_text("Từ 21/12 đến 24/12")).to_be_hidden()
    page.keyboard.press("End")
    page.keyboard.press("ArrowRight")
    expect(tabs.first).to_be_focused()


def test_gallery_by_keyboard(visit: Callable[..., Visit]) -> None:
    page = opened(visit("thpt-thu"))
    links = page.locator("portal-gallery a")
    links.first.focus()
    page.keyboard.press("Enter")
    lightbox = page.locator("dialog.lightbox")
    expect(lightbox).to_be_visible()
    page.keyboard.press("ArrowRight")
    expect(lightbox.locator("p")).to_contain_text("2/5")
    page.keyboard.press("Escape")
    expect(lightbox).to_be_hidden()
    expect(links.nth(1)).to_be_focused()


def test_another_host_is_asked_after_consent_alone(visit: Callable[..., Visit]) -> None:
    made = visit("thpt-thu")
    outside: list[str] = []

    def answer(route: Route) -> None:
        host = urlsplit(route.request.url).hostname or ""
        if host.endswith("localhost"):
            route.continue_()
        else:
            outside.append(host)
            route.fulfill(body="", content_type="text/html")

    made.page.route("**/*", answer)
    page = opened(made)
    page.wait_for_load_state("networkidle")
    assert outside == []
    page.get_by_role("button", name="Xem video tại đây").click()
    expect(page.locator("iframe")).to_have_attribute("src", "https://www.youtube-nocookie.com/embed/aqz-KE-bpKQ?rel=0")
    page.wait_for_load_state("networkidle")
    assert outside == ["www.youtube-nocookie.com"]


def test_all_is_there_without_javascript(visit: Callable[..., Visit]) -> None:
    made = visit("thpt-thu", java_script_enabled=False)
    page = opened(made)
    for text in ("Từ 21/12 đến 24/12", "Từ 25/12 đến 30/12", "Tuần 4–8/1/2027"):
        expect(page.get_by_text(text)).to_be_visible()
    expect(page.get_by_role("link", name="Xem trên YouTube")).to_be_visible()
    picture = page.locator("portal-gallery a").first.get_attribute("href")
    assert picture
    assert fetch(page, picture)[8:12] == b"WEBP"
