"""Every kind of page against WCAG 2.2 A and AA, on phone and desk, light and dark, and narrow or magnified."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import pytest
from playwright.sync_api import Page, expect

from tests.browser.visit import DESK, LOGIN, PHONE, Visit

Window = Callable[..., Visit]
PARENT = "0912 000 001"
BLOCK = "00000000-0000-4000-8000-000000000001"


@dataclass(frozen=True)
class Shown:
    """A page: portal, address, status; `login` who looks at it; `reach` what is done there before it is judged."""

    slug: str
    path: str
    status: int = 200
    login: str = ""
    reach: Callable[[Visit], None] | None = None


def wrong_password(visit: Visit) -> None:
    visit.expect(LOGIN, 422)
    visit.fill_login("0999 999 999", "khong-dung")
    expect(visit.page.get_by_role("alert")).to_be_visible()


def wrong_code(visit: Visit) -> None:
    visit.expect("/tai-khoan/lien-ket/", 422)
    visit.page.get_by_label("Mã liên kết").fill("AAAA2222")
    visit.page.get_by_role("button", name="Liên kết").click()
    expect(visit.page.get_by_role("alert")).to_be_visible()


def filled_island(visit: Visit) -> None:
    expect(visit.page.locator('portal-island[src*="grade-lookup"] section.child')).to_have_count(3)


def expired_form(visit: Visit) -> None:
    visit.expect(LOGIN, 403)
    visit.context.clear_cookies()
    visit.fill_login(PARENT)
    expect(visit.page.get_by_text("BM-403")).to_be_visible()


def refused_write(visit: Visit) -> None:
    address = "/tai-khoan/quen-mat-khau/"
    visit.expect(address, 503)
    visit.page.locator("[name=email]").fill("ai.do@example.vn")
    visit.page.get_by_role("button", name="Gửi liên kết").click()
    expect(visit.page.get_by_text("CD-503")).to_be_visible()


def newest(visit: Visit) -> None:
    visit.page.locator("main .card a").first.click()
    expect(visit.page.locator("article h1")).to_be_visible()


def first_entry(visit: Visit) -> None:
    visit.page.locator("main .officials a, main ul.list a, main ol.events a, main .card a").first.click()
    expect(visit.page.locator("main h1")).to_be_visible()


def refused_question(visit: Visit) -> None:
    visit.expect("/hoi-dap/gui/", 422)
    visit.page.locator("main form button").last.click()
    expect(visit.page.locator("main [aria-invalid=true]").first).to_be_visible()


def open_menu(visit: Visit) -> None:
    visit.page.locator("details.menu").evaluate("menu => { menu.open = true }")


SHOWN = {
    "home of the department": Shown("so", "/"),
    "home of an office": Shown("phong-thu", "/"),
    "home of a high school": Shown("thpt-thu", "/"),
    "home of a lower secondary school": Shown("alpha", "/"),
    "home of a primary school": Shown("tieu-hoc-thu", "/"),
    "home of a preschool": Shown("mam-non-thu", "/"),
    "home of a centre": Shown("gdtx-thu", "/"),
    "section": Shown("thpt-thu", "/phu-huynh/"),
    "article with table and callout": Shown("mam-non-thu", "/phu-huynh/thuc-don/"),
    "article with every block": Shown("alpha", "/muc/bai/"),
    "every content block, high school": Shown("thpt-thu", "/gioi-thieu/mau-khoi/"),
    "every content block, preschool": Shown("mam-non-thu", "/gioi-thieu/mau-khoi/"),
    "every content block, department": Shown("so", "/gioi-thieu/mau-khoi/"),
    "article with a service block": Shown("thpt-thu", "/phu-huynh/tra-cuu-diem/"),
    "news list": Shown("so", "/tin-tuc/"),
    "news": Shown("so", "/tin-tuc/", reach=newest),
    "the menu, open": Shown("so", "/", reach=open_menu),
    "official documents": Shown("so", "/van-ban/"),
    "official documents, none found": Shown("so", "/van-ban/?q=99999"),
    "an official document": Shown("so", "/van-ban/", reach=first_entry),
    "calendar": Shown("thpt-thu", "/lich/"),
    "an event": Shown("thpt-thu", "/lich/", reach=first_entry),
    "staff and chart": Shown("thpt-thu", "/gioi-thieu/co-cau-to-chuc/"),
    "staff of one unit": Shown("alpha", "/to-chuc/"),
    "questions": Shown("alpha", "/hoi-dap/"),
    "an answer": Shown("alpha", "/hoi-dap/1/"),
    "asking": Shown("alpha", "/hoi-dap/gui/"),
    "asking, refused": Shown("alpha", "/hoi-dap/gui/", reach=refused_question),
    "following a question": Shown("alpha", "/hoi-dap/tra-cuu/"),
    "a form": Shown("alpha", "/bieu-mau/1/"),
    "a poll": Shown("alpha", "/binh-chon/1/"),
    "results of a poll": Shown("alpha", "/binh-chon/1/ket-qua/"),
    "search": Shown("so", "/tim-kiem/?q=tuyen+sinh"),
    "search, nothing found": Shown("so", "/tim-kiem/?q=qwxzy"),
    "no network": Shown("mam-non-thu", "/ngoai-tuyen/"),
    "nothing found": Shown("thpt-thu", "/khong-co-trang-nay/", 404),
    "login": Shown("mam-non-thu", LOGIN),
    "login refused": Shown("alpha", LOGIN, reach=wrong_password),
    "password forgotten": Shown("alpha", "/tai-khoan/quen-mat-khau/"),
    "letter sent": Shown("alpha", "/tai-khoan/quen-mat-khau/da-gui/"),
    "reset link too old": Shown("alpha", "/tai-khoan/dat-lai/MQ/abc-def/"),
    "account": Shown("alpha", "/tai-khoan/", login=PARENT),
    "link a child": Shown("alpha", "/tai-khoan/lien-ket/", login=PARENT),
    "link code refused": Shown("alpha", "/tai-khoan/lien-ket/", login=PARENT, reach=wrong_code),
    "change of password": Shown("alpha", "/tai-khoan/mat-khau/", login=PARENT),
    "marks in the page": Shown("alpha", "/muc/bai/", login=PARENT, reach=filled_island),
    "marks as a page": Shown("alpha", f"/_f/grade-lookup/6/{BLOCK}/", login=PARENT),
    "handed over too late": Shown("alpha", "/tai-khoan/nhan/?t=abc", 404),
    "form expired": Shown("alpha", LOGIN, reach=expired_form),
    "paused": Shown("tam-ngung", "/", 503),
    "closed": Shown("da-dong", "/", 410),
    "reading only": Shown("chi-doc", "/tai-khoan/quen-mat-khau/", reach=refused_write),
    "broken": Shown("hong", "/", 500),
    "the operator's login": Shown("quantri", "/dang-nhap/"),
}


@pytest.fixture
def reached(visit: Window, request: pytest.FixtureRequest) -> Visit:
    shown: Shown = SHOWN[request.param]
    made = visit(shown.slug, size=PHONE, reduced_motion="reduce")
    if shown.login:
        made.log_in(shown.login)
    made.open(shown.path, shown.status)
    if shown.reach:
        shown.reach(made)
    return made


def test_the_judge_sees(visit: Window) -> None:
    """Without this the tests below could pass on an engine that runs no rule."""
    made = visit("so")
    page = made.open("/")
    assert made.violations() == []
    assert overflow(page) == ""
    page.evaluate("document.querySelector('main p').style.color = '#ddd'; document.title = ''")
    page.evaluate("document.querySelector('main').style.width = '3000px'")
    assert {one.split()[1].rstrip(":") for one in made.violations()} == {"color-contrast", "document-title"}
    assert overflow(page)


def overflow(page: Page) -> str:
    """What sticks out to the right, or ""."""
    return str(
        page.evaluate(
            """() => {
              const page = document.scrollingElement, wide = page.clientWidth;
              if (page.scrollWidth <= wide) return '';
              const out = [...document.body.querySelectorAll('*')].filter(one => one.getBoundingClientRect().right > wide + 1);
              return `${page.scrollWidth} of ${wide}: ` + out.slice(0, 4).map(one => one.outerHTML.slice(0, 120)).join(' … ');
            }"""
        )
    )


@pytest.mark.parametrize("reached", SHOWN, indirect=True)
def test_accessible(reached: Visit) -> None:
    page = reached.page
    assert page.title()
    found = []
    for name, size, scheme, rules in (
        ("phone, light", PHONE, "light", None),
        ("phone, dark", PHONE, "dark", ["color-contrast"]),
        ("desk, light", DESK, "light", ["color-contrast"]),
        ("desk, dark", DESK, "dark", None),
    ):
        page.set_viewport_size(size)
        page.emulate_media(color_scheme=scheme)
        found += [f"{name}: {one}" for one in reached.violations(rules=rules)]
    # 320 px: a desk window of 1280 px at 400 % (1.4.10); text alone twice as large (1.4.4).
    page.set_viewport_size({"width": 320, "height": 600})
    found += [f"320 px: {one}" for one in [overflow(page)] if one]
    page.set_viewport_size({"width": 768, "height": 900})
    page.evaluate("document.documentElement.style.fontSize = '200%'")
    found += [f"text at 200 %: {one}" for one in [overflow(page)] if one]
    assert not found
