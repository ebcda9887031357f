"""Money that goes back: out of a family's credit, asked for by the accountant, decided by the principal."""

from __future__ import annotations

from django.db import transaction
from django.utils import timezone

from school_services.errors import Conflict, Invalid, NotFound
from school_services.fees import ledger
from school_services.fees.access import require_accountant, require_principal, require_reader
from school_services.fees.models import INCOME, Account, BillLine, Entry
from school_services.identity import audit
from school_services.identity.actor import Actor
from school_services.rosters.models import Student
from tenants import context, locks, tasks

from . import intents, merchants
from .models import Event, Intent, Refund
from .providers import PROVIDERS
from .providers.base import ProviderFailed
from .services import order_of
from .tasks import pay_back

# "credit": what is taken back of a bill stays at the school, for the next one.
WAYS = {"cash": Account.CASH, "bank": Account.BANK, "credit": Account.CREDIT}
OPEN = (Refund.State.ASKED, Refund.State.APPROVED, Refund.State.DONE)


def request_refund(
    *,
    actor: Actor,
    unit_id: int,
    student_id: int,
    amount: int,
    way: str,
    reason: str,
    intent_id: int | None = None,
    line_id: int | None = None,
) -> Refund:
    """Ask to pay money back: in cash, by bank transfer, or through the provider of a payment.

    A part of the family's credit; with `line_id`, of what was paid for that charge of a settled bill, which may also
    become credit. Raises `NotFound("student"|"bill")`, `Invalid("amount"|"reason_missing"|"refund_way"|
    "more_than_credit"|"more_than_paid"|"refund_unpaid"|"more_than_charged")`.
    """
    require_accountant(actor, unit_id, "request_refund")
    if not reason.strip():
        raise Invalid("reason_missing")
    if amount <= 0:
        raise Invalid("amount")
    with transaction.atomic(), context.scope((unit_id,), user=actor.user_id):
        locks.hold(f"credit:{unit_id}:{student_id}")
        if not Student.objects.filter(unit_id=unit_id, pk=student_id).exists():
            raise NotFound("student")
        intent = None
        if way not in WAYS:
            intent = Intent.objects.filter(
                unit_id=unit_id, pk=intent_id, student_id=student_id, provider=way, state__in=intents.TOOK_MONEY
            ).first()
            adapter = PROVIDERS.get(way)
            if intent is None or adapter is None or not adapter.refunds:
                raise Invalid("refund_way")
            if amount > intent.amount - intent.refunded:
                raise Invalid("more_than_paid")
        line = None if line_id is None else _line(unit_id, student_id, line_id)
        if line is not None:
            _check_line(line, amount)
        else:
            waiting = Refund.objects.filter(
                unit_id=unit_id, student_id=student_id, line=None, state=Refund.State.ASKED
            ).values_list("amount", flat=True)
            if way == "credit":
                raise Invalid("refund_way")
            if amount > ledger.credit(unit_id, student_id) - sum(waiting):
                raise Invalid("more_than_credit")
        row = Refund.objects.create(
            unit_id=unit_id, student_id=student_id, intent=intent, line=line, amount=amount, way=way,
            reason=reason.strip()[:300], requested_by_id=actor.user_id,
        )  # fmt: skip
        audit.record(
            actor=actor, action="request_refund", unit_id=unit_id, subject="rosters.student", subject_id=student_id,
            reason=reason,
        )  # fmt: skip
    return row


def _line(unit_id: int, student_id: int, line_id: int) -> BillLine:
    """A charge of a student's bill, with the bill locked. Raises `NotFound("bill")`."""
    found = BillLine.objects.filter(unit_id=unit_id, pk=line_id, bill__student_id=student_id).first()
    if found is None:
        raise NotFound("bill")
    ledger.lock_bills(unit_id, [found.bill_id])
    return found


def _check_line(line: BillLine, amount: int, *, but: int = 0) -> None:
    """Raises `Invalid("refund_unpaid"|"more_than_charged")`; `but`: the request that is being decided."""
    if ledger.owed(line.unit_id, [line.bill_id])[line.bill_id] > 0:
        raise Invalid("refund_unpaid")
    others = Refund.objects.filter(unit_id=line.unit_id, line__bill_id=line.bill_id, state__in=OPEN).exclude(pk=but)
    back = list(others.values_list("line_id", "amount"))
    of_line = line.amount - sum(part for line_id, part in back if line_id == line.pk)
    # What was written off was never paid.
    of_bill = ledger.paid_of(line.unit_id, line.bill_id) - sum(part for _, part in back)
    if amount > min(of_line, of_bill):
        raise Invalid("more_than_charged")


def decide_refund(*, actor: Actor, unit_id: int, refund_id: int, approve: bool) -> Refund:
    """The principal's decision, never on an own request. The ledger moves with the decision; a provider is then asked.

    Raises `NotFound("refund")`, `Conflict("decided"|"own_money_request")`, `Invalid("more_than_credit")`.
    """
    require_principal(actor, unit_id, "decide_refund")
    with transaction.atomic(), context.scope((unit_id,), user=actor.user_id):
        row = Refund.objects.select_for_update(of=("self",)).filter(unit_id=unit_id, pk=refund_id).first()
        if row is None:
            raise NotFound("refund")
        if row.state != Refund.State.ASKED:
            raise Conflict("decided")
        if row.requested_by_id == actor.user_id:
            raise Conflict("own_money_request")
        row.decided_by_id, row.decided_at = actor.user_id, timezone.now()
        row.state = Refund.State.REFUSED
        if approve:
            locks.hold(f"credit:{unit_id}:{row.student_id}")
            if row.line_id is not None:
                _check_line(_line(unit_id, row.student_id, row.line_id), row.amount, but=row.pk)
            elif row.amount > ledger.credit(unit_id, row.student_id):
                raise Invalid("more_than_credit")
            _move(row, key=f"refund:{row.pk}", sign=1, actor_id=actor.user_id)
            if row.way in WAYS:
                row.state = Refund.State.DONE
            else:
                row.state = Refund.State.APPROVED
                tasks.defer(pay_back, refund_id=row.pk)
        row.save(update_fields=["decided_by", "decided_at", "state"])
        audit.record(
            actor=actor, action="approve_refund" if approve else "refuse_refund", unit_id=unit_id,
            subject="rosters.student", subject_id=row.student_id, reason=row.reason,
        )  # fmt: skip
    return row


def _move(row: Refund, *, key: str, sign: int, actor_id: int | None) -> None:
    """Out of the credit or of a charge (sign 1); where the provider refused, it is the family's credit (-1)."""
    line, way = row.line, WAYS.get(row.way, Account.GATEWAY)
    credit = ledger.Side(Account.CREDIT, sign * row.amount, student_id=row.student_id)
    source = credit
    if line is not None and sign > 0:
        source = ledger.Side(INCOME[line.basis], row.amount, bill_id=line.bill_id, student_id=row.student_id)
    student = row.student_id if way == Account.CREDIT else None
    ledger.post(
        unit_id=row.unit_id,
        kind=Entry.Kind.REFUND,
        key=key,
        sides=[
            source,
            ledger.Side(way, -sign * row.amount, student_id=student, channel="" if student else row.way),
        ],
        actor_id=actor_id,
    )


def carry_out(*, refund_id: int) -> None:
    """Ask the provider for an approved refund, with a key that makes it happen once; for the task alone.

    Unreachable: raises `ProviderFailed`, and the queue tries again. Refused: the money is the family's credit again.
    """
    units = context.current_units()
    row = Refund.objects.select_related("intent").filter(unit_id__in=units, pk=refund_id).first()
    if row is None or row.state != Refund.State.APPROVED or row.intent is None:
        return
    unit_id, intent = row.unit_id, row.intent
    paid = Event.objects.filter(unit_id=unit_id, intent=intent, outcome__in=["paid", "late", "twice"])
    txn = paid.order_by("-pk").values_list("provider_txn", flat=True).first() or ""
    with context.scope(merchants.scope_of(unit_id)):
        credentials = merchants.credentials(intent.merchant)
    refused = ""
    try:
        provider_ref = PROVIDERS[row.way].refund(
            credentials, order_of(intent), amount=row.amount, key=f"R{unit_id}X{row.pk}", provider_txn=txn
        )
    except ProviderFailed as error:
        if error.code in {"unreachable", "signature", "format"} or error.code.startswith(("http_5", "stripe_API")):
            raise
        refused, provider_ref = error.code, ""
    with transaction.atomic():
        row = Refund.objects.select_for_update(of=("self",)).get(unit_id=unit_id, pk=refund_id)
        if row.state != Refund.State.APPROVED:
            return
        if refused:
            row.state = Refund.State.FAILED
            _move(row, key=f"refund_failed:{row.pk}", sign=-1, actor_id=None)
        else:
            held = Intent.objects.select_for_update(of=("self",)).get(unit_id=unit_id, pk=intent.pk)
            held.refunded = min(held.amount, held.refunded + row.amount)
            held.state = intents.on_refund(held.amount, held.refunded)
            held.save(update_fields=["refunded", "state"])
            row.state = Refund.State.DONE
        row.provider_ref = (provider_ref or refused)[:120]
        row.save(update_fields=["state", "provider_ref"])


def open_refunds(*, actor: Actor, unit_id: int) -> list[Refund]:
    """Refunds that wait or failed, and the last ones."""
    require_reader(actor, unit_id, "list_refunds")
    with context.scope((unit_id,), user=actor.user_id):
        rows = Refund.objects.filter(unit_id=unit_id).select_related("student", "requested_by", "decided_by", "line")
        return list(rows.order_by("-pk")[:60])
