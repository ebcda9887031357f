"""Are the books of a school right? What must hold of every đồng, asked of the database itself.

For `manage.py money check`, which an operator runs after an outage, and for the fault run of the bench.
"""

from __future__ import annotations

from dataclasses import dataclass

from django.db import connection

TOOK = "('paid', 'late', 'twice', 'parked')"


@dataclass(frozen=True, slots=True)
class Fault:
    """A rule that is broken, and by how many rows."""

    text: str
    count: int


# Every query names the unit, and gives one row for each break of the rule.
_RULES = (
    (
        "an entry that does not balance",
        "select entry_id from fees_posting where unit_id = %(unit)s group by entry_id having sum(amount) <> 0",
    ),
    (
        "an entry without postings",
        (
            "select e.id from fees_entry e where e.unit_id = %(unit)s and not exists"
            " (select from fees_posting p where p.unit_id = %(unit)s and p.entry_id = e.id)"
        ),
    ),
    (
        "a notice with money that is not booked exactly once",
        (
            f"select v.id from payments_event v left join fees_entry e on e.unit_id = %(unit)s"  # noqa: S608
            f" and e.key = 'event:' || v.id where v.unit_id = %(unit)s and v.outcome in {TOOK}"
            f" group by v.id having count(e.id) <> 1"
        ),
    ),
    (
        "an amount booked that is not the notice's",
        (
            f"select v.id from payments_event v join fees_entry e on e.unit_id = %(unit)s and e.key = 'event:' || v.id"  # noqa: S608
            f" join fees_posting p on p.unit_id = %(unit)s and p.entry_id = e.id and p.amount > 0"
            f" where v.unit_id = %(unit)s and v.outcome in {TOOK} group by v.id, v.amount"
            f" having sum(p.amount) <> v.amount"
        ),
    ),
    (
        "a payment without its one receipt",
        (
            "select e.id from fees_entry e left join invoices_receipt r on r.unit_id = %(unit)s and r.entry_id = e.id"
            " where e.unit_id = %(unit)s and e.kind in ('payment', 'assigned') group by e.id having count(r.id) <> 1"
        ),
    ),
    (
        "a receipt of another amount than its payment",
        (
            "select r.id from invoices_receipt r join fees_posting p on p.unit_id = %(unit)s"
            " and p.entry_id = r.entry_id and p.amount > 0 where r.unit_id = %(unit)s"
            " group by r.id, r.amount having sum(p.amount) <> r.amount"
        ),
    ),
    (
        "a year of receipts with a gap",
        (
            "select year from invoices_receipt where unit_id = %(unit)s group by year"
            " having count(*) <> max(number) or min(number) <> 1"
        ),
    ),
    (
        "a series of invoices with a gap",
        (
            "select symbol from invoices_invoice where unit_id = %(unit)s group by template, symbol, year"
            " having count(*) <> max(number) or min(number) <> 1"
        ),
    ),
    (
        "a bill paid beyond what it asks",
        (
            "select bill_id from fees_posting where unit_id = %(unit)s and account = 'receivable'"
            " group by bill_id having sum(amount) < 0"
        ),
    ),
    (
        "a family's credit below nothing",
        (
            "select student_id from fees_posting where unit_id = %(unit)s and account = 'credit'"
            " group by student_id having sum(amount) > 0"
        ),
    ),
    (
        "an order with another state than its money",
        (
            "select i.id from payments_intent i where i.unit_id = %(unit)s"
            " and (i.state in ('paid', 'refund_part', 'refunded')) <> exists (select from payments_event v"
            " where v.unit_id = %(unit)s and v.intent_id = i.id and v.outcome in ('paid', 'late'))"
        ),
    ),
)


def faults(unit_id: int) -> list[Fault]:
    """The broken rules of a school, in the scope of the caller; an empty list: every đồng is in exactly one place."""
    found = []
    with connection.cursor() as cursor:
        for text, query in _RULES:
            cursor.execute(query, {"unit": unit_id})
            if rows := cursor.fetchall():
                found.append(Fault(text, len(rows)))
    return found
