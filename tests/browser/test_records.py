"""The office and the life of a student, the teacher's day on a phone, the family's timeline over two schools."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser.test_accessibility import overflow
from tests.browser.visit import DESK, PHONE, Visit
from tests.world import CANARY

Window = Callable[..., Visit]
OFFICE, OTHER_OFFICE, TEACHER, PARENT = (
    "vp.alpha@example.vn",
    "vp.beta@example.vn",
    "gv.alpha@example.vn",
    "0912 000 001",
)
PUPIL = f"Em {CANARY['alpha']} Số3"


def judged(window: Visit) -> None:
    """Nothing serious, nothing that sticks out; in the dark as well."""
    page = window.page
    page.emulate_media(reduced_motion="reduce")  # colours on their way from one to the other are judged by nobody
    assert window.violations() == []
    assert overflow(page) == ""
    page.emulate_media(color_scheme="dark", reduced_motion="reduce")
    assert window.violations(rules=["color-contrast"]) == []
    page.emulate_media(color_scheme="light")


def student_page(window: Visit, name: str) -> Page:
    page = window.open("/truong/hoc-sinh/")
    page.get_by_label("Tên hoặc mã học sinh").fill(name)
    page.get_by_role("button", name="Tìm").click()
    page.get_by_role("link", name=name).click()
    expect(page.get_by_role("heading", level=1, name=name)).to_be_visible()
    return page


def deed(page: Page, title: str) -> Any:
    """A form of the student's page, opened."""
    page.locator("summary", has_text=title).click()
    return page.locator("details[open]").filter(has=page.locator("summary", has_text=title))


def test_a_student_moves_to_another_school(visit: Window) -> None:
    office = visit("alpha", size=PHONE)
    office.log_in(OFFICE)
    page = student_page(office, PUPIL)
    judged(office)
    address = re.sub(r"https?://[^/]+", "", page.url)
    office.expect(address, 422)
    form = deed(page, "Nhập số định danh")
    form.get_by_label("Số định danh cá nhân").fill("072314004567")
    form.get_by_role("button", name="Mã hóa và lưu").click()
    expect(page.get_by_role("alert")).to_contain_text("giới tính hoặc năm sinh")
    judged(office)
    page.get_by_label("Số định danh cá nhân").fill("072 214 004567")
    page.get_by_role("button", name="Mã hóa và lưu").click()
    expect(page.locator(".particulars")).to_contain_text("072•••••4567")
    form = deed(page, "Chuyển trường")
    form.get_by_label("Từ ngày").fill("20/11/2026")
    form.get_by_label("Lý do").fill("Gia đình chuyển nơi ở")
    form.get_by_role("button", name="Cấp mã chuyển trường").click()
    code = page.locator(".slip-code code").inner_text()
    judged(office)

    other = visit("beta", size=DESK)
    other.log_in(OTHER_OFFICE)
    page = other.open("/truong/hoc-sinh/chuyen-den/")
    judged(other)
    page.get_by_label("Mã chuyển trường").fill(code)
    page.get_by_label("Mã học sinh tại trường này").fill("B77")
    page.get_by_label("Từ ngày").fill("23/11/2026")
    page.get_by_role("button", name="Tiếp nhận học sinh").click()
    expect(page.get_by_role("heading", level=1, name=PUPIL)).to_be_visible()
    expect(page.locator(".life")).to_contain_text("10A1")
    judged(other)


def test_the_staff_page(visit: Window) -> None:
    for size in (DESK, PHONE):
        office = visit("alpha", size=size)
        office.log_in(OFFICE)
        page = office.open("/truong/nhan-su/")
        expect(page.get_by_role("heading", level=3, name="Giáo Viên Alpha")).to_be_visible()
        page.locator("summary", has_text="Phân công giảng dạy").click()
        page.locator(".staff summary").first.click()
        judged(office)
        office.open("/truong/hoc-sinh/moi/")
        judged(office)


def test_the_teachers_day_on_a_phone(visit: Window) -> None:
    """What is missing is one click from the first page: marks, the register, the books of the homeroom class."""
    teacher = visit("alpha", size=PHONE)
    teacher.log_in(TEACHER)
    page = teacher.open("/truong/")
    judged(teacher)
    page.get_by_role("link", name=re.compile("8A5 · Tin học")).click()
    expect(page.get_by_role("heading", name="8A5 · Tin học")).to_be_visible()
    assert teacher.violations() == []
    page = teacher.open("/truong/")
    page.get_by_role("link", name=re.compile("^8A5")).first.click()
    expect(page.get_by_role("heading", name=re.compile("8A5"))).to_be_visible()
    judged(teacher)
    page = teacher.open("/truong/diem-danh/")
    judged(teacher)


def test_the_timeline_of_children_in_two_schools(visit: Window) -> None:
    for size, script in ((PHONE, True), (DESK, True), (PHONE, False)):
        parent = visit("beta", size=size, java_script_enabled=script)
        parent.log_in(PARENT)
        page = parent.open("/con-toi/")
        for slug in ("alpha", "beta"):
            expect(page.locator(".kids")).to_contain_text(f"Em {CANARY[slug]} Số1")
        expect(page.locator(".events")).to_contain_text("thường xuyên")
        assert "Số2" not in page.content()
        if script:
            judged(parent)
        page.locator(".kids a").first.click()
        expect(page.locator("#diem")).to_be_visible()
        if script:
            judged(parent)


@pytest.mark.parametrize(
    "path", ["/truong/nhap-hoc-sinh/", "/truong/hoc-sinh/", "/truong/lop/1/thoi-khoa-bieu/", "/truong/lich-kiem-tra/"]
)
def test_the_office_lists(visit: Window, path: str) -> None:
    office = visit("alpha", size=PHONE)
    office.log_in(OFFICE)
    office.open(path)
    judged(office)
