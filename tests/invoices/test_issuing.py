"""Receipts and invoices on the database: numbers without gaps, sending, corrections."""

from __future__ import annotations

import datetime
import uuid
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone

from school_services.errors import Conflict, Invalid, NotFound, PermissionRefused
from school_services.invoices import selectors, sending, services, signature, xml
from school_services.invoices.models import Counter, ErrorNotice, Invoice, Issuer, Receipt
from school_services.payments import services as payments
from tenants import context
from tests.fees.test_ledger import FULL, student
from tests.invoices.test_invoice_rules import MST, PASSWORD, make_key
from tests.payments.school import School

pytestmark = pytest.mark.django_db
KEY = make_key()


@pytest.fixture
def issuer(school: School, tmp_path: Path) -> School:
    services.save_issuer(
        actor=school.accountant, unit_id=school.unit, name="Trường THCS Alpha", tax_code=MST, address="Tân Ninh",
        provider_tax_code="0100684378", key=(KEY, PASSWORD), config={"folder": str(tmp_path)},
    )  # fmt: skip
    return school


def pay(school: School, number: int = 1, amount: int = FULL) -> None:
    payments.take_cash(
        actor=school.accountant, unit_id=school.unit, student_id=student(school, number), amount=amount,
        token=uuid.uuid4(),
    )  # fmt: skip


def issue(school: School, number: int = 1) -> Invoice:
    made = services.issue_invoice(actor=school.accountant, unit_id=school.unit, bill_id=school.bill(number).pk)
    assert made is not None
    return made


def test_an_invoice_of_a_paid_bill(issuer: School, jobs: Any, tmp_path: Path) -> None:
    with pytest.raises(Invalid, match="bill_not_paid"):
        issue(issuer)
    pay(issuer)
    made = issue(issuer)
    assert issue(issuer).pk == made.pk
    root = xml.from_bytes(bytes(made.xml))
    signature.verify(root)
    names = [e.text or "" for e in root.iter("THHDVu")]
    assert len(names) == 2
    assert not any("bảo hiểm" in name.lower() for name in names), "collected on behalf: a receipt alone"
    assert (made.number, made.total) == (1, FULL - 63_180)
    assert root.findtext("DLHDon/NDHDon/NMua/Ten") == "Bán cho người tiêu dùng"
    assert jobs()
    assert issuer.rows(Invoice)[0].state == "sent"
    assert [p.read_bytes() for p in tmp_path.iterdir()] == [bytes(made.xml)]


def test_numbers_have_no_gap_after_an_error(issuer: School, monkeypatch: Any) -> None:
    for number in (1, 2, 3):
        pay(issuer, number)
    issue(issuer, 1)

    def fail(*args: Any) -> None:
        raise signature.BadSignature("token gone")

    monkeypatch.setattr(signature, "sign", fail)
    with pytest.raises(Invalid, match="key"):
        issue(issuer, 2)
    monkeypatch.undo()
    assert [issue(issuer, 3).number, issue(issuer, 2).number] == [2, 3]
    assert issuer.rows(Counter, series__startswith="2")[0].last == 3


def test_a_round_at_once(issuer: School) -> None:
    pay(issuer, 1)
    pay(issuer, 2, 5)
    pay(issuer, 3)
    ask: dict[str, Any] = {"actor": issuer.accountant, "unit_id": issuer.unit, "round_id": issuer.round_id}
    assert services.issue_paid(**ask) == 2
    assert services.issue_paid(**ask) == 0


def test_no_date_goes_back(issuer: School) -> None:
    pay(issuer)
    with issuer.scope():
        Counter.objects.create(
            unit_id=issuer.unit, series=f"2C{timezone.localdate():%y}TYY", year=timezone.localdate().year, last=4,
            last_date=timezone.localdate() + datetime.timedelta(days=1),
        )  # fmt: skip
    with pytest.raises(Conflict, match="date_backwards"):
        issue(issuer)
    assert issuer.rows(Invoice) == []


def test_what_an_issuer_is_not(school: School) -> None:
    values: dict[str, Any] = {"name": "T", "tax_code": MST, "address": "x", "provider_tax_code": MST}
    for change, code in (
        ({"tax_code": "0100109107"}, "tax_code"),
        ({"address": " "}, "issuer"),
        ({"key": (KEY, "sai")}, "key"),
        ({"key": (make_key("0100684378"), PASSWORD)}, "key"),
    ):
        with pytest.raises(Invalid, match=code):
            services.save_issuer(actor=school.accountant, unit_id=school.unit, **(values | change))
    with pytest.raises(PermissionRefused):
        services.save_issuer(actor=school.parent, unit_id=school.unit, **values)
    services.save_issuer(actor=school.accountant, unit_id=school.unit, **values)
    pay(school)
    with pytest.raises(Invalid, match="no_key"):
        issue(school)


def test_keys_are_sealed(issuer: School) -> None:
    row = issuer.rows(Issuer)[0]
    assert PASSWORD not in row.sealed_key
    assert KEY.hex() not in row.sealed_key


def correct(school: School, invoice: Invoice, **values: Any) -> Any:
    return services.correct(
        actor=school.accountant, unit_id=school.unit, invoice_id=invoice.pk,
        **({"wrong": ["amount"], "explanation": "Ghi sai"} | values),
    )  # fmt: skip


def test_wrong_invoices(issuer: School) -> None:
    pay(issuer)
    made = issue(issuer)
    assert isinstance(correct(issuer, made, wrong=["buyer_name"]), ErrorNotice)
    with pytest.raises(Invalid, match="form_not_allowed"):
        correct(issuer, made, form="HUY")
    with pytest.raises(Invalid, match="differences"):
        correct(issuer, made, form="DIEU_CHINH")
    with pytest.raises(Invalid, match="reason_missing"):
        correct(issuer, made, explanation=" ", form="THAY_THE")
    with pytest.raises(NotFound):
        correct(issuer, Invoice(pk=10**6))
    adjusted = correct(issuer, made, form="DIEU_CHINH", differences=[("Giảm tiền ăn 1 ngày", -35_000)])
    assert (adjusted.number, adjusted.total, adjusted.related_id) == (2, -35_000, made.pk)
    text = xml.from_bytes(bytes(adjusted.xml)).findtext("DLHDon/TTChung/TTHDLQuan/GChu")
    assert text is not None
    assert text.startswith("Điều chỉnh cho hóa đơn Mẫu số 2 ký hiệu C")
    with pytest.raises(Invalid, match="form_not_allowed"):
        correct(issuer, made, form="THAY_THE")  # once adjusted, always adjusted
    assert correct(issuer, made, form="DIEU_CHINH", differences=[("Tăng", 5)]).number == 3


def test_replacing(issuer: School) -> None:
    pay(issuer)
    made = issue(issuer)
    other = correct(issuer, made, form="THAY_THE", name="Nguyễn Văn A")
    assert (other.nature, other.total) == ("thay_the", made.total)
    assert xml.from_bytes(bytes(other.xml)).findtext("DLHDon/NDHDon/NMua/Ten") == "Nguyễn Văn A"


def test_who_reads(issuer: School) -> None:
    pay(issuer)
    made, receipt = issue(issuer), issuer.rows(Receipt)[0]
    for actor in (issuer.parent, issuer.accountant):
        assert selectors.own_receipt(actor, issuer.unit, receipt.pk).amount == FULL
        assert selectors.own_invoice(actor, issuer.unit, made.pk)[0].endswith("-1.xml")
    for read in (selectors.own_receipt, selectors.own_invoice):
        with pytest.raises(NotFound):
            read(issuer.other_parent, issuer.unit, receipt.pk if read is selectors.own_receipt else made.pk)
    receipts, invoices = selectors.family_documents(issuer.parent)
    assert (len(receipts), len(invoices)) == (1, 1)
    assert selectors.family_documents(issuer.other_parent) == ([], [])
    found = selectors.check_code(issuer.unit, receipt.code.lower())
    assert found is not None
    assert (found.amount, found.name) == (FULL, f"BL{receipt.year % 100}-000001")
    assert selectors.check_code(issuer.unit, "KHONGCO") is None
    assert selectors.check_code(issuer.unit + 1, receipt.code) is None


# -- VNPT Invoice --------------------------------------------------------------------------------------------------


class Service:
    """A server that answers as VNPT's samples say; `answers` by method."""

    def __init__(self) -> None:
        import threading
        from http.server import BaseHTTPRequestHandler, HTTPServer

        self.answers: dict[str, str] = {}
        self.seen: list[tuple[str, str]] = []
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"])).decode()
                method = self.headers["SOAPAction"].strip('"').rpartition("/")[2]
                outer.seen.append((method, body))
                text = (
                    '<soap:Envelope xmlns:soap="http://schemas.xmlsoap.org/soap/envelope/"><soap:Body>'
                    f'<{method}Response xmlns="http://tempuri.org/"><{method}Result>{outer.answers[method]}'
                    f"</{method}Result></{method}Response></soap:Body></soap:Envelope>"
                ).encode()
                self.send_response(200)
                self.send_header("Content-Length", str(len(text)))
                self.end_headers()
                self.wfile.write(text)

            def log_message(self, *args: Any) -> None: ...

        self.server = HTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}/"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()


@pytest.fixture
def vnpt(issuer: School) -> Any:
    service = Service()
    services.save_issuer(
        actor=issuer.accountant, unit_id=issuer.unit, name="T", tax_code=MST, address="x", provider_tax_code=MST,
        sender="vnpt", config={"publish_url": service.url, "portal_url": service.url},
        login={"account": "a", "password": "p<&>", "user": "u", "user_password": "q"},
    )  # fmt: skip
    yield service
    service.server.shutdown()


def test_vnpt_invoice(issuer: School, vnpt: Service) -> None:
    pay(issuer)
    made = issue(issuer)
    vnpt.answers = {"ImportAndPublishInv": "ERR:5", "downloadInvFkeyNoPay": "ERR:6"}
    with context.scope((issuer.unit,)):
        with pytest.raises(sending.NotSent, match="ERR:5"):
            sending.send(made.pk)
        vnpt.answers["ImportAndPublishInv"] = f"OK:2/001;{made.symbol}-{made.fkey}_1"
        sending.send(made.pk)
        sending.send(made.pk)
    assert [m for m, _ in vnpt.seen] == ["ImportAndPublishInv", "downloadInvFkeyNoPay", "ImportAndPublishInv"]
    body = vnpt.seen[-1][1]
    assert f"&lt;key&gt;{made.fkey}&lt;/key&gt;&lt;DLHDon" in body
    assert "p&lt;&amp;&gt;" in body
    assert issuer.rows(Invoice)[0].state == "sent"


def test_a_lost_answer_is_not_published_twice(issuer: School, vnpt: Service) -> None:
    pay(issuer)
    made = issue(issuer)
    vnpt.answers = {"ImportAndPublishInv": "<!-- cut -->", "downloadInvFkeyNoPay": "&lt;HDon/&gt;"}
    with context.scope((issuer.unit,)):
        with pytest.raises(sending.NotSent):
            sending.send(made.pk)
        sending.send(made.pk)
    assert [m for m, _ in vnpt.seen] == ["ImportAndPublishInv", "downloadInvFkeyNoPay"]
    assert issuer.rows(Invoice)[0].state == "sent"
