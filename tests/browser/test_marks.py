"""The mark grid as a teacher uses it: keyboard, spreadsheet, no network, locks on a phone, a file that comes back.

Each test has a subject of class 8A5 (45 pupils) to itself.
"""

from __future__ import annotations

import io
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from openpyxl import load_workbook
from playwright.sync_api import Locator, Page, expect

from tests.browser.fill import PUPILS
from tests.browser.visit import PHONE, Visit

Window = Callable[..., Visit]
TEACHER, PRINCIPAL = "gv.alpha@example.vn", "ht.alpha@example.vn"
SAVED = "Đã lưu"


def open_grid(visit: Visit, subject: str, login: str = TEACHER) -> Page:
    visit.log_in(login)
    page = visit.open("/truong/")
    page.get_by_role("link", name=re.compile(f"8A5 · {subject}")).click()
    expect(page.get_by_role("heading", name=f"8A5 · {subject}")).to_be_visible()
    return page


def column(page: Page, name: str) -> Locator:
    """The inputs of a column, top down."""
    return page.locator(f'tbody input[aria-label$=", {name}"]')


def values(page: Page, name: str) -> list[str]:
    return column(page, name).evaluate_all("inputs => inputs.map(input => input.value)")


def saved(page: Page) -> None:
    """Everything is in the book: the line says so, no cell waits."""
    expect(page.locator("mark-grid .status")).to_have_text(SAVED)
    expect(page.locator('mark-grid input[data-state="wait"]')).to_have_count(0)


def stored(page: Page, name: str) -> list[str]:
    """The column as the server has it now."""
    page.reload()
    return values(page, name)


def paste(page: Page, target: Locator, text: str) -> None:
    target.focus()
    target.evaluate(
        """(input, text) => {
            const data = new DataTransfer();
            data.setData("text/plain", text);
            input.dispatchEvent(new ClipboardEvent("paste", {clipboardData: data, bubbles: true, cancelable: true}));
        }""",
        text,
    )


def test_a_column_of_45_by_keyboard_only(visit: Window) -> None:
    page = open_grid(visit("alpha"), "Toán")
    cells = column(page, "TX 1")
    expect(cells).to_have_count(PUPILS)
    cells.first.focus()
    typed = [f"{number % 10}.5" if number % 3 else str(number % 11) for number in range(PUPILS)]
    for text in typed:
        page.keyboard.type(text)
        page.keyboard.press("Enter")
    saved(page)
    expected = [text.replace(".", ",") if "." in text else f"{text},0" for text in typed]
    assert stored(page, "TX 1") == expected

    # A mistake is refused in its place, the rest is saved; arrows and Escape.
    column(page, "TX 2").first.focus()
    page.keyboard.type("11")
    page.keyboard.press("ArrowDown")
    page.keyboard.type("9")
    page.keyboard.press("ArrowUp")
    first = column(page, "TX 2").first
    expect(first).to_be_focused()
    expect(first).to_have_attribute("aria-invalid", "true")
    expect(page.locator("mark-grid .status")).to_contain_text("từ 0 đến 10")
    page.keyboard.type("10")
    page.keyboard.press("ArrowRight")
    expect(column(page, "TX 3").first).to_be_focused()
    saved(page)
    assert stored(page, "TX 2")[:3] == ["10,0", "9,0", ""]


def test_a_range_from_a_spreadsheet_and_its_undo(visit: Window) -> None:
    page = open_grid(visit("alpha"), "Ngữ văn")
    lines = [f"{n % 10},5\t{n % 9}" for n in range(PUPILS)]
    paste(page, column(page, "TX 1").first, "\r\n".join(lines) + "\r\n")
    saved(page)
    assert stored(page, "TX 1") == [f"{n % 10},5" for n in range(PUPILS)]
    assert values(page, "TX 2") == [f"{n % 9},0" for n in range(PUPILS)]

    paste(page, column(page, "TX 1").nth(3), "1\n2\n3")
    saved(page)
    page.keyboard.press("Control+z")
    expect(column(page, "TX 1").nth(3)).to_have_value("3,5")
    saved(page)
    assert stored(page, "TX 1") == [f"{n % 10},5" for n in range(PUPILS)]


def test_a_pasted_range_keeps_its_shape_over_a_locked_column(visit: Window) -> None:
    page = open_grid(visit("alpha"), "Tin học")
    page.locator(".columns li", has_text="TX 2").get_by_role("button", name="Khóa").click()
    paste(page, column(page, "TX 1").first, "7\t8\t9\n6\t\t5")
    expect(page.locator("mark-grid .status")).to_contain_text("(1)")
    expect(page.locator('mark-grid input[data-state="wait"]')).to_have_count(0)
    assert stored(page, "TX 1")[:2] == ["7,0", "6,0"]
    assert values(page, "GK")[:2] == ["9,0", "5,0"], "what was meant for the locked column did not slip into the next"


def test_without_network_two_tabs_and_a_dead_one_lose_nothing(visit: Window) -> None:
    """Tab A and tab B go offline, both write, once the same cell; A dies; somebody else writes a cell meanwhile."""
    window = visit("alpha")
    first = open_grid(window, "Khoa học tự nhiên")
    second = window.context.new_page()
    second.goto(first.url)
    window.offline = True
    window.context.set_offline(True)
    for index in range(20):
        column(first, "TX 1").nth(index).fill("7")
    for index in range(20, PUPILS):
        column(second, "TX 1").nth(index).fill("8")
    column(second, "TX 1").nth(0).fill("5")
    column(second, "TX 2").nth(0).focus()
    column(first, "TX 1").nth(19).press("Enter")
    expect(first.locator("mark-grid .status")).to_contain_text("Mất mạng")

    other = open_grid(visit("alpha"), "Khoa học tự nhiên", PRINCIPAL)
    column(other, "TX 1").nth(30).fill("3")
    column(other, "TX 1").nth(30).press("Enter")
    saved(other)

    # A dies in the middle of a cell; B lives to see the network again.
    column(first, "TX 2").nth(5).press_sequentially("6")
    first.wait_for_timeout(300)
    # A page that is closed with its network switched off gets it back for a moment: the dead one sends nothing.
    first.evaluate("() => { window.fetch = () => Promise.reject(new TypeError('dead')); }")
    first.close()
    window.context.set_offline(False)
    window.offline = False
    conflicts = second.locator(".conflicts li")
    expect(conflicts.first).to_be_visible()
    second.wait_for_timeout(2500)
    assert conflicts.count() == 1, conflicts.all_inner_texts()
    expect(conflicts).to_contain_text("8")
    expect(conflicts).to_contain_text("3")
    conflicts.get_by_role("button", name="Giữ điểm tôi nhập").click()
    saved(second)

    # A new tab takes over what A left: one cell meets B's value, the half-typed one asks.
    heir = window.context.new_page()
    heir.goto(second.url)
    conflicts = heir.locator(".conflicts li")
    expect(conflicts).to_have_count(1)
    conflicts.get_by_role("button", name="Giữ điểm tôi nhập").click()
    expect(column(heir, "TX 2").nth(5)).to_have_attribute("aria-invalid", "true")
    column(heir, "TX 2").nth(5).press("Enter")
    saved(heir)
    assert stored(heir, "TX 1") == ["7,0"] * 20 + ["8,0"] * (PUPILS - 20), "0 cells lost"
    assert values(heir, "TX 2")[5] == "6,0"
    left = heir.evaluate(
        """() => new Promise(done => {
            const open = indexedDB.open("mark-grid");
            open.onsuccess = () => {
                const keys = open.result.transaction("cells").objectStore("cells").getAllKeys();
                keys.onsuccess = () => done(keys.result.length);
            };
        })"""
    )
    assert left == 0


def test_lock_request_and_approval_on_a_phone(visit: Window) -> None:
    teacher = visit("alpha", size=PHONE)
    page = open_grid(teacher, "Giáo dục công dân")
    column(page, "TX 1").first.fill("6")
    column(page, "TX 1").first.press("Enter")
    saved(page)
    page.get_by_text("Khóa tất cả các cột").click()
    page.get_by_label("Ghi chú").fill("Hết học kì")
    page.get_by_role("button", name="Khóa sổ").last.click()
    expect(page.locator(".callout.warning")).to_contain_text("Giáo Viên Alpha")
    expect(page.locator(".callout.warning")).to_contain_text("Hết học kì")
    page.get_by_role("link", name=re.compile("Đề nghị sửa.*TX 1")).first.click()
    expect(page.locator(".callout")).to_contain_text("Hết học kì")
    page.get_by_label("Điểm mới").fill("8,5")
    page.get_by_label("Lí do").fill("Cộng nhầm điểm")
    page.get_by_role("button", name="Gửi hiệu trưởng").click()
    expect(page.locator(".request")).to_contain_text("8,5")

    principal = visit("alpha", size=PHONE)
    principal.log_in(PRINCIPAL)
    desk = principal.open("/truong/")
    desk.get_by_role("link", name=re.compile("đề nghị")).click()
    expect(desk.locator(".request")).to_contain_text("Cộng nhầm điểm")
    assert desk.evaluate("document.documentElement.scrollWidth <= innerWidth")
    desk.get_by_role("button", name="Duyệt").click()
    expect(desk.locator(".request")).to_have_count(0)

    page = teacher.open("/truong/")
    page.get_by_role("link", name=re.compile("8A5 · Giáo dục công dân")).click()
    expect(page.locator("tbody tr").first.locator(".locked").first).to_have_text("8,5")
    page.get_by_role("link", name=re.compile("Đề nghị sửa.*TX 1")).first.click()
    page.get_by_role("link", name="Lịch sử ô này").click()
    expect(page.locator(".versions li")).to_have_count(2)
    expect(page.locator(".versions li").first).to_contain_text("Hiệu Trưởng Alpha duyệt")
    assert teacher.violations() == []


def test_the_sheet_goes_out_and_comes_back_sorted_and_damaged(visit: Window, tmp_path: Path) -> None:
    window = visit("alpha")
    page = open_grid(window, "Lịch sử và Địa lí")
    address = page.url
    with page.expect_download() as download:
        page.get_by_role("link", name="Tải tệp Excel").click()
    content = Path(download.value.path()).read_bytes()

    def hand_in(change: Callable[[Any], None], name: str) -> None:
        book = load_workbook(io.BytesIO(content))
        change(book.active)
        book.save(tmp_path / name)
        page.goto(address)
        page.get_by_role("link", name="Nộp tệp Excel").click()
        page.get_by_label("Bảng điểm").set_input_files(tmp_path / name)
        page.get_by_role("button", name="Xem trước").click()

    def turn_over(sheet: Any) -> None:
        sheet.title = "Bản của tôi"
        rows = [[cell.value for cell in row] for row in sheet.iter_rows(min_row=5)]
        for line, row in enumerate(reversed(rows), 5):
            for place, value in enumerate(row, 1):
                sheet.cell(line, place).value = value
            sheet.cell(line, 4).value = int(row[0]) % 10  # TX 1 by the pupil's number

    def damage(sheet: Any) -> None:
        turn_over(sheet)
        sheet.cell(7, 2).value = "LON999"
        sheet.cell(9, 4).value = 12

    window.expected.add((re.sub(r"https?://[^/]+", "", address) + "nop-tep/", 422))
    hand_in(damage, "hong.xlsx")
    expect(page.get_by_role("alert")).to_contain_text("Dòng 7")
    expect(page.get_by_role("alert")).to_contain_text("Dòng 9")
    page.goto(address)
    assert values(page, "TX 1") == [""] * PUPILS, "a damaged sheet does nothing at all"

    hand_in(turn_over, "dao.xlsx")
    expect(page.get_by_role("row")).to_have_count(PUPILS + 1)
    page.get_by_role("button", name=f"Lưu {PUPILS} điểm").click()
    page.goto(address)
    assert values(page, "TX 1") == [f"{number % 10},0" for number in range(1, PUPILS + 1)]

    page.get_by_role("link", name="dao.xlsx").click()
    page.get_by_text("Hoàn tác bảng này").click()
    page.get_by_label("Lí do").fill("Nộp nhầm tệp")
    page.get_by_role("button", name="Trả lại điểm cũ").click()
    page.goto(address)
    assert values(page, "TX 1") == [""] * PUPILS


def test_it_is_a_form_without_javascript(visit: Window) -> None:
    window = visit("alpha", java_script_enabled=False)
    page = open_grid(window, "Công nghệ")
    column(page, "TX 1").nth(0).fill("8.5")
    column(page, "TX 1").nth(1).fill("12")
    window.expected.add((re.sub(r"https?://[^/]+", "", page.url), 422))
    page.get_by_role("button", name="Lưu tất cả").click()
    expect(page.get_by_role("alert")).to_contain_text("từ 0 đến 10")
    assert values(page, "TX 1")[:2] == ["8,5", "12"]
    column(page, "TX 1").nth(1).fill("9")
    page.get_by_role("button", name="Lưu tất cả").click()
    assert values(page, "TX 1")[:3] == ["8,5", "9,0", ""]


@pytest.mark.parametrize("size", [PHONE, {"width": 1280, "height": 900}], ids=["phone", "desk"])
def test_the_grid_is_accessible(visit: Window, size: Any) -> None:
    window = visit("alpha", size=size)
    open_grid(window, "Toán")
    assert window.violations() == []
