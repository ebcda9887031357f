"""Statements against the ledger: what came in is booked once, what fits nothing waits for one decision."""

from __future__ import annotations

import datetime
import hashlib
from collections import Counter as Tally
from collections.abc import Sequence
from dataclasses import dataclass

from django.db import transaction

from school_services.errors import Conflict, Invalid, NotFound
from school_services.fees import ledger
from school_services.fees import selectors as fees
from school_services.fees.access import require_accountant, require_reader
from school_services.fees.models import Account, Bill, Entry
from school_services.fees.rules import find_references
from school_services.identity import audit
from school_services.identity.actor import Actor
from school_services.invoices import services as invoices
from school_services.names import fold
from school_services.rosters.models import Student
from tenants import context

from . import statement_files
from .models import Event, Statement, StatementLine
from .providers.base import DUPLICATE, Notice
from .services import book_transfer
from .statement_files import Booked

State = StatementLine.State
SETTLING = ("vnpay", "vnpt", "momo", "stripe")


@dataclass(frozen=True, slots=True)
class Imported:
    """What became of a statement's lines."""

    statement_id: int
    known: int
    matched: int
    parked: int
    outgoing: int

    @property
    def share(self) -> float:
        """Part of the incoming lines that needed nobody."""
        total = self.known + self.matched + self.parked
        return 1.0 if not total else (self.known + self.matched) / total


def _names(lines: Sequence[Booked], bank: str) -> list[str]:
    """The id of each line: the bank's own, else what it says with its place among equals (a file read twice agrees)."""
    seen: Tally[str] = Tally()
    names = []
    for line in lines:
        if line.bank_ref:
            name = f"{bank}:{line.bank_ref}:{line.amount}"
        else:
            text = f"{line.booked}|{line.amount}|{fold(line.content)}"
            name = f"{bank}:{hashlib.sha256(text.encode()).hexdigest()[:32]}"
        seen[name] += 1
        names.append(f"{name}:{seen[name]}" if seen[name] > 1 else name)
    return names


def import_statement(*, actor: Actor, unit_id: int, file_name: str, content: bytes) -> Imported:
    """Book every incoming line of a bank statement that is not booked yet.

    A credit that a webhook told us before is known by its bank reference, or by reference of the bill, amount and
    day. Raises `Invalid` (codes of `statement_files`), `Conflict("statement_known")`.
    """
    require_accountant(actor, unit_id, "import_statement")
    try:
        lines = statement_files.read(content)
    except statement_files.Unreadable as error:
        raise Invalid(error.code, line=error.line) from None
    digest = hashlib.sha256(content).hexdigest()
    counts = Tally[str]()
    with transaction.atomic(), context.scope((unit_id,), user=actor.user_id):
        if Statement.objects.filter(unit_id=unit_id, digest=digest).exists():
            raise Conflict("statement_known")
        statement = Statement.objects.create(
            unit_id=unit_id, channel="bank", file_name=file_name[:200], digest=digest, imported_by_id=actor.user_id
        )
        told = _told(unit_id, lines)
        rows = []
        for number, (line, name) in enumerate(zip(lines, _names(lines, "bank"), strict=True), 1):
            state = _line_state(unit_id, line, name, told)
            counts[state] += 1
            rows.append(
                StatementLine(
                    unit_id=unit_id,
                    statement=statement,
                    number=number,
                    booked=line.booked,
                    amount=line.amount,
                    content=line.content,
                    bank_ref=name[:120],
                    state=state,
                )
            )
        events = dict(
            Event.objects.filter(
                unit_id=unit_id, provider="bank", provider_txn__in=[row.bank_ref for row in rows]
            ).values_list("provider_txn", "pk")
        )
        for row in rows:
            row.event_id = events.get(row.bank_ref)
        _suggest(unit_id, [row for row in rows if row.state == State.PARKED])
        StatementLine.objects.bulk_create(rows, batch_size=2000)
        audit.record(
            actor=actor, action="import_statement", unit_id=unit_id, subject="payments.statement",
            subject_id=statement.pk,
        )  # fmt: skip
    return Imported(
        statement.pk, counts[State.KNOWN], counts[State.MATCHED], counts[State.PARKED], counts[State.OUTGOING]
    )


def _told(unit_id: int, lines: Sequence[Booked]) -> dict[tuple[str, int], list[Event]]:
    """Credits that the bank's webhook told of in the days of the statement, by (folded content, amount)."""
    days = [line.booked for line in lines]
    start = datetime.datetime.combine(min(days) - datetime.timedelta(days=2), datetime.time(), datetime.UTC)
    end = datetime.datetime.combine(max(days) + datetime.timedelta(days=3), datetime.time(), datetime.UTC)
    used = StatementLine.objects.filter(unit_id=unit_id, event__isnull=False).values("event_id")
    found: dict[tuple[str, int], list[Event]] = {}
    rows = Event.objects.filter(unit_id=unit_id, provider="vietqr", received_at__range=(start, end))
    for event in rows.exclude(pk__in=used).order_by("-pk"):
        found.setdefault((_core(event.content), event.amount), []).append(event)
    return found


def _core(content: str) -> str:
    """What two writings of one transfer share: the references in it, else the folded text without signs."""
    refs = find_references(content)
    return " ".join(refs) if refs else "".join(c for c in fold(content) if c.isalnum())


def _line_state(unit_id: int, line: Booked, name: str, told: dict[tuple[str, int], list[Event]]) -> str:
    if line.amount < 0:
        return State.OUTGOING
    same = told.get((_core(line.content), line.amount))
    if same:
        same.pop()
        return State.KNOWN
    outcome = book_transfer(unit_id=unit_id, notice=Notice("", name, line.amount, True, line.content), source="bank")
    if outcome == DUPLICATE:
        return State.KNOWN
    parked = Event.objects.filter(unit_id=unit_id, provider="bank", provider_txn=name[:120], outcome="parked").exists()
    return State.PARKED if parked else State.MATCHED


def _suggest(unit_id: int, rows: list[StatementLine]) -> None:
    """For what is parked, the one open bill with a reference or a student's name in the content, or of that amount."""
    if not rows:
        return
    open_ = fees.all_open_bills(unit_id)
    names = {
        pk: folded.replace(" ", "")
        for pk, folded in Student.objects.filter(unit_id=unit_id, pk__in={b.student_id for b in open_}).values_list(
            "pk", "folded"
        )
    }
    by_ref = {bill.ref: bill for bill in open_}
    for row in rows:
        refs = [by_ref[ref] for ref in find_references(row.content) if ref in by_ref]
        text = "".join(c for c in fold(row.content) if c.isalnum())
        named = [b for b in open_ if len(names.get(b.student_id, "")) > 5 and names[b.student_id] in text]
        exact = [b for b in named if b.owed == row.amount]
        for choice in (refs, exact, named, [b for b in open_ if b.owed == row.amount]):
            if len({b.student_id for b in choice}) == 1:
                row.suggestion_id = choice[0].id
                break


def exceptions(*, actor: Actor, unit_id: int) -> list[StatementLine]:
    """Lines that wait for a decision, oldest first."""
    require_reader(actor, unit_id, "list_exceptions")
    with context.scope((unit_id,), user=actor.user_id):
        rows = StatementLine.objects.filter(unit_id=unit_id, state=State.PARKED, event__isnull=False)
        return list(rows.select_related("suggestion", "suggestion__student").order_by("booked", "pk")[:200])


def parked_events(*, actor: Actor, unit_id: int) -> list[Event]:
    """Credits told by the bank's webhook that fit nothing and are in no statement yet."""
    require_reader(actor, unit_id, "list_exceptions")
    with context.scope((unit_id,), user=actor.user_id):
        done = Entry.objects.filter(unit_id=unit_id, key__startswith="assigned:").values_list("key", flat=True)
        assigned = {int(key.partition(":")[2]) for key in done}
        rows = Event.objects.filter(unit_id=unit_id, provider="vietqr", outcome="parked").order_by("received_at")
        return [event for event in rows[:500] if event.pk not in assigned]


def assign(*, actor: Actor, unit_id: int, event_id: int, bill_ref: str) -> None:
    """Give parked money to the family of a bill: that bill first, then its other open ones, the rest as credit.

    Raises `NotFound("event"|"bill")`, `Conflict("assigned")`.
    """
    require_accountant(actor, unit_id, "assign_money")
    with transaction.atomic(), context.scope((unit_id,), user=actor.user_id):
        event = Event.objects.filter(unit_id=unit_id, pk=event_id, outcome="parked").first()
        if event is None:
            raise NotFound("event")
        bill = Bill.objects.filter(unit_id=unit_id, ref=bill_ref.strip().upper()).first()
        if bill is None:
            raise NotFound("bill")
        open_ = fees.open_bills_of(unit_id, [bill.student_id])
        parts = sorted(((view.id, view.owed) for view in open_), key=lambda part: part[0] != bill.pk)
        sides, _ = ledger.payment_sides(
            unit_id, student_id=bill.student_id, amount=event.amount, parts=parts, account=Account.SUSPENSE,
            channel=event.provider,
        )  # fmt: skip
        entry = ledger.post(
            unit_id=unit_id, kind=Entry.Kind.ASSIGNED, key=f"assigned:{event.pk}", sides=sides, memo=bill.ref,
            actor_id=actor.user_id,
        )  # fmt: skip
        if entry is None:
            raise Conflict("assigned")
        invoices.make_receipt(
            unit_id=unit_id, entry_id=entry, way="vietqr", student_id=bill.student_id, actor_id=actor.user_id
        )
        StatementLine.objects.filter(unit_id=unit_id, event=event).update(state=State.ASSIGNED)
        audit.record(
            actor=actor, action="assign_money", unit_id=unit_id, subject="fees.bill", subject_id=bill.pk,
            reason=f"event {event.pk}",
        )  # fmt: skip


def settle(*, actor: Actor, unit_id: int, event_id: int, provider: str) -> None:
    """Parked money that a payment provider paid out to the school: it leaves that provider's account.

    Raises `NotFound("event")`, `Invalid("provider")`, `Conflict("assigned")`.
    """
    require_accountant(actor, unit_id, "settle_money")
    if provider not in SETTLING:
        raise Invalid("provider")
    with transaction.atomic(), context.scope((unit_id,), user=actor.user_id):
        event = Event.objects.filter(unit_id=unit_id, pk=event_id, outcome="parked").first()
        if event is None:
            raise NotFound("event")
        # The same key as of an assignment: money leaves `suspense` once.
        entry = ledger.post(
            unit_id=unit_id, kind=Entry.Kind.SETTLED, key=f"assigned:{event.pk}", actor_id=actor.user_id,
            memo=provider,
            sides=[
                ledger.Side(Account.SUSPENSE, event.amount, channel=event.provider),
                ledger.Side(Account.GATEWAY, -event.amount, channel=provider),
            ],
        )  # fmt: skip
        if entry is None:
            raise Conflict("assigned")
        StatementLine.objects.filter(unit_id=unit_id, event=event).update(state=State.ASSIGNED)
        audit.record(
            actor=actor, action="settle_money", unit_id=unit_id, subject="payments.event", subject_id=event.pk,
            reason=provider,
        )  # fmt: skip
