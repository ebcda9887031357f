"""The pages of families and of the accountant, in the browser's words: forms, addresses, what is shown."""

from __future__ import annotations

import io
import re
from typing import Any

import openpyxl
import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from school_services.payments.models import Intent
from tests.fees.test_ledger import FULL, student
from tests.payments.school import School, bank_credit, vnpay_notice
from tests.world import CANARY

pytestmark = pytest.mark.django_db
PARENT, OTHER, ACCOUNTANT, PRINCIPAL = "84912000001", "84912000002", "kt.alpha@example.vn", "htr.alpha@example.vn"
SHOWN = f"{FULL:,}".replace(",", ".")
BLOCK = "00000000-0000-4000-8000-00000000000"


def text(response: Any) -> str:
    return str(response.content.decode())


def begin(client: Client, school: School, provider: str = "vietqr", **more: Any) -> Any:
    return client.post(
        "/thanh-toan/bat-dau/", {"unit": school.unit, "bill": [school.bill().pk], "provider": provider} | more
    )


def test_a_parent_pays_by_qr(school: School, visit: Any) -> None:
    client = visit("alpha", PARENT)
    home = client.get("/thanh-toan/")
    assert SHOWN in text(home)
    assert "private, no-store" in home["Cache-Control"]
    page = client.get(begin(client, school)["Location"])
    assert "Vietcombank" in text(page)
    assert school.bill().ref in text(page)
    address = page.request["PATH_INFO"]
    assert client.get(f"{address}ma.svg")["Content-Type"] == "image/svg+xml"
    assert client.get(f"{address}trang-thai/").json() == {"state": "pending", "paid": False}
    sent = bank_credit(f"MBVCB.1.{school.bill().ref} T11.CT tu", FULL)
    answer = visit("alpha").post(
        "/_bao/vietqr/",
        sent.body,
        content_type="application/json",
        headers={"X-Signature": sent.headers["X-Signature"]},
    )
    assert answer.status_code == 200
    assert client.get(f"{address}trang-thai/").json()["paid"]
    done = text(client.get(address))
    assert "Đã nhận" in done
    receipt = client.get(re.findall(r'href="(/thanh-toan/bien-lai/[^"]+)"', done)[0])
    assert receipt.content.startswith(b"%PDF")
    code = re.findall(r"BL\d\d-\d{6}", text(client.get("/thanh-toan/chung-tu/")))
    assert len(code) == 1
    assert "Đã nộp đủ" in text(client.get("/thanh-toan/"))


def test_vnpay_over_http(school: School, visit: Any) -> None:
    client = visit("alpha", PARENT)
    page = text(client.get(begin(client, school, "vnpay")["Location"]))
    assert 'href="http://localhost:1/pay?vnp_Amount=' in page
    assert "BIMATVNPAY" not in page
    intent = school.rows(Intent)[0]
    stranger = visit("alpha")
    assert stranger.get("/_bao/vnpay/", vnpay_notice(intent).params).json()["RspCode"] == "00"
    assert stranger.get("/_bao/vnpay/", vnpay_notice(intent).params).json()["RspCode"] == "02"
    assert client.get(f"/thanh-toan/{intent.public_id}/ve/?vnp_ResponseCode=24").status_code == 302
    assert school.intent(intent).state == "paid"


def test_a_return_books_nothing(school: School, visit: Any) -> None:
    client = visit("alpha", PARENT)
    begin(client, school, "vnpay")
    intent = school.rows(Intent)[0]
    client.get(f"/thanh-toan/{intent.public_id}/ve/", vnpay_notice(intent).params)
    assert school.intent(intent).state == "pending"
    assert school.owed() == FULL


@pytest.mark.parametrize(
    "change",
    [
        {"amount": "1000"},
        {"vnp_Amount": "1"},
        {"amount": "-5", "owed": "0", "price": "1"},
    ],
)
def test_no_client_sets_an_amount(change: dict[str, str], school: School, visit: Any) -> None:
    begin(visit("alpha", PARENT), school, "vnpay", **change)
    assert [row.amount for row in school.rows(Intent)] == [FULL]


def test_nobody_elses_bill_or_intent(school: School, visit: Any) -> None:
    client, other = visit("alpha", PARENT), visit("alpha", OTHER)
    assert begin(other, school).status_code == 404
    for change in ({"bill": [school.bill().pk, school.bill(2).pk]}, {"bill": ["x"]}, {"bill": []}, {"unit": "99999"},
                   {"provider": "cash"}, {"provider": "x"}, {"unit": "1; drop table"}):  # fmt: skip
        assert begin(client, school, **{"provider": "vnpay", **change}).status_code == 404
    assert school.rows(Intent) == []
    address = begin(client, school)["Location"]
    for path in (address, f"{address}ma.svg", f"{address}trang-thai/", f"{address}ve/"):
        assert other.get(path).status_code == 404
        assert visit("alpha").get(path).status_code == 302
    assert visit("beta", OTHER).get(address).status_code == 404


def test_the_block_and_its_part(school: School, visit: Any) -> None:
    page = visit("alpha").get("/muc/bai/")
    assert "Tiền ăn bán trú" in text(page), "visitors see the fee list"
    assert "public" in page["Cache-Control"]
    assert not page.cookies
    part = visit("alpha", PARENT).get(f"/_f/pay/6/{BLOCK}3/", headers={"X-Portal-Island": "1"})
    assert SHOWN in text(part)
    assert part["Cache-Control"] == "private, no-store"
    assert "no-store" in visit("alpha", PARENT).get(f"/_f/my-invoices/6/{BLOCK}4/")["Cache-Control"]


def test_the_accountants_round(school: School, visit: Any) -> None:
    client = visit("alpha", ACCOUNTANT)
    assert "Thu tháng 11/2026" in text(client.get("/truong/thu-chi/"))
    form = text(client.get("/truong/thu-chi/dot-moi/"))
    fields = dict(re.findall(r'name="(\w+)" value="([^"]*)"', form))
    answer = client.post("/truong/thu-chi/dot-moi/", fields | {"code": "2026-12", "title": "Thu tháng 12/2026"})
    page = text(client.get(answer["Location"]))
    prices = dict(re.findall(r'name="(p\.\d+)" inputmode="numeric" value="([^"]*)"', page))
    assert set(prices.values()) == {"20.000", "63.180", "35.000", "0"}
    saved = client.post(answer["Location"], {**dict.fromkeys(prices, "10.000"), "days": "2", "action": "save"})
    assert saved.status_code == 302
    assert client.post(answer["Location"], {"action": "issue"}).status_code == 302
    assert "Đã phát hành 3 phiếu thu" in text(client.get(answer["Location"]))
    assert client.post(answer["Location"], {"action": "issue"}).status_code == 409
    bad = client.post("/truong/thu-chi/dot-moi/", fields | {"code": "2026-12"})
    assert bad.status_code == 422
    assert "Đã có đợt thu mang mã này" in text(bad)


def test_cash_and_its_receipt(school: School, visit: Any) -> None:
    client = visit("alpha", ACCOUNTANT)
    answer = client.get("/truong/thu-chi/thu-tien/", {"q": school.bill().ref})
    page = text(client.get(answer["Location"]))
    token = re.findall(r'name="token" value="([^"]+)"', page)[0]
    form = {"action": "cash", "token": token, "amount": "300.000"}
    first = client.post(answer["Location"], form)
    assert client.get(first["Location"]).content.startswith(b"%PDF")
    assert client.post(answer["Location"], form)["Location"] == first["Location"], "a second click changes nothing"
    assert school.owed() == FULL - 300_000
    assert client.post(answer["Location"], form | {"amount": "ba trăm"}).status_code == 422
    assert client.post(answer["Location"], form | {"token": "x"}).status_code == 422


def test_debts_as_a_workbook(school: School, visit: Any) -> None:
    response = visit("alpha", ACCOUNTANT).get("/truong/thu-chi/con-no.xlsx")
    rows = list(openpyxl.load_workbook(io.BytesIO(response.content)).active.values)
    assert rows[0][1] == "Họ và tên"
    assert [row[4] for row in rows[1:]] == [FULL] * 3


def test_a_refund_and_a_write_off_on_the_screen(school: School, visit: Any) -> None:
    client, principal = visit("alpha", ACCOUNTANT), visit("alpha", PRINCIPAL)
    address = f"/truong/thu-chi/hoc-sinh/{student(school)}/"
    assert client.post(address, {"action": "write_off", "bill": school.bill().pk, "reason": ""}).status_code == 422
    client.post(address, {"action": "write_off", "bill": school.bill().pk, "reason": "Hộ nghèo"})
    page = text(principal.get("/truong/thu-chi/duyet/"))
    assert "Hộ nghèo" in page
    decide = re.findall(r'action="(/truong/thu-chi/duyet/xoa-no/\d+/)"', page)[0]
    assert client.post(decide, {"decision": "approve"}).status_code == 403
    assert principal.post(decide, {"decision": "approve"}).status_code == 302
    assert school.owed() == 0


def test_a_statement_and_what_waits(school: School, visit: Any) -> None:
    client = visit("alpha", ACCOUNTANT)
    ref = school.bill(2).ref
    lines = [
        "Ngày giao dịch;Số tham chiếu;Ghi nợ;Ghi có;Mô tả",
        f"24/11/2026;FT1;;{SHOWN};MBVCB.77.{school.bill().ref} T11.CT tu",
        f"24/11/2026;FT2;;{SHOWN};nop tien cho EM {CANARY['alpha']} SO3",
        "24/11/2026;FT3;50.000;;phi quan ly",
        f"24/11/2026;FT4;;1.000;{ref} nham so tien",
    ]
    file = io.BytesIO("\n".join(lines).encode())
    file.name = "sao-ke.csv"
    client.post("/truong/thu-chi/doi-soat/", {"file": file})
    page = text(client.get("/truong/thu-chi/doi-soat/"))
    assert "1 dòng đã khớp, 0 dòng đã ghi nhận trước, 2 dòng chờ đối soát" in page
    assert school.owed() == 0
    offers = re.findall(r'action="(/truong/thu-chi/doi-soat/\d+/)".*?name="ref" value="(HP\w+)"', page)
    assert {offer for _, offer in offers} == {ref, school.bill(3).ref}
    for address, offer in offers:
        assert client.post(address, {"ref": offer}).status_code == 302
    assert (school.owed(2), school.owed(3)) == (FULL - 1000, 0)
    assert "suspense" not in school.balances()
    file.seek(0)
    again = client.post("/truong/thu-chi/doi-soat/", {"file": file})
    assert again.status_code == 422
    assert "đã được nhập trước đây" in text(again)


def test_the_day(school: School, visit: Any) -> None:
    client = visit("alpha", ACCOUNTANT)
    assert client.post("/truong/thu-chi/ngay/", {"counted": "5.000"}).status_code == 422
    assert client.post("/truong/thu-chi/ngay/", {"counted": "0"}).status_code == 302
    assert "Kế Toán Alpha khóa sổ" in text(client.get("/truong/thu-chi/ngay/"))


def test_who_enters(school: School, visit: Any) -> None:
    paths = (
        "",
        "dot-moi/",
        "con-no/",
        "con-no.xlsx",
        "khoan-thu/",
        "thu-tien/",
        "duyet/",
        "doi-soat/",
        "ngay/",
        "hoa-don/",
    )
    for path in paths:
        for login in (PARENT, "gv.alpha@example.vn", "kt.beta@example.vn", "vp.alpha@example.vn"):
            assert visit("alpha", login).get(f"/truong/thu-chi/{path}").status_code == 403, (path, login)
        assert visit("alpha", ACCOUNTANT).get(f"/truong/thu-chi/{path}").status_code == 200, path


def test_the_fee_list_is_changed_by_the_accountant(school: School, visit: Any) -> None:
    client = visit("alpha", ACCOUNTANT)
    form = {"code": "DONGPHUC", "name": "Đồng phục", "basis": "voluntary", "legal_basis": "Biên bản 1", "measure": "once",
            "unit_label": "bộ", "price": "250.000", "active": "on"}  # fmt: skip
    assert client.post("/truong/thu-chi/khoan-thu/", form | {"legal_basis": ""}).status_code == 422
    assert client.post("/truong/thu-chi/khoan-thu/", form).status_code == 302
    assert "Đồng phục" in text(visit("alpha").get("/muc/bai/"))


def test_pages_take_constant_queries(school: School, visit: Any) -> None:
    client = visit("alpha", ACCOUNTANT)
    for path in ("/truong/thu-chi/", "/truong/thu-chi/ngay/", "/truong/thu-chi/doi-soat/"):
        client.get(path)
        with CaptureQueriesContext(connection) as queries:
            client.get(path)
        assert len(queries) <= 30, path


def test_a_receipt_is_checked_without_a_name(school: School, visit: Any) -> None:
    from school_services.invoices.models import Receipt

    school.notify("vnpay", vnpay_notice(school.start()))
    receipt = school.rows(Receipt)[0]
    page = text(visit("alpha").get("/thanh-toan/kiem-tra/", {"ma": receipt.code}))
    assert "Biên lai này là thật" in page
    assert CANARY["alpha"] + " Số1" not in page
    assert "Không có biên lai" in text(visit("beta").get("/thanh-toan/kiem-tra/", {"ma": receipt.code}))
