"""Reads of receipts and invoices."""

from __future__ import annotations

import datetime
from dataclasses import dataclass

from cryptography.x509.oid import NameOID
from lxml import etree

from school_services.errors import Invalid, NotFound
from school_services.fees.access import require_reader
from school_services.identity import audit
from school_services.identity.actor import Actor
from school_services.rosters import selectors as rosters
from tenants import context

from . import rules, services, signature, xml
from .models import ErrorNotice, Invoice, Issuer, Receipt


@dataclass(frozen=True, slots=True)
class ReceiptView:
    id: int
    unit_id: int
    year: int
    number: int
    code: str
    student: str
    student_code: str
    amount: int
    way: str
    lines: tuple[tuple[str, str, int], ...]
    issued_at: datetime.datetime
    issued_by: str

    @property
    def name(self) -> str:
        return f"BL{self.year % 100:02d}-{self.number:06d}"


def _receipt(row: Receipt) -> ReceiptView:
    lines = tuple((line["name"], line["ref"], line["amount"]) for line in row.lines)
    return ReceiptView(
        row.pk, row.unit_id, row.year, row.number, row.code, row.student.full_name, row.student.code, row.amount,
        row.way, lines, row.issued_at, row.issued_by.full_name if row.issued_by else "",
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class InvoiceView:
    id: int
    unit_id: int
    serial: str
    number: int
    date: datetime.date
    total: int
    state: str
    state_label: str
    nature: str
    student: str


def _invoice(row: Invoice) -> InvoiceView:
    return InvoiceView(
        row.pk, row.unit_id, f"{row.template}{row.symbol}", row.number, row.date, row.total, row.state,
        str(row.get_state_display()), str(row.get_nature_display()), row.bill.student.full_name,
    )  # fmt: skip


def family_documents(
    actor: Actor, *, unit_ids: tuple[int, ...] | None = None, limit: int = 40
) -> tuple[list[ReceiptView], list[InvoiceView]]:
    """Receipts and invoices of the actor's children, newest first."""
    children = rosters.children(actor, unit_ids=unit_ids)
    if not children:
        return [], []
    units, students = {c.unit_id for c in children}, [c.student_id for c in children]
    with context.scope(units, user=actor.user_id):
        receipts = Receipt.objects.filter(unit_id__in=units, student_id__in=students)
        invoices = Invoice.objects.filter(unit_id__in=units, bill__student_id__in=students)
        return (
            [_receipt(r) for r in receipts.select_related("student", "issued_by").order_by("-issued_at")[:limit]],
            [_invoice(r) for r in invoices.select_related("bill__student").order_by("-signed_at")[:limit]],
        )


def own_receipt(actor: Actor, unit_id: int, receipt_id: int) -> ReceiptView:
    """A receipt of an own child, or of any student for the school's accountant. Raises `NotFound`."""
    students = {child.student_id for child in rosters.children(actor, unit_ids=(unit_id,))}
    with context.scope((unit_id,), user=actor.user_id):
        row = Receipt.objects.select_related("student", "issued_by").filter(unit_id=unit_id, pk=receipt_id).first()
    if row is None or (row.student_id not in students and not actor.has(unit_id, "accountant", "principal")):
        raise NotFound("receipt")
    return _receipt(row)


def own_invoice(actor: Actor, unit_id: int, invoice_id: int) -> tuple[str, bytes]:
    """File name and content of an invoice of an own child, or for the accountant. Raises `NotFound`."""
    students = {child.student_id for child in rosters.children(actor, unit_ids=(unit_id,))}
    with context.scope((unit_id,), user=actor.user_id):
        row = Invoice.objects.select_related("bill").filter(unit_id=unit_id, pk=invoice_id).first()
    if row is None or (row.bill.student_id not in students and not actor.has(unit_id, "accountant", "principal")):
        raise NotFound("invoice")
    return f"{row.template}{row.symbol}-{row.number}.xml", bytes(row.xml)


@dataclass(frozen=True, slots=True)
class Checked:
    """What the public learns of a receipt by its code: that it is genuine, and how much; no name."""

    name: str
    amount: int
    issued_at: datetime.datetime


def check_code(unit_id: int, code: str) -> Checked | None:
    with context.scope((unit_id,)):
        row = Receipt.objects.select_related("student").filter(unit_id=unit_id, code=code.strip().upper()).first()
    if row is None:
        return None
    return Checked(f"BL{row.year % 100:02d}-{row.number:06d}", row.amount, row.issued_at)


def receipt_of_entry(unit_id: int, keys: list[str]) -> int | None:
    """The receipt made for one of these entries, in the scope of the caller."""
    rows = Receipt.objects.filter(unit_id=unit_id, entry__key__in=keys)
    return rows.order_by("pk").values_list("pk", flat=True).first()


def receipt_with_memo(unit_id: int, memo: str) -> int | None:
    """The receipt of a payment by its name in the ledger, in the scope of the caller."""
    rows = Receipt.objects.filter(unit_id=unit_id, entry__memo=memo)
    return rows.order_by("pk").values_list("pk", flat=True).first()


def invoices_of(*, actor: Actor, unit_id: int, limit: int = 200) -> list[InvoiceView]:
    require_reader(actor, unit_id, "list_invoices")
    with context.scope((unit_id,), user=actor.user_id):
        rows = Invoice.objects.filter(unit_id=unit_id).select_related("bill__student").order_by("-signed_at", "-pk")
        return [_invoice(row) for row in rows[:limit]]


def issuer_name(unit_id: int) -> tuple[str, str, str]:
    """(name, tax code, address) on receipts; empty where the school has not filled them in."""
    with context.scope((unit_id,)):
        row = Issuer.objects.filter(unit_id=unit_id).first()
    return (row.name, row.tax_code, row.address) if row else ("", "", "")


@dataclass(frozen=True, slots=True)
class InvoicePage:
    """An invoice as the accountant reads it before correcting it. `forms`: what Điều 10 still allows for amounts."""

    head: InvoiceView
    buyer: str
    address: str
    lines: tuple[tuple[str, int], ...]
    words: str
    signer: str
    signed_at: datetime.datetime
    sent: str
    related: InvoiceView | None
    corrections: tuple[InvoiceView, ...]
    notices: tuple[tuple[str, str, datetime.datetime], ...]
    forms: tuple[str, ...]


def invoice_page(*, actor: Actor, unit_id: int, invoice_id: int) -> InvoicePage:
    """Read out of the signed file itself. Raises `PermissionRefused`, `NotFound("invoice")`."""
    require_reader(actor, unit_id, "read_invoice")
    with context.scope((unit_id,), user=actor.user_id):
        rows = Invoice.objects.filter(unit_id=unit_id).select_related("bill__student", "related__bill__student")
        row = rows.filter(pk=invoice_id).first()
        if row is None:
            raise NotFound("invoice")
        later = list(rows.filter(related=row).order_by("pk"))
        notices = ErrorNotice.objects.filter(unit_id=unit_id, invoice=row).order_by("pk")
        audit.record(actor=actor, action="read_invoice", unit_id=unit_id, subject="fees.bill", subject_id=row.bill_id)
        told = tuple((", ".join(notice.fields), notice.explanation, notice.made_at) for notice in notices)
    root = xml.from_bytes(bytes(row.xml))
    content = root.find("DLHDon/NDHDon")
    assert content is not None  # it was built here
    first = later[0].nature.upper() if later else None
    return InvoicePage(
        head=_invoice(row),
        buyer=content.findtext("NMua/Ten") or "",
        address=content.findtext("NMua/DChi") or "",
        lines=tuple(
            (line.findtext("THHDVu") or "", int(line.findtext("ThTien") or 0)) for line in content.iter("HHDVu")
        ),
        words=content.findtext("TToan/TgTTTBChu") or "",
        signer=_signer_name(root),
        signed_at=row.signed_at,
        sent=row.answer,
        related=_invoice(row.related) if row.related else None,
        corrections=tuple(_invoice(one) for one in later),
        notices=told,
        forms=rules.error_action(["amount"], first_form=first).allowed,
    )


def _signer_name(root: etree._Element) -> str:
    """The common name of a certificate that verifies; "" when the file does not."""
    try:
        certificate = signature.verify(root)
    except signature.BadSignature:
        return ""
    names = certificate.subject.get_attributes_for_oid(NameOID.COMMON_NAME)
    return str(names[0].value) if names else certificate.subject.rfc4514_string()


@dataclass(frozen=True, slots=True)
class IssuerView:
    """What the settings page shows of a school's issuer; of its key the holder and the last day alone."""

    name: str
    tax_code: str
    address: str
    phone: str
    provider_tax_code: str
    sender: str
    config: dict[str, str]
    has_login: bool
    holder: str
    valid_to: datetime.datetime | None
    problem: bool


def issuer_page(*, actor: Actor, unit_id: int) -> IssuerView | None:
    """Raises `PermissionRefused`."""
    require_reader(actor, unit_id, "read_issuer")
    with context.scope((unit_id,), user=actor.user_id):
        row = Issuer.objects.filter(unit_id=unit_id).first()
    if row is None:
        return None
    holder, until, problem = "", None, False
    if row.sealed_key:
        try:
            certificate = services.signer_of(row).certificate
        except Invalid:
            problem = True
        else:
            names = certificate.subject.get_attributes_for_oid(NameOID.COMMON_NAME)
            holder = str(names[0].value) if names else certificate.subject.rfc4514_string()
            until = certificate.not_valid_after_utc
    return IssuerView(
        row.name, row.tax_code, row.address, row.phone, row.provider_tax_code, row.sender, row.config,
        bool(row.sealed_login), holder, until, problem,
    )  # fmt: skip
