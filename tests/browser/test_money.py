"""Money on a phone and at the desk: a parent pays by QR and by VNPAY, the accountant's day, every screen judged by axe."""

from __future__ import annotations

import sys
from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from tests.bench.processes import Server, free_port, run
from tests.browser.platform import ROOT, Platform
from tests.browser.test_accessibility import overflow
from tests.browser.visit import DESK, PHONE, Visit, fetch

Window = Callable[..., Visit]
ACCOUNTANT, PRINCIPAL = "kt.alpha@example.vn", "htr.alpha@example.vn"
DOOR = "/truong/thu-chi/"


@pytest.fixture(scope="module", autouse=True)
def money(platform: Platform) -> int:
    """The demo's money in alpha, and the simulators of its bank and providers; returns their port."""
    port = free_port()
    run(platform, "fill-money", [sys.executable, "-m", "tests.browser.fill_money", str(port)], cwd=ROOT, env=platform.env)
    Server(platform, "simulators", [sys.executable, "-m", "portal_host.demo.simulators", str(port)], cwd=ROOT,
           env=platform.env)  # fmt: skip
    return port


def choose(phone: Visit, login: str, provider: str) -> None:
    """Three clicks from the bills to the provider: the way to pay, on to it, and there "pay"."""
    phone.log_in(login)
    phone.open("/thanh-toan/")
    assert phone.violations() == []
    assert overflow(phone.page) == ""
    phone.page.locator(f"button[name=provider][value={provider}]").first.click()
    phone.page.wait_for_url("**/thanh-toan/*-*/")
    assert phone.violations() == []
    assert overflow(phone.page) == ""
    phone.page.locator(".pay a.button").first.click()
    phone.page.locator("button[value=ok]").click()


@pytest.mark.parametrize(("login", "provider"), [("0912 000 001", "vietqr"), ("0912 000 002", "vnpay")])
def test_a_parent_pays_on_a_phone(login: str, provider: str, visit: Window) -> None:
    phone = visit("alpha", size=PHONE)
    choose(phone, login, provider)
    phone.page.wait_for_url("**/thanh-toan/*-*/")
    expect(phone.page.get_by_role("heading", name="Đã nhận")).to_be_visible(timeout=60_000)
    assert phone.violations() == []
    receipt = fetch(phone.page, phone.page.locator(".done a.button").get_attribute("href") or "")
    assert receipt.startswith(b"%PDF")


def test_the_accountants_day(visit: Window) -> None:
    desk = visit("alpha", size=DESK)
    desk.log_in(ACCOUNTANT)
    page = desk.open(DOOR)
    # A round out of the last one: new, prepare, issue – three clicks.
    page.locator(f"a[href='{DOOR}dot-moi/']").click()
    page.get_by_label("Mã").fill("2027-01")
    page.locator("main form button").last.click()
    page.wait_for_url("**/dot/*/")
    page.locator("button[value=issue]").click()
    expect(page.get_by_role("status").first).to_contain_text("phiếu thu")
    # What fits nothing: from the door two clicks to its place.
    page = desk.open(DOOR)
    page.locator(f"a[href='{DOOR}doi-soat/']").click()
    before = page.locator(".request").count()
    page.locator("button[name=ref]").first.click()
    expect(page.locator(".request")).to_have_count(before - 1)
    # A wrong bill code is said beside its field, and nothing is lost.
    desk.expect("/truong/thu-chi/doi-soat/", 422)
    field = page.locator("input[name=ref]").first
    action = page.locator(".request form").first.get_attribute("action") or ""
    desk.expect(action, 422)
    field.fill("HPXX00000000")
    field.press("Enter")
    expect(page.locator("input[aria-invalid=true]")).to_have_value("HPXX00000000")
    assert desk.violations() == []
    # The drawer is counted and the day closed on one page.
    page = desk.open(f"{DOOR}ngay/")
    page.get_by_label("Tiền mặt đếm được").fill("0")
    page.get_by_label("Ghi chú").fill("Kiểm quỹ cuối ngày")
    page.locator("main form button").last.click()
    expect(page.locator(".callout.success").first).to_be_visible()


def test_money_goes_back_with_the_principals_approval(visit: Window) -> None:
    desk = visit("alpha", size=DESK)
    desk.log_in(ACCOUNTANT)
    page = desk.open(f"{DOOR}hoa-don/")  # an invoice is of a paid bill: its student has something to get back
    name = page.locator("main tbody td").nth(1).inner_text()
    page = desk.open(f"{DOOR}thu-tien/")
    page.get_by_role("searchbox").last.fill(name)
    page.get_by_role("searchbox").last.press("Enter")
    page.wait_for_url("**/hoc-sinh/*/")
    page.locator("summary", has_text="Trả lại một khoản đã nộp").click()
    panel = page.locator("details", has=page.locator("#c0"))
    panel.locator("#c1").fill("32.000")
    panel.locator("#c2").select_option("bank")
    panel.locator("#c3").fill("Nghỉ ốm một ngày")
    assert desk.violations() == []
    panel.locator("button").click()
    expect(page.get_by_role("status").first).to_be_visible()
    principal = visit("alpha", size=PHONE)
    principal.log_in(PRINCIPAL)
    page = principal.open(f"{DOOR}duyet/")
    request = page.locator(".request", has_text="Nghỉ ốm một ngày")
    assert principal.violations() == []
    request.locator("button[value=approve]").click()
    expect(page.locator(".request", has_text="Nghỉ ốm một ngày")).to_have_count(0)
    expect(page.locator("main tbody tr").first).to_contain_text("32.000")


def test_an_invoice_is_issued_and_corrected(visit: Window) -> None:
    desk = visit("alpha", size=DESK)
    desk.log_in(ACCOUNTANT)
    page = desk.open(f"{DOOR}hoa-don/")
    page.locator("main tbody a").first.click()
    page.wait_for_url("**/hoa-don/*/")
    page.locator("summary", has_text="Xử lí hóa đơn sai").click()
    page.get_by_label("Số tiền", exact=True).check()
    page.get_by_label("Sai như thế nào").fill("Thừa một ngày ăn")
    page.get_by_label("Điều chỉnh: hóa đơn mới").check()
    page.get_by_label("Chênh lệch 1: nội dung").fill("Giảm một ngày ăn")
    page.get_by_label("Chênh lệch 1: số đồng").fill("-32.000")
    assert desk.violations() == []
    page.get_by_role("button", name="Kí và xử lí").click()
    expect(page.get_by_role("status").first).to_contain_text("Đã kí")
    expect(page.locator("dl.facts")).to_contain_text("-32.000")


SCREENS = ("", "dot-moi/", "con-no/", "khoan-thu/", "thu-tien/?q=em", "mien-giam/", "duyet/", "doi-soat/", "ngay/", "hoa-don/",
           "doi-soat/nha-cung-cap/", "cong-thanh-toan/", "cong-thanh-toan/vnpay/", "don-vi-phat-hanh/")  # fmt: skip


@pytest.mark.parametrize("size", [PHONE, DESK], ids=["phone", "desk"])
def test_every_screen_is_accessible(size: dict[str, int], visit: Window) -> None:
    desk = visit("alpha", size=size)
    desk.log_in(ACCOUNTANT)
    paths = list(SCREENS)
    page = desk.open(f"{DOOR}mien-giam/")
    student = (page.locator("main tbody a").first.get_attribute("href") or "").removeprefix(DOOR)
    paths += [student, student.removesuffix("mien-giam/")]
    page = desk.open(DOOR)
    rounds = [link.get_attribute("href") or "" for link in page.locator("main tbody a").all()]
    paths += [rounds[0].removeprefix(DOOR), rounds[0].removeprefix(DOOR) + "ngay/"]
    page = desk.open(f"{DOOR}hoa-don/")
    paths.append((page.locator("main tbody a").first.get_attribute("href") or "").removeprefix(DOOR))
    found = []
    for path in paths:
        desk.open(f"{DOOR}{path}")
        found += [f"{path}: {one}" for one in [*desk.violations(), overflow(desk.page)] if one]
    assert found == []
