"""A school with money in the tests' world: staff, kinds, a round, merchants."""

from __future__ import annotations

import datetime
import json
import uuid
from dataclasses import dataclass
from typing import Any

from django.utils import timezone

from school_services.fees import issuing, ledger
from school_services.fees import services as fees
from school_services.fees.models import Bill, Posting
from school_services.identity import actor as actors
from school_services.identity.actor import Actor
from school_services.identity.models import Role, User
from school_services.identity.services import create_account
from school_services.payments import merchants, services
from school_services.payments.models import Intent
from school_services.payments.protocols import bank_notice, momo, vnpay, vnpt
from school_services.payments.providers.base import Answered, Incoming
from school_services.rosters.models import SchoolYear, Student
from tenants import context

SECRETS = {
    "vietqr": {"notify": "bi-mat-ngan-hang"},
    "vnpay": {"hash": "BIMATVNPAY"},
    "momo": {"access": "AKEY", "secret": "bi-mat-momo"},
    "vnpt": {"key": "bi-mat-vnpt"},
    "stripe": {"api": "sk_test_123", "webhook": "whsec_thu"},
}
CONFIG: dict[str, dict[str, Any]] = {
    "vietqr": {"bin": "970436", "account": "1023456789", "holder": "TRUONG ALPHA", "bank": "Vietcombank"},
    "vnpay": {"tmn_code": "DEMO", "pay_url": "http://localhost:1/pay", "api_url": "http://localhost:1/api"},
    "momo": {"partner_code": "MOMO", "base_url": "http://localhost:1"},
    "vnpt": {"service_id": "567", "api_url": "http://localhost:1/vnpt"},
    "stripe": {"api_base": "http://localhost:1"},
}
KINDS = (
    ("NUOC", "Nước uống", "agreed", "Biên bản họp phụ huynh 05/9/2026", "once", 20_000),
    ("BHYT", "Bảo hiểm y tế", "on_behalf", "Luật BHYT", "once", 63_180),
    ("AN", "Tiền ăn bán trú", "decision", "NQ 01/2026/NQ-HĐND", "day", 35_000),
)


@dataclass
class School:
    """alpha with a round of three bills of 783,180 đ each, and its people."""

    ref: Any
    accountant: Actor
    principal: Actor
    parent: Actor
    other_parent: Actor
    round_id: int

    @property
    def unit(self) -> int:
        return int(self.ref.unit_id)

    def scope(self) -> Any:
        return context.scope((self.unit,))

    def bill(self, number: int = 1) -> Bill:
        with self.scope():
            return Bill.objects.select_related("round").get(student__code=f"ALPHA{number}", round_id=self.round_id)

    def owed(self, number: int = 1) -> int:
        with self.scope():
            bill = Bill.objects.get(student__code=f"ALPHA{number}", round_id=self.round_id)
            return ledger.owed(self.unit, [bill.pk])[bill.pk]

    def credit(self, number: int = 1) -> int:
        with self.scope():
            return ledger.credit(self.unit, Student.objects.get(code=f"ALPHA{number}").pk)

    def balances(self) -> dict[str, int]:
        with self.scope():
            found: dict[str, int] = {}
            for (account, _), total in ledger.balances(self.unit).items():
                found[account] = found.get(account, 0) + total
        assert sum(found.values()) == 0
        return {account: total for account, total in found.items() if total}

    def start(self, provider: str = "vnpay", number: int = 1, actor: Actor | None = None) -> Intent:
        return services.start(
            actor=actor or self.parent,
            unit_id=self.unit,
            bill_ids=[self.bill(number).pk],
            provider=provider,
            addresses=lambda intent: ("https://alpha.vn/ve", "https://alpha.vn/bao"),
        )

    def intent(self, intent: Intent) -> Intent:
        with self.scope():
            return Intent.objects.get(pk=intent.pk)

    def notify(self, provider: str, incoming: Incoming) -> Answered:
        return services.handle_notice(provider=provider, portal_unit=self.unit, incoming=incoming)

    def rows(self, model: Any, **filters: Any) -> list[Any]:
        with self.scope():
            return list(model.objects.filter(**filters).order_by("pk"))


def person(unit: int, login: str, name: str, kind: str) -> Actor:
    user = create_account(login=login, full_name=name, password=None)
    with context.scope((unit,)):
        Role.objects.create(unit_id=unit, user=user, kind=kind, valid_from="2025-08-01")
    return actors.load(user)


def make_school(ref: Any, expected: int = 3) -> School:
    """Inside the portal: staff, kinds, merchants and an issued round of the world's alpha."""
    unit = ref.unit_id
    accountant = person(unit, "kt.alpha@example.vn", "Kế Toán Alpha", "accountant")
    principal = person(unit, "htr.alpha@example.vn", "Hiệu Trưởng Alpha", "principal")
    year = SchoolYear.objects.get(code="2026-2027")
    for place, (code, name, basis, legal, measure, price) in enumerate(KINDS):
        fees.save_kind(
            actor=accountant, unit_id=unit, year=year, code=code, name=name, basis=basis, legal_basis=legal,
            measure=measure, price=price, place=place,
        )  # fmt: skip
    for provider, config in CONFIG.items():
        merchants.save_merchant(
            actor=accountant, unit_id=unit, provider=provider, config=config, secrets=SECRETS[provider]
        )
    made = issuing.prepare_round(
        actor=accountant, unit_id=unit, year=year, code="2026-11", title="Thu tháng 11/2026", days=20,
        due=timezone.localdate() + datetime.timedelta(days=10),
    )  # fmt: skip
    assert issuing.issue(actor=accountant, unit_id=unit, round_id=made.pk) == expected
    people = {name: User.objects.filter(username=name).first() for name in ("84912000001", "84912000002")}
    parent, other = (actors.load(user) if user else accountant for user in people.values())
    return School(ref, accountant, principal, parent, other, made.pk)


# What the providers send.


def vnpay_notice(
    intent: Intent, *, txn: str = "140001", amount: int | None = None, code: str = "00", **more: str
) -> Incoming:
    params = {
        "vnp_TmnCode": "DEMO", "vnp_Amount": str((amount or intent.amount) * 100), "vnp_TxnRef": intent.txn_ref,
        "vnp_ResponseCode": code, "vnp_TransactionStatus": "00" if code == "00" else "02", "vnp_TransactionNo": txn,
        "vnp_BankCode": "NCB", "vnp_PayDate": "20261124083000", "vnp_OrderInfo": "x",
    } | more  # fmt: skip
    params["vnp_SecureHash"] = vnpay.sign(SECRETS["vnpay"]["hash"], params)
    return Incoming("GET", params, b"", {})


def momo_notice(intent: Intent, *, txn: str = "777", amount: int | None = None, code: int = 0) -> Incoming:
    values: dict[str, Any] = dict.fromkeys(momo.NOTICE, "") | {
        "amount": amount or intent.amount, "orderId": intent.txn_ref, "requestId": intent.txn_ref,
        "partnerCode": "MOMO", "resultCode": code, "transId": txn,
    }  # fmt: skip
    values["signature"] = momo.sign(SECRETS["momo"]["secret"], momo.NOTICE, values | {"accessKey": "AKEY"})
    values.pop("accessKey")
    return Incoming("POST", {}, json.dumps(values).encode(), {})


def vnpt_notice(intent: Intent, *, txn: str = "VP1", amount: int | None = None, code: str = "00") -> Incoming:
    values = dict.fromkeys(vnpt.CONFIRM, "x") | {
        "amount": str(amount or intent.amount), "merchant_order_id": intent.txn_ref, "response_code": code,
        "vnptpay_transaction_id": txn,
    }  # fmt: skip
    values["secure_code"] = vnpt.sign(SECRETS["vnpt"]["key"], vnpt.CONFIRM, values)
    return Incoming("POST", {}, json.dumps(values).encode(), {})


def bank_credit(content: str, amount: int, *, txn: str = "", account: str = "1023456789") -> Incoming:
    body = json.dumps(
        {"id": txn or uuid.uuid4().hex, "account": account, "amount": amount, "content": content}
    ).encode()
    return Incoming("POST", {}, body, {"X-Signature": bank_notice.sign(SECRETS["vietqr"]["notify"], body)})


def stripe_event(kind: str, values: dict[str, Any], *, at: int | None = None, event: str = "evt_1") -> Incoming:
    import hashlib
    import hmac
    import time

    body = json.dumps({"id": event, "object": "event", "type": kind, "data": {"object": values}})
    moment = at or int(time.time())
    mac = hmac.new(SECRETS["stripe"]["webhook"].encode(), f"{moment}.{body}".encode(), hashlib.sha256).hexdigest()
    return Incoming("POST", {}, body.encode(), {"Stripe-Signature": f"t={moment},v1={mac}"})


def postings(school: School) -> int:
    with school.scope():
        return Posting.objects.count()
