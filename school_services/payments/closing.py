"""The end of a day: what came in and went out by channel, the cash counted, and the day is closed."""

from __future__ import annotations

import datetime
from dataclasses import dataclass

from django.db import IntegrityError, transaction
from django.db.models import Count, Sum
from django.utils import timezone

from school_services.errors import Conflict, Invalid
from school_services.fees.access import require_accountant, require_reader
from school_services.fees.models import Account, Posting
from school_services.identity import audit
from school_services.identity.actor import Actor
from tenants import context

from .intents import State
from .models import DayClose, Event, Intent, StatementLine

MONEY = (Account.CASH, Account.BANK, Account.GATEWAY)


@dataclass(frozen=True, slots=True)
class Channel:
    """One channel on one day. đồng in, đồng out, number of entries."""

    channel: str
    label: str
    came: int
    went: int
    count: int

    @property
    def net(self) -> int:
        return self.came - self.went


@dataclass(frozen=True, slots=True)
class Day:
    """Everything the page of a day shows."""

    day: datetime.date
    channels: tuple[Channel, ...]
    waiting: int
    flagged: int
    pending: int
    suspense: int
    cash_expected: int
    closed: DayClose | None

    @property
    def total(self) -> int:
        return sum(channel.net for channel in self.channels)


LABELS = {"cash": "Tiền mặt", "vietqr": "Chuyển khoản QR", "bank": "Sao kê ngân hàng", "vnpay": "VNPAY",
          "vnpt": "VNPT Money", "momo": "MoMo", "stripe": "Thẻ (Stripe)", "credit": "Giữ lại cho kì sau"}  # fmt: skip


def day(*, actor: Actor, unit_id: int, day: datetime.date) -> Day:
    """A day of a school, computed from the ledger; constant queries. Raises `PermissionRefused`."""
    require_reader(actor, unit_id, "read_day")
    with context.scope((unit_id,), user=actor.user_id):
        return _day(unit_id, day)


def _day(unit_id: int, day: datetime.date) -> Day:
    start = timezone.make_aware(datetime.datetime.combine(day, datetime.time()))
    end = start + datetime.timedelta(days=1)
    rows = Posting.objects.filter(unit_id=unit_id, account__in=MONEY, entry__at__gte=start, entry__at__lt=end)
    came = {
        r["channel"]: (r["total"], r["count"])
        for r in rows.filter(amount__gt=0).values("channel").annotate(total=Sum("amount"), count=Count("pk"))
    }
    went = {
        r["channel"]: (-r["total"], r["count"])
        for r in rows.filter(amount__lt=0).values("channel").annotate(total=Sum("amount"), count=Count("pk"))
    }
    channels = tuple(
        Channel(
            name,
            LABELS.get(name, name),
            came.get(name, (0, 0))[0],
            went.get(name, (0, 0))[0],
            came.get(name, (0, 0))[1] + went.get(name, (0, 0))[1],
        )  # fmt: skip
        for name in LABELS
        if name in came or name in went
    )
    cash = next((channel.net for channel in channels if channel.channel == "cash"), 0)
    suspense = Posting.objects.filter(unit_id=unit_id, account=Account.SUSPENSE).aggregate(t=Sum("amount"))["t"] or 0
    waiting = StatementLine.objects.filter(unit_id=unit_id, state=StatementLine.State.PARKED).count()
    flagged = Event.objects.filter(
        unit_id=unit_id, outcome__in=["late", "twice"], received_at__gte=start, received_at__lt=end
    ).count()
    pending = Intent.objects.filter(
        unit_id=unit_id, state=State.PENDING, created_at__lt=timezone.now() - datetime.timedelta(minutes=15)
    ).count()
    closed = DayClose.objects.select_related("closed_by").filter(unit_id=unit_id, day=day).first()
    return Day(day, channels, waiting, flagged, pending, -suspense, cash, closed)


@dataclass(frozen=True, slots=True)
class Flagged:
    """Money that came late or twice: kept, and here for somebody to look at."""

    student_id: int
    student: str
    amount: int
    outcome: str
    label: str
    at: datetime.datetime


def flagged(*, actor: Actor, unit_id: int, day: datetime.date) -> list[Flagged]:
    """One query, bounded. Raises `PermissionRefused`."""
    require_reader(actor, unit_id, "read_day")
    start = timezone.make_aware(datetime.datetime.combine(day, datetime.time()))
    with context.scope((unit_id,), user=actor.user_id):
        rows = Event.objects.filter(
            unit_id=unit_id, outcome__in=["late", "twice"], intent__isnull=False,
            received_at__gte=start, received_at__lt=start + datetime.timedelta(days=1),
        ).select_related("intent__student")  # fmt: skip
        return [
            Flagged(
                row.intent.student_id,
                row.intent.student.full_name,
                row.amount,
                row.outcome,
                LABELS.get(row.provider, row.provider),
                row.received_at,
            )  # fmt: skip
            for row in rows.order_by("received_at")[:100]
            if row.intent is not None
        ]


def close(*, actor: Actor, unit_id: int, day: datetime.date, cash_counted: int, note: str = "") -> DayClose:
    """Close a day: no more cash is taken on it. A difference of the counted cash needs a note.

    Raises `Invalid("amount"|"day"|"note_missing")`, `Conflict("day_closed")`.
    """
    require_accountant(actor, unit_id, "close_day")
    if not 0 <= cash_counted < 10**12:
        raise Invalid("amount")
    if day > timezone.localdate():
        raise Invalid("day")
    with transaction.atomic(), context.scope((unit_id,), user=actor.user_id):
        view = _day(unit_id, day)
        difference = cash_counted - view.cash_expected
        if difference and not note.strip():
            raise Invalid("note_missing")
        try:
            with transaction.atomic():
                row = DayClose.objects.create(
                    unit_id=unit_id,
                    day=day,
                    totals={c.channel: {"came": c.came, "went": c.went, "count": c.count} for c in view.channels},
                    cash_counted=cash_counted,
                    difference=difference,
                    note=note.strip()[:300],
                    closed_by_id=actor.user_id,
                )
        except IntegrityError:
            raise Conflict("day_closed") from None
        audit.record(
            actor=actor,
            action="close_day",
            unit_id=unit_id,
            subject="payments.dayclose",
            subject_id=row.pk,
            reason=note,
        )
    return row
