"""Money for the bench: `python -m tests.bench.ours_money BILLS PAYMENTS INVOICES`, last line one JSON object.

The fault run: for every payment its notices are written to a list (some twice, forged, of a wrong amount, of an unknown
order, before or after a failure), shuffled, and delivered by worker processes that are killed at random and begin again
where the provider would: at every notice without an answer. Connections of the database are cut meanwhile. Then the
books are audited by SQL.
"""

from __future__ import annotations

import json
import os
import random
import signal
import statistics
import subprocess
import sys
import time
import uuid
from pathlib import Path
from typing import Any

import django

SEED = 20261124


def setup() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.bench.ours_settings")
    django.setup()


def school(bills: int) -> tuple[Any, Any, float]:
    """(school, its accountant's world, seconds to issue the bills)."""
    from portal_host.demo.load_school import calendar
    from school_services.fees import issuing
    from school_services.rosters.models import ClassGroup, Enrolment, SchoolYear, Student
    from tenants import context, hosts
    from tests.payments.school import make_school

    ref = next(ref for ref in hosts.all_portals() if ref.kind == "school")
    with context.platform():
        calendar()
        year = SchoolYear.objects.get(code="2026-2027")
    with context.enter(ref), context.scope((ref.unit_id,)):
        groups = ClassGroup.objects.bulk_create(
            [
                ClassGroup(unit_id=ref.unit_id, year=year, grade=6 + number % 4, name=f"M{number}")
                for number in range(1 + bills // 45)
            ]
        )
        pupils = []
        for number in range(bills):
            pupil = Student(unit_id=ref.unit_id, code=f"M{number}", birth_date="2012-01-01", gender="1")
            pupil.set_name(f"Em Số {number}")
            pupils.append(pupil)
        pupils = Student.objects.bulk_create(pupils, batch_size=2000)
        Enrolment.objects.bulk_create(
            [
                Enrolment(unit_id=ref.unit_id, student=pupil, class_group=groups[place // 45], valid_from="2026-09-05")
                for place, pupil in enumerate(pupils)
            ],
            batch_size=2000,
        )
    seconds = 0.0
    original = issuing.issue

    def timed(**kwargs: Any) -> int:
        nonlocal seconds
        started = time.perf_counter()
        count = original(**kwargs)
        seconds = time.perf_counter() - started
        return count

    issuing.issue = timed
    try:
        with context.enter(ref):
            world = make_school(ref, expected=bills)
    finally:
        issuing.issue = original
    return ref, world, seconds


def intents(ref: Any, world: Any, count: int) -> list[Any]:
    """One open intent for each of `count` bills, over four providers, as `services.start` leaves them."""
    from django.utils import timezone

    from school_services.fees.models import Bill
    from school_services.payments.models import Intent, IntentPart, Merchant
    from tenants import context

    rng = random.Random(SEED)
    now = timezone.now()
    with context.enter(ref), context.scope((ref.unit_id,)):
        merchant = {row.provider: row for row in Merchant.objects.filter(unit_id=ref.unit_id)}
        bills = list(Bill.objects.filter(unit_id=ref.unit_id, round_id=world.round_id).order_by("pk")[:count])
        rows = []
        for place, bill in enumerate(bills):
            provider = rng.choice(("vnpay", "momo", "vnpt", "vietqr"))
            rows.append(
                Intent(
                    unit_id=ref.unit_id,
                    public_id=uuid.uuid4(),
                    merchant=merchant[provider],
                    provider=provider,
                    txn_ref=f"P{ref.unit_id}X{place:010d}",
                    amount=bill.amount,
                    student_id=bill.student_id,
                    created_at=now,
                    expires_at=now,
                )  # fmt: skip
            )
        rows = Intent.objects.bulk_create(rows, batch_size=1000)
        IntentPart.objects.bulk_create(
            [
                IntentPart(unit_id=ref.unit_id, intent=row, bill=bill, amount=bill.amount)
                for row, bill in zip(rows, bills, strict=True)
            ],
            batch_size=1000,
        )
        for row, bill in zip(rows, bills, strict=True):
            row.bench_ref = bill.ref
    return rows


def notices(rows: list[Any]) -> list[dict[str, Any]]:
    """What the providers send about the intents: [{id, provider, params, body, headers, good}] in disorder."""
    from school_services.payments.models import Intent
    from tests.payments import school as say

    rng = random.Random(SEED)
    found: list[dict[str, Any]] = []

    def add(provider: str, incoming: Any) -> None:
        found.append(
            {
                "id": len(found),
                "provider": provider,
                "method": incoming.method,
                "params": dict(incoming.params),
                "body": incoming.body.decode(),
                "headers": dict(incoming.headers),
            }  # fmt: skip
        )

    for place, row in enumerate(rows):
        txn = f"T{place}"
        make = {"vnpay": say.vnpay_notice, "momo": say.momo_notice, "vnpt": say.vnpt_notice}.get(row.provider)
        chance = rng.random()
        if make is None:
            content = f"MBVCB.{place}.{row.bench_ref} T11.CT tu"
            for _ in range(2 if chance < 0.25 else 1):
                add("vietqr", say.bank_credit(content, row.amount, txn=txn))
            if chance > 0.9:
                add("vietqr", say.bank_credit(content, row.amount - 1000, txn=f"W{place}"))  # parked
            if chance > 0.97:
                bad = say.bank_credit(content, row.amount, txn=f"F{place}")
                bad.headers["X-Signature"] = "0" * 64  # type: ignore[index]
                add("vietqr", bad)
            continue
        for _ in range(2 if chance < 0.25 else 1):
            add(row.provider, make(row, txn=txn))
        if chance > 0.8:
            add(row.provider, make(row, txn=f"W{place}", amount=row.amount - 1000))
        if chance > 0.9:
            fail = {"vnpay": {"code": "24"}, "momo": {"code": 1006}, "vnpt": {"code": "24"}}[row.provider]
            add(row.provider, make(row, txn="0", **fail))
        if chance > 0.95:
            stranger = Intent(txn_ref=f"{row.txn_ref}9", amount=row.amount)
            add(row.provider, make(stranger, txn=f"U{place}"))
            forged = make(row, txn=f"F{place}")
            if row.provider == "vnpay":
                add("vnpay", type(forged)("GET", {**forged.params, "vnp_TransactionNo": "999"}, b"", {}))
    rng.shuffle(found)
    return found


def deliver(path: Path, log: Path, unit_id: int, part: int, parts: int) -> None:
    """A worker: every notice of its part without an answer in the log; answered ones are noted with their time."""
    setup()
    from school_services.payments import services
    from school_services.payments.providers.base import Incoming
    from tenants import context, hosts

    ref = next(ref for ref in hosts.all_portals() if ref.unit_id == unit_id)
    done = {line.split()[0] for line in log.read_text().splitlines()} if log.exists() else set()
    with log.open("a", buffering=1) as out, context.enter(ref):
        for notice in json.loads(path.read_text()):
            if notice["id"] % parts != part or str(notice["id"]) in done:
                continue
            incoming = Incoming(notice["method"], notice["params"], notice["body"].encode(), notice["headers"])
            for _ in range(10):
                started = time.perf_counter()
                answer = services.handle_notice(provider=notice["provider"], portal_unit=unit_id, incoming=incoming)
                spent = (time.perf_counter() - started) * 1000
                if '"99"' not in answer.body and '"error"' not in answer.body:
                    break
            out.write(f"{notice['id']} {spent:.2f}\n")


def fault_run(ref: Any, rows: list[Any], folder: Path) -> dict[str, Any]:
    """Deliver everything with two workers that are killed, and connections that are cut."""
    import psycopg
    from django.conf import settings

    from portal_host import embedded

    listed = notices(rows)
    path = folder / "notices.json"
    path.write_text(json.dumps(listed))
    rng = random.Random(SEED)
    kills = cuts = 0
    started = time.perf_counter()
    admin = embedded._url(settings.DATABASE_APP_URL, "postgres", "postgres")
    logs = [folder / f"answers-{part}" for part in (0, 1)]

    def begin(part: int) -> subprocess.Popen[bytes]:
        command = [sys.executable, "-m", "tests.bench.ours_money", "--deliver", str(path), str(logs[part]),
                   str(ref.unit_id), str(part), "2"]  # fmt: skip
        return subprocess.Popen(command, start_new_session=True)

    workers = [begin(part) for part in (0, 1)]
    aim = max(2, len(listed) // 500)
    while any(worker.poll() is None for worker in workers) or any(worker.returncode for worker in workers):
        time.sleep(rng.uniform(2, 5))
        for part, worker in enumerate(workers):
            if worker.poll() is None and kills < aim and rng.random() < 0.4 and logs[part].exists():
                worker.send_signal(signal.SIGKILL)
                worker.wait()
                kills += 1
            if worker.poll() is not None and worker.returncode:
                workers[part] = begin(part)
        if cuts < aim and rng.random() < 0.5:
            with psycopg.connect(admin, autocommit=True) as raw:
                raw.execute(
                    "select pg_terminate_backend(pid) from pg_stat_activity where usename = 'portal_app'"
                    " and pid <> pg_backend_pid() and random() < 0.5"
                )
            cuts += 1
    spent = [float(line.split()[1]) for log in logs for line in log.read_text().splitlines()]
    return {
        "notices": len(listed), "kills": kills, "cuts": cuts, "seconds": round(time.perf_counter() - started, 1),
        "p50_ms": round(statistics.median(spent), 2), "p95_ms": round(statistics.quantiles(spent, n=20)[-1], 2),
    }  # fmt: skip


def audit(ref: Any, rows: list[Any]) -> list[str]:
    """What is wrong in the books, in words; nothing is expected."""
    from django.db import connection

    from tenants import context

    checks = {
        "an entry that does not balance": "select entry_id from fees_posting group by 1 having sum(amount) <> 0",
        "a transaction noted twice": "select provider_txn from payments_event group by provider, provider_txn having count(*) > 1",
        "an event with money that was not booked once": "select v.id from payments_event v left join fees_entry e"
        " on e.unit_id = v.unit_id and e.key = 'event:' || v.id where v.outcome in ('paid', 'late', 'twice', 'parked')"
        " group by v.id having count(e.id) <> 1",
        "an intent that is not paid": "select id from payments_intent where state <> 'paid'",
        "an intent booked twice": "select intent_id from payments_event where outcome in ('paid', 'late') group by 1"
        " having count(*) <> 1",
        "a payment without its one receipt": "select e.id from fees_entry e left join invoices_receipt r on r.entry_id = e.id"
        " where e.kind = 'payment' group by e.id having count(r.id) <> 1",
        "a gap in the receipts": "select 1 from invoices_receipt having count(*) <> max(number)",
        "a gap in the invoices": "select 1 from invoices_invoice having count(*) <> coalesce(max(number), 0)",
    }
    faults = []
    with context.enter(ref), context.scope((ref.unit_id,)), connection.cursor() as cursor:
        for text, query in checks.items():
            cursor.execute(query)
            found = cursor.fetchall()
            if found:
                faults.append(f"{text}: {len(found)}")
        cursor.execute("select coalesce(sum(amount), 0) from fees_posting where account in ('cash', 'bank', 'gateway')")
        money = int(cursor.fetchone()[0])
        cursor.execute(
            "select coalesce(sum(amount), 0) from payments_event where outcome in ('paid', 'late', 'twice', 'parked')"
        )
        told = int(cursor.fetchone()[0])
        if money != told:
            faults.append(f"the accounts hold {money} đ, the notices tell of {told} đ")
        expected = sum(row.amount for row in rows)
        cursor.execute("select coalesce(sum(amount), 0) from payments_event where outcome in ('paid', 'late')")
        if int(cursor.fetchone()[0]) != expected:
            faults.append("what was paid is not what was owed")
    return faults


def issue_invoices(ref: Any, world: Any, count: int) -> tuple[int, float]:
    from school_services.invoices import services
    from tenants import context
    from tests.invoices.test_invoice_rules import MST, PASSWORD, make_key

    with context.enter(ref):
        services.save_issuer(
            actor=world.accountant, unit_id=ref.unit_id, name="Trường", tax_code=MST, address="Tây Ninh",
            provider_tax_code="0100684378", key=(make_key(), PASSWORD),
        )  # fmt: skip
        from school_services.fees import selectors

        with context.scope((ref.unit_id,)):
            paid = selectors.paid_bills(ref.unit_id, world.round_id)[:count]
        started = time.perf_counter()
        for bill in paid:
            services.issue_invoice(actor=world.accountant, unit_id=ref.unit_id, bill_id=bill)
        return len(paid), time.perf_counter() - started


def main() -> None:
    import tempfile

    setup()
    bills, payments, wanted = (int(text) for text in sys.argv[1:4])
    ref, world, bills_s = school(bills)
    rows = intents(ref, world, payments)
    with tempfile.TemporaryDirectory() as folder:
        ran = fault_run(ref, rows, Path(folder))
    made, invoices_s = issue_invoices(ref, world, wanted)
    faults = audit(ref, rows)
    print(
        json.dumps(
            {
                "bills_s": round(bills_s, 2),
                "notice_p95_ms": ran["p95_ms"],
                "run": ran,
                "invoices": made,
                "invoices_s": round(invoices_s, 2),
                "faults": faults,
            }  # fmt: skip
        )
    )


if __name__ == "__main__":
    if sys.argv[1] == "--deliver":
        deliver(Path(sys.argv[2]), Path(sys.argv[3]), *(int(text) for text in sys.argv[4:7]))
    else:
        main()
