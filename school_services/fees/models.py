"""What families owe and what became of every đồng: kinds, rounds, bills, and the ledger."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from .rules import Basis


class FeeKind(models.Model):
    """Khoản thu of a school in a school year, with why it may be asked for."""

    class Measure(models.TextChoices):
        ONCE = "once", _("Once a round")
        DAY = "day", _("By day of attendance")

    unit = models.ForeignKey("tenants.Unit", models.PROTECT, related_name="+")
    year = models.ForeignKey("rosters.SchoolYear", models.PROTECT, related_name="+")
    code = models.CharField(max_length=24)
    name = models.CharField(max_length=120)
    basis = models.CharField(
        max_length=10,
        choices=[
            (Basis.DECISION.value, _("By decision")),
            (Basis.AGREED.value, _("Agreed with parents")),
            (Basis.VOLUNTARY.value, _("Voluntary")),
            (Basis.ON_BEHALF.value, _("Collected on behalf")),
        ],
    )
    legal_basis = models.CharField(max_length=300, help_text="Resolution, decision or minutes, with number and date")
    measure = models.CharField(max_length=4, choices=Measure, default=Measure.ONCE)
    unit_label = models.CharField(max_length=20, default="tháng")
    price = models.BigIntegerField(help_text="Whole đồng per unit of measure")
    vat_rate = models.CharField(max_length=11, default="KCT")
    place = models.PositiveSmallIntegerField(default=0)
    active = models.BooleanField(default=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["unit", "year", "code"], name="fee_kind_once"),
            models.CheckConstraint(condition=Q(price__gte=0), name="fee_kind_price"),
            models.CheckConstraint(condition=~Q(legal_basis=""), name="fee_kind_has_basis"),
        ]


class Round(models.Model):
    """Đợt thu: what is asked of all students at once; open until it is issued."""

    class State(models.TextChoices):
        DRAFT = "draft", _("Being prepared")
        ISSUED = "issued", _("Issued")

    unit = models.ForeignKey("tenants.Unit", models.PROTECT, related_name="+")
    year = models.ForeignKey("rosters.SchoolYear", models.PROTECT, related_name="+")
    code = models.CharField(max_length=24)
    title = models.CharField(max_length=120)
    days = models.PositiveSmallIntegerField(default=0, help_text="School days, for what is charged by day")
    due = models.DateField()
    state = models.CharField(max_length=6, choices=State, default=State.DRAFT)
    issued_at = models.DateTimeField(null=True, blank=True)
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["unit", "code"], name="round_once")]


class RoundItem(models.Model):
    """A charge of a round: for everybody, or another price for one class (0: that class is not charged)."""

    unit = models.ForeignKey("tenants.Unit", models.PROTECT, related_name="+")
    round = models.ForeignKey(Round, models.CASCADE, related_name="items")
    kind = models.ForeignKey(FeeKind, models.PROTECT, related_name="+")
    class_group = models.ForeignKey("rosters.ClassGroup", models.PROTECT, null=True, related_name="+")
    price = models.BigIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["unit", "round", "kind", "class_group"], name="round_item_once", nulls_distinct=False
            ),
            models.CheckConstraint(condition=Q(price__gte=0), name="round_item_price"),
        ]


class AttendedDays(models.Model):
    """Days of a student in a round where they differ from the round's school days."""

    unit = models.ForeignKey("tenants.Unit", models.PROTECT, related_name="+")
    round = models.ForeignKey(Round, models.CASCADE, related_name="+")
    student = models.ForeignKey("rosters.Student", models.CASCADE, related_name="+")
    days = models.PositiveSmallIntegerField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["unit", "round", "student"], name="attended_days_once")]


class StudentRelief(models.Model):
    """Miễn, giảm, hỗ trợ for a student, by a decision, from day to day; without a kind it is for every charge."""

    unit = models.ForeignKey("tenants.Unit", models.PROTECT, related_name="+")
    student = models.ForeignKey("rosters.Student", models.CASCADE, related_name="+")
    kind = models.ForeignKey(FeeKind, models.PROTECT, null=True, related_name="+")
    percent = models.PositiveSmallIntegerField(default=0)
    amount = models.BigIntegerField(default=0)
    decision = models.CharField(max_length=120)
    valid_from = models.DateField()
    valid_to = models.DateField(null=True, blank=True)

    class Meta:
        indexes = [models.Index(fields=["unit", "student"])]
        constraints = [
            models.CheckConstraint(condition=Q(percent__lte=100) & Q(amount__gte=0), name="relief_range"),
            models.CheckConstraint(condition=~Q(decision=""), name="relief_has_decision"),
        ]


class BillCounter(models.Model):
    """The last bill number of a school; its row is the lock under which numbers are given."""

    unit = models.OneToOneField("tenants.Unit", models.PROTECT, related_name="+")
    last = models.PositiveIntegerField(default=0)


class Bill(models.Model):
    """Phiếu báo thu of one student in one round. Never changed: what is paid and owed, the ledger says."""

    unit = models.ForeignKey("tenants.Unit", models.PROTECT, related_name="+")
    round = models.ForeignKey(Round, models.PROTECT, related_name="bills")
    student = models.ForeignKey("rosters.Student", models.PROTECT, related_name="+")
    class_name = models.CharField(max_length=20)
    ref = models.CharField(max_length=12, help_text="HP, two letters, seven digits, check digit")
    amount = models.BigIntegerField()
    due = models.DateField()
    issued_at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["unit", "student"])]
        constraints = [
            models.UniqueConstraint(fields=["unit", "ref"], name="bill_ref_once"),
            models.UniqueConstraint(fields=["unit", "round", "student"], name="bill_once"),
            models.CheckConstraint(condition=Q(amount__gte=0), name="bill_amount"),
        ]


class BillLine(models.Model):
    """One charge of a bill, as it was when issued."""

    unit = models.ForeignKey("tenants.Unit", models.PROTECT, related_name="+")
    bill = models.ForeignKey(Bill, models.PROTECT, related_name="lines")
    kind = models.ForeignKey(FeeKind, models.PROTECT, related_name="+")
    name = models.CharField(max_length=120)
    basis = models.CharField(max_length=10)
    unit_label = models.CharField(max_length=20)
    vat_rate = models.CharField(max_length=11)
    quantity = models.PositiveIntegerField()
    price = models.BigIntegerField()
    reduction = models.BigIntegerField(default=0)
    decision = models.CharField(max_length=300, blank=True, default="")
    amount = models.BigIntegerField()

    class Meta:
        indexes = [models.Index(fields=["unit", "bill"])]
        constraints = [
            models.CheckConstraint(
                condition=Q(amount=F("quantity") * F("price") - F("reduction")) & Q(amount__gte=0), name="bill_line_sum"
            )
        ]


class Account(models.TextChoices):
    """Accounts of the ledger. A debit is positive, a credit negative; every entry sums to nothing."""

    RECEIVABLE = "receivable", _("Owed by families")
    CREDIT = "credit", _("Families' credit")
    DECISION = "income.decision", _("Charges by decision")
    AGREED = "income.agreed", _("Agreed charges")
    VOLUNTARY = "income.voluntary", _("Voluntary contributions")
    ON_BEHALF = "on_behalf", _("Collected on behalf")
    WRITTEN_OFF = "written_off", _("Written off")
    CASH = "cash", _("Cash desk")
    BANK = "bank", _("Bank account")
    GATEWAY = "gateway", _("At payment providers")
    SUSPENSE = "suspense", _("Not yet assigned")


INCOME = {
    Basis.DECISION.value: Account.DECISION,
    Basis.AGREED.value: Account.AGREED,
    Basis.VOLUNTARY.value: Account.VOLUNTARY,
    Basis.ON_BEHALF.value: Account.ON_BEHALF,
}


class Entry(models.Model):
    """One thing that happened to money. Append-only; `key` makes it happen once."""

    class Kind(models.TextChoices):
        BILL = "bill", _("Bill issued")
        PAYMENT = "payment", _("Payment")
        CREDIT_USED = "credit_used", _("Credit used")
        REFUND = "refund", _("Refund")
        WRITE_OFF = "write_off", _("Written off")
        PARKED = "parked", _("Money not yet assigned")
        ASSIGNED = "assigned", _("Money assigned")
        SETTLED = "settled", _("Paid out by the provider")

    unit = models.ForeignKey("tenants.Unit", models.PROTECT, related_name="+")
    kind = models.CharField(max_length=12, choices=Kind)
    key = models.CharField(max_length=100)
    at = models.DateTimeField()
    memo = models.CharField(max_length=200, blank=True, default="")
    actor = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")

    class Meta:
        indexes = [models.Index(fields=["unit", "at"])]
        constraints = [models.UniqueConstraint(fields=["unit", "key"], name="entry_once")]


class Posting(models.Model):
    """One side of an entry, in whole đồng. Append-only; the sum of an entry is checked by the database at commit."""

    unit = models.ForeignKey("tenants.Unit", models.PROTECT, related_name="+")
    entry = models.ForeignKey(Entry, models.PROTECT, related_name="postings")
    account = models.CharField(max_length=16, choices=Account)
    channel = models.CharField(max_length=12, blank=True, default="", help_text="The provider, where money lies there")
    amount = models.BigIntegerField()
    bill = models.ForeignKey(Bill, models.PROTECT, null=True, related_name="+")
    student = models.ForeignKey("rosters.Student", models.PROTECT, null=True, related_name="+")

    class Meta:
        indexes = [
            models.Index(fields=["unit", "entry"]),
            models.Index(
                fields=["unit", "bill"], include=["amount"], condition=Q(bill__isnull=False), name="posting_bill"
            ),
            models.Index(fields=["unit", "student"], condition=Q(account="credit"), name="posting_credit"),
        ]
        constraints = [
            models.CheckConstraint(condition=~Q(amount=0), name="posting_not_nothing"),
            models.CheckConstraint(
                condition=~Q(account="receivable") | Q(bill__isnull=False), name="posting_receivable_of_bill"
            ),
            models.CheckConstraint(
                condition=~Q(account="credit") | Q(student__isnull=False), name="posting_credit_of_student"
            ),
        ]


class WriteOff(models.Model):
    """Xóa nợ: asked for by the accountant, decided by the principal."""

    unit = models.ForeignKey("tenants.Unit", models.PROTECT, related_name="+")
    bill = models.ForeignKey(Bill, models.PROTECT, related_name="+")
    amount = models.BigIntegerField()
    reason = models.CharField(max_length=300)
    requested_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    requested_at = models.DateTimeField(auto_now_add=True)
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    decided_at = models.DateTimeField(null=True, blank=True)
    approved = models.BooleanField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["unit", "bill"], condition=Q(decided_at__isnull=True), name="write_off_one_open"
            ),
            models.CheckConstraint(condition=Q(amount__gt=0), name="write_off_amount"),
        ]
