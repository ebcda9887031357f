"""Writes of fees: kinds, reliefs, what came in, what is written off. Rounds are in `issuing`."""

from __future__ import annotations

import datetime
from collections.abc import Sequence

from django.db import IntegrityError, transaction
from django.utils import timezone

from school_services.errors import Conflict, Invalid, NotFound
from school_services.identity import audit
from school_services.identity.actor import Actor
from school_services.rosters.models import SchoolYear, Student
from tenants import cache_tags, context

from . import ledger
from .access import require_accountant, require_principal
from .models import Account, Bill, Entry, FeeKind, StudentRelief, WriteOff
from .rules import Basis

FEE_TAG = "fees"


def save_kind(
    *,
    actor: Actor,
    unit_id: int,
    year: SchoolYear,
    code: str,
    name: str,
    basis: str,
    legal_basis: str,
    price: int,
    measure: str = FeeKind.Measure.ONCE,
    unit_label: str = "tháng",
    vat_rate: str = "KCT",
    place: int = 0,
    active: bool = True,
) -> FeeKind:
    """Make or change a kind of charge; the public list shows it at once. Its basis stays once bills carry it.

    Raises `Invalid("fee_kind"|"legal_basis"|"price")`, `Conflict("basis_used")`.
    """
    require_accountant(actor, unit_id, "save_fee_kind")
    if basis not in set(Basis) or measure not in FeeKind.Measure or not code.strip() or not name.strip():
        raise Invalid("fee_kind")
    if not legal_basis.strip():
        raise Invalid("legal_basis")
    if not 0 <= price < 10**10:
        raise Invalid("price")
    with transaction.atomic(), context.scope((unit_id,), user=actor.user_id):
        kind = (
            FeeKind.objects.select_for_update(of=("self",))
            .filter(unit_id=unit_id, year=year, code=code.strip())
            .first()
        )
        if kind is not None and kind.basis != basis and Bill.objects.filter(unit_id=unit_id, lines__kind=kind).exists():
            raise Conflict("basis_used")
        kind = kind or FeeKind(unit_id=unit_id, year=year, code=code.strip()[:24])
        kind.name, kind.basis, kind.legal_basis = name.strip()[:120], basis, legal_basis.strip()[:300]
        kind.price, kind.measure, kind.unit_label = price, measure, unit_label.strip()[:20] or "tháng"
        kind.vat_rate, kind.place, kind.active = vat_rate, place, active
        kind.save()
        audit.record(actor=actor, action="save_fee_kind", unit_id=unit_id, subject="fees.feekind", subject_id=kind.pk)
        cache_tags.purge(FEE_TAG)
    return kind


def grant_relief(
    *,
    actor: Actor,
    unit_id: int,
    student_id: int,
    decision: str,
    percent: int = 0,
    amount: int = 0,
    kind_id: int | None = None,
    valid_from: datetime.date,
    valid_to: datetime.date | None = None,
) -> StudentRelief:
    """Miễn, giảm for a student by a decision. Raises `Invalid("relief")`, `NotFound("student"|"fee_kind")`."""
    require_accountant(actor, unit_id, "grant_relief")
    if not decision.strip() or not 0 <= percent <= 100 or amount < 0 or not (percent or amount):
        raise Invalid("relief")
    if valid_to is not None and valid_to < valid_from:
        raise Invalid("relief_end")
    with transaction.atomic(), context.scope((unit_id,), user=actor.user_id):
        if not Student.objects.filter(unit_id=unit_id, pk=student_id).exists():
            raise NotFound("student")
        if kind_id is not None and not FeeKind.objects.filter(unit_id=unit_id, pk=kind_id).exists():
            raise NotFound("fee_kind")
        row = StudentRelief.objects.create(
            unit_id=unit_id, student_id=student_id, kind_id=kind_id, percent=percent, amount=amount,
            decision=decision.strip()[:120], valid_from=valid_from, valid_to=valid_to,
        )  # fmt: skip
        audit.record(
            actor=actor, action="grant_relief", unit_id=unit_id, subject="rosters.student", subject_id=student_id,
            reason=decision,
        )  # fmt: skip
    return row


def end_relief(*, actor: Actor, unit_id: int, relief_id: int, last_day: datetime.date) -> None:
    """A relief ends with a day; bills that were issued stay. Raises `NotFound("relief")`, `Invalid("relief_end")`."""
    require_accountant(actor, unit_id, "end_relief")
    with transaction.atomic(), context.scope((unit_id,), user=actor.user_id):
        row = StudentRelief.objects.select_for_update(of=("self",)).filter(unit_id=unit_id, pk=relief_id).first()
        if row is None:
            raise NotFound("relief")
        if last_day < row.valid_from - datetime.timedelta(days=1):
            raise Invalid("relief_end")
        row.valid_to = last_day
        row.save(update_fields=["valid_to"])
        audit.record(
            actor=actor, action="end_relief", unit_id=unit_id, subject="rosters.student", subject_id=row.student_id,
            reason=row.decision,
        )  # fmt: skip


def receive(
    *,
    unit_id: int,
    key: str,
    student_id: int,
    amount: int,
    parts: Sequence[tuple[int, int]],
    channel: str,
    account: str,
    memo: str = "",
    actor_id: int | None = None,
) -> tuple[int | None, int]:
    """Book money that came in, inside the caller's transaction and scope (payments alone calls this).

    Returns (entry, what became credit); (None, 0) when the key was booked before.
    """
    sides, rest = ledger.payment_sides(
        unit_id, student_id=student_id, amount=amount, parts=parts, account=account, channel=channel
    )
    entry = ledger.post(unit_id=unit_id, kind=Entry.Kind.PAYMENT, key=key, sides=sides, memo=memo, actor_id=actor_id)
    return entry, rest if entry else 0


def request_write_off(*, actor: Actor, unit_id: int, bill_id: int, reason: str) -> WriteOff:
    """Ask the principal to write off what is owed of a bill.

    Raises `NotFound("bill")`, `Invalid("reason_missing"|"nothing_owed")`, `Conflict("write_off_open")`.
    """
    require_accountant(actor, unit_id, "request_write_off")
    if not reason.strip():
        raise Invalid("reason_missing")
    with transaction.atomic(), context.scope((unit_id,), user=actor.user_id):
        bills = ledger.lock_bills(unit_id, [bill_id])
        if not bills:
            raise NotFound("bill")
        open_now = ledger.owed(unit_id, [bill_id])[bill_id]
        if open_now <= 0:
            raise Invalid("nothing_owed")
        try:
            with transaction.atomic():
                row = WriteOff.objects.create(
                    unit_id=unit_id, bill_id=bill_id, amount=open_now, reason=reason.strip()[:300],
                    requested_by_id=actor.user_id,
                )  # fmt: skip
        except IntegrityError:
            raise Conflict("write_off_open") from None
        audit.record(
            actor=actor, action="request_write_off", unit_id=unit_id, subject="fees.bill", subject_id=bill_id,
            reason=reason,
        )  # fmt: skip
    return row


def decide_write_off(*, actor: Actor, unit_id: int, write_off_id: int, approve: bool) -> WriteOff:
    """The principal's decision; never one's own request. What was paid meanwhile is not written off.

    Raises `NotFound("write_off")`, `Conflict("decided"|"own_money_request")`.
    """
    require_principal(actor, unit_id, "decide_write_off")
    with transaction.atomic(), context.scope((unit_id,), user=actor.user_id):
        row = WriteOff.objects.select_for_update(of=("self",)).filter(unit_id=unit_id, pk=write_off_id).first()
        if row is None:
            raise NotFound("write_off")
        if row.decided_at is not None:
            raise Conflict("decided")
        if row.requested_by_id == actor.user_id:
            raise Conflict("own_money_request")
        row.decided_by_id, row.decided_at, row.approved = actor.user_id, timezone.now(), approve
        row.save(update_fields=["decided_by", "decided_at", "approved"])
        if approve:
            bill = ledger.lock_bills(unit_id, [row.bill_id])[0]
            amount = min(row.amount, ledger.owed(unit_id, [bill.pk])[bill.pk])
            if amount > 0:
                ledger.post(
                    unit_id=unit_id,
                    kind=Entry.Kind.WRITE_OFF,
                    key=f"write_off:{row.pk}",
                    sides=[
                        ledger.Side(Account.WRITTEN_OFF, amount, bill.pk, bill.student_id),
                        ledger.Side(Account.RECEIVABLE, -amount, bill.pk, bill.student_id),
                    ],
                    memo=bill.ref,
                    actor_id=actor.user_id,
                )
        audit.record(
            actor=actor, action="approve_write_off" if approve else "refuse_write_off", unit_id=unit_id,
            subject="fees.bill", subject_id=row.bill_id, reason=row.reason,
        )  # fmt: skip
    return row
