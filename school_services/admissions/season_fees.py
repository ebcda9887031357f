"""The fee of a season (lệ phí dự tuyển): an order of the family, paid through the unit's merchants or at its desk.

The state is one of payments' own (`intents.State`); the page of the application shows it. Paying late or not at all
keeps nobody from handing in: the office sees who has not paid.
"""

from __future__ import annotations

import datetime
import re
import secrets
import uuid
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.utils import timezone

from school_services.errors import Conflict, NotFound
from school_services.fees.models import Account
from school_services.identity import audit
from school_services.identity.actor import Actor
from school_services.payments import merchants, outside
from school_services.payments.intents import TOOK_MONEY, State
from tenants import context

from .access import require, season_of
from .applications import event, mine
from .models import Application, FeeOrder

LETTER = "A"
VALID = {"vietqr": datetime.timedelta(hours=24)}
_VALID = datetime.timedelta(minutes=15)
_CONTENT = re.compile(r"TS ?([A-HJKMNP-Z2-9]{12})(?![A-Z0-9])")
Addresses = Callable[[FeeOrder], tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Fee:
    """What an application owes: `state` is "none" (nothing asked), "unpaid", or a state of payments."""

    amount: int
    state: str
    order: FeeOrder | None = None

    @property
    def paid(self) -> bool:
        return self.state in TOOK_MONEY

    @property
    def payload(self) -> str:
        return str(self.order.details.get("payload", "")) if self.order else ""

    @property
    def url(self) -> str:
        return str(self.order.details.get("url", "")) if self.order else ""

    @property
    def content(self) -> str:
        return f"TS{self.order.application.code}" if self.order else ""


NO_FEE = Fee(0, "none")


def fee_of(row: Application, amount: int) -> Fee:
    """Inside a scope that sees the application; one query."""
    orders = FeeOrder.objects.filter(unit_id=row.unit_id, application=row).select_related("application")
    return judged(amount, orders.order_by("-created_at", "-pk"))


def judged(amount: int, orders: Iterable[FeeOrder]) -> Fee:
    """`orders`: the newest first. One that took money counts, whatever was tried after it."""
    found = list(orders)
    order = next((one for one in found if one.state in TOOK_MONEY), found[0] if found else None)
    if order is None:
        return Fee(amount, "unpaid" if amount else "none")
    state = order.state
    if state == State.PENDING and order.expires_at <= timezone.now():
        state = State.EXPIRED.value
    return Fee(order.amount, state, order)


def fees_of(unit_id: int, season_id: int, amount: int, ids: Iterable[int]) -> dict[int, Fee]:
    """Application → its fee, for a list; inside the scope of the unit; one query."""
    orders: dict[int, list[FeeOrder]] = {pk: [] for pk in ids}
    rows = FeeOrder.objects.filter(unit_id=unit_id, season_id=season_id, application_id__in=list(orders))
    for row in rows.order_by("-created_at", "-pk"):
        orders[row.application_id].append(row)
    return {pk: judged(amount, found) for pk, found in orders.items()}


def start(
    *, actor: Actor, unit_id: int, application_id: int, provider: str, addresses: Addresses, address: str = ""
) -> FeeOrder:
    """Begin to pay the fee of one's own application; the amount is the season's, never the client's.

    The same way again, while it is open, is the same order. Raises `NotFound("application"|"merchant")`,
    `Conflict("no_fee"|"fee_paid"|"provider_down")`.
    """
    now = timezone.now()
    with transaction.atomic(), context.scope((unit_id,), user=actor.user_id):
        row = mine(actor, unit_id, pk=application_id)
        fee = fee_of(row, row.season.rules.fee)
        if fee.state == "none" or row.state in {Application.State.DRAFT, Application.State.WITHDRAWN}:
            raise Conflict("no_fee")
        if fee.paid:
            raise Conflict("fee_paid")
        last = fee.order
        if last is not None and fee.state == State.PENDING and last.provider == provider and last.details:
            return last
        made = FeeOrder.objects.create(
            unit_id=unit_id, season_id=row.season_id, application=row, public_id=uuid.uuid4(), provider=provider,
            txn_ref=f"{LETTER}{unit_id}X{secrets.token_hex(10).upper()}", amount=row.season.rules.fee,
            payer_id=actor.user_id, created_at=now, expires_at=now + VALID.get(provider, _VALID),
        )  # fmt: skip
        audit.record(
            actor=actor, action="start_season_fee", unit_id=unit_id, subject="admissions.application",
            subject_id=row.pk,
        )  # fmt: skip
    back, notify = addresses(made)
    order = outside.order(
        made.txn_ref, made.amount, f"TS{row.code}", made.created_at, made.expires_at, return_url=back,
        notify_url=notify, address=address,
    )  # fmt: skip
    try:
        merchant, started = outside.begin(order=order, unit_id=unit_id, provider=provider)
    except (Conflict, NotFound):
        with context.scope((unit_id,), user=actor.user_id):
            FeeOrder.objects.filter(unit_id=unit_id, pk=made.pk).update(state=State.FAILED)
        raise
    made.merchant_id, made.details, made.provider_ref = merchant, started.details, started.provider_ref
    with context.scope((unit_id,), user=actor.user_id):
        made.save(update_fields=["merchant_id", "details", "provider_ref"])
    return made


def take_cash(*, actor: Actor, unit_id: int, application_id: int) -> FeeOrder:
    """The fee in cash at the office's desk: booked once, however often it is clicked.

    Raises `PermissionRefused`, `NotFound("application")`, `Conflict("no_fee"|"fee_paid")`.
    """
    require(actor, unit_id, "take_season_fee")
    now = timezone.now()
    with transaction.atomic(), context.scope((unit_id,), user=actor.user_id):
        row = Application.objects.select_for_update(of=("self",)).filter(unit_id=unit_id, pk=application_id).first()
        if row is None or row.state == Application.State.DRAFT:
            raise NotFound("application")
        fee = fee_of(row, season_of(unit_id, row.season_id).rules.fee)
        if fee.state == "none":
            raise Conflict("no_fee")
        if fee.paid:
            raise Conflict("fee_paid")
        made = FeeOrder.objects.create(
            unit_id=unit_id, season_id=row.season_id, application=row, public_id=uuid.uuid4(), provider="cash",
            txn_ref=f"{LETTER}{unit_id}X{secrets.token_hex(10).upper()}", amount=fee.amount, state=State.PAID,
            created_at=now, expires_at=now, paid_at=now, taken_by_id=actor.user_id,
        )  # fmt: skip
        outside.post(
            unit_id, key=f"season-fee:{made.txn_ref}", amount=made.amount, account=Account.CASH, channel="cash",
            memo=made.txn_ref, actor_id=actor.user_id,
        )  # fmt: skip
        event(row, "fee_paid", actor)
        audit.record(
            actor=actor, action="take_season_fee", unit_id=unit_id, subject="admissions.application",
            subject_id=row.pk,
        )  # fmt: skip
        return made


class SeasonFees:
    """How payments finds and changes these orders (`outside.Payee`)."""

    def find(self, unit_id: int, txn_ref: str, *, lock: bool = False) -> outside.Outside | None:
        rows = FeeOrder.objects.filter(unit_id=unit_id, txn_ref=txn_ref)
        row = (rows.select_for_update(of=("self",)) if lock else rows).first()
        return (
            outside.Outside(row.txn_ref, unit_id, row.provider, row.merchant_id or 0, row.amount, State(row.state))
            if row
            else None
        )

    def by_transfer(self, unit_id: int, content: str, amount: int) -> str:
        found = _CONTENT.search(content.upper())
        if found is None:
            return ""
        rows = FeeOrder.objects.filter(
            unit_id=unit_id, application__code=found[1], provider="vietqr", amount=amount
        ).order_by("-created_at")  # fmt: skip
        return min(rows, key=lambda row: row.state != State.PENDING).txn_ref if rows else ""

    def became(self, unit_id: int, txn_ref: str, state: State, flag: str) -> None:
        row = FeeOrder.objects.select_related("application").get(unit_id=unit_id, txn_ref=txn_ref)
        paid = state in TOOK_MONEY and row.paid_at is None
        values: dict[str, Any] = {"state": state, "flag": flag or row.flag}
        FeeOrder.objects.filter(unit_id=unit_id, pk=row.pk).update(
            **values, **({"paid_at": timezone.now()} if paid else {})
        )
        if paid:
            row.application.events.create(unit_id=unit_id, kind="fee_paid")


def ways(unit_id: int) -> list[merchants.Choice]:
    """How the fee can be paid without coming: the providers of the unit."""
    return [choice for choice in merchants.choices(unit_id) if choice.provider != "cash"]
