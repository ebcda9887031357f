"""Writes of payments: an intent begins, a provider's word is booked once, cash is taken.

Lock order everywhere: intent, then bills by id, then the receipt's counter.
"""

from __future__ import annotations

import datetime
import logging
import secrets
import uuid
from collections.abc import Callable, Sequence

from django.db import IntegrityError, transaction
from django.utils import timezone

from school_services.errors import Conflict, Invalid, NotFound
from school_services.fees import ledger
from school_services.fees import selectors as fees
from school_services.fees import services as fee_services
from school_services.fees.access import require_accountant
from school_services.fees.models import Account, Entry
from school_services.fees.rules import find_references
from school_services.identity import audit
from school_services.identity.actor import Actor
from school_services.invoices import services as invoices
from school_services.rosters import selectors as rosters
from tenants import context

from . import events, intents, merchants, outside
from .intents import State
from .models import DayClose, Intent, IntentPart, Merchant
from .providers import PROVIDERS
from .providers.base import (
    DUPLICATE,
    ERROR,
    OK,
    SIGNATURE,
    UNKNOWN,
    WRONG_AMOUNT,
    Answered,
    BadNotice,
    Incoming,
    Notice,
    Order,
    ProviderFailed,
)

logger = logging.getLogger(__name__)
VALID = datetime.timedelta(minutes=15)
QR_VALID = datetime.timedelta(hours=24)  # a QR is often forwarded to the one who pays
Addresses = Callable[[Intent], tuple[str, str]]  # (return address, notice address) of an intent


def order_of(intent: Intent, *, return_url: str = "", notify_url: str = "", address: str = "", info: str = "") -> Order:
    return Order(
        intent.txn_ref, intent.amount, info or intent.txn_ref, return_url, notify_url, address, intent.created_at,
        intent.expires_at, intent.provider_ref,
    )  # fmt: skip


def _reference(unit_id: int) -> str:
    """A name of an intent for providers: the school and 80 random bits, letters and digits alone."""
    return f"P{unit_id}X{secrets.token_hex(10).upper()}"


def unit_of_reference(txn_ref: str) -> int:
    """The school an order's name belongs to; 0 for what is none of ours."""
    head = txn_ref.partition("X")[0][1:]
    ours = txn_ref.startswith("P") and len(txn_ref) <= 40 and head.isascii() and head.isdigit() and len(head) < 10
    return int(head) if ours else 0


def start(
    *, actor: Actor, unit_id: int, bill_ids: Sequence[int], provider: str, addresses: Addresses, address: str = ""
) -> Intent:
    """Begin to pay what is owed of bills of one own child; the amount is what the ledger says, never the client's.

    The same choice again, while it is open, is the same intent. Raises `NotFound("bill"|"merchant")`,
    `Invalid("nothing_owed")`, `Conflict("provider_down")`.
    """
    with context.scope(merchants.scope_of(unit_id), user=actor.user_id):
        merchant = next((row for row in merchants.usable(unit_id) if row.provider == provider), None)
        views = fees.bills_by_id(unit_id, bill_ids)
    students = {view.student_id for view in views}
    if len(views) != len(set(bill_ids)) or len(students) != 1:
        raise NotFound("bill")
    child = rosters.child(actor, students.pop())
    if child.unit_id != unit_id:
        raise NotFound("bill")
    if merchant is None:
        raise NotFound("merchant")
    parts = [(view, view.owed) for view in views if view.owed > 0]
    amount = sum(owed for _, owed in parts)
    if not amount:
        raise Invalid("nothing_owed")
    now = timezone.now()
    with transaction.atomic(), context.scope((unit_id,), user=actor.user_id):
        same = Intent.objects.filter(
            unit_id=unit_id, student_id=child.student_id, payer_id=actor.user_id, provider=provider, amount=amount,
            state=State.PENDING, expires_at__gt=now + datetime.timedelta(minutes=3),
        )  # fmt: skip
        for found in same.prefetch_related("parts"):
            if {p.bill_id: p.amount for p in found.parts.all()} == {v.id: o for v, o in parts} and found.details:
                return found
        intent = Intent.objects.create(
            unit_id=unit_id, public_id=uuid.uuid4(), merchant=merchant, provider=provider,
            txn_ref=_reference(unit_id), amount=amount, student_id=child.student_id, payer_id=actor.user_id,
            created_at=now, expires_at=now + (QR_VALID if provider == "vietqr" else VALID),
        )  # fmt: skip
        IntentPart.objects.bulk_create(
            [IntentPart(unit_id=unit_id, intent=intent, bill_id=view.id, amount=owed) for view, owed in parts]
        )
        audit.record(
            actor=actor, action="start_payment", unit_id=unit_id, subject="payments.intent", subject_id=intent.pk
        )
    return_url, notify_url = addresses(intent)
    info = f"{parts[0][0].ref} {fees.short_title(parts[0][0].title)}"
    order = order_of(intent, return_url=return_url, notify_url=notify_url, address=address, info=info)
    try:
        started = PROVIDERS[provider].create(merchants.credentials(merchant), order)
    except ProviderFailed as error:
        logger.warning("payment provider %s did not take an order: %s", provider, error.code)
        with context.scope((unit_id,), user=actor.user_id):
            Intent.objects.filter(unit_id=unit_id, pk=intent.pk).update(state=State.FAILED)
        raise Conflict("provider_down") from None
    intent.details, intent.provider_ref = started.details, started.provider_ref
    with context.scope((unit_id,), user=actor.user_id):
        intent.save(update_fields=["details", "provider_ref"])
    return intent


# -- notices -------------------------------------------------------------------------------------------------------


def handle_notice(*, provider: str, portal_unit: int, incoming: Incoming) -> Answered:
    """A request of a provider to us: verified, booked at most once, answered in the provider's words.

    `portal_unit`: the school of the portal it came to; an order's own name decides where there is one.
    """
    adapter = PROVIDERS[provider]
    try:
        outcome = _take(provider, portal_unit, incoming)
    except BadNotice as error:
        logger.warning("notice of %s refused: %s", provider, error.code)
        outcome = error.code
    except Exception:
        # The provider repeats what is not confirmed; the trace holds no parameters.
        logger.exception("notice of %s failed", provider)
        outcome = ERROR
    return adapter.answer(outcome)


def _take(provider: str, portal_unit: int, incoming: Incoming) -> str:
    adapter = PROVIDERS[provider]
    ref = adapter.peek(incoming)
    if (other := outside.payee_of(ref)) is not None:
        return outside.take(*other, adapter, incoming, portal_unit)
    if not ref:
        unit_id = portal_unit
        with context.scope(merchants.scope_of(unit_id)):
            merchant = next((row for row in merchants.usable(unit_id) if row.provider == provider), None)
            if merchant is None:
                return SIGNATURE
            credentials = merchants.credentials(merchant)
        notice = adapter.read_notice(credentials, incoming)
        if not notice.txn_ref and provider == "vietqr":
            return outside.transfer(unit_id, notice) or book_transfer(unit_id=unit_id, notice=notice)
        return UNKNOWN
    unit_id = unit_of_reference(ref)
    merchant = None
    with context.scope((unit_id,)):
        intent = Intent.objects.filter(unit_id=unit_id, provider=provider, txn_ref=ref).first() if unit_id else None
        if intent:  # the school's own, as a rule: the bodies above it need not be looked up
            merchant = Merchant.objects.filter(pk=intent.merchant_id).first()
    if merchant is None:
        # Without an order there is still a signature to judge first: with this portal's merchant.
        at = unit_id if intent else portal_unit
        with context.scope(merchants.scope_of(at)):
            merchant = (
                Merchant.objects.filter(pk=intent.merchant_id).first()
                if intent
                else next((row for row in merchants.usable(at) if row.provider == provider), None)
            )
    if merchant is None:
        return SIGNATURE
    credentials = merchants.credentials(merchant)
    notice = adapter.read_notice(credentials, incoming)
    if intent is None or notice.txn_ref != intent.txn_ref:
        return UNKNOWN
    return book(intent=intent, notice=notice)


def book(*, intent: Intent, notice: Notice) -> str:
    """Book a verified notice about an order: once, whatever the order in which notices come."""
    if notice.paid is None:
        return OK
    if notice.amount != intent.amount:
        return WRONG_AMOUNT
    unit_id = intent.unit_id
    with transaction.atomic(), context.scope((unit_id,)):
        row = Intent.objects.select_for_update(of=("self",)).get(unit_id=unit_id, pk=intent.pk)
        state = State(row.state)
        step = intents.on_success(state) if notice.paid else intents.on_failure(state)
        event = events.note(
            row.provider, unit_id, notice, intent=row, outcome=step.flag or ("paid" if notice.paid else "failed")
        )
        if event is None:
            return DUPLICATE
        if not step.book:
            row.state = step.state
            row.save(update_fields=["state"])
            return OK
        parts = list(IntentPart.objects.filter(unit_id=unit_id, intent=row).order_by("bill__due", "bill_id"))
        row.state, row.flag = step.state, step.flag or row.flag
        row.paid_at = row.paid_at or timezone.now()
        row.save(update_fields=["state", "flag", "paid_at"])
        # Last, because of the receipt's counter: from there to the commit a school's payments stand in line.
        _receive(row, event, [(part.bill_id, part.amount) for part in parts], Account.GATEWAY)
    return OK


def _receive(intent: Intent, event_id: int, parts: Sequence[tuple[int, int]], account: str) -> None:
    entry, _ = fee_services.receive(
        unit_id=intent.unit_id, key=f"event:{event_id}", student_id=intent.student_id, amount=intent.amount,
        parts=parts, channel=intent.provider, account=account, memo=intent.txn_ref,
    )  # fmt: skip
    if entry is not None:
        invoices.make_receipt(unit_id=intent.unit_id, entry_id=entry, way=intent.provider, student_id=intent.student_id)


def book_transfer(*, unit_id: int, notice: Notice, source: str = "vietqr") -> str:
    """A credit on the bank account: matched by the reference and the amount, else parked for the accountant.

    A reference with a right check digit and the amount of the open intent, of the bill, or of all bills of the child.
    """
    with transaction.atomic(), context.scope((unit_id,)):
        refs = find_references(notice.content)
        views = fees.bills_by_ref(unit_id, refs) if refs else []
        students = {view.student_id for view in views}
        parts: list[tuple[int, int]] = []
        intent: Intent | None = None
        if len(students) == 1:
            student = students.pop()
            meant = IntentPart.objects.filter(unit_id=unit_id, bill_id__in=[view.id for view in views])
            candidates = Intent.objects.select_for_update(of=("self",)).filter(
                unit_id=unit_id, provider="vietqr", amount=notice.amount, pk__in=meant.values("intent_id")
            )
            intent = min(candidates, key=lambda row: (row.state != State.PENDING, -row.pk), default=None)
            parts = _fitting(unit_id, student, views, notice.amount, intent)
        event = events.note(
            source, unit_id, notice, outcome="paid" if parts else "parked", intent=intent if parts else None
        )
        if event is None:
            return DUPLICATE
        if not parts:
            ledger.post(
                unit_id=unit_id,
                kind=Entry.Kind.PARKED,
                key=f"event:{event}",
                sides=[
                    ledger.Side(Account.BANK, notice.amount, channel=source),
                    ledger.Side(Account.SUSPENSE, -notice.amount, channel=source),
                ],
            )
            return OK
        if intent is not None:
            step = intents.on_success(State(intent.state))
            intent.state, intent.flag = step.state, step.flag or intent.flag
            intent.paid_at = intent.paid_at or timezone.now()
            intent.save(update_fields=["state", "flag", "paid_at"])
        entry, _ = fee_services.receive(
            unit_id=unit_id, key=f"event:{event}", student_id=student, amount=notice.amount, parts=parts,
            channel=source, account=Account.BANK, memo=refs[0],
        )  # fmt: skip
        if entry is not None:
            invoices.make_receipt(unit_id=unit_id, entry_id=entry, way=source, student_id=student)
    return OK


def _fitting(
    unit_id: int, student: int, views: Sequence[fees.BillView], amount: int, intent: Intent | None
) -> list[tuple[int, int]]:
    """The bills that a transfer of this amount pays; none when the amount fits nothing."""
    if intent is not None:
        parts = IntentPart.objects.filter(unit_id=unit_id, intent=intent).order_by("bill__due", "bill_id")
        return [(part.bill_id, part.amount) for part in parts]
    named = [(view.id, view.owed) for view in views if view.owed > 0]
    if sum(owed for _, owed in named) == amount:
        return named
    everything = [(view.id, view.owed) for view in fees.open_bills_of(unit_id, [student])]
    return everything if everything and sum(owed for _, owed in everything) == amount else []


# -- the cash desk -------------------------------------------------------------------------------------------------


def take_cash(*, actor: Actor, unit_id: int, student_id: int, amount: int, token: uuid.UUID) -> Intent:
    """Cash for a student: the oldest bills first, the rest is credit; `token` makes a second click harmless.

    Raises `NotFound("student")`, `Invalid("amount")`, `Conflict("day_closed")`.
    """
    require_accountant(actor, unit_id, "take_cash")
    if not 0 < amount < 10**10:
        raise Invalid("amount")
    now = timezone.now()
    with transaction.atomic(), context.scope((unit_id,), user=actor.user_id):
        if DayClose.objects.filter(unit_id=unit_id, day=timezone.localdate()).exists():
            raise Conflict("day_closed")
        merchant, _ = Merchant.objects.get_or_create(unit_id=unit_id, provider="cash")
        open_ = fees.open_bills_of(unit_id, [student_id])
        if not open_ and not fees.is_student(unit_id, student_id):
            raise NotFound("student")
        try:
            with transaction.atomic():
                intent = Intent.objects.create(
                    unit_id=unit_id, public_id=token, merchant=merchant, provider="cash",
                    txn_ref=_reference(unit_id), amount=amount, state=State.PAID, student_id=student_id,
                    payer_id=None, created_at=now, expires_at=now, paid_at=now,
                )  # fmt: skip
        except IntegrityError:
            found = Intent.objects.filter(unit_id=unit_id, public_id=token).first()
            if found is None:
                raise NotFound("student") from None
            return found
        notice = Notice(intent.txn_ref, intent.txn_ref, amount, True)
        event = events.note("cash", unit_id, notice, outcome="paid", intent=intent)
        entry, _rest = fee_services.receive(
            unit_id=unit_id, key=f"event:{event}", student_id=student_id, amount=amount,
            parts=[(view.id, view.owed) for view in open_], channel="cash", account=Account.CASH,
            memo=intent.txn_ref, actor_id=actor.user_id,
        )  # fmt: skip
        if entry is not None:
            invoices.make_receipt(
                unit_id=unit_id, entry_id=entry, way="cash", student_id=student_id, actor_id=actor.user_id
            )
        audit.record(actor=actor, action="take_cash", unit_id=unit_id, subject="rosters.student", subject_id=student_id)
    return intent
