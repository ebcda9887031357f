"""A parent applies by phone: the line breaks in the middle, a photo is made small, another device goes on."""

from __future__ import annotations

import io
import re
from collections.abc import Callable
from pathlib import Path

from PIL import Image
from playwright.sync_api import expect

from tests.browser.fill import PUPILS
from tests.browser.visit import PHONE, Visit, fetch
from tests.world import CANARY

Window = Callable[..., Visit]

PARENT = "0912 000 001"
CHILD = f"Em {CANARY['alpha']} Số1"


def photo(folder: Path) -> Path:
    """A certificate as a phone takes it: 12 megapixels."""
    out = io.BytesIO()
    Image.effect_noise((4000, 3000), 40).convert("RGB").save(out, "JPEG", quality=92)
    path = folder / "giay-khai-sinh.jpg"
    path.write_bytes(out.getvalue())
    return path


def test_an_application_survives_a_lost_connection(visit: Window, tmp_path: Path) -> None:
    phone = visit("alpha", size=PHONE)
    page = phone.open("/ts/ho-so/moi/lop10/")
    phone.fill_login(PARENT)
    page.wait_for_url("**/ts/ho-so/moi/lop10/")
    page.get_by_role("link", name=CHILD).click()
    status = page.locator("[data-status]")
    expect(page.get_by_label("Họ và tên học sinh")).to_have_value(CHILD)  # from the school's record
    assert phone.violations() == []
    page.get_by_label("Điện thoại gia đình").fill("0912000001")
    expect(status).to_have_text("Đã lưu nháp")

    phone.context.set_offline(True)
    page.get_by_label("Xã, phường nơi cư trú").fill("Phường Tân Ninh")
    page.get_by_label("Nguyện vọng 1").select_option("A")
    expect(status).to_contain_text("Mất kết nối")
    page.get_by_role("button", name="Nộp hồ sơ ngay").click()
    expect(page.get_by_label("Xã, phường nơi cư trú")).to_have_value("Phường Tân Ninh")  # nothing went, nothing is lost
    phone.context.set_offline(False)
    expect(status).to_have_text("Đã lưu nháp")
    address = page.url
    original = photo(tmp_path)
    page.locator("input[data-file=ks]").set_input_files(original)
    expect(page.locator("[data-papers=ks] a")).to_have_count(1)
    sent = fetch(page, page.locator("[data-papers=ks] a").get_attribute("href") or "")
    assert Image.open(io.BytesIO(sent)).size == (1600, 1200)
    assert len(sent) < original.stat().st_size / 3

    other = visit("beta", size=PHONE)  # another device, in the other school's portal: the account is the same
    second = other.open("/ts/ho-so/")
    other.fill_login(PARENT)
    second.wait_for_url("**/ts/ho-so/")
    second.get_by_role("link", name=CHILD).click()
    expect(second.get_by_label("Xã, phường nơi cư trú")).to_have_value("Phường Tân Ninh")
    expect(second.get_by_label("Nguyện vọng 1")).to_have_value("A")

    page.goto(address)
    page.get_by_role("button", name="Nộp hồ sơ ngay").click()
    page.wait_for_url("**/bien-nhan/")
    expect(page.get_by_role("heading", name="Biên nhận")).to_be_visible()
    assert phone.violations() == []
    code = page.locator("code.big").inner_text()
    visitor = visit("beta", size=PHONE, java_script_enabled=False)
    public = visitor.open("/ts/theo-doi/")
    public.get_by_label("Mã hồ sơ").fill(code)
    public.get_by_role("button", name="Xem tình trạng").click()
    expect(public.get_by_role("heading", name="Đã nộp")).to_be_visible()
    assert CHILD not in public.content()


def test_a_school_hands_in_its_class_of_forty(visit: Window) -> None:
    office = visit("alpha")
    page = office.open("/ts/truong/lop10/")
    office.fill_login("vp.alpha@example.vn")
    page.wait_for_url("**/ts/truong/lop10/")
    page.get_by_role("link", name=re.compile("8A5")).click()
    wishes = page.locator("select[name^='w.'][name$='.1']")
    expect(wishes).to_have_count(PUPILS)
    phones = page.locator("input[type=tel]")
    for row in range(40):
        wishes.nth(row).select_option("A")
        phones.nth(row).fill("0912000001")
    assert office.violations() == []
    page.get_by_role("button", name="Nộp hồ sơ cho lớp này").click()
    expect(page.get_by_text("Đã nộp 40 hồ sơ.", exact=True)).to_be_visible()
    expect(page.locator("p.ok")).to_have_count(40)
    assert office.violations() == []
    page.get_by_role("link", name=re.compile("8A5")).click()  # opened again: what stands is filled in
    expect(page.locator("select[name^='w.'][name$='.1']").first).to_have_value("A")
    page.get_by_role("button", name="Nộp hồ sơ cho lớp này").click()
    expect(page.locator("p.ok")).to_have_count(40)
    office.page.set_viewport_size(PHONE)
    assert office.violations() == []


def enter(window: Visit, marks: list[str], entry: str) -> None:
    """One bag by the keyboard: a mark, Tab, the next."""
    page = window.page
    page.get_by_role("link", name=entry, exact=True).click()
    page.locator("input[name^='m.']").first.focus()
    for mark in marks:
        page.keyboard.type(mark)
        page.keyboard.press("Tab")
    page.get_by_role("button", name="Lưu túi này").click()
    expect(page.get_by_text(f"Đã lưu {len(marks)} điểm")).to_be_visible()


def test_marks_twice_runs_compared_and_approved_by_two(visit: Window) -> None:
    first, second, third = visit("so"), visit("so"), visit("so", size=PHONE)
    for window, login in ((first, "cb1@example.vn"), (second, "cb2@example.vn"), (third, "cb3@example.vn")):
        window.log_in(login)
        window.open("/ts/ban/")
        assert window.violations() == []
        window.page.get_by_role("link", name=re.compile("Lớp 10, đang chấm")).click()
    enter(first, ["8", "7,5", "6", "9,25", "5", "4,75"], "lần 1")
    assert first.violations() == []
    enter(second, ["8", "7,5", "6", "9,5", "5", "4,75"], "lần 2")
    page = third.page
    page.reload()
    expect(page.get_by_text("9,25")).to_be_visible()
    page.get_by_label("Điểm", exact=True).fill("9,5")
    page.get_by_label("Bài thi ghi thế nào").fill("câu 4 được 1,25")
    page.get_by_role("button", name="Quyết định").click()
    page.get_by_role("button", name="Khóa điểm").click()
    expect(page.get_by_text("Điểm đã khóa").first).to_be_visible()
    page.get_by_role("button", name="Công bố mã băm dữ liệu đầu vào").click()
    for label, tie in (("Theo kế hoạch", ""), ("Lấy cả bằng điểm", "INCLUDE_TIES")):
        page.get_by_label("Nhãn").fill(label)
        page.locator("select[name=tie]").select_option(tie)
        page.get_by_role("button", name="Chạy xét tuyển").click()
        expect(page.get_by_role("rowheader", name=re.compile(label))).to_be_visible()
    assert third.violations() == []
    first.open(re.sub(r"^.*?(/ts/.*)$", r"\1", page.url))
    first.page.get_by_role("link", name=re.compile("So sánh")).click()
    expect(first.page.get_by_role("columnheader", name=re.compile("Lấy cả bằng điểm"))).to_be_visible()
    assert first.violations() == []
    planned = page.get_by_role("row", name=re.compile("Theo kế hoạch"))
    planned.get_by_role("button", name="Kí duyệt").click()
    expect(page.get_by_text("Đã kí. Cần người thứ hai kí.")).to_be_visible()
    second.page.goto(page.url)
    second.page.get_by_role("row", name=re.compile("Theo kế hoạch")).get_by_role("button", name="Kí duyệt").click()
    expect(second.page.get_by_text("hai chữ kí")).to_be_visible()


def test_result_day_with_and_without_javascript(visit: Window) -> None:
    for script in (True, False):
        parent = visit("beta", size=PHONE, java_script_enabled=script)
        page = parent.open("/ts/lop10-thu/ket-qua/")
        page.get_by_label("Số báo danh").fill("010001")
        page.get_by_label("Ngày sinh của thí sinh").fill("4/3/2011")
        page.get_by_role("button", name="Xem kết quả").click()
        expect(page.get_by_role("heading", name=re.compile("THPT A|Chưa trúng tuyển"))).to_be_visible()
        expect(page.get_by_text("Ngữ văn")).to_be_visible()
        if script:
            assert parent.violations() == []


def test_the_office_edits_a_plan_on_desk_and_phone(visit: Window) -> None:
    officer = visit("so")
    officer.log_in("cb1@example.vn")
    page = officer.open("/ts/ban/moi/")
    assert officer.violations() == []
    page.get_by_label("Lớp 6 theo địa bàn và chỉ tiêu, không thi").check()
    page.get_by_label("Tên", exact=True).fill("Tuyển sinh lớp 6 năm 2027")
    page.get_by_role("button", name="Tạo bản nháp").click()
    expect(page.get_by_text("Cần sửa trước khi mở")).to_be_visible()
    assert officer.violations() == []
    page.get_by_role("button", name="Thêm mọi trường của cấp này").click()
    expect(page.locator("input[name='choice.0.name']")).not_to_have_value("")
    officer.expect(re.sub(r"^.*?(/ts/.*)$", r"\1", page.url), 422)
    page.get_by_label("Số nguyện vọng").fill("hai")
    page.get_by_role("button", name="Lưu phương án").click()
    expect(page.get_by_text("Ghi một số nguyên").first).to_be_visible()
    expect(page.get_by_label("Số nguyện vọng")).to_have_value("hai")
    assert officer.violations() == []
    page.set_viewport_size(PHONE)
    assert officer.violations() == []


def test_public_pages_of_admissions_are_accessible(visit: Window) -> None:
    for size in (PHONE, {"width": 1280, "height": 900}):
        visitor = visit("so", size=size)
        for address in ("/ts/", "/ts/lop10/", "/ts/lop10/ket-qua/", "/ts/theo-doi/", "/ts/tinh-trang/"):
            visitor.open(address)
            assert visitor.violations() == [], address
