"""Orders of other services that no bill of a pupil stands behind: the fee of an admission season.

Such a service keeps the order as its own row and registers how it is found and changed; merchants, providers, the
states of `intents`, notices that count once and the ledger are those of all payments.
"""

from __future__ import annotations

import datetime
import logging
from dataclasses import dataclass
from typing import Protocol

from django.db import transaction

from school_services.errors import Conflict, NotFound
from school_services.fees import ledger
from school_services.fees.models import Account, Entry
from tenants import context

from . import events, intents, merchants
from .intents import State
from .models import Merchant
from .providers import PROVIDERS
from .providers.base import (
    DUPLICATE,
    OK,
    SIGNATURE,
    UNKNOWN,
    WRONG_AMOUNT,
    Incoming,
    Notice,
    Order,
    Provider,
    ProviderFailed,
    Started,
)

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Outside:
    """An order of another service as payments needs it."""

    txn_ref: str
    unit_id: int
    provider: str
    merchant_id: int
    amount: int
    state: State


class Payee(Protocol):
    """A service that asks for money. Both are called inside the scope of the unit; `lock` also in a transaction."""

    def find(self, unit_id: int, txn_ref: str, *, lock: bool = False) -> Outside | None: ...

    def by_transfer(self, unit_id: int, content: str, amount: int) -> str:
        """The name of the order that a bank transfer of this content and amount pays, or ""."""

    def became(self, unit_id: int, txn_ref: str, state: State, flag: str) -> None:
        """The order's new state, after the money is booked."""


_payees: dict[str, Payee] = {}  # first letter of the order's name → service


def register(letter: str, payee: Payee) -> None:
    _payees[letter] = payee


def payee_of(txn_ref: str) -> tuple[Payee, int] | None:
    """The service and the unit of an order's name ("A12X…"), None for what is no such order."""
    head, cross, rest = txn_ref.partition("X")
    payee = _payees.get(head[:1])
    number = head[1:]
    ours = payee is not None and cross and rest and number.isascii() and number.isdigit() and len(txn_ref) <= 40
    return (payee, int(number)) if ours and payee is not None and len(number) < 10 else None


def begin(*, order: Order, unit_id: int, provider: str) -> tuple[int, Started]:
    """(merchant, how the payer goes on). Raises `NotFound("merchant")`, `Conflict("provider_down")`."""
    with context.scope(merchants.scope_of(unit_id)):
        merchant = next((row for row in merchants.usable(unit_id) if row.provider == provider), None)
        if merchant is None:
            raise NotFound("merchant")
        credentials = merchants.credentials(merchant)
    try:
        return merchant.pk, PROVIDERS[provider].create(credentials, order)
    except ProviderFailed as error:
        logger.warning("payment provider %s did not take an order: %s", provider, error.code)
        raise Conflict("provider_down") from None


def take(payee: Payee, unit_id: int, adapter: Provider, incoming: Incoming, portal_unit: int) -> str:
    """A notice about such an order: verified with its merchant, booked once."""
    with context.scope((unit_id,)):
        found = payee.find(unit_id, adapter.peek(incoming))
    at = unit_id if found else portal_unit
    with context.scope(merchants.scope_of(at)):
        rows = Merchant.objects.filter(pk=found.merchant_id) if found else []
        merchant = next(iter(rows), None) or next(
            (row for row in merchants.usable(at) if row.provider == adapter.slug), None
        )
        if merchant is None:
            return SIGNATURE
        credentials = merchants.credentials(merchant)
    notice = adapter.read_notice(credentials, incoming)
    if found is None or notice.txn_ref != found.txn_ref or found.provider != adapter.slug:
        return UNKNOWN
    return book(payee, unit_id, found.txn_ref, notice, Account.GATEWAY)


def transfer(unit_id: int, notice: Notice) -> str | None:
    """A credit on the bank account that names such an order; None when it names none."""
    for payee in _payees.values():
        with context.scope((unit_id,)):
            ref = payee.by_transfer(unit_id, notice.content, notice.amount)
        if ref:
            return book(payee, unit_id, ref, notice, Account.BANK, provider="vietqr")
    return None


def book(payee: Payee, unit_id: int, txn_ref: str, notice: Notice, account: str, *, provider: str = "") -> str:
    """Book a verified notice: once, whatever the order in which notices come."""
    if notice.paid is None:
        return OK
    with transaction.atomic(), context.scope((unit_id,)):
        found = payee.find(unit_id, txn_ref, lock=True)
        if found is None:
            return UNKNOWN
        if notice.amount != found.amount:
            return WRONG_AMOUNT
        step = intents.on_success(found.state) if notice.paid else intents.on_failure(found.state)
        channel = provider or found.provider
        event = events.note(channel, unit_id, notice, outcome=step.flag or ("paid" if notice.paid else "failed"))
        if event is None:
            return DUPLICATE
        if step.book:
            post(unit_id, key=f"event:{event}", amount=notice.amount, account=account, channel=channel, memo=txn_ref)
        payee.became(unit_id, txn_ref, step.state, step.flag)
    return OK


def post(
    unit_id: int, *, key: str, amount: int, account: str, channel: str, memo: str, actor_id: int | None = None
) -> None:
    """Money for a service by decision of the authorities; inside the caller's transaction and scope."""
    ledger.post(
        unit_id=unit_id, kind=Entry.Kind.PAYMENT, key=key, memo=memo, actor_id=actor_id,
        sides=[
            ledger.Side(account, amount, channel=channel),
            ledger.Side(Account.DECISION, -amount, channel=channel),
        ],
    )  # fmt: skip


def order(txn_ref: str, amount: int, info: str, created: datetime.datetime, expires: datetime.datetime,
          *, return_url: str, notify_url: str, address: str) -> Order:  # fmt: skip
    return Order(txn_ref, amount, info, return_url, notify_url, address, created, expires)
