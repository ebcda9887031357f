"""Writes of receipts and invoices: numbers without gaps, given in the transaction that signs."""

from __future__ import annotations

import base64
import datetime
import hashlib
import secrets
from collections.abc import Sequence
from decimal import Decimal
from functools import lru_cache

from django.conf import settings
from django.db import connection, transaction
from django.utils import timezone

from school_services import sealing
from school_services.errors import Conflict, Invalid, NotFound
from school_services.fees import selectors as fees
from school_services.fees.access import require_accountant
from school_services.fees.models import Account, Posting
from school_services.fees.rules import Basis
from school_services.identity import audit
from school_services.identity.actor import Actor
from school_services.rosters.models import Student
from tenants import context, tasks

from . import rules, signature, xml
from . import token as token_keys
from .models import Counter, ErrorNotice, Invoice, Issuer, Receipt
from .tasks import send_invoice

CODE_ALPHABET = "ABCDEFGHJKMNPQRSTUVWXYZ23456789"
BUYER_UNKNOWN = "Bán cho người tiêu dùng"
WAYS = {"cash": "Tiền mặt"}  # everything else is a transfer of some kind
KEY = "invoices:key"


_RAISE = """
insert into invoices_counter (unit_id, series, year, last, last_date)
values (%(unit)s, %(series)s, %(year)s, 1, %(day)s)
on conflict (unit_id, series, year) do update set last = invoices_counter.last + 1, last_date = excluded.last_date
where invoices_counter.last_date is null or invoices_counter.last_date <= excluded.last_date
returning last
"""


def _next(unit_id: int, series: str, day: datetime.date) -> int:
    """The next number of a series; its row stays locked until the transaction keeps the number or gives it back.

    Raises `Conflict("date_backwards")` where a later date has been given out.
    """
    with connection.cursor() as cursor:
        cursor.execute(_RAISE, {"unit": unit_id, "series": series, "year": day.year, "day": day})
        row = cursor.fetchone()
    if row is None:
        raise Conflict("date_backwards")
    return int(row[0])


def make_receipt(*, unit_id: int, entry_id: int, way: str, student_id: int, actor_id: int | None = None) -> Receipt:
    """A receipt for money that was just booked, inside the caller's transaction and scope."""
    rows = Posting.objects.filter(unit_id=unit_id, entry_id=entry_id, amount__lt=0).order_by("pk")
    lines = []
    for account, amount, title, ref in rows.values_list("account", "amount", "bill__round__title", "bill__ref"):
        name = title if account == Account.RECEIVABLE else "Nộp trước, trừ vào kì sau"
        lines.append({"name": name, "ref": ref or "", "amount": -amount})
    today = timezone.localdate()
    return Receipt.objects.create(
        unit_id=unit_id,
        year=today.year,
        number=_next(unit_id, "BL", today),
        code="".join(secrets.choice(CODE_ALPHABET) for _ in range(10)),
        entry_id=entry_id,
        student_id=student_id,
        amount=sum(line["amount"] for line in lines),
        way=way,
        lines=lines,
        issued_at=timezone.now(),
        issued_by_id=actor_id,
    )


# -- invoices ------------------------------------------------------------------------------------------------------


def save_issuer(
    *,
    actor: Actor,
    unit_id: int,
    name: str,
    tax_code: str,
    address: str,
    provider_tax_code: str,
    phone: str = "",
    key: tuple[bytes, str] | None = None,
    token: tuple[str, str] | None = None,
    sender: str = Issuer.Sender.FILES,
    config: dict[str, str] | None = None,
    login: dict[str, str] | None = None,
) -> Issuer:
    """The school's data on invoices. Its key is of this tax code: `key`, a PKCS#12 file and its password, or `token`,
    the label of a PKCS#11 token and its PIN. What is left out (key, login) stays as it was.

    Raises `Invalid("tax_code"|"issuer"|"key")`.
    """
    require_accountant(actor, unit_id, "save_issuer")
    if not rules.valid_tax_code(tax_code) or not rules.valid_tax_code(provider_tax_code):
        raise Invalid("tax_code")
    if not name.strip() or not address.strip() or sender not in Issuer.Sender:
        raise Invalid("issuer")
    values: dict[str, str] | None = None
    if key is not None:
        values = {"p12": base64.b64encode(key[0]).decode(), "password": key[1]}
    elif token is not None:
        values = {"token": token[0], "pin": token[1]}
    if values is not None:
        try:
            owner = signature.tax_code_of(_load(values).certificate)
        except signature.UnusableKey:
            raise Invalid("key") from None
        if owner != tax_code:
            raise Invalid("key_owner")
    with transaction.atomic(), context.scope((unit_id,), user=actor.user_id):
        row = Issuer.objects.select_for_update(of=("self",)).filter(unit_id=unit_id).first() or Issuer(unit_id=unit_id)
        if row.pk and row.tax_code != tax_code and values is None:
            row.sealed_key = ""  # the key was of another tax code
        row.name, row.tax_code, row.address = name.strip()[:400], tax_code, address.strip()[:400]
        row.provider_tax_code, row.phone, row.sender = provider_tax_code, phone.strip()[:20], sender
        row.config = row.config | (config or {})
        if values is not None:
            row.sealed_key = sealing.seal(values, unit_id=unit_id, purpose=KEY)
        if login is not None:
            row.sealed_login = sealing.seal(login, unit_id=unit_id, purpose="invoices:login")
        row.save()
        audit.record(actor=actor, action="save_issuer", unit_id=unit_id, subject="invoices.issuer", subject_id=row.pk)
    return row


def _load(values: dict[str, str]) -> signature.Signer:
    """The signer that sealed values stand for. Raises `UnusableKey`."""
    if "token" in values:
        return token_keys.load_token(settings.ENVIRONMENT.pkcs11_module, values["token"], values["pin"])
    return signature.load_pkcs12(base64.b64decode(values["p12"]), values["password"])


@lru_cache(maxsize=64)
def _signer(unit_id: int, digest: str, sealed: str) -> signature.Signer:
    return _load(sealing.unseal(sealed, unit_id=unit_id, purpose=KEY))


def signer_of(issuer: Issuer) -> signature.Signer:
    """The school's key; opening a PKCS#12 takes a tenth of a second, so it is kept. Raises `Invalid("no_key")`."""
    if not issuer.sealed_key:
        raise Invalid("no_key")
    try:
        return _signer(issuer.unit_id, hashlib.sha256(issuer.sealed_key.encode()).hexdigest(), issuer.sealed_key)
    except (sealing.Unreadable, signature.UnusableKey):
        raise Invalid("key") from None


def _issuer(unit_id: int) -> Issuer:
    issuer = Issuer.objects.filter(unit_id=unit_id).first()
    if issuer is None:
        raise Invalid("no_issuer")
    return issuer


def invoice_lines(bill: fees.BillView) -> tuple[rules.Line, ...]:
    """What of a bill is invoiced: the school's own charges. Money collected on behalf has its receipt alone."""
    return tuple(
        rules.Line(
            name=f"{line.name}, {bill.title}" if line.name not in bill.title else bill.title,
            quantity=Decimal(line.quantity),
            price=line.price,
            amount=line.amount,
            rate=line.vat_rate,
            unit=line.unit_label,
        )
        for line in bill.lines
        if line.basis != Basis.ON_BEHALF and line.amount > 0
    )


def _issue(
    *,
    unit_id: int,
    bill: fees.BillView,
    lines: tuple[rules.Line, ...],
    buyer: xml.Buyer,
    fkey: str,
    nature: str = Invoice.Nature.ORIGINAL,
    related: Invoice | None = None,
) -> Invoice:
    """Number, build, check, sign and store, in the caller's transaction: an error gives the number back."""
    issuer = _issuer(unit_id)
    signer = signer_of(issuer)
    today = timezone.localdate()
    template = issuer.config.get("template", "2")
    symbol = f"{issuer.config.get('code', 'C')}{today.year % 100:02d}T{issuer.config.get('own', 'YY')}"
    serial = rules.parse_serial(f"{template}{symbol}", today.year)
    if serial is None:
        raise Invalid("serial")
    number = _next(unit_id, f"{template}{symbol}", today)
    document = xml.Document(
        serial=serial,
        number=number,
        date=today,
        seller=xml.Seller(issuer.name, issuer.tax_code, issuer.address, issuer.phone),
        buyer=buyer,
        lines=lines,
        payment="Chuyển khoản/Tiền mặt",
        provider_tax_code=issuer.provider_tax_code,
        related=None
        if related is None
        else xml.Related(
            1 if nature == Invoice.Nature.REPLACES else 2,
            related.template,
            related.symbol,
            related.number,
            related.date,
        ),  # fmt: skip
        charges=(("MaKhoanThu", bill.ref),),
    )
    now = timezone.now()
    try:
        root = xml.build(document)
    except xml.Malformed as error:
        raise Invalid("invoice_malformed", problems="; ".join(error.problems[:5])) from None
    try:
        signature.sign(root, signer, now)
    except (signature.BadSignature, signature.UnusableKey):
        raise Invalid("key") from None
    made = Invoice.objects.create(
        unit_id=unit_id,
        template=template,
        symbol=symbol,
        year=today.year,
        number=number,
        date=today,
        fkey=fkey,
        bill_id=bill.id,
        nature=nature,
        related=related,
        total=rules.totals(lines).payable,
        xml=xml.to_bytes(root),
        signed_at=now,
    )
    tasks.defer(send_invoice, invoice_id=made.pk)
    return made


def _bill(unit_id: int, bill_id: int) -> fees.BillView:
    found = fees.bills_by_id(unit_id, [bill_id])
    if not found:
        raise NotFound("bill")
    return found[0]


def _buyer(unit_id: int, bill: fees.BillView, name: str = "", address: str = "") -> xml.Buyer:
    code = Student.objects.filter(unit_id=unit_id, pk=bill.student_id).values_list("code", flat=True).first() or ""
    return xml.Buyer(name=name.strip() or BUYER_UNKNOWN, address=address.strip(), customer=code)


def issue_invoice(*, actor: Actor, unit_id: int, bill_id: int, name: str = "", address: str = "") -> Invoice | None:
    """The invoice of a paid bill; the same one when it is there already, None when nothing of it is invoiced.

    Raises `PermissionRefused`, `NotFound("bill")`, `Invalid("bill_not_paid"|"no_issuer"|"no_key"|…)`.
    """
    require_accountant(actor, unit_id, "issue_invoice")
    with transaction.atomic(), context.scope((unit_id,), user=actor.user_id):
        bill = _bill(unit_id, bill_id)
        if bill.owed > 0:
            raise Invalid("bill_not_paid")
        lines = invoice_lines(bill)
        if not lines:
            return None
        # The counter is the lock: two clicks meet there, and the second finds the first one's invoice.
        Counter.objects.select_for_update().filter(unit_id=unit_id).exclude(series="BL").first()
        there = Invoice.objects.filter(unit_id=unit_id, bill_id=bill_id, nature=Invoice.Nature.ORIGINAL).first()
        if there is not None:
            return there
        made = _issue(
            unit_id=unit_id, bill=bill, lines=lines, buyer=_buyer(unit_id, bill, name, address), fkey=bill.ref
        )
        audit.record(actor=actor, action="issue_invoice", unit_id=unit_id, subject="fees.bill", subject_id=bill_id)
    return made


def issue_paid(*, actor: Actor, unit_id: int, round_id: int) -> int:
    """Invoices for every paid bill of a round that has none; returns how many were made."""
    require_accountant(actor, unit_id, "issue_invoice")
    with context.scope((unit_id,), user=actor.user_id):
        waiting = fees.paid_bills(unit_id, round_id)
        done = set(
            Invoice.objects.filter(unit_id=unit_id, bill_id__in=waiting, nature=Invoice.Nature.ORIGINAL).values_list(
                "bill_id", flat=True
            )
        )
    made = 0
    for bill_id in waiting:
        if bill_id not in done:
            made += issue_invoice(actor=actor, unit_id=unit_id, bill_id=bill_id) is not None
    return made


def correct(
    *,
    actor: Actor,
    unit_id: int,
    invoice_id: int,
    wrong: Sequence[str],
    explanation: str,
    form: str = "",
    name: str = "",
    address: str = "",
    differences: Sequence[tuple[str, int]] = (),
) -> Invoice | ErrorNotice:
    """What TT 91/2026 Điều 10 asks for a wrong invoice: a notice 04/SS, or an adjusting or replacing invoice.

    `differences`: (what, signed đồng) of an adjusting one. Raises `NotFound("invoice")`,
    `Invalid("reason_missing"|"form_not_allowed"|"differences"|…)`.
    """
    require_accountant(actor, unit_id, "correct_invoice")
    if not wrong or not explanation.strip():
        raise Invalid("reason_missing")
    with transaction.atomic(), context.scope((unit_id,), user=actor.user_id):
        found = Invoice.objects.select_for_update(of=("self",)).filter(unit_id=unit_id, pk=invoice_id).first()
        if found is None:
            raise NotFound("invoice")
        earlier = Invoice.objects.filter(unit_id=unit_id, related=found).order_by("pk").first()
        first = None if earlier is None else earlier.nature.upper()
        action = rules.error_action(wrong, first_form=first)
        audit.record(
            actor=actor, action="correct_invoice", unit_id=unit_id, subject="invoices.invoice", subject_id=invoice_id,
            reason=explanation,
        )  # fmt: skip
        if not action.reissue:
            return ErrorNotice.objects.create(
                unit_id=unit_id, invoice=found, fields=list(wrong), explanation=explanation.strip()[:300],
                made_by_id=actor.user_id,
            )  # fmt: skip
        if form not in action.allowed:
            raise Invalid("form_not_allowed", allowed=", ".join(action.allowed))
        bill = _bill(unit_id, found.bill_id)
        replaces = form == "THAY_THE"
        lines = (
            invoice_lines(bill)
            if replaces
            else tuple(rules.Line(what, None, None, amount) for what, amount in differences)
        )
        if not lines or (not replaces and not sum(line.amount for line in lines)):
            raise Invalid("differences")
        count = Invoice.objects.filter(unit_id=unit_id, bill_id=found.bill_id).count()
        return _issue(
            unit_id=unit_id,
            bill=bill,
            lines=lines,
            buyer=_buyer(unit_id, bill, name, address),
            fkey=f"{bill.ref}-{count}",
            nature=Invoice.Nature.REPLACES if replaces else Invoice.Nature.ADJUSTS,
            related=found,
        )
