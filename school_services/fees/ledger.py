"""The ledger: entries that sum to nothing, written once, never changed. Balances are sums of postings."""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.db import connection
from django.db.models import Sum
from django.utils import timezone

from .models import Account, Bill, Entry, Posting
from .rules import allocate


@dataclass(frozen=True, slots=True)
class Side:
    """One posting of an entry to be: a debit is positive."""

    account: str
    amount: int
    bill_id: int | None = None
    student_id: int | None = None
    channel: str = ""


class Unbalanced(ValueError):
    """The sides of an entry do not sum to nothing: a mistake of the program, refused before the database refuses it."""


_ONCE = """
insert into fees_entry (unit_id, kind, key, at, memo, actor_id) values (%s, %s, %s, %s, %s, %s)
on conflict (unit_id, key) do nothing returning id
"""


def post(
    *,
    unit_id: int,
    kind: str,
    key: str,
    sides: Sequence[Side],
    memo: str = "",
    actor_id: int | None = None,
    at: datetime.datetime | None = None,
) -> int | None:
    """Write an entry; returns its id, or None when the key was written before (nothing is written then)."""
    if sum(side.amount for side in sides) != 0 or not sides:
        raise Unbalanced(key)
    with connection.cursor() as cursor:
        cursor.execute(_ONCE, [unit_id, kind, key, at or timezone.now(), memo[:200], actor_id])
        row = cursor.fetchone()
    if row is None:
        return None
    Posting.objects.bulk_create(
        [
            Posting(
                unit_id=unit_id,
                entry_id=row[0],
                account=side.account,
                amount=side.amount,
                bill_id=side.bill_id,
                student_id=side.student_id,
                channel=side.channel,
            )
            for side in sides
            if side.amount
        ]
    )
    return int(row[0])


def owed(unit_id: int, bill_ids: Iterable[int]) -> dict[int, int]:
    """What is still owed of each bill; a settled one is 0."""
    ids = list(bill_ids)
    sums = (
        Posting.objects.filter(unit_id=unit_id, bill_id__in=ids, account=Account.RECEIVABLE)
        .values_list("bill_id")
        .annotate(total=Sum("amount"))
    )
    return dict.fromkeys(ids, 0) | dict(sums)


def paid_of(unit_id: int, bill_id: int) -> int:
    """What was paid of a bill, by money or credit: not what was written off."""
    rows = Posting.objects.filter(unit_id=unit_id, bill_id=bill_id, account=Account.RECEIVABLE, amount__lt=0)
    return -(rows.exclude(entry__kind=Entry.Kind.WRITE_OFF).aggregate(total=Sum("amount"))["total"] or 0)


def credit(unit_id: int, student_id: int) -> int:
    """Money of a family that belongs to no bill yet."""
    total = Posting.objects.filter(unit_id=unit_id, student_id=student_id, account=Account.CREDIT).aggregate(
        total=Sum("amount")
    )["total"]
    return -(total or 0)


def lock_bills(unit_id: int, bill_ids: Iterable[int]) -> list[Bill]:
    """The bills, locked in the order of their ids until the transaction ends."""
    return list(
        Bill.objects.select_for_update(of=("self",)).filter(unit_id=unit_id, pk__in=list(bill_ids)).order_by("pk")
    )


def payment_sides(
    unit_id: int, *, student_id: int, amount: int, parts: Sequence[tuple[int, int]], account: str, channel: str
) -> tuple[list[Side], int]:
    """Sides of money that came in: bills as far as they are owed, in the given order, the rest to the family's credit.

    `parts`: (bill, at most). The bills are locked here. Returns the sides and what became credit.
    """
    lock_bills(unit_id, [bill for bill, _ in parts])
    open_now = owed(unit_id, [bill for bill, _ in parts])
    taken, rest = allocate(amount, [(bill, min(most, max(0, open_now[bill]))) for bill, most in parts])
    sides = [Side(account, amount, channel=channel)]
    sides += [Side(Account.RECEIVABLE, -part, bill_id=bill, student_id=student_id) for bill, part in taken]
    if rest:
        sides.append(Side(Account.CREDIT, -rest, student_id=student_id))
    return sides, rest


def balances(unit_id: int) -> dict[tuple[str, str], int]:
    """(account, channel) → balance of the whole ledger of a school."""
    rows = Posting.objects.filter(unit_id=unit_id).values_list("account", "channel").annotate(total=Sum("amount"))
    return {(account, channel): total for account, channel, total in rows}
