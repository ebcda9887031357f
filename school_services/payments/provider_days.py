"""A provider's file of a day against what we booked: ours only, theirs only, another amount.

Nothing is booked from a file: what the provider took and we have not booked is asked for at the provider (a task), and
its signed answer books it.
"""

from __future__ import annotations

import datetime
import hashlib
from dataclasses import dataclass

from django.db import transaction
from django.utils import timezone

from school_services.errors import Conflict, Invalid, NotFound
from school_services.fees.access import require_accountant, require_reader
from school_services.identity import audit
from school_services.identity.actor import Actor
from tenants import context, tasks

from . import provider_files, statement_files
from .models import Event, Intent, Statement, StatementLine
from .reconciliation import SETTLING
from .tasks import ask_again

State = StatementLine.State
TOOK = ("paid", "late", "twice")
WAITING = (State.PARKED, State.DIFFERENT, State.MISSING)


@dataclass(frozen=True, slots=True)
class Compared:
    """What a file came to."""

    statement_id: int
    agreed: int
    ours_only: int
    theirs_only: int
    different: int


def _ours(unit_id: int, provider: str, refs: list[str], day: datetime.date) -> tuple[dict[str, int], dict[str, int]]:
    """(orders of the file that we booked at any time, orders that we booked on the day): name → amount."""
    start = timezone.make_aware(datetime.datetime.combine(day, datetime.time()))
    booked = Event.objects.filter(unit_id=unit_id, provider=provider, outcome__in=TOOK, intent__isnull=False)
    named = booked.filter(intent__txn_ref__in=refs).values_list("intent__txn_ref", "amount")
    that_day = booked.filter(received_at__gte=start, received_at__lt=start + datetime.timedelta(days=1))
    return dict(named), dict(that_day.values_list("intent__txn_ref", "amount"))


def import_day(
    *, actor: Actor, unit_id: int, provider: str, day: datetime.date, file_name: str, content: bytes
) -> Compared:
    """Compare a provider's file of a day. Raises `Invalid` (codes of the file, `provider`, `day`), `Conflict`."""
    require_accountant(actor, unit_id, "compare_day")
    if provider not in SETTLING:
        raise Invalid("provider")
    if day > timezone.localdate():
        raise Invalid("day")
    try:
        lines = provider_files.read(content)
    except statement_files.Unreadable as error:
        raise Invalid(error.code, line=error.line) from None
    digest = hashlib.sha256(content + provider.encode()).hexdigest()
    with transaction.atomic(), context.scope((unit_id,), user=actor.user_id):
        if Statement.objects.filter(unit_id=unit_id, digest=digest).exists():
            raise Conflict("statement_known")
        named, that_day = _ours(unit_id, provider, [line.txn_ref for line in lines], day)
        statement = Statement.objects.create(
            unit_id=unit_id, channel=provider, file_name=file_name[:200], digest=digest, imported_by_id=actor.user_id
        )
        rows: list[StatementLine] = []

        def note(ref: str, amount: int, state: str, content: str = "") -> None:
            rows.append(
                StatementLine(
                    unit_id=unit_id,
                    statement=statement,
                    number=len(rows) + 1,
                    booked=day,
                    amount=amount,
                    content=content[:300],
                    bank_ref=ref,
                    state=state,
                )  # fmt: skip
            )

        for line in lines:
            ours = named.get(line.txn_ref)
            state = State.PARKED if ours is None else State.KNOWN if ours == line.amount else State.DIFFERENT
            note(line.txn_ref, line.amount, state, "" if ours in {None, line.amount} else str(ours))
        for ref in sorted(that_day.keys() - {line.txn_ref for line in lines}):
            note(ref, that_day[ref], State.MISSING)
        StatementLine.objects.bulk_create(rows, batch_size=2000)
        unknown = [row.bank_ref for row in rows if row.state == State.PARKED]
        if Intent.objects.filter(unit_id=unit_id, provider=provider, txn_ref__in=unknown).exists():
            tasks.defer(ask_again, statement_id=statement.pk)
        audit.record(
            actor=actor, action="compare_day", unit_id=unit_id, subject="payments.statement", subject_id=statement.pk
        )
    counts = {state: sum(row.state == state for row in rows) for state in (State.KNOWN, *WAITING)}
    return Compared(
        statement.pk, counts[State.KNOWN], counts[State.MISSING], counts[State.PARKED], counts[State.DIFFERENT]
    )


def recheck(statement_id: int) -> list[int]:
    """Lines that have been booked since are known; returns the orders (ids) that are still to be asked about."""
    unit_ids = context.current_units()
    statement = Statement.objects.filter(unit_id__in=unit_ids, pk=statement_id).first()
    if statement is None:
        return []
    lines = StatementLine.objects.filter(unit_id=statement.unit_id, statement=statement, state=State.PARKED)
    refs = list(lines.values_list("bank_ref", flat=True)[:500])
    booked = Event.objects.filter(
        unit_id=statement.unit_id, provider=statement.channel, outcome__in=TOOK, intent__txn_ref__in=refs
    )
    lines.filter(bank_ref__in=booked.values("intent__txn_ref")).update(state=State.KNOWN)
    orders = Intent.objects.filter(unit_id=statement.unit_id, provider=statement.channel, txn_ref__in=refs)
    return list(orders.exclude(txn_ref__in=booked.values("intent__txn_ref")).values_list("pk", flat=True))


@dataclass(frozen=True, slots=True)
class Difference:
    """A line on which the provider and we do not agree. `ours`: what we booked, 0 for nothing."""

    id: int
    provider: str
    day: datetime.date
    ref: str
    state: str
    theirs: int
    ours: int
    student_id: int
    student: str


def differences(*, actor: Actor, unit_id: int) -> list[Difference]:
    """What waits for somebody, oldest first; two queries."""
    require_reader(actor, unit_id, "list_exceptions")
    with context.scope((unit_id,), user=actor.user_id):
        rows = StatementLine.objects.filter(unit_id=unit_id, state__in=WAITING).exclude(statement__channel="bank")
        lines = list(rows.select_related("statement").order_by("booked", "pk")[:200])
        orders = {
            order.txn_ref: order
            for order in Intent.objects.filter(
                unit_id=unit_id, txn_ref__in=[line.bank_ref for line in lines]
            ).select_related("student")
        }
    found = []
    for line in lines:
        order = orders.get(line.bank_ref)
        ours = line.amount if line.state == State.MISSING else int(line.content or 0)
        found.append(
            Difference(
                line.pk,
                line.statement.channel,
                line.booked,
                line.bank_ref,
                line.state,
                0 if line.state == State.MISSING else line.amount,
                ours,
                order.student_id if order else 0,
                order.student.full_name if order else "",
            )  # fmt: skip
        )
    return found


def resolve(*, actor: Actor, unit_id: int, line_id: int, note: str) -> None:
    """A difference that has been settled with the provider, with what came of it. Raises `NotFound`, `Invalid`."""
    require_accountant(actor, unit_id, "resolve_difference")
    if not note.strip():
        raise Invalid("reason_missing")
    with transaction.atomic(), context.scope((unit_id,), user=actor.user_id):
        rows = StatementLine.objects.filter(unit_id=unit_id, pk=line_id, state__in=WAITING)
        if not rows.exclude(statement__channel="bank").exists():
            raise NotFound("event")
        rows.update(state=State.ASSIGNED)
        audit.record(
            actor=actor, action="resolve_difference", unit_id=unit_id, subject="payments.statementline",
            subject_id=line_id, reason=note.strip()[:300],
        )  # fmt: skip
