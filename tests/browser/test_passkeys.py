"""A passkey in a real browser, with Chromium's virtual key: made and used on the operator's site."""

from __future__ import annotations

import base64
import time
from collections.abc import Callable

from playwright.sync_api import expect

from school_services.identity import totp
from tests.browser.visit import PHONE, Visit

OPERATOR = "vanhanh@example.vn"
KEY = {
    "protocol": "ctap2",
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
    "automaticPresenceSimulation": True,
}


def test_a_key_in_place_of_the_code(visit: Callable[..., Visit]) -> None:
    window = visit("quantri", size=PHONE)
    page = window.open("/dang-nhap/")
    devices = page.context.new_cdp_session(page)
    devices.send("WebAuthn.enable")
    made = devices.send("WebAuthn.addVirtualAuthenticator", {"options": KEY})["authenticatorId"]
    window.fill_login(OPERATOR)
    page.get_by_role("link", name="Xác thực bước hai").click()
    assert window.violations() == []
    page.get_by_text("Tôi không quét được").click()
    written = page.locator(".code.key").inner_text().replace(" ", "")
    secret = base64.b32decode(written + "=" * (-len(written) % 8))
    page.get_by_label("Mã trong ứng dụng").fill(totp.code_at(secret, int(time.time()) // 30))
    page.get_by_role("button", name="Xác nhận").click()
    expect(page.locator("code")).to_have_count(10)

    window.open("/xac-thuc/khoa/")
    assert window.violations() == []
    page.get_by_label("Tên khóa").fill("Điện thoại")
    page.get_by_role("button", name="Thêm thiết bị này").click()
    expect(page.get_by_text("Điện thoại", exact=True)).to_be_visible()
    assert len(devices.send("WebAuthn.getCredentials", {"authenticatorId": made})["credentials"]) == 1
    assert window.violations() == []
    # The same device a second time is refused by the browser, and the person is told.
    page.get_by_label("Tên khóa").fill("Lần nữa")
    page.get_by_role("button", name="Thêm thiết bị này").click()
    expect(page.get_by_text("Chưa tạo được khóa")).to_be_visible()

    window.open("/")
    page.get_by_role("button", name="Đăng xuất").click()
    window.fill_login(OPERATOR)
    expect(page.get_by_role("heading", name="Bước xác thực thứ hai")).to_be_visible()
    assert window.violations() == []
    page.keyboard.press("Tab")  # by keyboard: the key's button is reached and pressed
    page.get_by_role("button", name="Dùng khóa").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Các cổng thông tin")).to_be_visible()
