"""The day at school as people live it: a register of 45 on a phone, a message to a class, the class camera."""

from __future__ import annotations

import os
import re
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import expect

from tests.bench.processes import Server
from tests.browser.fill import PUPILS
from tests.browser.platform import ROOT, Platform
from tests.browser.visit import DESK, PHONE, Visit

Window = Callable[..., Visit]
TEACHER, PARENT, OFFICE, PRINCIPAL = "gv.alpha@example.vn", "0912 000 001", "vp.alpha@example.vn", "ht.alpha@example.vn"
SHOTS = os.environ.get("SHOTS")
CAMERA = "00000000000000c1"


def shot(visit: Visit, name: str) -> None:
    """A picture for the eye, where SHOTS names a folder."""
    if SHOTS:
        Path(SHOTS).mkdir(parents=True, exist_ok=True)
        visit.page.screenshot(path=f"{SHOTS}/{name}.png", full_page=True)


def fine(visit: Visit, name: str) -> None:
    """Looked at on phone and desk: nothing for axe, no line wider than the screen."""
    for size, suffix in ((PHONE, "phone"), (DESK, "desk")):
        visit.page.set_viewport_size(size)
        assert visit.violations() == [], name
        assert visit.page.evaluate("document.documentElement.scrollWidth <= innerWidth"), (name, suffix)
        shot(visit, f"{name}-{suffix}")


def open_register(visit: Visit) -> None:
    visit.log_in(TEACHER)
    visit.open("/truong/diem-danh/")
    visit.page.locator("li", has_text="8A5").get_by_role("link").first.click()
    expect(visit.page.get_by_role("heading", name=re.compile("8A5"))).to_be_visible()


def test_a_register_of_45_on_a_phone_by_touch(visit: Window) -> None:
    """Three are away: three taps and one to save, within the half minute that a teacher has."""
    one = visit("alpha", size=PHONE, has_touch=True, is_mobile=True)
    open_register(one)
    page = one.page
    expect(page.locator("fieldset")).to_have_count(PUPILS)
    taps = 0
    started = time.monotonic()
    for number in (4, 20, 44):
        page.locator("fieldset").nth(number).get_by_text("Không phép").tap()
        taps += 1
    save = page.get_by_role("button", name="Lưu điểm danh")
    expect(save).to_be_in_viewport()
    save.tap()
    taps += 1
    expect(page.get_by_role("status").first).to_contain_text(re.compile(r"Đã lưu. \d+ em"))
    took = time.monotonic() - started
    assert taps == 4
    assert took < 30, took
    checked = page.locator('input[value="K"]:checked')
    expect(checked).to_have_count(3)
    target = page.locator("fieldset").first.locator(".segments label").first.bounding_box()
    assert target is not None
    assert target["height"] >= 44
    fine(one, "register")


def test_a_register_by_keyboard(visit: Window) -> None:
    one = visit("alpha")
    open_register(one)
    page = one.page
    first = page.locator("fieldset").nth(0).locator("input:checked")
    first.focus()
    before = first.input_value()
    page.keyboard.press("ArrowRight")
    after = page.locator("fieldset").nth(0).locator("input:checked").input_value()
    assert after != before
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.name") == page.locator("fieldset").nth(1).locator("input").first.get_attribute("name")
    page.locator("fieldset").nth(44).locator("input:checked").focus()
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.get_by_role("status").first).to_be_visible()


def test_the_wrong_circle_is_caught_by_the_sentence(visit: Window) -> None:
    """The office means class 7A1, picks the whole school, reads the number, and writes another instead."""
    one = visit("alpha")
    one.log_in(PRINCIPAL)
    page = one.open("/truong/tin-nhan/moi/")

    def write(circle: str) -> None:
        page.get_by_label("Gửi cho ai").select_option(label=circle)
        page.get_by_label("Tiêu đề").fill("Họp phụ huynh")
        page.get_by_label("Nội dung tin").fill("Mời phụ huynh họp lúc 7 giờ 30.")
        page.get_by_role("button", name="Xem lại trước khi gửi").click()

    write("Cán bộ, giáo viên của trường")
    expect(page.locator(".sentence")).to_contain_text("cán bộ, giáo viên của trường")
    page.get_by_role("link", name="Viết lại tin khác").click()
    write("Phụ huynh lớp 7A1")
    expect(page.locator(".sentence")).to_contain_text("2 người")
    expect(page.locator(".sentence")).to_contain_text("phụ huynh lớp 7A1")
    fine(one, "message-before")
    page.get_by_role("button", name="Gửi cho 2 người").click()
    expect(page.locator(".sentence")).to_contain_text("Đã gửi tới 2 người")
    fine(one, "message-sent")
    one.open("/truong/tin-nhan/")
    fine(one, "messages")

    family = visit("alpha", size=PHONE)
    family.log_in(PARENT)
    inbox = family.open("/tin-nhan/")
    fine(family, "inbox")
    inbox.get_by_role("link", name=re.compile("Họp phụ huynh")).first.click()
    expect(inbox.get_by_text("Mời phụ huynh họp lúc 7 giờ 30.")).to_be_visible()
    fine(family, "letter")
    family.open("/tin-nhan/cach-nhan/")
    fine(family, "preferences")
    page.reload()
    expect(page.locator("tr", has_text="phụ huynh lớp 7A1").or_(page.locator("tr", has_text="Phụ huynh lớp 7A1")).first).to_contain_text("1/2")


def test_a_leave_is_asked_for_approved_and_read(visit: Window) -> None:
    family = visit("alpha", size=PHONE)
    family.log_in(PARENT)
    page = family.open("/diem-danh/con/1/xin-nghi/")
    page.get_by_label("Lí do").fill("Sốt")
    page.get_by_role("button", name="Gửi đơn").or_(page.get_by_role("button", name="Xin nghỉ")).first.click()
    school = visit("alpha", size=PHONE)
    school.log_in(PRINCIPAL)
    desk = school.open("/truong/diem-danh/")
    desk.locator("section", has_text="Sốt").get_by_role("button", name="Duyệt", exact=True).click()
    page = family.open("/tin-nhan/")
    expect(page.get_by_role("link", name=re.compile("được duyệt")).first).to_be_visible()


@pytest.fixture
def cameras(platform: Platform) -> Iterator[None]:
    """The supervisor beside the platform."""
    import sys

    from portal_host import embedded
    from tests.bench.harness import environment

    env = environment(
        DJANGO_SETTINGS_MODULE="portal_host.settings.dev",
        DATABASE_URL=embedded._url(platform.superuser, embedded.APP, database(platform)),
        DATA_DIR=str(platform.data),
        PORT=str(platform.port),
    )
    server = Server(platform, "cameras", [sys.executable, "manage.py", "cameras", "--every", "0.5"], cwd=ROOT, env=env)
    yield
    server.stop()


def database(platform: Platform) -> str:
    import psycopg

    return str(psycopg.conninfo.conninfo_to_dict(platform.superuser)["dbname"])


def test_a_parent_watches_and_it_stops_within_ten_seconds(visit: Window, cameras: Any) -> None:
    family = visit("alpha", size=PHONE)
    family.log_in(PARENT)
    live, state = f"/xem-lop/{CAMERA}/luong/index.m3u8", f"/xem-lop/{CAMERA}/tinh-trang/"
    family.expect(live, 404)  # the stream starts when the first viewer asks
    family.expect(live, 403)
    family.expect(state, 403)
    for number in range(400):
        family.expect(f"/xem-lop/{CAMERA}/luong/s{number}.ts", 403)
        family.expect(f"/xem-lop/{CAMERA}/luong/s{number}.ts", 404)
    page = family.open("/xem-lop/")
    expect(page.get_by_role("link", name="Xem lớp")).to_be_visible()
    fine(family, "camera-list")
    page.set_viewport_size(PHONE)
    page.get_by_role("link", name="Xem lớp").click()
    moving = "document.querySelector('video').currentTime > 1.5 && document.querySelector('video').videoWidth > 0"
    until = time.monotonic() + 45
    while not page.evaluate(moving):  # the page's policy forbids what wait_for_function does
        assert time.monotonic() < until, page.locator(".status").inner_text()
        page.wait_for_timeout(250)
    assert "Phụ Huynh Hai Con" in page.locator(".mark").inner_text()
    assert re.search(r"\d\d:\d\d:\d\d \d\d/\d\d/\d{4}", page.locator(".mark").inner_text())
    fine(family, "camera")

    school = visit("alpha", size=PHONE)
    school.log_in(PRINCIPAL)
    desk = school.open("/truong/camera/")
    expect(desk.get_by_text("Phụ Huynh Hai Con")).to_be_visible()
    fine(school, "desk-cameras")
    desk.get_by_role("button", name="Tạm dừng: Các cháu ngủ").click()
    pressed = time.monotonic()
    expect(page.locator(".status")).to_contain_text("Các cháu ngủ", timeout=10_000)
    took = time.monotonic() - pressed
    assert took <= 10, took
    assert page.evaluate("document.querySelector('video').videoWidth") == 0, "nothing is left in the player"
    shot(family, "camera-stopped")
    page = family.open(f"/xem-lop/{CAMERA}/", 403)
    expect(page.get_by_role("alert")).to_contain_text("Các cháu ngủ")
    mine = desk.locator("section", has_text="Lớp 7A1")
    mine.get_by_role("button", name="Mở lại hình").click()
    mine.get_by_role("link", name="Ai đã xem").click()
    expect(desk.get_by_role("rowheader", name="Phụ Huynh Hai Con").first).to_be_visible()
    fine(school, "camera-log")


def test_the_desk_of_terminals_and_meals(visit: Window) -> None:
    one = visit("alpha")
    one.log_in(OFFICE)
    page = one.open("/truong/may-diem-danh/")
    page.get_by_label("Loại", exact=True).select_option("hik")
    page.get_by_label("Số sê-ri", exact=True).fill("DS-K1T671M")
    page.get_by_label("Tên", exact=True).fill("Cổng chính")
    page.get_by_role("button", name="Thêm").click()
    expect(page.get_by_role("status")).to_contain_text("/may-cham/DS-K1T671M/isapi/")
    fine(one, "terminals")
    one.open("/truong/suat-an/")
    fine(one, "meals")
    one.open("/truong/diem-danh/")
    fine(one, "attendance")
    one.open("/truong/camera/moi/")
    fine(one, "camera-new")
