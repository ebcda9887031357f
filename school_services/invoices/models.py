"""Receipts and e-invoices: what a family gets for its money, and what the tax authority gets."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class Issuer(models.Model):
    """Who issues: the school's legal data for receipts and invoices, its key (encrypted) and how invoices are sent."""

    class Sender(models.TextChoices):
        FILES = "files", _("File drop")
        VNPT = "vnpt", "VNPT Invoice"

    unit = models.OneToOneField("tenants.Unit", models.PROTECT, related_name="+")
    name = models.CharField(max_length=400)
    tax_code = models.CharField(max_length=14)
    address = models.CharField(max_length=400)
    phone = models.CharField(max_length=20, blank=True, default="")
    provider_tax_code = models.CharField(max_length=14, help_text="MSTTCGP: the invoice solution's tax code")
    sealed_key = models.TextField(blank=True, default="", help_text="PKCS#12 and its password, encrypted")
    sender = models.CharField(max_length=8, choices=Sender, default=Sender.FILES)
    config = models.JSONField(default=dict)
    sealed_login = models.TextField(blank=True, default="")


class Counter(models.Model):
    """The last number of a series in a year; its row is the lock under which a number is given and signed."""

    unit = models.ForeignKey("tenants.Unit", models.PROTECT, related_name="+")
    series = models.CharField(max_length=12, help_text="BL for receipts; template and symbol for invoices")
    year = models.PositiveSmallIntegerField()
    last = models.PositiveIntegerField(default=0)
    last_date = models.DateField(null=True, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["unit", "series", "year"], name="counter_once")]


class Receipt(models.Model):
    """Biên lai, phiếu thu: one for each payment, numbered without gaps. Append-only."""

    unit = models.ForeignKey("tenants.Unit", models.PROTECT, related_name="+")
    year = models.PositiveSmallIntegerField()
    number = models.PositiveIntegerField()
    code = models.CharField(max_length=12, help_text="Verification code, printed on it")
    entry = models.ForeignKey("fees.Entry", models.PROTECT, related_name="+")
    student = models.ForeignKey("rosters.Student", models.PROTECT, related_name="+")
    amount = models.BigIntegerField()
    way = models.CharField(max_length=8)
    lines = models.JSONField(help_text="What was paid for: [{name, ref, amount}]")
    issued_at = models.DateTimeField()
    issued_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")

    class Meta:
        indexes = [models.Index(fields=["unit", "student"])]
        constraints = [
            models.UniqueConstraint(fields=["unit", "year", "number"], name="receipt_number_once"),
            models.UniqueConstraint(fields=["unit", "entry"], name="receipt_of_entry"),
            models.UniqueConstraint(fields=["unit", "code"], name="receipt_code_once"),
        ]


class Invoice(models.Model):
    """A signed e-invoice, byte for byte as it was signed."""

    class State(models.TextChoices):
        SIGNED = "signed", _("Signed, to be sent")
        SENT = "sent", _("Sent")
        ACCEPTED = "accepted", _("Accepted by the tax authority")
        REJECTED = "rejected", _("Rejected")

    class Nature(models.TextChoices):
        ORIGINAL = "goc", _("Original")
        REPLACES = "thay_the", _("Replaces another")
        ADJUSTS = "dieu_chinh", _("Adjusts another")

    unit = models.ForeignKey("tenants.Unit", models.PROTECT, related_name="+")
    template = models.CharField(max_length=1)
    symbol = models.CharField(max_length=6)
    year = models.PositiveSmallIntegerField()
    number = models.PositiveIntegerField()
    date = models.DateField()
    fkey = models.CharField(max_length=40, help_text="Our key of it at the invoice provider; asked for after a timeout")
    bill = models.ForeignKey("fees.Bill", models.PROTECT, related_name="+")
    nature = models.CharField(max_length=10, choices=Nature, default=Nature.ORIGINAL)
    related = models.ForeignKey("self", models.PROTECT, null=True, related_name="+")
    total = models.BigIntegerField()
    xml = models.BinaryField()
    state = models.CharField(max_length=8, choices=State, default=State.SIGNED)
    answer = models.CharField(max_length=300, blank=True, default="")
    tries = models.PositiveSmallIntegerField(default=0)
    signed_at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["unit", "bill"]), models.Index(fields=["unit", "state"])]
        constraints = [
            models.UniqueConstraint(
                fields=["unit", "template", "symbol", "year", "number"], name="invoice_number_once"
            ),
            models.UniqueConstraint(fields=["unit", "fkey"], name="invoice_fkey_once"),
            models.UniqueConstraint(
                fields=["unit", "bill"], condition=Q(nature="goc"), name="invoice_one_original_of_bill"
            ),
        ]


class ErrorNotice(models.Model):
    """Form 04/SS-HĐĐT: name, address or words of an invoice were wrong; no new invoice is made."""

    unit = models.ForeignKey("tenants.Unit", models.PROTECT, related_name="+")
    invoice = models.ForeignKey(Invoice, models.PROTECT, related_name="+")
    fields = models.JSONField()
    explanation = models.CharField(max_length=300)
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    made_at = models.DateTimeField(auto_now_add=True)
