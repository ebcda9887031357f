"""Money of a demo school: charges, two rounds, payments, a parent who owes, a statement that waits. In bulk."""

from __future__ import annotations

import datetime
import random
import secrets

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import pkcs12
from cryptography.x509.oid import NameOID, ObjectIdentifier
from django.db import transaction
from django.utils import timezone

from school_services.fees import issuing
from school_services.fees import selectors as fee_selectors
from school_services.fees import services as fees
from school_services.fees.models import Account, Bill, Entry, FeeKind, Posting, Round
from school_services.identity import actor as actors
from school_services.identity.actor import Actor
from school_services.identity.models import User
from school_services.invoices import services as invoices
from school_services.invoices.models import Counter, Receipt
from school_services.invoices.services import CODE_ALPHABET
from school_services.payments import merchants, reconciliation
from school_services.rosters import selectors as rosters
from school_services.rosters.models import Student
from tenants import context

from .simulators import SECRETS

TAX_CODE = "0100109106"  # a valid check digit; in the demo every school has the same
KEY_PASSWORD = "khoa-thu"  # noqa: S105 - of the demo's own keys

# code, name, basis, legal basis, measure, per, price
KINDS = (
    ("AN", "Tiền ăn bán trú", "decision", "NQ 12/2026/NQ-HĐND ngày 10/7/2026", "day", "ngày", 32_000),
    ("QUAN_LY", "Quản lý bán trú", "decision", "NQ 12/2026/NQ-HĐND ngày 10/7/2026", "once", "tháng", 120_000),
    ("NUOC", "Nước uống", "agreed", "Biên bản họp phụ huynh ngày 06/9/2026", "once", "tháng", 15_000),
    ("VE_SINH", "Vệ sinh lớp học", "decision", "NQ 12/2026/NQ-HĐND ngày 10/7/2026", "once", "tháng", 20_000),
    ("SO_LL", "Sổ liên lạc điện tử", "agreed", "Biên bản họp phụ huynh ngày 06/9/2026", "once", "tháng", 10_000),
    (
        "BHYT",
        "Bảo hiểm y tế (phần học sinh, chia 10 tháng)",
        "on_behalf",
        "Luật BHYT, thu hộ BHXH tỉnh",
        "once",
        "tháng",
        63_180,
    ),
    ("CLB", "Câu lạc bộ kĩ năng sống", "voluntary", "Đăng kí của phụ huynh", "once", "tháng", 60_000),
)


def list_kinds(refs: list[context.PortalRef]) -> None:
    """The charges of every school, for its public list."""
    with context.platform():
        year = rosters.current_year()
    for ref in refs:
        if ref.kind != "school":
            continue
        with context.enter(ref), context.scope((ref.unit_id,)):
            FeeKind.objects.bulk_create(
                [
                    FeeKind(
                        unit_id=ref.unit_id, year=year, code=code, name=name, basis=basis, legal_basis=legal,
                        measure=measure, unit_label=per, price=price, place=place,
                    )
                    for place, (code, name, basis, legal, measure, per, price) in enumerate(KINDS)
                ],
                ignore_conflicts=True,
            )  # fmt: skip


def load(ref: context.PortalRef, accountant: User, *, simulator_port: int, paid: float, owing: int) -> bool:
    """False when the school has bills already. `owing`: a student (id) who pays nothing of the second round."""
    with context.enter(ref), context.scope((ref.unit_id,)):
        there = Bill.objects.filter(unit_id=ref.unit_id).exists()
    with context.enter(ref), transaction.atomic():
        actor = actors.load(accountant)
        _merchants(ref, actor, simulator_port)  # each time: the port may be another one today
        if there:
            return False
        year = rosters.current_year()
        today = timezone.localdate()
        first = None
        for back, share in ((1, 0.97), (0, paid)):
            month = (today.replace(day=1) - datetime.timedelta(days=back)).replace(day=1)
            made = issuing.prepare_round(
                actor=actor, unit_id=ref.unit_id, year=year, code=f"{month:%Y-%m}",
                title=f"Thu tháng {month.month}/{month.year}", days=22, like=first,
                due=today + datetime.timedelta(days=0 if back else 6),
            )  # fmt: skip
            first = first or made.pk
            issuing.issue(actor=actor, unit_id=ref.unit_id, round_id=made.pk)
            _pay(ref, actor, made.pk, share, 0 if back else owing, today - datetime.timedelta(days=24 * back))
        _reliefs(ref, actor)
        _statement(ref, actor)
        _invoices(ref, actor)
    return True


def _merchants(ref: context.PortalRef, actor: Actor, port: int) -> None:
    base = f"http://localhost:{port}"
    rows = {
        "vietqr": {
            "bin": "970436", "account": f"10{ref.unit_id:08d}", "bank": "Vietcombank (mô phỏng)",
            "holder": "TAI KHOAN CUA TRUONG", "app_url": f"{base}/ngan-hang/",
        },
        "vnpay": {"tmn_code": "DEMOTMN1", "pay_url": f"{base}/vnpay/pay", "api_url": f"{base}/vnpay/api"},
        "vnpt": {"service_id": "567", "api_url": f"{base}/vnpt"},
        "momo": {"partner_code": "MOMODEMO", "base_url": f"{base}/momo"},
    }  # fmt: skip
    for place, (provider, config) in enumerate(rows.items()):
        merchants.save_merchant(
            actor=actor, unit_id=ref.unit_id, provider=provider, config=config, secrets=SECRETS[provider], place=place
        )


def _pay(ref: context.PortalRef, actor: Actor, round_id: int, share: float, owing: int, day: datetime.date) -> None:
    """Pay a share of the bills, as the services would have booked it."""
    rng = random.Random(f"money:{ref.slug}:{round_id}")
    unit = ref.unit_id
    ways = (("vietqr", Account.BANK), ("vnpay", Account.GATEWAY), ("cash", Account.CASH), ("momo", Account.GATEWAY))
    with context.scope((unit,)):
        rows = Bill.objects.filter(unit_id=unit, round_id=round_id, amount__gt=0).select_related("round")
        bills = [bill for bill in rows.order_by("pk") if bill.student_id != owing and rng.random() < share]
        entries, postings, receipts = [], [], []
        counter, _ = Counter.objects.get_or_create(unit_id=unit, series="BL", year=timezone.localdate().year)
        for bill in bills:
            way, account = rng.choices(ways, (60, 20, 12, 8))[0]
            at = timezone.make_aware(
                datetime.datetime.combine(day, datetime.time(rng.randrange(7, 10), rng.randrange(60)))
            )
            entry = Entry(
                unit_id=unit, kind=Entry.Kind.PAYMENT, key=f"demo:{bill.pk}", at=at, memo=bill.ref,
                actor_id=actor.user_id if way == "cash" else None,
            )  # fmt: skip
            entries.append(entry)
            values = {"unit_id": unit, "entry": entry}
            postings += [
                Posting(**values, account=account, amount=bill.amount, channel=way),
                Posting(
                    **values, account=Account.RECEIVABLE, amount=-bill.amount, bill=bill, student_id=bill.student_id
                ),
            ]
            counter.last += 1
            receipts.append(
                Receipt(
                    **values,
                    year=counter.year,
                    number=counter.last,
                    student_id=bill.student_id,
                    amount=bill.amount,
                    way=way,
                    lines=[{"name": bill.round.title, "ref": bill.ref, "amount": bill.amount}],
                    issued_at=at,
                    code="".join(secrets.choice(CODE_ALPHABET) for _ in range(10)),
                )  # fmt: skip
            )
        Entry.objects.bulk_create(entries, batch_size=2000)
        Posting.objects.bulk_create(postings, batch_size=4000)
        Receipt.objects.bulk_create(receipts, batch_size=2000)
        counter.save()


def _reliefs(ref: context.PortalRef, actor: Actor) -> None:
    """Two reliefs by decision, which the next round counts."""
    today = timezone.localdate()
    with context.scope((ref.unit_id,)):
        students = list(Student.objects.filter(unit_id=ref.unit_id).order_by("code").values_list("pk", flat=True)[:2])
        meals = FeeKind.objects.get(unit_id=ref.unit_id, code="AN", year=rosters.current_year()).pk
    for student, percent, kind, decision in zip(
        students, (50, 100), (None, meals), ("QĐ 214/QĐ-UBND, hộ cận nghèo", "QĐ 87/QĐ-UBND, hộ nghèo"), strict=False
    ):
        fees.grant_relief(
            actor=actor, unit_id=ref.unit_id, student_id=student, decision=decision, percent=percent, kind_id=kind,
            valid_from=today,
        )  # fmt: skip


def demo_key(tax_code: str, name: str) -> bytes:
    """A signing key of our own making, as a certificate authority would hand it over: of no worth outside the demo."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    subject = x509.Name(
        [
            x509.NameAttribute(NameOID.COMMON_NAME, name[:64]),
            x509.NameAttribute(ObjectIdentifier("0.9.2342.19200300.100.1.1"), f"MST:{tax_code}"),
        ]
    )
    start = datetime.datetime.now(datetime.UTC) - datetime.timedelta(days=1)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(start)
        .not_valid_after(start + datetime.timedelta(days=730))
        .sign(key, hashes.SHA256())
    )
    return pkcs12.serialize_key_and_certificates(
        b"demo", key, certificate, None, serialization.BestAvailableEncryption(KEY_PASSWORD.encode())
    )


def _invoices(ref: context.PortalRef, actor: Actor) -> None:
    """The school's data, a key, and the first invoices; the rest waits for the accountant's click."""
    invoices.save_issuer(
        actor=actor, unit_id=ref.unit_id, name=ref.name, tax_code=TAX_CODE, address="Tỉnh Tây Ninh",
        provider_tax_code=TAX_CODE, key=(demo_key(TAX_CODE, ref.name), KEY_PASSWORD),
    )  # fmt: skip
    with context.scope((ref.unit_id,)):
        first = Round.objects.filter(unit_id=ref.unit_id).order_by("pk").first()
        paid = fee_selectors.paid_bills(ref.unit_id, first.pk) if first else []
    for bill in paid[:5]:
        invoices.issue_invoice(actor=actor, unit_id=ref.unit_id, bill_id=bill)


def _statement(ref: context.PortalRef, actor: Actor) -> None:
    """A statement of the bank with lines that fit nothing, for the accountant to assign."""
    today = timezone.localdate()
    with context.scope((ref.unit_id,)):
        owed = Bill.objects.filter(unit_id=ref.unit_id).order_by("-pk").values_list("ref", "amount")[:1]
        (bill, amount) = owed[0]
    lines = [
        "Ngày giao dịch,Số tham chiếu,Ghi nợ,Ghi có,Mô tả",
        f"{today:%d/%m/%Y},FT26328001,,{amount - 2000},MBVCB.5531.{bill} T{today.month}.CT tu 0071",
        f"{today:%d/%m/%Y},FT26328002,,350000,phu huynh nop tien cho con lop 7",
        f"{today:%d/%m/%Y},FT26328003,11000,,Phi quan ly tai khoan",
    ]
    reconciliation.import_statement(
        actor=actor, unit_id=ref.unit_id, file_name="sao-ke.csv", content="\n".join(lines).encode()
    )
