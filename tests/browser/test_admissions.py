"""A parent applies by phone: the line breaks in the middle, a photo is made small, another device goes on."""

from __future__ import annotations

import io
from collections.abc import Callable
from pathlib import Path

from PIL import Image
from playwright.sync_api import expect

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


def test_public_pages_of_admissions_are_accessible(visit: Window) -> None:
    for size in (PHONE, {"width": 1280, "height": 900}):
        visitor = visit("so", size=size)
        for address in ("/ts/", "/ts/lop10/", "/ts/lop10/ket-qua/", "/ts/theo-doi/", "/ts/tinh-trang/"):
            visitor.open(address)
            assert visitor.violations() == [], address
