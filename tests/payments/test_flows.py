"""Intents, notices, cash, refunds: booked once, whatever comes, in whatever order."""

from __future__ import annotations

import datetime
import json
import uuid
from typing import Any

import pytest
from django.utils import timezone

from school_services.errors import Conflict, Invalid, NotFound, PermissionRefused
from school_services.fees.models import Account, Entry
from school_services.invoices.models import Receipt
from school_services.payments import asking, closing, refunds, services
from school_services.payments.models import Event, Intent, Merchant, Refund
from school_services.payments.providers.base import Incoming
from tenants import context
from tests.fees.test_ledger import FULL, student
from tests.payments.school import (
    SECRETS,
    School,
    bank_credit,
    momo_notice,
    stripe_event,
    vnpay_notice,
    vnpt_notice,
)

pytestmark = pytest.mark.django_db


def code(answer: Any) -> str:
    return str(json.loads(answer.body)["RspCode"])


def test_vnpay_from_start_to_receipt(school: School) -> None:
    intent = school.start()
    assert (intent.amount, intent.state) == (FULL, "pending")
    assert intent.details["url"].startswith("http://localhost:1/pay?vnp_Amount=")
    assert SECRETS["vnpay"]["hash"] not in intent.details["url"]
    assert school.start().pk == intent.pk, "the same choice is the same intent"
    assert code(school.notify("vnpay", vnpay_notice(intent))) == "00"
    assert code(school.notify("vnpay", vnpay_notice(intent))) == "02"
    assert school.owed() == 0
    assert school.balances()[Account.GATEWAY] == FULL
    receipt = school.rows(Receipt)[0]
    assert (receipt.number, receipt.amount, receipt.way) == (1, FULL, "vnpay")
    assert receipt.lines == [{"name": "Thu tháng 11/2026", "ref": school.bill().ref, "amount": FULL}]


def test_ipn_answers_in_the_order_of_the_specification(school: School) -> None:
    intent = school.start()
    forged = vnpay_notice(intent)
    assert code(school.notify("vnpay", Incoming("GET", {**forged.params, "vnp_Amount": "100"}, b"", {}))) == "97"
    unknown = Intent(txn_ref=f"P{school.unit}X00", amount=5)
    assert code(school.notify("vnpay", vnpay_notice(unknown))) == "01"
    assert code(school.notify("vnpay", vnpay_notice(Intent(txn_ref="la", amount=5)))) == "01"
    assert code(school.notify("vnpay", vnpay_notice(intent, amount=FULL - 1))) == "04"
    assert code(school.notify("vnpay", Incoming("GET", {}, b"", {}))) == "97"
    assert school.owed() == FULL
    assert school.rows(Event) == []


def test_a_failure_then_success_and_the_reverse(school: School) -> None:
    intent = school.start()
    assert code(school.notify("vnpay", vnpay_notice(intent, txn="0", code="24"))) == "00"
    assert school.intent(intent).state == "failed"
    assert code(school.notify("vnpay", vnpay_notice(intent))) == "00"
    assert (school.intent(intent).state, school.intent(intent).flag) == ("paid", "late")
    assert code(school.notify("vnpay", vnpay_notice(intent, txn="0", code="51"))) == "00"
    assert school.intent(intent).state == "paid"
    assert school.owed() == 0


def test_late_money_is_kept_and_flagged(school: School) -> None:
    intent = school.start()
    with school.scope():
        Intent.objects.filter(pk=intent.pk).update(state="expired")
    school.notify("vnpay", vnpay_notice(intent))
    assert (school.intent(intent).state, school.intent(intent).flag) == ("paid", "late")
    assert school.owed() == 0


def test_paid_twice_becomes_credit_and_goes_back_by_a_flow(school: School, jobs: Any) -> None:
    one = school.start()
    school.notify("vnpay", vnpay_notice(one))
    school.notify("vnpay", vnpay_notice(one, txn="140002"))  # the same order, another transaction: real money
    assert school.intent(one).flag == "twice"
    assert school.credit() == FULL
    ask: dict[str, Any] = {
        "actor": school.accountant, "unit_id": school.unit, "student_id": student(school), "way": "bank",
        "reason": "Nộp hai lần",
    }  # fmt: skip
    with pytest.raises(Invalid, match="more_than_credit"):
        refunds.request_refund(**ask, amount=FULL + 1)
    row = refunds.request_refund(**ask, amount=FULL)
    with pytest.raises(Invalid, match="more_than_credit"):
        refunds.request_refund(**ask, amount=1)  # the first one waits for all of it
    with pytest.raises(PermissionRefused):
        refunds.decide_refund(actor=school.accountant, unit_id=school.unit, refund_id=row.pk, approve=True)
    refunds.decide_refund(actor=school.principal, unit_id=school.unit, refund_id=row.pk, approve=True)
    with pytest.raises(Conflict, match="decided"):
        refunds.decide_refund(actor=school.principal, unit_id=school.unit, refund_id=row.pk, approve=True)
    assert school.credit() == 0
    assert school.balances()[Account.BANK] == -FULL
    assert jobs() >= 0


def test_a_refund_that_the_provider_refuses_is_credit_again(school: School, jobs: Any, monkeypatch: Any) -> None:
    from school_services.payments.providers import PROVIDERS
    from school_services.payments.providers.base import ProviderFailed

    intent = school.start()
    school.notify("vnpay", vnpay_notice(intent))
    school.notify("vnpay", vnpay_notice(intent, txn="140002"))

    def ask() -> Refund:
        row = refunds.request_refund(
            actor=school.accountant, unit_id=school.unit, student_id=student(school), amount=100_000, way="vnpay",
            reason="Nộp thừa", intent_id=intent.pk,
        )  # fmt: skip
        with school.scope():
            refunds.decide_refund(actor=school.principal, unit_id=school.unit, refund_id=row.pk, approve=True)
        assert school.credit() == FULL - 100_000
        jobs()
        return school.rows(Refund, pk=row.pk)[0]

    def refuse(*args: Any, **kwargs: Any) -> str:
        raise ProviderFailed("vnpay_95")

    monkeypatch.setattr(PROVIDERS["vnpay"], "refund", refuse)
    assert ask().state == "failed"
    assert school.credit() == FULL
    keys = []
    monkeypatch.setattr(PROVIDERS["vnpay"], "refund", lambda *a, key, **k: keys.append(key) or "RF1")
    done = ask()
    assert (done.state, done.provider_ref) == ("done", "RF1")
    assert school.intent(intent).state == "refund_part"
    with school.scope():
        refunds.carry_out(refund_id=done.pk)  # a repeated task does nothing
    assert len(keys) == 1
    assert school.credit() == FULL - 100_000


def test_momo_and_vnpt(school: School, monkeypatch: Any) -> None:
    from school_services.payments.providers import base, momo, vnpt

    sent: list[dict[str, Any]] = []

    def answer(url: str, values: dict[str, Any]) -> dict[str, Any]:
        sent.append(values)
        return {
            "resultCode": 0,
            "payUrl": "https://momo.vn/x",
            "response_code": "00",
            "redirect_url": "https://vnpt.vn/x",
        }

    for module in (momo, vnpt):
        monkeypatch.setattr(module, "post_json", answer)
    assert base.post_json is not answer
    intent = school.start("momo")
    assert intent.details["url"] == "https://momo.vn/x"
    assert "accessKey" not in sent[0]
    assert school.notify("momo", momo_notice(intent, amount=5)).status == 400
    assert school.notify("momo", momo_notice(intent)).status == 204
    assert school.notify("momo", momo_notice(intent)).status == 204
    other = school.start("vnpt", number=2, actor=school.other_parent)
    assert json.loads(school.notify("vnpt", vnpt_notice(other)).body) == {"response_code": "00"}
    assert (school.owed(1), school.owed(2)) == (0, 0)
    assert len(school.rows(Receipt)) == 2


def session(intent: Intent, **more: Any) -> dict[str, Any]:
    return {
        "id": "cs_1", "object": "checkout.session", "client_reference_id": intent.txn_ref, "payment_status": "paid",
        "amount_total": intent.amount, "currency": "vnd", "payment_intent": "pi_1",
    } | more  # fmt: skip


def card_intent(school: School) -> Intent:
    """An intent as `start` leaves it, without asking Stripe (tests/payments/test_stripe.py does)."""
    intent = school.start()
    with school.scope():
        merchant = Merchant.objects.get(provider="stripe")
        Intent.objects.filter(pk=intent.pk).update(provider="stripe", merchant=merchant, provider_ref="cs_1")
    return school.intent(intent)


def test_stripe_webhooks_late_twice_out_of_order(school: School) -> None:
    intent = card_intent(school)
    done = session(intent)
    old = stripe_event("checkout.session.completed", done, at=1_700_000_000)
    assert school.notify("stripe", old).status == 400  # a replay of an old signature
    assert school.notify("stripe", stripe_event("checkout.session.expired", done)).status == 200
    assert school.intent(intent).state == "failed"
    pi = {"id": "pi_1", "amount_received": intent.amount, "currency": "vnd", "metadata": {"txn_ref": intent.txn_ref}}
    assert school.notify("stripe", stripe_event("payment_intent.succeeded", pi)).status == 200
    assert school.notify("stripe", stripe_event("checkout.session.completed", done)).status == 200
    assert school.owed() == 0
    assert school.credit() == 0, "both events speak of one payment"
    usd = session(intent, currency="usd", payment_intent="pi_2")
    assert school.notify("stripe", stripe_event("checkout.session.completed", usd)).status == 400
    unpaid = session(intent, payment_status="unpaid", payment_intent="pi_3")
    assert school.notify("stripe", stripe_event("checkout.session.completed", unpaid)).status == 200
    assert len(school.rows(Entry, kind="payment")) == 1


# -- bank transfers ------------------------------------------------------------------------------------------------


def test_a_transfer_as_banks_write_it(school: School) -> None:
    intent = school.start("vietqr")
    assert intent.details["kind"] == "qr"
    ref = school.bill().ref
    content = f"MBVCB.8899.{ref} T11.CT TU 0123 PHU HUYNH"
    assert school.notify("vietqr", bank_credit(content, FULL, txn="FT1")).status == 200
    assert school.notify("vietqr", bank_credit(content, FULL, txn="FT1")).status == 200
    assert (school.owed(), school.credit(), school.intent(intent).state) == (0, 0, "paid")
    assert school.balances()[Account.BANK] == FULL
    school.notify("vietqr", bank_credit(content, FULL, txn="FT2"))  # scanned once more
    assert (school.credit(), school.intent(intent).flag) == (FULL, "twice")


@pytest.mark.parametrize("content", ["tien hoc cua con", "HPAA00000000", ""])
def test_money_that_fits_nothing_is_parked(content: str, school: School) -> None:
    school.notify("vietqr", bank_credit(content, 123_456))
    assert school.balances()[Account.SUSPENSE] == -123_456
    assert school.owed() == FULL
    assert school.rows(Receipt) == []


def test_another_amount_is_parked(school: School) -> None:
    school.start("vietqr")
    school.notify("vietqr", bank_credit(school.bill().ref, FULL - 1))
    assert school.owed() == FULL
    assert school.balances()[Account.SUSPENSE] == -(FULL - 1)


def test_forged_bank_notices(school: School) -> None:
    good = bank_credit(school.bill().ref, FULL)
    for bad in (
        Incoming("POST", {}, good.body, {}),
        Incoming("POST", {}, good.body.replace(b'"amount"', b'"so_tien"'), good.headers),
        bank_credit(school.bill().ref, FULL, account="999"),
        Incoming("POST", {}, b"[]", good.headers),
    ):
        assert school.notify("vietqr", bad).status == 400
    assert school.owed() == FULL
    assert school.rows(Event) == []


# -- cash ----------------------------------------------------------------------------------------------------------


def cash(school: School, amount: int, token: uuid.UUID | None = None) -> Intent:
    return services.take_cash(
        actor=school.accountant, unit_id=school.unit, student_id=student(school), amount=amount,
        token=token or uuid.uuid4(),
    )  # fmt: skip


def test_part_payments_in_cash(school: School) -> None:
    token = uuid.uuid4()
    assert cash(school, 300_000, token).pk == cash(school, 300_000, token).pk
    assert school.owed() == FULL - 300_000
    cash(school, FULL)
    assert (school.owed(), school.credit()) == (0, 300_000)
    assert [r.number for r in school.rows(Receipt)] == [1, 2]
    with pytest.raises(Invalid, match="amount"):
        cash(school, 0)
    with pytest.raises(PermissionRefused):
        services.take_cash(
            actor=school.parent, unit_id=school.unit, student_id=student(school), amount=1, token=uuid.uuid4()
        )


def test_the_day_closes(school: School) -> None:
    cash(school, 300_000)
    today = timezone.localdate()
    view = closing.day(actor=school.principal, unit_id=school.unit, day=today)
    assert (view.cash_expected, view.total) == (300_000, 300_000)
    close: dict[str, Any] = {"actor": school.accountant, "unit_id": school.unit, "day": today}
    with pytest.raises(Invalid, match="note_missing"):
        closing.close(**close, cash_counted=299_000)
    with pytest.raises(Invalid, match="day"):
        closing.close(**close | {"day": today + datetime.timedelta(days=1)}, cash_counted=0)
    row = closing.close(**close, cash_counted=299_000, note="Thiếu 1.000 đ tiền lẻ")
    assert row.difference == -1000
    for again in (lambda: closing.close(**close, cash_counted=300_000), lambda: cash(school, 5)):
        with pytest.raises(Conflict, match="day_closed"):
            again()


# -- attacks -------------------------------------------------------------------------------------------------------


def test_nobody_pays_for_a_strangers_child(school: School) -> None:
    for number, actor in ((2, school.parent), (1, school.other_parent), (3, school.parent), (1, school.accountant)):
        with pytest.raises(NotFound):
            school.start(number=number, actor=actor)
    with pytest.raises(NotFound):
        services.start(
            actor=school.parent, unit_id=school.unit, bill_ids=[school.bill(1).pk, school.bill(2).pk],
            provider="vnpay", addresses=lambda i: ("", ""),
        )  # fmt: skip
    with pytest.raises(NotFound):
        services.start(
            actor=school.parent, unit_id=school.unit, bill_ids=[school.bill().pk], provider="cash",
            addresses=lambda i: ("", ""),
        )  # fmt: skip


def test_secrets_are_sealed_and_in_no_text(school: School, caplog: Any) -> None:
    from school_services import sealing
    from school_services.payments import merchants

    rows = school.rows(Merchant, provider="vnpay")
    assert SECRETS["vnpay"]["hash"] not in rows[0].sealed
    assert SECRETS["vnpay"]["hash"] not in repr(merchants.credentials(rows[0]))
    with pytest.raises(sealing.Unreadable):
        sealing.unseal(rows[0].sealed, unit_id=school.unit + 1, purpose="merchant:vnpay")
    intent = school.start()
    school.notify(
        "vnpay", Incoming("GET", {**vnpay_notice(intent).params, "vnp_CardNumber": "9704198526191432198"}, b"", {})
    )
    school.notify("vietqr", bank_credit("x", 1, account="888777666"))
    with pytest.raises(Conflict, match="provider_down"):
        school.start("momo")  # nobody listens there
    text = caplog.text
    assert "refused" in text
    for secret in (
        "9704198526191432198",
        "888777666",
        "1023456789",
        *(v for s in SECRETS.values() for v in s.values()),
    ):
        assert secret not in text


def test_an_error_is_answered_so_that_it_is_repeated(school: School, monkeypatch: Any, caplog: Any) -> None:
    intent = school.start()

    def broken(**kwargs: Any) -> str:
        raise RuntimeError("x")

    monkeypatch.setattr(services, "book", broken)
    assert code(school.notify("vnpay", vnpay_notice(intent))) == "99"
    monkeypatch.undo()
    assert code(school.notify("vnpay", vnpay_notice(intent))) == "00"


def test_follow_up_asks_and_expires(school: School, monkeypatch: Any) -> None:
    from school_services.payments.providers import PROVIDERS
    from school_services.payments.providers.base import Notice

    intent = school.start()
    other = school.start("vietqr", number=2, actor=school.other_parent)
    past = timezone.now() - datetime.timedelta(days=2)
    with school.scope():
        Intent.objects.update(created_at=past, expires_at=past)
    told = Notice(intent.txn_ref, "Q1", FULL, True)
    monkeypatch.setattr(PROVIDERS["vnpay"], "query", lambda merchant, order: told)
    assert asking.follow_up(unit_id=school.unit) == {"asked": 1, "paid": 1, "expired": 1}
    assert (school.intent(intent).state, school.intent(other).state) == ("paid", "expired")
    assert asking.follow_up(unit_id=school.unit)["asked"] == 0


def test_two_notices_at_once_book_once(alpha: Any, at_once: Any) -> None:
    """Twelve workers get the same notice; one books it."""
    from django.db import transaction

    from tests.payments.school import make_school

    made: list[School] = []

    def prepare(_: int) -> None:
        with context.enter(alpha), transaction.atomic():
            made.append(make_school(alpha))

    assert at_once(1, prepare) == [None]
    school = made[0]

    def begin(_: int) -> Intent:
        with context.enter(alpha):
            return school.start()

    intent = at_once(1, begin)[0]

    def notify(place: int) -> str:
        with context.enter(alpha):
            return code(school.notify("vnpay", vnpay_notice(intent)))

    assert sorted(at_once(12, notify)) == ["00"] + ["02"] * 11
    with context.enter(alpha):
        assert school.owed() == 0
        assert school.balances()[Account.GATEWAY] == FULL
        assert len(school.rows(Receipt)) == 1


def test_the_clock_finds_the_schools(school: School, jobs: Any, monkeypatch: Any) -> None:
    from portal_host.tasks import ask_providers

    school.start("vietqr")
    past = timezone.now() - datetime.timedelta(days=2)
    with school.scope():
        Intent.objects.update(created_at=past, expires_at=past)
    jobs()
    ask_providers(0)
    ask_providers(0)  # while one waits, no second is added
    assert jobs() == 1
    assert [row.state for row in school.rows(Intent)] == ["expired"]
