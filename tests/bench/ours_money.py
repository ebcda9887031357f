"""Money for the bench, our side: `python -m tests.bench.ours_money prepare|desk|invoices|audit …`, last line one JSON object.

`prepare BILLS PAYMENTS RATE FOLDER`: a school with its bills, open orders at five providers, and what the providers will
send about them: `notices.json` (some twice, late, forged, of a wrong amount, about an unknown order, after a failure; in
disorder), `steady.json` (one good notice each, for the rate), `cash.json` (what the desk takes).
`desk FOLDER INVOICES`: takes the cash and signs invoices; it is killed and begins again, so everything carries a key.
"""

from __future__ import annotations

import json
import os
import random
import sys
import time
import uuid
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import django

SEED = 20261124
SLUG = "truong-1"
PROVIDERS = ("vnpay", "momo", "vnpt", "vietqr", "stripe", "cash")
WEIGHTS = (26, 16, 16, 28, 8, 6)
STATES = "'paid', 'late', 'twice', 'parked'"


def setup() -> Any:
    """Settings and the school's portal."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.bench.ours_settings")
    django.setup()
    from tenants import hosts

    return next(ref for ref in hosts.all_portals() if ref.slug == SLUG)


def accountant() -> Any:
    from school_services.identity import actor as actors
    from school_services.identity.models import User

    return actors.load(User.objects.get(username="kt.alpha@example.vn"))


def pupils(ref: Any, count: int) -> None:
    from portal_host.demo.load_school import calendar
    from school_services.rosters.models import ClassGroup, Enrolment, SchoolYear, Student
    from tenants import context

    unit = ref.unit_id
    with context.platform():
        calendar()
        year = SchoolYear.objects.get(code="2026-2027")
    with context.enter(ref), context.scope((unit,)):
        groups = ClassGroup.objects.bulk_create(
            [
                ClassGroup(unit_id=unit, year=year, grade=6 + place % 4, name=f"M{place}")
                for place in range(1 + count // 45)
            ]
        )
        rows = []
        for place in range(count):
            pupil = Student(unit_id=unit, code=f"M{place}", birth_date="2012-01-01", gender="1")
            pupil.set_name(f"Em Số {place}")
            rows.append(pupil)
        rows = Student.objects.bulk_create(rows, batch_size=2000)
        Enrolment.objects.bulk_create(
            [
                Enrolment(unit_id=unit, student=pupil, class_group=groups[place // 45], valid_from="2026-09-05")
                for place, pupil in enumerate(rows)
            ],
            batch_size=2000,
        )


def bill_all(ref: Any, count: int) -> tuple[Any, float]:
    """(the school's world, seconds that `issuing.issue` took for all bills)."""
    from school_services.fees import issuing
    from tenants import context
    from tests.payments.school import make_school

    seconds, original = 0.0, issuing.issue

    def timed(**kwargs: Any) -> int:
        nonlocal seconds
        started = time.perf_counter()
        made = original(**kwargs)
        seconds = time.perf_counter() - started
        return made

    issuing.issue = timed
    try:
        with context.enter(ref):
            return make_school(ref, expected=count), seconds
    finally:
        issuing.issue = original


def orders(ref: Any, world: Any, payments: int, rate: int) -> tuple[list[Any], list[Any], list[dict[str, Any]]]:
    """Open orders as `services.start` leaves them: (for the fault run, for the rate), and what the desk takes in cash."""
    from django.utils import timezone

    from school_services.fees.models import Bill
    from school_services.payments.models import Intent, IntentPart, Merchant
    from tenants import context

    rng, now, unit = random.Random(SEED), timezone.now(), ref.unit_id
    with context.enter(ref), context.scope((unit,)):
        merchant = {row.provider: row for row in Merchant.objects.filter(unit_id=unit)}
        bills = list(Bill.objects.filter(unit_id=unit, round_id=world.round_id).order_by("pk")[: payments + rate])
        rows, of_bill, cash = [], [], []
        for place, bill in enumerate(bills):
            provider = rng.choices(PROVIDERS, WEIGHTS)[0] if place < payments else rng.choice(("vnpay", "momo"))
            if provider == "cash":
                token = uuid.UUID(int=rng.getrandbits(128), version=4)
                cash.append({"student": bill.student_id, "amount": bill.amount, "token": str(token)})
                continue
            rows.append(
                Intent(
                    unit_id=unit, public_id=uuid.uuid4(), merchant=merchant[provider], provider=provider,
                    txn_ref=f"P{unit}X{place:010d}", amount=bill.amount, student_id=bill.student_id, created_at=now,
                    expires_at=now,
                )  # fmt: skip
            )
            of_bill.append(bill)
        rows = Intent.objects.bulk_create(rows, batch_size=1000)
        IntentPart.objects.bulk_create(
            [
                IntentPart(unit_id=unit, intent=row, bill=bill, amount=bill.amount)
                for row, bill in zip(rows, of_bill, strict=True)
            ],
            batch_size=1000,
        )
        for row, bill in zip(rows, of_bill, strict=True):
            row.bench_ref = bill.ref
    steady = [row for row in rows if int(row.txn_ref.partition("X")[2]) >= payments]
    return rows[: len(rows) - len(steady)], steady, cash


class Said:
    """What the providers send, as requests: {kind, provider, method, path, body, headers}."""

    def __init__(self) -> None:
        self.found: list[dict[str, Any]] = []

    def add(self, kind: str, provider: str, incoming: Any) -> None:
        path = f"/_bao/{provider}/" + (f"?{urlencode(incoming.params)}" if incoming.params else "")
        self.found.append(
            {
                "kind": kind, "provider": provider, "method": incoming.method, "path": path,
                "body": incoming.body.decode(), "headers": dict(incoming.headers),
            }  # fmt: skip
        )


def _card(row: Any, txn: str, **more: Any) -> Any:
    from tests.payments import school as say

    session = {
        "id": f"cs_{txn}", "client_reference_id": row.txn_ref, "payment_status": "paid", "payment_intent": f"pi_{txn}",
        "amount_total": row.amount, "currency": "vnd",
    }  # fmt: skip
    return say.stripe_event(more.pop("event", "checkout.session.completed"), session | more, event=f"evt_{txn}")


def _forged(provider: str, incoming: Any) -> Any:
    """The same notice of another transaction, under a signature that is not of it."""
    if provider == "vnpay":
        return type(incoming)("GET", {**incoming.params, "vnp_TransactionNo": "999"}, b"", {})
    headers = dict.fromkeys(incoming.headers, "t=1,v1=00" if provider == "stripe" else "0" * 64)
    return type(incoming)("POST", {}, incoming.body.replace(b'"T', b'"F').replace(b'"pi_', b'"pj_'), headers)


def notices(rows: list[Any]) -> list[dict[str, Any]]:
    """One good notice of every order, and around it what goes wrong; in disorder."""
    from school_services.payments.models import Intent
    from tests.payments import school as say

    rng, said = random.Random(SEED), Said()
    make: dict[str, Any] = {
        "vnpay": say.vnpay_notice, "momo": say.momo_notice, "vnpt": say.vnpt_notice,
        "stripe": lambda row, txn, amount=None: _card(row, txn, **({"amount_total": amount} if amount else {})),
        "vietqr": lambda row, txn, amount=None: say.bank_credit(
            f"MBVCB.{txn}.{row.bench_ref} T11.CT tu", amount or row.amount, txn=txn
        ),
    }  # fmt: skip
    fail: dict[str, Any] = {
        "vnpay": lambda row: say.vnpay_notice(row, txn="0", code="24"),
        "momo": lambda row: say.momo_notice(row, txn="0", code=1006),
        "vnpt": lambda row: say.vnpt_notice(row, txn="0", code="24"),
        "stripe": lambda row: _card(row, "x", event="checkout.session.expired"),
    }
    for place, row in enumerate(rows):
        provider, chance = row.provider, rng.random()
        good = make[provider](row, txn=f"T{place}")
        for _ in range(rng.choice((2, 3)) if chance < 0.25 else 1):
            said.add("good", provider, good)
        if chance > 0.8:  # of a bank transfer this is money all the same: parked
            kind = "parked" if provider == "vietqr" else "amount"
            said.add(kind, provider, make[provider](row, txn=f"W{place}", amount=row.amount - 1000))
        if chance > 0.9 and provider in fail:
            said.add("failure", provider, fail[provider](row))
        if chance > 0.94:
            said.add("forged", provider, _forged(provider, good))
        if chance > 0.95 and provider != "vietqr":
            stranger = Intent(txn_ref=f"{row.txn_ref}9", amount=row.amount)
            said.add("unknown", provider, make[provider](stranger, txn=f"U{place}"))
    rng.shuffle(said.found)
    return said.found


def prepare(bills: int, payments: int, rate: int, folder: Path) -> dict[str, Any]:
    ref = setup()
    from tests.payments import school as say

    pupils(ref, bills)
    world, seconds = bill_all(ref, bills)
    rows, steady, cash = orders(ref, world, payments, rate)
    listed, calm = notices(rows), Said()
    for place, row in enumerate(steady):
        make = say.vnpay_notice if row.provider == "vnpay" else say.momo_notice
        calm.add("good", row.provider, make(row, txn=f"S{place}"))
    expected = sum(row.amount for row in (*rows, *steady)) + sum(one["amount"] for one in cash)
    for name, content in (("notices", listed), ("steady", calm.found), ("cash", cash)):
        (folder / f"{name}.json").write_text(json.dumps(content))
    return {"bills_s": seconds, "expected": expected, "notices": len(listed), "orders": len(rows), "cash": len(cash),
            "round": world.round_id, "stripe": say.SECRETS["stripe"]["webhook"]}  # fmt: skip


def _issuer(ref: Any, actor: Any) -> None:
    from school_services.invoices import services
    from tests.invoices.test_invoice_rules import MST, PASSWORD, make_key

    services.save_issuer(
        actor=actor, unit_id=ref.unit_id, name="Trường", tax_code=MST, address="Tây Ninh",
        provider_tax_code="0100684378", key=(make_key(), PASSWORD),
    )  # fmt: skip


def desk(folder: Path, wanted: int) -> dict[str, Any]:
    """Take the cash, then sign invoices of paid bills until `wanted` are there. Killed at any moment, begun again."""
    ref = setup()
    from django.db import DatabaseError, InterfaceError, close_old_connections

    from school_services.fees import selectors as fees
    from school_services.fees.models import Round
    from school_services.invoices import services as invoices
    from school_services.invoices.models import Invoice, Issuer
    from school_services.payments import services as payments
    from tenants import context

    unit, cash = ref.unit_id, json.loads((folder / "cash.json").read_text())
    for _ in range(200):
        close_old_connections()
        try:
            with context.enter(ref):
                actor = accountant()
                with context.scope((unit,)):
                    there = Issuer.objects.filter(unit_id=unit).exists()
                    round_id = Round.objects.get(unit_id=unit).pk
                if not there:
                    _issuer(ref, actor)
                for one in cash:
                    payments.take_cash(
                        actor=actor, unit_id=unit, student_id=one["student"], amount=one["amount"],
                        token=uuid.UUID(one["token"]),
                    )  # fmt: skip
                while True:
                    with context.scope((unit,)):
                        paid = fees.paid_bills(unit, round_id)
                        done = set(Invoice.objects.filter(unit_id=unit).values_list("bill_id", flat=True))
                    if len(done) >= wanted:
                        return {"invoices": len(done), "cash": len(cash)}
                    for bill in [bill for bill in paid if bill not in done][: wanted - len(done)]:
                        invoices.issue_invoice(actor=actor, unit_id=unit, bill_id=bill)
                    time.sleep(0.2)
        except (DatabaseError, InterfaceError):  # the database went away: it comes back
            time.sleep(0.3)
    raise RuntimeError("the desk did not come to an end")


def time_invoices(count: int) -> dict[str, Any]:
    """Build, validate, number, sign and store `count` invoices of paid bills that have none."""
    ref = setup()
    from school_services.fees import selectors as fees
    from school_services.fees.models import Round
    from school_services.invoices import services
    from school_services.invoices.models import Invoice
    from tenants import context

    with context.enter(ref):
        actor = accountant()
        with context.scope((ref.unit_id,)):
            paid = fees.paid_bills(ref.unit_id, Round.objects.get(unit_id=ref.unit_id).pk)
            done = set(Invoice.objects.filter(unit_id=ref.unit_id).values_list("bill_id", flat=True))
        waiting = [bill for bill in paid if bill not in done][:count]
        started = time.perf_counter()
        for bill in waiting:
            services.issue_invoice(actor=actor, unit_id=ref.unit_id, bill_id=bill)
        return {"invoices": len(waiting), "seconds": time.perf_counter() - started}


def check(expected: int) -> dict[str, Any]:
    """What is wrong in the books, in words: the operator's own check, and what this run alone can know."""
    ref = setup()
    from django.db import connection

    from school_services.payments import books
    from tenants import context

    faults = []
    with context.enter(ref), context.scope((ref.unit_id,)), connection.cursor() as cursor:
        faults += [f"{fault.text}: {fault.count}" for fault in books.faults(ref.unit_id)]
        for text, query in (
            ("an order that is not paid", "select id from payments_intent where state <> 'paid'"),
            ("an order booked other than once", ("select intent_id from payments_event where outcome in"
             " ('paid', 'late', 'twice') group by 1 having count(*) <> 1")),
            ("a bill that owes after its payment", ("select p.bill_id from fees_posting p join payments_intentpart t"
             " on t.bill_id = p.bill_id where p.account = 'receivable' group by 1 having sum(p.amount) <> 0")),
        ):  # fmt: skip
            cursor.execute(query)
            if rows := cursor.fetchall():
                faults.append(f"{text}: {len(rows)}")
        cursor.execute("select coalesce(sum(amount), 0) from payments_event where outcome in ('paid', 'late')")
        taken = int(cursor.fetchone()[0])
        if taken != expected:
            faults.append(f"{taken} đ were booked as paid, {expected} đ were paid")
        cursor.execute(
            "select (select count(*) from payments_event), (select count(*) from fees_entry),"
            " (select count(*) from invoices_receipt), (select count(*) from invoices_invoice)"
        )
        counts = dict(zip(("events", "entries", "receipts", "invoices"), cursor.fetchone(), strict=True))
    return {"faults": faults, **counts}


def main() -> None:
    step, *words = sys.argv[1:]
    if step == "prepare":
        result = prepare(*(int(word) for word in words[:3]), Path(words[3]))
    elif step == "desk":
        result = desk(Path(words[0]), int(words[1]))
    elif step == "invoices":
        result = time_invoices(int(words[0]))
    else:
        result = check(int(words[0]))
    print(json.dumps(result))


if __name__ == "__main__":
    main()
