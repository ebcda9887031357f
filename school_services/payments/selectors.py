"""Reads of payments."""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.utils import timezone

from school_services.errors import NotFound
from school_services.fees import selectors as fees
from school_services.fees.access import require_reader
from school_services.identity.actor import Actor
from school_services.invoices import selectors as invoices
from school_services.rosters import selectors as rosters
from tenants import context

from . import merchants
from .closing import LABELS
from .intents import QUERY_AFTER, TOOK_MONEY, State
from .models import Event, Intent
from .protocols import vietqr


@dataclass(frozen=True, slots=True)
class IntentView:
    """An attempt to pay as its payer sees it."""

    public_id: UUID
    unit_id: int
    provider: str
    label: str
    amount: int
    surcharge: int
    state: str
    payload: str
    url: str
    app_url: str
    expires_at: datetime.datetime
    account: str
    bank: str
    holder: str
    content: str
    bills: tuple[tuple[str, str, int], ...]
    receipt_id: int | None

    @property
    def paid(self) -> bool:
        return self.state in TOOK_MONEY


def intent_of(actor: Actor, public_id: UUID) -> IntentView:
    """One's own intent. Raises `NotFound`."""
    units = {child.unit_id for child in rosters.children(actor)}
    with context.scope(units, user=actor.user_id):
        row = Intent.objects.filter(public_id=public_id, payer_id=actor.user_id).first()
        if row is None:
            raise NotFound("intent")
        parts = [
            (part.bill.ref, part.bill.round.title, part.amount)
            for part in row.parts.select_related("bill__round").order_by("bill__due", "pk")
        ]
        events = Event.objects.filter(unit_id=row.unit_id, intent=row).values_list("pk", flat=True)
        receipt = invoices.receipt_of_entry(row.unit_id, [f"event:{pk}" for pk in events])
    with context.scope(merchants.scope_of(row.unit_id)):
        merchant = row.merchant
    config = merchant.config
    state = row.state
    return IntentView(
        public_id=row.public_id,
        unit_id=row.unit_id,
        provider=row.provider,
        label=LABELS.get(row.provider, row.provider),
        amount=row.amount,
        surcharge=merchant.surcharge,
        state=state,
        app_url=str(config.get("app_url", "")),
        payload=row.details.get("payload", ""),
        url=row.details.get("url", ""),
        expires_at=row.expires_at,
        account=str(config.get("account", "")),
        bank=str(config.get("bank", "")),
        holder=str(config.get("holder", "")),
        content=vietqr.check(row.details.get("payload", "")).purpose or "",
        bills=tuple(parts),
        receipt_id=receipt if State(state) in TOOK_MONEY else None,
    )


@dataclass(frozen=True, slots=True)
class PaidIntent:
    """A payment that can go back through its provider."""

    id: int
    label: str
    provider: str
    left: int
    paid_at: datetime.datetime | None


def refundable(*, actor: Actor, unit_id: int, student_id: int) -> list[PaidIntent]:
    require_reader(actor, unit_id, "list_payments")
    with context.scope((unit_id,), user=actor.user_id):
        rows = Intent.objects.filter(
            unit_id=unit_id,
            student_id=student_id,
            state__in=TOOK_MONEY,
            provider__in=["vnpay", "momo", "vnpt", "stripe"],
        ).order_by("-paid_at")
        return [
            PaidIntent(r.pk, LABELS[r.provider], r.provider, r.amount - r.refunded, r.paid_at)
            for r in rows[:10]
            if r.refunded < r.amount
        ]


def family_context(actor: Actor, unit_ids: tuple[int, ...] | None = None) -> dict[str, Any]:
    """Bills of the actor's children with the ways to pay, for the page and for the block."""
    accounts = fees.family(actor, unit_ids=unit_ids)
    ways = {unit: merchants.choices(unit) for unit in {account.child.unit_id for account in accounts}}
    return {"accounts": [(account, ways[account.child.unit_id]) for account in accounts]}


def units_with_pending() -> list[int]:
    """Schools with payments that have been under way for 15 minutes, of the units in scope."""
    rows = Intent.objects.filter(state=State.PENDING, created_at__lt=timezone.now() - QUERY_AFTER)
    return sorted(set(rows.values_list("unit_id", flat=True)))
