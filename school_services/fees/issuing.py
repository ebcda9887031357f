"""A round of charges: prepared from an earlier one, and issued to every student in bulk."""

from __future__ import annotations

import datetime
from collections import defaultdict

from django.db import transaction
from django.db.models import Sum
from django.utils import timezone

from school_services.errors import Conflict, Invalid, NotFound
from school_services.identity import audit
from school_services.identity.actor import Actor
from school_services.rosters.models import ClassGroup, Enrolment, SchoolYear
from tenants import context

from . import rules
from .access import require_accountant
from .models import (
    INCOME,
    Account,
    AttendedDays,
    Bill,
    BillCounter,
    BillLine,
    Entry,
    FeeKind,
    Posting,
    Round,
    RoundItem,
    StudentRelief,
)

BATCH = 2000


def prepare_round(
    *,
    actor: Actor,
    unit_id: int,
    year: SchoolYear,
    code: str,
    title: str,
    due: datetime.date,
    days: int,
    like: int | None = None,
) -> Round:
    """A new round with the items of an earlier one (`like`), or of every active kind at its listed price.

    Raises `NotFound("round")`, `Invalid("round_code"|"round_due")`, `Conflict("round_exists")`.
    """
    require_accountant(actor, unit_id, "prepare_round")
    code, title = code.strip(), title.strip()
    if not code or not title or len(code) > 24 or len(title) > 120 or not 0 <= days <= 31:
        raise Invalid("round_code")
    if due < timezone.localdate():
        raise Invalid("round_due")
    with transaction.atomic(), context.scope((unit_id,), user=actor.user_id):
        if like is not None and not Round.objects.filter(unit_id=unit_id, pk=like).exists():
            raise NotFound("round")
        if Round.objects.filter(unit_id=unit_id, code=code).exists():
            raise Conflict("round_exists")
        made = Round.objects.create(
            unit_id=unit_id, year=year, code=code, title=title, due=due, days=days, made_by_id=actor.user_id
        )
        if like is None:
            kinds = FeeKind.objects.filter(unit_id=unit_id, year=year, active=True)
            source: list[tuple[int, int | None, int]] = [(kind.pk, None, kind.price) for kind in kinds]
        else:
            earlier = RoundItem.objects.filter(unit_id=unit_id, round_id=like, kind__active=True)
            source = list(earlier.values_list("kind_id", "class_group_id", "price"))
        RoundItem.objects.bulk_create(
            [
                RoundItem(unit_id=unit_id, round=made, kind_id=kind, class_group_id=group, price=price)
                for kind, group, price in source
            ]
        )
        audit.record(actor=actor, action="prepare_round", unit_id=unit_id, subject="fees.round", subject_id=made.pk)
    return made


def _draft(unit_id: int, round_id: int) -> Round:
    """The round, locked. Raises `NotFound`, `Conflict("round_issued")`."""
    found = Round.objects.select_for_update(of=("self",)).filter(unit_id=unit_id, pk=round_id).first()
    if found is None:
        raise NotFound("round")
    if found.state != Round.State.DRAFT:
        raise Conflict("round_issued")
    return found


def set_items(
    *, actor: Actor, unit_id: int, round_id: int, prices: dict[tuple[int, int | None], int | None], days: int
) -> None:
    """Prices of a round in preparation: (kind, class or None) → đồng, None takes the item out.

    Raises `NotFound`, `Conflict("round_issued")`, `Invalid("price")`.
    """
    require_accountant(actor, unit_id, "set_round_items")
    if any(price is not None and not 0 <= price < 10**10 for price in prices.values()) or not 0 <= days <= 31:
        raise Invalid("price")
    with transaction.atomic(), context.scope((unit_id,), user=actor.user_id):
        found = _draft(unit_id, round_id)
        kinds = set(FeeKind.objects.filter(unit_id=unit_id, year_id=found.year_id).values_list("pk", flat=True))
        if any(kind not in kinds for kind, _ in prices):
            raise NotFound("fee_kind")
        found.days = days
        found.save(update_fields=["days"])
        for (kind, group), price in prices.items():
            row = RoundItem.objects.filter(unit_id=unit_id, round=found, kind_id=kind, class_group_id=group)
            if price is None:
                row.delete()
            elif not row.update(price=price):
                RoundItem.objects.create(unit_id=unit_id, round=found, kind_id=kind, class_group_id=group, price=price)
        audit.record(actor=actor, action="set_round_items", unit_id=unit_id, subject="fees.round", subject_id=round_id)


def set_price(*, actor: Actor, unit_id: int, round_id: int, kind_id: int, class_id: int, price: int | None) -> None:
    """Another price for one class (0: not charged; None: as everybody). Raises as `set_items`, `NotFound("class")`."""
    require_accountant(actor, unit_id, "set_round_items")
    with context.scope((unit_id,), user=actor.user_id):
        found = Round.objects.filter(unit_id=unit_id, pk=round_id).first()
        if found is None:
            raise NotFound("round")
        if not ClassGroup.objects.filter(unit_id=unit_id, year_id=found.year_id, pk=class_id).exists():
            raise NotFound("class")
    set_items(actor=actor, unit_id=unit_id, round_id=round_id, prices={(kind_id, class_id): price}, days=found.days)


def set_days(*, actor: Actor, unit_id: int, round_id: int, days: dict[int, int]) -> None:
    """Attended days of students (id → days) where they differ from the round's. Raises as `set_items`."""
    require_accountant(actor, unit_id, "set_attended_days")
    if any(not 0 <= count <= 31 for count in days.values()):
        raise Invalid("days")
    with transaction.atomic(), context.scope((unit_id,), user=actor.user_id):
        found = _draft(unit_id, round_id)
        known = set(Enrolment.objects.filter(unit_id=unit_id, student_id__in=days).values_list("student_id", flat=True))
        if known != set(days):
            raise NotFound("student")
        AttendedDays.objects.bulk_create(
            [AttendedDays(unit_id=unit_id, round=found, student_id=pk, days=count) for pk, count in days.items()],
            update_conflicts=True,
            unique_fields=["unit", "round", "student"],
            update_fields=["days"],
        )
        audit.record(
            actor=actor, action="set_attended_days", unit_id=unit_id, subject="fees.round", subject_id=round_id
        )


def issue(*, actor: Actor, unit_id: int, round_id: int) -> int:
    """Bill every student now enrolled; what a family has as credit is used at once. Returns the number of bills.

    Raises `NotFound("round")`, `Conflict("round_issued")`, `Invalid("round_empty")`.
    """
    require_accountant(actor, unit_id, "issue_round")
    with transaction.atomic(), context.scope((unit_id,), user=actor.user_id):
        found = _draft(unit_id, round_id)
        bills, lines = _bills(found)
        if not bills:
            raise Invalid("round_empty")
        now = timezone.now()
        _number(unit_id, bills)
        Bill.objects.bulk_create(bills, batch_size=BATCH)
        BillLine.objects.bulk_create([line for group in lines for line in group], batch_size=BATCH)
        _book(unit_id, actor, bills, lines, now)
        found.state, found.issued_at = Round.State.ISSUED, now
        found.save(update_fields=["state", "issued_at"])
        audit.record(actor=actor, action="issue_round", unit_id=unit_id, subject="fees.round", subject_id=round_id)
    return len(bills)


def _bills(found: Round) -> tuple[list[Bill], list[list[BillLine]]]:
    """Bills with their lines, in memory; six queries whatever the number of students."""
    unit_id, now = found.unit_id, timezone.now()
    general: dict[int, int] = {}
    special: dict[tuple[int, int], int] = {}
    kinds: dict[int, FeeKind] = {}
    items = RoundItem.objects.filter(unit_id=unit_id, round=found).select_related("kind").order_by("kind__place", "pk")
    for item in items:
        kinds[item.kind_id] = item.kind
        if item.class_group_id is None:
            general[item.kind_id] = item.price
        else:
            special[item.kind_id, item.class_group_id] = item.price
    days = dict(AttendedDays.objects.filter(unit_id=unit_id, round=found).values_list("student_id", "days"))
    reliefs: dict[int, list[rules.Relief]] = defaultdict(list)
    valid = StudentRelief.objects.filter(unit_id=unit_id, valid_from__lte=found.due).exclude(valid_to__lt=found.due)
    for row in valid.order_by("pk"):
        reliefs[row.student_id].append(rules.Relief(row.kind_id, row.percent, row.amount, row.decision))
    enrolled = (
        Enrolment.objects.filter(unit_id=unit_id, valid_to__isnull=True, class_group__year_id=found.year_id)
        .order_by("class_group__grade", "class_group__name", "student__sort_key", "student_id")
        .values_list("student_id", "class_group_id", "class_group__name")
    )
    bills, lines = [], []
    for student, group, class_name in enrolled:
        bill = Bill(
            unit_id=unit_id, round=found, student_id=student, class_name=class_name, due=found.due, issued_at=now
        )
        own = []
        for kind in kinds.values():
            price = special.get((kind.pk, group), general.get(kind.pk, 0))
            by_day = kind.measure == FeeKind.Measure.DAY
            quantity = days.get(student, found.days) if by_day else 1
            if not price or not quantity:
                continue
            charge = rules.charge(kind_id=kind.pk, price=price, quantity=quantity, reliefs=reliefs.get(student, ()))
            own.append(
                BillLine(
                    unit_id=unit_id,
                    bill=bill,
                    kind=kind,
                    name=kind.name,
                    basis=kind.basis,
                    unit_label=kind.unit_label,
                    vat_rate=kind.vat_rate,
                    quantity=charge.quantity,
                    price=charge.price,
                    reduction=charge.reduction,
                    decision=charge.decision[:300],
                    amount=charge.amount,
                )
            )
        if own:
            bill.amount = sum(line.amount for line in own)
            bills.append(bill)
            lines.append(own)
    return bills, lines


def _number(unit_id: int, bills: list[Bill]) -> None:
    BillCounter.objects.bulk_create([BillCounter(unit_id=unit_id)], ignore_conflicts=True)
    counter = BillCounter.objects.select_for_update().get(unit_id=unit_id)
    for place, bill in enumerate(bills, counter.last + 1):
        bill.ref = rules.reference(unit_id, place)
    counter.last += len(bills)
    counter.save(update_fields=["last"])


def _book(unit_id: int, actor: Actor, bills: list[Bill], lines: list[list[BillLine]], now: datetime.datetime) -> None:
    """Receivable against income by basis, and the families' credit against what they now owe."""
    credit_of: dict[int, int] = {
        student: -total
        for student, total in Posting.objects.filter(unit_id=unit_id, account=Account.CREDIT)
        .values_list("student_id")
        .annotate(total=Sum("amount"))
        if total < 0
    }
    entries: list[Entry] = []
    sides: list[list[Posting]] = []

    def entry(kind: str, bill: Bill, *postings: tuple[str, int]) -> None:
        made = Entry(unit_id=unit_id, kind=kind, key=f"{kind}:{bill.pk}", at=now, memo=bill.ref, actor_id=actor.user_id)
        entries.append(made)
        sides.append(
            [
                Posting(
                    unit_id=unit_id,
                    entry=made,
                    account=account,
                    amount=amount,
                    bill=bill,
                    student_id=bill.student_id,
                )
                for account, amount in postings
            ]
        )

    for bill, own in zip(bills, lines, strict=True):
        if not bill.amount:
            continue
        by_basis: dict[str, int] = defaultdict(int)
        for line in own:
            by_basis[INCOME[line.basis]] -= line.amount
        income = [(account, amount) for account, amount in by_basis.items() if amount]
        entry(Entry.Kind.BILL, bill, (Account.RECEIVABLE, bill.amount), *income)
        used = min(credit_of.get(bill.student_id, 0), bill.amount)
        if used:
            entry(Entry.Kind.CREDIT_USED, bill, (Account.CREDIT, used), (Account.RECEIVABLE, -used))
    Entry.objects.bulk_create(entries, batch_size=BATCH)
    Posting.objects.bulk_create([posting for group in sides for posting in group], batch_size=BATCH)
