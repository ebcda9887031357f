"""Money on its way: merchants, intents, what providers told us, statements, refunds, closed days."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from .intents import State


class Merchant(models.Model):
    """An account at a provider, of a school or of a body above it. `sealed` holds its secrets, encrypted."""

    class Provider(models.TextChoices):
        VIETQR = "vietqr", _("Bank transfer (VietQR)")
        VNPAY = "vnpay", "VNPAY"
        VNPT = "vnpt", "VNPT Money"
        MOMO = "momo", "MoMo"
        STRIPE = "stripe", _("Card (Stripe)")
        CASH = "cash", _("Cash at the school")

    unit = models.ForeignKey("tenants.Unit", models.PROTECT, related_name="+")
    provider = models.CharField(max_length=8, choices=Provider)
    config = models.JSONField(default=dict, help_text="What is no secret: codes, account, addresses")
    sealed = models.TextField(blank=True, default="")
    surcharge = models.BigIntegerField(
        default=0, help_text="What the provider itself takes from the payer; shown first"
    )
    active = models.BooleanField(default=True)
    place = models.PositiveSmallIntegerField(default=0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["unit", "provider"], name="merchant_once")]


class Intent(models.Model):
    """One attempt to pay. `txn_ref` names it at the provider; the amount is set here and never by a client."""

    unit = models.ForeignKey("tenants.Unit", models.PROTECT, related_name="+")
    public_id = models.UUIDField(unique=True)
    merchant = models.ForeignKey(Merchant, models.PROTECT, related_name="+")
    provider = models.CharField(max_length=8)
    txn_ref = models.CharField(max_length=40)
    provider_ref = models.CharField(max_length=120, blank=True, default="", help_text="The provider's own id of it")
    amount = models.BigIntegerField()
    refunded = models.BigIntegerField(default=0)
    state = models.CharField(max_length=11, choices=[(s.value, s.value) for s in State], default=State.PENDING.value)
    flag = models.CharField(
        max_length=12, blank=True, default="", help_text="late, twice: for the accountant to look at"
    )
    student = models.ForeignKey("rosters.Student", models.PROTECT, related_name="+")
    payer = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    paid_at = models.DateTimeField(null=True, blank=True)
    details = models.JSONField(default=dict, help_text="What is shown to go on: the QR text or the provider's address")

    class Meta:
        indexes = [
            models.Index(fields=["unit", "created_at"], condition=Q(state="pending"), name="intent_pending"),
            models.Index(fields=["unit", "student"]),
        ]
        constraints = [
            models.UniqueConstraint(fields=["unit", "provider", "txn_ref"], name="intent_once"),
            models.CheckConstraint(
                condition=Q(amount__gt=0) & Q(refunded__gte=0) & Q(refunded__lte=models.F("amount")),
                name="intent_amounts",
            ),
        ]


class IntentPart(models.Model):
    """How much of an intent is meant for which bill."""

    unit = models.ForeignKey("tenants.Unit", models.PROTECT, related_name="+")
    intent = models.ForeignKey(Intent, models.CASCADE, related_name="parts")
    bill = models.ForeignKey("fees.Bill", models.PROTECT, related_name="+")
    amount = models.BigIntegerField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["unit", "intent", "bill"], name="intent_part_once")]


class Event(models.Model):
    """A verified notice of a provider that changed something, once. Append-only; nothing secret or of a card in it."""

    unit = models.ForeignKey("tenants.Unit", models.PROTECT, related_name="+")
    provider = models.CharField(max_length=8)
    provider_txn = models.CharField(max_length=120, help_text="The provider's id of the transaction")
    intent = models.ForeignKey(Intent, models.PROTECT, null=True, related_name="+")
    entry = models.ForeignKey("fees.Entry", models.PROTECT, null=True, related_name="+")
    amount = models.BigIntegerField()
    outcome = models.CharField(max_length=12, help_text="paid, failed, late, twice, parked, refunded")
    content = models.CharField(max_length=200, blank=True, default="", help_text="Transfer content, without accounts")
    received_at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["unit", "intent"])]
        constraints = [
            models.UniqueConstraint(fields=["unit", "provider", "provider_txn"], name="event_once"),
        ]


class Refund(models.Model):
    """Hoàn tiền: asked for by the accountant, decided by the principal, carried out once.

    Out of the family's credit, or, with a `line`, of what was paid for one charge of a bill (days not eaten).
    """

    class State(models.TextChoices):
        ASKED = "asked", _("Waiting for the principal")
        APPROVED = "approved", _("Approved, being paid out")
        DONE = "done", _("Paid out")
        REFUSED = "refused", _("Refused")
        FAILED = "failed", _("Failed at the provider")

    unit = models.ForeignKey("tenants.Unit", models.PROTECT, related_name="+")
    student = models.ForeignKey("rosters.Student", models.PROTECT, related_name="+")
    intent = models.ForeignKey(Intent, models.PROTECT, null=True, related_name="+")
    line = models.ForeignKey("fees.BillLine", models.PROTECT, null=True, related_name="+")
    amount = models.BigIntegerField()
    way = models.CharField(max_length=8, help_text="The provider it goes back by, or cash, bank, credit")
    reason = models.CharField(max_length=300)
    state = models.CharField(max_length=8, choices=State, default=State.ASKED)
    requested_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    requested_at = models.DateTimeField(auto_now_add=True)
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    decided_at = models.DateTimeField(null=True, blank=True)
    provider_ref = models.CharField(max_length=120, blank=True, default="")

    class Meta:
        indexes = [models.Index(fields=["unit", "state"])]
        constraints = [models.CheckConstraint(condition=Q(amount__gt=0), name="refund_amount")]


class Statement(models.Model):
    """A bank's statement or a provider's T+1 file, imported once."""

    unit = models.ForeignKey("tenants.Unit", models.PROTECT, related_name="+")
    channel = models.CharField(max_length=12, help_text="bank, or the provider whose file it is")
    file_name = models.CharField(max_length=200)
    digest = models.CharField(max_length=64)
    imported_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    imported_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["unit", "digest"], name="statement_once")]


class StatementLine(models.Model):
    """One line of a statement and what became of it. Without an entry it waits for somebody (exceptions)."""

    class State(models.TextChoices):
        KNOWN = "known", _("Known already")
        MATCHED = "matched", _("Matched")
        PARKED = "parked", _("To be assigned")
        ASSIGNED = "assigned", _("Assigned by hand")
        DIFFERENT = "different", _("Another amount than ours")
        MISSING = "missing", _("Not in the statement")
        OUTGOING = "outgoing", _("Money paid out")

    unit = models.ForeignKey("tenants.Unit", models.PROTECT, related_name="+")
    statement = models.ForeignKey(Statement, models.PROTECT, related_name="lines")
    number = models.PositiveIntegerField()
    booked = models.DateField()
    amount = models.BigIntegerField()
    content = models.CharField(max_length=300)
    bank_ref = models.CharField(max_length=120)
    state = models.CharField(max_length=9, choices=State)
    event = models.ForeignKey(Event, models.PROTECT, null=True, related_name="+")
    suggestion = models.ForeignKey("fees.Bill", models.PROTECT, null=True, related_name="+")

    class Meta:
        indexes = [models.Index(fields=["unit", "state"])]
        constraints = [models.UniqueConstraint(fields=["unit", "statement", "number"], name="statement_line_once")]


class DayClose(models.Model):
    """A closed day: totals by channel as the ledger had them, the cash that was counted, and who said so."""

    unit = models.ForeignKey("tenants.Unit", models.PROTECT, related_name="+")
    day = models.DateField()
    totals = models.JSONField()
    cash_counted = models.BigIntegerField()
    difference = models.BigIntegerField()
    note = models.CharField(max_length=300, blank=True, default="")
    closed_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    closed_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["unit", "day"], name="day_close_once")]
