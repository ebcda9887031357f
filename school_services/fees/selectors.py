"""Reads of fees: the public list, a family's bills, the accountant's lists. Money in whole đồng."""

from __future__ import annotations

import datetime
import re
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field

from django.db import connection
from django.db.models import Q, Sum

from school_services.errors import NotFound
from school_services.identity.actor import Actor
from school_services.names import fold
from school_services.rosters import selectors as rosters
from school_services.rosters.models import Enrolment, SchoolYear
from tenants import context

from . import ledger
from .access import require_accountant, require_reader
from .models import Account, Bill, BillLine, Entry, FeeKind, Posting, Round, RoundItem, WriteOff


@dataclass(frozen=True, slots=True)
class ListedFee:
    """A charge as the public sees it."""

    name: str
    price: int
    per: str
    basis: str
    basis_label: str
    legal_basis: str


def fee_list(unit_id: int, year: SchoolYear) -> list[ListedFee]:
    """What a school charges in a year: public, without any person."""
    with context.scope((unit_id,)):
        kinds = FeeKind.objects.filter(unit_id=unit_id, year=year, active=True).order_by("place", "name")
        return [ListedFee(k.name, k.price, k.unit_label, k.basis, k.get_basis_display(), k.legal_basis) for k in kinds]


@dataclass(frozen=True, slots=True)
class Line:
    name: str
    basis: str
    quantity: int
    unit_label: str
    price: int
    reduction: int
    decision: str
    amount: int
    vat_rate: str = "KCT"


@dataclass(frozen=True, slots=True)
class BillView:
    """A bill with what is owed of it now."""

    id: int
    ref: str
    title: str
    unit_id: int
    student_id: int
    class_name: str
    amount: int
    owed: int
    due: datetime.date
    issued_at: datetime.datetime
    lines: tuple[Line, ...] = field(default=())

    @property
    def paid(self) -> int:
        return self.amount - self.owed

    @property
    def late(self) -> bool:
        return self.owed > 0 and self.due < datetime.date.today()  # noqa: DTZ011 - a day in Vietnam is the server's


@dataclass(frozen=True, slots=True)
class ChildAccount:
    """A child with its bills, open ones first, and the family's credit."""

    child: rosters.Child
    open: tuple[BillView, ...]
    settled: tuple[BillView, ...]
    credit: int

    @property
    def owed(self) -> int:
        return sum(bill.owed for bill in self.open)


def _views(units: Iterable[int], rows: list[Bill], *, with_lines: bool = True) -> list[BillView]:
    """Three queries for any number of bills, in the scope of the caller."""
    ids = [bill.pk for bill in rows]
    units = list(units)
    owed = dict(
        Posting.objects.filter(unit_id__in=units, bill_id__in=ids, account=Account.RECEIVABLE)
        .values_list("bill_id")
        .annotate(total=Sum("amount"))
    )
    lines: dict[int, list[Line]] = defaultdict(list)
    if with_lines:
        for line in BillLine.objects.filter(unit_id__in=units, bill_id__in=ids).order_by("pk"):
            lines[line.bill_id].append(
                Line(
                    line.name,
                    line.basis,
                    line.quantity,
                    line.unit_label,
                    line.price,
                    line.reduction,
                    line.decision,
                    line.amount,
                    line.vat_rate,
                )  # fmt: skip
            )
    return [
        BillView(
            bill.pk,
            bill.ref,
            bill.round.title,
            bill.unit_id,
            bill.student_id,
            bill.class_name,
            bill.amount,
            owed.get(bill.pk, 0),
            bill.due,
            bill.issued_at,
            tuple(lines[bill.pk]),
        )  # fmt: skip
        for bill in rows
    ]


def family(actor: Actor, *, unit_ids: tuple[int, ...] | None = None, settled: int = 6) -> list[ChildAccount]:
    """Bills of the actor's children; the number of queries does not grow with them."""
    children = rosters.children(actor, unit_ids=unit_ids)
    if not children:
        return []
    units = sorted({child.unit_id for child in children})
    students = [child.student_id for child in children]
    with context.scope(units, user=actor.user_id):
        rows = Bill.objects.filter(unit_id__in=units, student_id__in=students).select_related("round")
        views = _views(units, list(rows.order_by("due", "pk")))
        credit_of = dict(
            Posting.objects.filter(unit_id__in=units, student_id__in=students, account=Account.CREDIT)
            .values_list("student_id")
            .annotate(total=Sum("amount"))
        )
    found = []
    for child in children:
        own = [view for view in views if view.student_id == child.student_id]
        open_ = tuple(view for view in own if view.owed > 0)
        done = tuple(view for view in reversed(own) if view.owed <= 0)[:settled]
        found.append(ChildAccount(child, open_, done, -credit_of.get(child.student_id, 0)))
    return found


def bills_by_id(unit_id: int, bill_ids: Iterable[int]) -> list[BillView]:
    """Bills for other services, in the scope of the caller."""
    rows = Bill.objects.filter(unit_id=unit_id, pk__in=list(bill_ids)).select_related("round").order_by("due", "pk")
    return _views([unit_id], list(rows))


def bills_by_ref(unit_id: int, refs: Iterable[str]) -> list[BillView]:
    rows = Bill.objects.filter(unit_id=unit_id, ref__in=list(refs)).select_related("round").order_by("due", "pk")
    return _views([unit_id], list(rows), with_lines=False)


def open_bills_of(unit_id: int, student_ids: Iterable[int]) -> list[BillView]:
    rows = Bill.objects.filter(unit_id=unit_id, student_id__in=list(student_ids)).select_related("round")
    return [view for view in _views([unit_id], list(rows.order_by("due", "pk")), with_lines=False) if view.owed > 0]


@dataclass(frozen=True, slots=True)
class RoundLine:
    id: int
    code: str
    title: str
    state: str
    due: datetime.date
    bills: int
    amount: int
    owed: int

    @property
    def share(self) -> int:
        """Per cent paid."""
        return 100 if not self.amount else (self.amount - self.owed) * 100 // self.amount


_ROUNDS = """
select r.id, r.code, r.title, r.state, r.due, count(b.id), coalesce(sum(b.amount), 0), coalesce(sum(o.owed), 0)
from fees_round r
left join fees_bill b on b.round_id = r.id and b.unit_id = r.unit_id
left join (
  select bill_id, sum(amount) as owed from fees_posting
  where unit_id = %s and account = 'receivable' and bill_id is not null group by bill_id
) o on o.bill_id = b.id
where r.unit_id = %s group by r.id order by r.due desc, r.id desc limit 60
"""


def rounds(*, actor: Actor, unit_id: int) -> list[RoundLine]:
    """The rounds of a school, newest first; one query. Raises `PermissionRefused`."""
    require_reader(actor, unit_id, "list_rounds")
    with context.scope((unit_id,), user=actor.user_id), connection.cursor() as cursor:
        cursor.execute(_ROUNDS, [unit_id, unit_id])
        return [RoundLine(*row[:6], *(int(value) for value in row[6:])) for row in cursor.fetchall()]


@dataclass(frozen=True, slots=True)
class RoundView:
    """A round with its items: general price and prices of classes by kind."""

    round: Round
    kinds: tuple[tuple[FeeKind, int | None], ...]
    special: tuple[tuple[str, str, int], ...]
    students: int


def round_view(*, actor: Actor, unit_id: int, round_id: int) -> RoundView:
    """Raises `PermissionRefused`, `NotFound("round")`."""
    require_reader(actor, unit_id, "read_round")
    with context.scope((unit_id,), user=actor.user_id):
        found = Round.objects.select_related("year").filter(unit_id=unit_id, pk=round_id).first()
        if found is None:
            raise NotFound("round")
        items = list(
            RoundItem.objects.filter(unit_id=unit_id, round=found).select_related("kind", "class_group").order_by("pk")
        )
        general = {item.kind_id: item.price for item in items if item.class_group_id is None}
        kinds = FeeKind.objects.filter(unit_id=unit_id, year_id=found.year_id).order_by("place", "name")
        listed = tuple((kind, general.get(kind.pk)) for kind in kinds if kind.active or kind.pk in general)
        special = tuple((i.kind.name, i.class_group.name, i.price) for i in items if i.class_group is not None)
        count = Enrolment.objects.filter(
            unit_id=unit_id, valid_to__isnull=True, class_group__year_id=found.year_id
        ).count()
        return RoundView(found, listed, special, count)


@dataclass(frozen=True, slots=True)
class DebtLine:
    student_id: int
    code: str
    full_name: str
    class_name: str
    bills: int
    owed: int
    since: datetime.date


_DEBTS = """
select s.id, s.code, s.full_name, max(b.class_name), count(*), sum(o.owed), min(b.due)
from (
  select bill_id, sum(amount) as owed from fees_posting
  where unit_id = %(unit)s and account = 'receivable' and bill_id is not null group by bill_id having sum(amount) > 0
) o
join fees_bill b on b.id = o.bill_id and b.unit_id = %(unit)s
join rosters_student s on s.id = b.student_id and s.unit_id = %(unit)s
where (%(round)s = 0 or b.round_id = %(round)s) and (%(class)s = '' or b.class_name = %(class)s)
group by s.id, s.code, s.full_name, s.sort_key order by max(b.class_name), s.sort_key, s.id
"""


def debts(*, actor: Actor, unit_id: int, round_id: int = 0, class_name: str = "") -> list[DebtLine]:
    """Who owes, by class; one query. Raises `PermissionRefused`."""
    require_reader(actor, unit_id, "list_debts")
    with context.scope((unit_id,), user=actor.user_id), connection.cursor() as cursor:
        cursor.execute(_DEBTS, {"unit": unit_id, "round": round_id, "class": class_name})
        return [DebtLine(row[0], row[1], row[2], row[3], row[4], int(row[5]), row[6]) for row in cursor.fetchall()]


@dataclass(frozen=True, slots=True)
class Movement:
    """One entry as a family or the accountant reads it."""

    entry_id: int
    at: datetime.datetime
    kind: str
    label: str
    amount: int
    channel: str


@dataclass(frozen=True, slots=True)
class StudentAccount:
    student_id: int
    code: str
    full_name: str
    class_name: str
    bills: tuple[BillView, ...]
    credit: int
    movements: tuple[Movement, ...]

    @property
    def owed(self) -> int:
        return sum(bill.owed for bill in self.bills)


def student_account(*, actor: Actor, unit_id: int, student_id: int) -> StudentAccount:
    """Everything of one student for the cash desk. Raises `PermissionRefused`, `NotFound("student")`."""
    require_reader(actor, unit_id, "read_student_account")
    with context.scope((unit_id,), user=actor.user_id):
        row = (
            Enrolment.objects.filter(unit_id=unit_id, student_id=student_id)
            .order_by("-valid_from")
            .values_list("student_id", "student__code", "student__full_name", "class_group__name")
            .first()
        )
        if row is None:
            raise NotFound("student")
        bills = Bill.objects.filter(unit_id=unit_id, student_id=student_id).select_related("round")
        views = _views([unit_id], list(bills.order_by("due", "pk")))
        of_student = Posting.objects.filter(unit_id=unit_id, student_id=student_id).exclude(entry__kind=Entry.Kind.BILL)
        ids = of_student.values("entry_id")
        moves: dict[int, Movement] = {}
        postings = Posting.objects.filter(unit_id=unit_id, entry_id__in=ids).select_related("entry")
        for posting in postings.order_by("-entry__at", "entry_id", "-amount"):
            entry = posting.entry
            if entry.pk not in moves:  # its largest debit: where the money went
                moves[entry.pk] = Movement(
                    entry.pk, entry.at, entry.kind, entry.get_kind_display(), posting.amount,
                    posting.channel or str(posting.get_account_display()),
                )  # fmt: skip
        return StudentAccount(*row, tuple(views), ledger.credit(unit_id, student_id), tuple(moves.values())[:30])


def find_students(*, actor: Actor, unit_id: int, text: str, limit: int = 20) -> list[tuple[int, str, str, str]]:
    """(id, code, name, class) by name with or without marks, student code or bill reference."""
    require_accountant(actor, unit_id, "find_student")
    text = text.strip()
    if not text:
        return []
    with context.scope((unit_id,), user=actor.user_id):
        match = Q(student__folded__contains=fold(text)) | Q(student__code__istartswith=text)
        by_ref = Bill.objects.filter(unit_id=unit_id, ref=text.upper()).values("student_id")
        rows = Enrolment.objects.filter(unit_id=unit_id, valid_to__isnull=True).filter(match | Q(student_id__in=by_ref))
        return list(
            rows.order_by("student__sort_key", "student_id").values_list(
                "student_id", "student__code", "student__full_name", "class_group__name"
            )[:limit]
        )


def open_write_offs(*, actor: Actor, unit_id: int) -> list[WriteOff]:
    require_reader(actor, unit_id, "list_write_offs")
    with context.scope((unit_id,), user=actor.user_id):
        rows = WriteOff.objects.filter(unit_id=unit_id, decided_at__isnull=True)
        return list(rows.select_related("bill", "bill__student", "requested_by").order_by("pk"))


def is_student(unit_id: int, student_id: int) -> bool:
    """Whether a school keeps this student's record; in the scope of the caller."""
    return Enrolment.objects.filter(unit_id=unit_id, student_id=student_id).exists()


def short_title(title: str) -> str:
    """T11 of "Khoản thu tháng 11/2026": what fits behind a reference in a transfer's content."""
    match = re.search(r"tháng\s*(\d{1,2})", title, re.IGNORECASE)
    return f"T{int(match[1])}" if match else ""


def paid_bills(unit_id: int, round_id: int) -> list[int]:
    """Ids of the bills of a round with nothing owed, in order; in the scope of the caller."""
    owed = (
        Posting.objects.filter(unit_id=unit_id, bill__round_id=round_id, account=Account.RECEIVABLE)
        .values_list("bill_id")
        .annotate(total=Sum("amount"))
    )
    return sorted(bill for bill, total in owed if total <= 0)


def all_open_bills(unit_id: int) -> list[BillView]:
    """Every bill of a school with something owed; in the scope of the caller."""
    owed = (
        Posting.objects.filter(unit_id=unit_id, account=Account.RECEIVABLE)
        .values("bill_id")
        .annotate(total=Sum("amount"))
        .filter(total__gt=0)
        .values("bill_id")
    )
    rows = Bill.objects.filter(unit_id=unit_id, pk__in=owed).select_related("round").order_by("due", "pk")
    return _views([unit_id], list(rows), with_lines=False)


def fee_list_for_desk(*, actor: Actor, unit_id: int, year: SchoolYear) -> list[FeeKind]:
    """Every kind of charge of a year, those out of use too. Raises `PermissionRefused`."""
    require_reader(actor, unit_id, "list_fee_kinds")
    with context.scope((unit_id,), user=actor.user_id):
        return list(FeeKind.objects.filter(unit_id=unit_id, year=year).order_by("-active", "place", "name"))
