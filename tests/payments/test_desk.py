"""The accountant's screens: reliefs, days, class prices, what goes back, providers, their files, the issuer, corrections."""

from __future__ import annotations

import datetime
import io
import re
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from school_services.attendance.models import Entry as Attended
from school_services.fees.models import AttendedDays, Bill, BillLine, RoundItem, StudentRelief
from school_services.invoices.models import Invoice, Issuer
from school_services.payments import books, merchants, provider_files
from school_services.payments.models import Event, Merchant, Refund, StatementLine
from school_services.payments.providers import PROVIDERS
from school_services.payments.providers.base import Notice
from school_services.payments.statement_files import Unreadable
from school_services.rosters.models import ClassGroup, Enrolment
from tests.fees.test_ledger import FULL, prepare, student
from tests.invoices.test_invoice_rules import MST, PASSWORD, make_key
from tests.payments.school import School, bank_credit, vnpay_notice
from tests.payments.test_pages import ACCOUNTANT, PARENT, PRINCIPAL, text

pytestmark = pytest.mark.django_db
BASE = "/truong/thu-chi"


@pytest.fixture
def client(school: School, visit: Any) -> Client:
    made: Client = visit("alpha", ACCOUNTANT)
    return made


def upload(name: str, content: str | bytes) -> io.BytesIO:
    file = io.BytesIO(content if isinstance(content, bytes) else content.encode())
    file.name = name
    return file


def test_a_relief_from_the_screen_to_the_bill(school: School, client: Client) -> None:
    pk = student(school)
    address = f"{BASE}/hoc-sinh/{pk}/mien-giam/"
    form = {"percent": "50", "decision": "QĐ 12/QĐ-UBND", "valid_from": f"{timezone.localdate():%Y-%m-%d}"}
    for change, words in (
        ({"percent": ""}, "Miễn giảm cần số quyết"),
        ({"decision": ""}, "id_decision_error"),
        ({"percent": "101"}, "100"),
        ({"valid_to": "2020-01-01"}, "Ngày cuối trước ngày đầu"),
    ):
        answer = client.post(address, form | change)
        assert answer.status_code == 422
        assert words in text(answer)
    assert client.post(address, form).status_code == 302
    assert "QĐ 12/QĐ-UBND" in text(client.get(f"{BASE}/mien-giam/"))
    made = prepare(school)
    assert client.post(f"{BASE}/dot/{made.pk}/", {"action": "issue"}).status_code == 302
    half = school.rows(Bill, round_id=made.pk, student_id=pk)[0]
    whole = school.rows(Bill, round_id=made.pk, student_id=student(school, 2))[0]
    assert half.amount * 2 == whole.amount
    relief = school.rows(StudentRelief)[0]
    assert client.post(address, {"action": "end", "relief": relief.pk, "last": "2020-01-01"}).status_code == 422
    last = timezone.localdate()
    assert client.post(address, {"action": "end", "relief": relief.pk, "last": f"{last:%Y-%m-%d}"}).status_code == 302
    assert school.rows(StudentRelief)[0].valid_to == last
    assert client.post(address, {"action": "end", "relief": "999999"}).status_code == 404


def test_days_come_from_the_register(school: School, client: Client) -> None:
    made, pk = prepare(school), student(school)
    with school.scope():
        group = ClassGroup.objects.get(pk=Enrolment.objects.get(student_id=pk, valid_to=None).class_group_id)
        for day, session, state in ((3, "s", "K"), (4, "s", "P"), (4, "c", "CO_MAT"), (5, "s", "P"), (5, "c", "P")):
            Attended.objects.create(
                unit_id=school.unit, student_id=pk, class_group=group, day=datetime.date(2026, 11, day), session=session,
                state=state, recorded_by_id=school.accountant.user_id, recorded_at=timezone.now(),
            )  # fmt: skip
    address = f"{BASE}/dot/{made.pk}/ngay/?lop={group.pk}&tu=2026-11-01&den=2026-11-30"
    page = text(client.get(f"{address}&so=1"))
    assert "nghỉ 2 ngày" in page, "away is away in every session of the day"
    fields = dict(re.findall(r'name="(d\.\d+)"[^>]*value="(\d+)"', page))
    assert fields[f"d.{pk}"] == str(made.days - 2)
    assert client.post(address, fields | {f"d.{pk}": "40"}).status_code == 422
    assert client.post(address, fields).status_code == 302
    assert school.rows(AttendedDays, student_id=pk)[0].days == made.days - 2
    client.post(f"{BASE}/dot/{made.pk}/", {"action": "issue"})
    meals = school.rows(BillLine, bill__round_id=made.pk, bill__student_id=pk, kind__code="AN")[0]
    assert (meals.quantity, meals.amount) == (made.days - 2, (made.days - 2) * 35_000)


def test_another_price_for_a_class(school: School, client: Client) -> None:
    made = prepare(school)
    page = text(client.get(f"{BASE}/dot/{made.pk}/"))
    kind = re.findall(r'<select name="kind".*?<option value="(\d+)"', page, re.DOTALL)[0]
    group = re.findall(r'<select name="group".*?<option value="(\d+)"', page, re.DOTALL)[0]
    form = {"kind": kind, "group": group, "price": "12.000"}
    assert client.post(f"{BASE}/dot/{made.pk}/gia-lop/", form).status_code == 302
    assert school.rows(RoundItem, round_id=made.pk, class_group_id=group)[0].price == 12_000
    assert client.post(f"{BASE}/dot/{made.pk}/gia-lop/", form | {"group": "999999"}).status_code == 422
    bad = client.post(f"{BASE}/dot/{made.pk}/", {f"p.{kind}": "ba mươi nghìn", "days": "20", "action": "save"})
    assert bad.status_code == 422
    assert "ba mươi nghìn" in text(bad), "what was typed stays"


def meals(school: School, number: int = 1) -> BillLine:
    line: BillLine = school.rows(BillLine, bill_id=school.bill(number).pk, kind__code="AN")[0]
    return line


def test_money_of_a_paid_bill_goes_back(school: School, client: Client, visit: Any) -> None:
    principal = visit("alpha", PRINCIPAL)
    address, line = f"{BASE}/hoc-sinh/{student(school)}/", meals(school)
    form = {"action": "pay_back", "line": line.pk, "amount": "70.000", "way": "credit", "reason": "Nghỉ ốm 2 ngày"}
    assert client.post(address, form).status_code == 422, "not paid yet"
    school.notify("vnpay", vnpay_notice(school.start()))
    assert "Tiền ăn bán trú" in text(client.get(address))
    for change in ({"amount": "999.999.999"}, {"way": "stripe:1"}, {"reason": " "}, {"amount": "0"}):
        assert client.post(address, form | change).status_code == 422
    assert client.post(address, form | {"line": meals(school, 2).pk}).status_code == 404, "another student's"
    assert client.post(address, form).status_code == 302
    before = school.balances()
    decide = re.findall(r'action="(/truong/thu-chi/duyet/hoan/\d+/)"', text(principal.get(f"{BASE}/duyet/")))[0]
    assert client.post(decide, {"decision": "approve"}).status_code == 403
    assert principal.post(decide, {"decision": "approve"}).status_code == 302
    after = school.balances()
    assert after["income.decision"] - before["income.decision"] == 70_000
    assert (school.owed(), school.credit()) == (0, 70_000)
    assert client.post(address, form | {"amount": f"{line.amount - 69_999}"}).status_code == 422, "more than is left"
    with school.scope():
        assert books.faults(school.unit) == []


def test_what_was_written_off_does_not_go_back(school: School, client: Client, visit: Any) -> None:
    address, line = f"{BASE}/hoc-sinh/{student(school)}/", meals(school)
    client.post(address, {"action": "write_off", "bill": line.bill_id, "reason": "Hộ nghèo"})
    decide = re.findall(r'action="(/truong/thu-chi/duyet/xoa-no/\d+/)"', text(client.get(f"{BASE}/duyet/")))
    assert decide == []
    page = text(visit("alpha", PRINCIPAL).get(f"{BASE}/duyet/"))
    decide = re.findall(r'action="(/truong/thu-chi/duyet/xoa-no/\d+/)"', page)
    assert visit("alpha", PRINCIPAL).post(decide[0], {"decision": "approve"}).status_code == 302
    assert school.owed() == 0
    form = {"action": "pay_back", "line": line.pk, "amount": "1.000", "way": "cash", "reason": "x"}
    answer = client.post(address, form)
    assert answer.status_code == 422
    assert school.rows(Refund) == []


def test_a_provider_pays_back_a_charge_and_may_refuse(
    school: School, client: Client, visit: Any, jobs: Any, monkeypatch: Any
) -> None:
    from school_services.payments.providers.base import ProviderFailed

    def refuse(*args: Any, **kwargs: Any) -> str:
        raise ProviderFailed("vnpay_95")

    intent = school.start()
    school.notify("vnpay", vnpay_notice(intent))
    form = {"action": "pay_back", "line": meals(school).pk, "amount": "35.000", "way": f"vnpay:{intent.pk}", "reason": "x"}
    assert client.post(f"{BASE}/hoc-sinh/{student(school)}/", form).status_code == 302
    monkeypatch.setattr(PROVIDERS["vnpay"], "refund", refuse)
    refund = school.rows(Refund)[0]
    visit("alpha", PRINCIPAL).post(f"{BASE}/duyet/hoan/{refund.pk}/", {"decision": "approve"})
    assert jobs()
    assert school.rows(Refund)[0].state == "failed"
    assert (school.owed(), school.credit()) == (0, 35_000), "the family has it as credit"


FILE = "Ngày,Mã đơn hàng,Mã giao dịch,Số tiền,Trạng thái\n"


def test_a_providers_file(school: School, client: Client, jobs: Any, monkeypatch: Any) -> None:
    paid, silent = school.start(), school.start(number=2, actor=school.other_parent)
    school.notify("vnpay", vnpay_notice(paid))
    monkeypatch.setattr(
        PROVIDERS["vnpay"], "query", lambda merchant, order: Notice(order.txn_ref, "140777", order.amount, True)
    )
    rows = [f"1,{paid.txn_ref},140001,{FULL - 1},00", f"1,{silent.txn_ref},140777,{FULL},Thành công",
            "1,P999X1,1,5000,00", "1,P1X2,2,1000,24"]  # fmt: skip
    today = f"{timezone.localdate():%Y-%m-%d}"
    form = {"provider": "vnpay", "day": today}
    address = f"{BASE}/doi-soat/nha-cung-cap/"
    assert client.post(address, form | {"file": upload("a.csv", "x,y\n1,2")}).status_code == 422
    assert client.post(address, form | {"file": upload("a.csv", FILE + "\n".join(rows))}).status_code == 302
    page = text(client.get(address))
    assert "0 dòng khớp; 2 chỉ có ở nhà cung cấp, 0 chỉ có trong sổ của trường, 1 khác số tiền" in page
    assert "Khác số tiền: sổ của trường ghi" in page
    assert client.post(address, form | {"file": upload("b.csv", FILE + "\n".join(rows))}).status_code == 422, "known"
    assert school.owed(2) == FULL, "nothing is booked from a file"
    assert jobs()
    assert school.owed(2) == 0, "but from the provider's own answer"
    assert [line.state for line in school.rows(StatementLine)] == ["different", "known", "parked"]
    listed = re.findall(r'action="(/truong/thu-chi/doi-soat/nha-cung-cap/\d+/)"', text(client.get(address)))
    assert len(listed) == 2
    assert client.post(listed[0], {"note": " "}).status_code == 422
    for one in listed:
        assert client.post(one, {"note": "VNPAY xác nhận"}).status_code == 302
    assert "khớp với các nhà cung cấp" in text(client.get(address))


def test_ours_only_and_who_may(school: School, client: Client, visit: Any) -> None:
    school.notify("vnpay", vnpay_notice(school.start()))
    file = upload("a.csv", FILE + "1,P999X1,1,5000,00")
    form = {"provider": "vnpay", "day": f"{timezone.localdate():%Y-%m-%d}", "file": file}
    client.post(f"{BASE}/doi-soat/nha-cung-cap/", form)
    assert [line.state for line in school.rows(StatementLine)] == ["parked", "missing"]
    line = school.rows(StatementLine)[0]
    for login in (PARENT, "kt.beta@example.vn", PRINCIPAL):
        answer = visit("alpha", login).post(f"{BASE}/doi-soat/nha-cung-cap/{line.pk}/", {"note": "x"})
        assert answer.status_code == 403


@pytest.mark.parametrize(
    ("content", "code"),
    [("", "provider_columns"), (FILE, "statement_empty"), (FILE + "1,P1X1,2,abc,00", "statement_amount")],
)
def test_files_that_are_none(content: str, code: str) -> None:
    with pytest.raises(Unreadable) as error:
        provider_files.read(content.encode())
    assert error.value.code == code


def test_a_payout_and_a_wrong_code(school: School, client: Client) -> None:
    school.notify("vnpay", vnpay_notice(school.start()))
    school.notify("vietqr", bank_credit("VNPAY TT NGAY 23", FULL))
    event = school.rows(Event, outcome="parked")[0]
    wrong = client.post(f"{BASE}/doi-soat/{event.pk}/", {"ref": "HPAA00000000"})
    assert wrong.status_code == 422
    assert "HPAA00000000" in text(wrong)
    assert client.post(f"{BASE}/doi-soat/{event.pk}/", {"provider": "cash"}).status_code == 422
    assert client.post(f"{BASE}/doi-soat/{event.pk}/", {"provider": "vnpay"}).status_code == 302
    assert {"gateway", "suspense"} & school.balances().keys() == set()
    assert client.post(f"{BASE}/doi-soat/{event.pk}/", {"ref": school.bill(2).ref}).status_code == 409
    assert "Mọi khoản tiền đã rõ ràn" in text(client.get(f"{BASE}/doi-soat/"))


def test_a_merchant_from_the_screen(school: School, client: Client, visit: Any) -> None:
    address = f"{BASE}/cong-thanh-toan/vnpay/"
    page = text(client.get(address))
    assert "BIMATVNPAY" not in page
    assert "/_bao/vnpay/" in page
    form = {"c_tmn_code": "TRUONG01", "c_pay_url": "https://pay.vnpay.vn/vpcpay.html", "surcharge": "0",
            "c_api_url": "https://merchant.vnpay.vn/merchant_webapi/api/transaction", "s_hash": "", "active": "on"}  # fmt: skip
    for url in ("https://ac.example.vn/x", "ftp://pay.vnpay.vn/", "https://pay.vnpay.vn.ac.example/"):
        answer = client.post(address, form | {"c_api_url": url})
        assert answer.status_code == 422
        assert "không phải địa chỉ của VNPAY" in text(answer).replace("Đây ", "")
    assert client.post(address, form).status_code == 302
    row = school.rows(Merchant, provider="vnpay")[0]
    assert row.config["tmn_code"] == "TRUONG01"
    with school.scope():
        assert merchants.credentials(row).secrets == {"hash": "BIMATVNPAY"}, "an empty field keeps the secret"
    assert client.get(f"{BASE}/cong-thanh-toan/cash/").status_code == 404
    assert visit("alpha", PRINCIPAL).post(address, form).status_code == 403
    assert client.post(f"{BASE}/cong-thanh-toan/momo/", {"active": "on"}).status_code == 422


def test_the_issuer_and_a_correction(school: School, client: Client, jobs: Any) -> None:
    address = f"{BASE}/don-vi-phat-hanh/"
    assert "Chưa có khóa kí số" in text(client.get(address))
    form = {"name": "Trường Alpha", "tax_code": MST, "address": "Tân Ninh", "provider_tax_code": "0100684378",
            "template": "2", "code": "C", "own": "YY", "sender": "files", "secret": PASSWORD}  # fmt: skip
    for change, words in (
        ({"tax_code": "0100109107"}, "sai chữ số kiểm tra"),
        ({"own": "y1"}, "hợp lệ"),
        ({"key": upload("a.p12", make_key()), "secret": "sai"}, "Không dùng được chữ kí số:"),
        ({"key": upload("a.p12", make_key("0100684378"))}, "mã số thuế khác"),
        ({"token": "khong-co"}, "Không dùng được chữ kí số:"),
    ):
        answer = client.post(address, form | change)
        assert answer.status_code == 422
        assert words in text(answer), words
    assert client.post(address, form | {"key": upload("a.p12", make_key())}).status_code == 302
    assert PASSWORD not in text(client.get(address))
    assert "Khóa kí số đã sẵn sàng" in text(client.get(address))
    assert client.post(address, form | {"name": "Trường THCS Alpha", "secret": ""}).status_code == 302, "the key stays"
    school.notify("vnpay", vnpay_notice(school.start()))
    assert client.post(f"{BASE}/hoa-don/", {"round": school.round_id}).status_code == 302
    made = school.rows(Invoice)[0]
    page = text(client.get(f"{BASE}/hoa-don/{made.pk}/"))
    assert "TRƯỜNG MẪU đã kí" in page
    fix = {"wrong": ["amount"], "explanation": "Thừa một ngày ăn", "form": "DIEU_CHINH"}
    assert client.post(f"{BASE}/hoa-don/{made.pk}/", fix).status_code == 422, "without a difference"
    assert client.post(f"{BASE}/hoa-don/{made.pk}/", fix | {"what_1": "Giảm", "amount_1": "x"}).status_code == 422
    done = client.post(f"{BASE}/hoa-don/{made.pk}/", fix | {"what_1": "Giảm 1 ngày", "amount_1": "-35.000"})
    other = school.rows(Invoice)[1]
    assert done["Location"] == f"{BASE}/hoa-don/{other.pk}/"
    assert (other.total, other.related_id) == (-35_000, made.pk)
    page = text(client.get(f"{BASE}/hoa-don/{made.pk}/"))
    assert "DIEU_CHINH" in page
    assert "THAY_THE" not in page, "once adjusted, always adjusted"
    notice = {"wrong": ["buyer_name"], "explanation": "Sai tên"}
    assert client.post(f"{BASE}/hoa-don/{made.pk}/", notice).status_code == 302
    assert "04/SS-HĐĐT" in text(client.get(f"{BASE}/hoa-don/{made.pk}/"))
    assert len(school.rows(Invoice)) == 2


def test_a_key_of_another_tax_code_does_not_stay(school: School, client: Client) -> None:
    form = {"name": "A", "tax_code": MST, "address": "x", "provider_tax_code": MST, "template": "2", "code": "C",
            "own": "YY", "sender": "files", "secret": PASSWORD}  # fmt: skip
    client.post(f"{BASE}/don-vi-phat-hanh/", form | {"key": upload("a.p12", make_key())})
    client.post(f"{BASE}/don-vi-phat-hanh/", form | {"tax_code": "0100684378"})
    assert school.rows(Issuer)[0].sealed_key == ""


def test_three_rows_and_thirty_take_the_same_queries(school: School, client: Client) -> None:
    def count(path: str) -> int:
        client.get(path)
        with CaptureQueriesContext(connection) as queries:
            assert client.get(path).status_code == 200
        return len(queries)

    paths = (f"{BASE}/mien-giam/", f"{BASE}/doi-soat/nha-cung-cap/", f"{BASE}/doi-soat/", f"{BASE}/ngay/")
    with school.scope():
        values = {"unit_id": school.unit, "student_id": student(school), "decision": "QĐ", "percent": 1}
        StudentRelief.objects.create(**values, valid_from=timezone.localdate())
    school.notify("vietqr", bank_credit("khong ro", 1))
    before = [count(path) for path in paths]
    with school.scope():
        StudentRelief.objects.bulk_create(
            [StudentRelief(**values, valid_from=timezone.localdate()) for _ in range(30)]
        )
    for number in range(30):
        school.notify("vietqr", bank_credit("khong ro", 10 + number))
    assert [count(path) for path in paths] == before


def test_who_enters(school: School, visit: Any) -> None:
    paths = ("mien-giam/", f"hoc-sinh/{student(school)}/mien-giam/", f"dot/{school.round_id}/ngay/", "cong-thanh-toan/",
             "cong-thanh-toan/vietqr/", "don-vi-phat-hanh/", "doi-soat/nha-cung-cap/")  # fmt: skip
    for path in paths:
        for login in (PARENT, "gv.alpha@example.vn", "kt.beta@example.vn", "vp.alpha@example.vn"):
            assert visit("alpha", login).get(f"{BASE}/{path}").status_code == 403, (path, login)
        assert visit("alpha", ACCOUNTANT).get(f"{BASE}/{path}").status_code == 200, path


def test_the_books_are_checked(school: School, capsys: Any) -> None:
    from django.core.management import CommandError, call_command

    school.notify("vnpay", vnpay_notice(school.start()))
    school.notify("vietqr", bank_credit("khong ro", 5))
    call_command("money", "check", "--portal", "alpha")
    assert "every đồng" in capsys.readouterr().out
    with school.scope(), connection.cursor() as cursor:
        cursor.execute("insert into payments_event (unit_id, provider, provider_txn, amount, outcome, content,"
                       " received_at) values (%s, 'vnpay', 'x', 5, 'paid', '', now())", [school.unit])  # fmt: skip
    with pytest.raises(CommandError, match="1 of 1"):
        call_command("money", "check", "--portal", "alpha")
    assert "not booked exactly once" in capsys.readouterr().out
