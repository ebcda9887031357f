"""Rounds, bills, the ledger and its refusals, on the database."""

from __future__ import annotations

import datetime
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from school_services.errors import Conflict, Invalid, NotFound, PermissionRefused
from school_services.fees import issuing, ledger, selectors, services
from school_services.fees.models import Account, Bill, BillLine, Entry, FeeKind, Posting, Round
from school_services.identity.models import AuditEntry
from school_services.rosters.models import ClassGroup, SchoolYear, Student
from tenants import context
from tests.payments.school import School

pytestmark = pytest.mark.django_db
FULL = 20_000 + 63_180 + 20 * 35_000


def prepare(school: School, code: str = "2026-12", **more: Any) -> Round:
    values = {"title": "Thu tháng 12/2026", "days": 22, "due": timezone.localdate() + datetime.timedelta(days=9)} | more
    return issuing.prepare_round(
        actor=school.accountant, unit_id=school.unit, year=SchoolYear.objects.get(code="2026-2027"), code=code, **values
    )


def student(school: School, number: int = 1) -> int:
    with school.scope():
        return int(Student.objects.get(code=f"ALPHA{number}").pk)


def test_a_round_bills_everybody_and_balances(school: School) -> None:
    bill = school.bill()
    assert (bill.amount, school.owed()) == (FULL, FULL)
    assert school.balances() == {
        Account.RECEIVABLE: 3 * FULL,
        Account.AGREED: -3 * 20_000,
        Account.ON_BEHALF: -3 * 63_180,
        Account.DECISION: -3 * 700_000,
    }
    refs = [row.ref for row in school.rows(Bill)]
    assert len(set(refs)) == 3
    assert selectors.fee_list(school.unit, SchoolYear.objects.get(code="2026-2027"))[0].name == "Nước uống"


def test_the_next_round_copies_the_last(school: School) -> None:
    made = prepare(school, like=school.round_id)
    group = ClassGroup.objects
    with school.scope():
        kind = FeeKind.objects.get(code="AN")
        group_id = group.get().pk
    issuing.set_items(
        actor=school.accountant, unit_id=school.unit, round_id=made.pk, days=22,
        prices={(kind.pk, group_id): 30_000, (kind.pk, None): 40_000},
    )  # fmt: skip
    issuing.set_days(actor=school.accountant, unit_id=school.unit, round_id=made.pk, days={student(school, 2): 0})
    services.grant_relief(
        actor=school.accountant, unit_id=school.unit, student_id=student(school, 3), kind_id=kind.pk, percent=50,
        decision="QĐ 15/QĐ-UBND", valid_from=datetime.date(2026, 9, 1),
    )  # fmt: skip
    assert issuing.issue(actor=school.accountant, unit_id=school.unit, round_id=made.pk) == 3
    amounts = [row.amount for row in school.rows(Bill, round=made)]
    assert amounts == [83_180 + 22 * 30_000, 83_180, 83_180 + 11 * 30_000]
    line = school.rows(BillLine, bill__round=made, reduction__gt=0)[0]
    assert (line.decision, line.reduction) == ("QĐ 15/QĐ-UBND", 11 * 30_000)
    assert [r.share for r in selectors.rounds(actor=school.principal, unit_id=school.unit)] == [0, 0]
    # Both months are owed together: the debt carries over.
    family = selectors.family(school.parent, unit_ids=(school.unit,))
    assert family[0].owed == FULL + 83_180 + 22 * 30_000


def test_issued_is_issued(school: School) -> None:
    for act in (
        lambda: issuing.issue(actor=school.accountant, unit_id=school.unit, round_id=school.round_id),
        lambda: issuing.set_items(
            actor=school.accountant, unit_id=school.unit, round_id=school.round_id, prices={}, days=1
        ),
    ):
        with pytest.raises(Conflict, match="round_issued"):
            act()
    with pytest.raises(Conflict, match="round_exists"):
        prepare(school, "2026-11")


@pytest.mark.parametrize(
    ("change", "code"),
    [({"code": " "}, "round_code"), ({"days": 32}, "round_code"), ({"due": datetime.date(2026, 1, 1)}, "round_due")],
)
def test_what_is_no_round(change: dict[str, Any], code: str, school: School) -> None:
    with pytest.raises(Invalid, match=code):
        prepare(school, **({"code": "x"} | change))


def test_credit_pays_the_next_bill(school: School) -> None:
    with school.scope(), transaction.atomic():
        ledger.post(
            unit_id=school.unit, kind=Entry.Kind.PAYMENT, key="thu",
            sides=[ledger.Side(Account.CASH, 50_000), ledger.Side(Account.CREDIT, -50_000, student_id=student(school))],
        )  # fmt: skip
    made = prepare(school)
    issuing.issue(actor=school.accountant, unit_id=school.unit, round_id=made.pk)
    with school.scope():
        bill = Bill.objects.get(round=made, student__code="ALPHA1")
        assert ledger.owed(school.unit, [bill.pk])[bill.pk] == bill.amount - 50_000
    assert school.credit() == 0


def force_check() -> None:
    with connection.cursor() as cursor:
        cursor.execute("set constraints all immediate")
        cursor.execute("set constraints all deferred")


def test_the_database_refuses_what_does_not_balance(school: School) -> None:
    with school.scope(), pytest.raises(IntegrityError, match="does not balance"), transaction.atomic():
        entry = Entry.objects.create(unit_id=school.unit, kind="payment", key="lech", at=timezone.now())
        Posting.objects.create(unit_id=school.unit, entry=entry, account=Account.CASH, amount=5)
        force_check()
    with school.scope(), pytest.raises(IntegrityError, match="does not balance"), transaction.atomic():
        first = Entry.objects.order_by("pk").first()
        Posting.objects.create(unit_id=school.unit, entry=first, account=Account.CASH, amount=5)
        with context.scope(()):  # out of scope by the time of the check: judged all the same
            force_check()
    with pytest.raises(ledger.Unbalanced):
        ledger.post(unit_id=school.unit, kind="payment", key="x", sides=[ledger.Side(Account.CASH, 5)])


def test_the_ledger_cannot_be_changed(school: School) -> None:
    with school.scope():
        assert Posting.objects.update(amount=1) == 0
        assert Entry.objects.update(memo="x") == 0
        assert Posting.objects.all().delete()[0] == 0
        assert BillLine.objects.update(amount=1) == 0


def test_an_entry_happens_once(school: School) -> None:
    sides = [ledger.Side(Account.CASH, 5), ledger.Side(Account.SUSPENSE, -5)]
    with school.scope(), transaction.atomic():
        assert ledger.post(unit_id=school.unit, kind="parked", key="k", sides=sides)
        assert ledger.post(unit_id=school.unit, kind="parked", key="k", sides=sides) is None
    assert school.balances()[Account.CASH] == 5


@pytest.mark.parametrize(
    "values",
    [
        {"account": Account.RECEIVABLE, "amount": 5},
        {"account": Account.CREDIT, "amount": 5},
        {"account": Account.CASH, "amount": 0},
    ],
)
def test_postings_that_are_none(values: dict[str, Any], school: School) -> None:
    with school.scope(), pytest.raises(IntegrityError), transaction.atomic():
        Posting.objects.create(unit_id=school.unit, entry=Entry.objects.first(), **values)


def test_write_off_is_asked_and_approved(school: School) -> None:
    ask = {"actor": school.accountant, "unit_id": school.unit, "bill_id": school.bill().pk}
    with pytest.raises(Invalid, match="reason_missing"):
        services.request_write_off(**ask, reason=" ")
    row = services.request_write_off(**ask, reason="Gia đình khó khăn, QĐ 3")
    with pytest.raises(Conflict, match="write_off_open"):
        services.request_write_off(**ask, reason="Lần nữa")
    decide = {"unit_id": school.unit, "write_off_id": row.pk, "approve": True}
    with pytest.raises(PermissionRefused):
        services.decide_write_off(actor=school.accountant, **decide)
    services.decide_write_off(actor=school.principal, **decide)
    assert school.owed() == 0
    assert school.balances()[Account.WRITTEN_OFF] == FULL
    with pytest.raises(Conflict, match="decided"):
        services.decide_write_off(actor=school.principal, **decide)
    with pytest.raises(Invalid, match="nothing_owed"):
        services.request_write_off(**ask, reason="Hết nợ")


def test_who_may_not(school: School) -> None:
    before = len(school.rows(Posting))
    for actor in (school.parent, school.principal):
        with pytest.raises(PermissionRefused):
            issuing.issue(actor=actor, unit_id=school.unit, round_id=school.round_id)
    with pytest.raises(PermissionRefused):
        selectors.debts(actor=school.parent, unit_id=school.unit)
    assert len(school.rows(Posting)) == before
    assert [e.action for e in school.rows(AuditEntry, allowed=False)] == ["issue_round"] * 2 + ["list_debts"]


def test_who_owes(school: School) -> None:
    found = selectors.debts(actor=school.accountant, unit_id=school.unit, class_name="7A1")
    assert [(line.code, line.owed, line.bills) for line in found] == [(f"ALPHA{n}", FULL, 1) for n in (1, 2, 3)]
    assert selectors.debts(actor=school.accountant, unit_id=school.unit, class_name="9A9") == []
    account = selectors.student_account(actor=school.accountant, unit_id=school.unit, student_id=student(school))
    assert (account.owed, account.credit) == (FULL, 0)
    with pytest.raises(NotFound):
        selectors.student_account(actor=school.accountant, unit_id=school.unit, student_id=10**6)
    bill = school.bill()
    assert selectors.find_students(actor=school.accountant, unit_id=school.unit, text=bill.ref)[0][1] == "ALPHA1"


def test_a_family_sees_its_own(school: School, beta: Any) -> None:
    assert [a.child.student_id for a in selectors.family(school.parent, unit_ids=(school.unit,))] == [student(school)]
    assert [a.child.student_id for a in selectors.family(school.other_parent)] == [student(school, 2)]
    with context.scope((beta.unit_id,)):
        assert not Bill.objects.exists()


def test_kinds_keep_their_basis(school: School) -> None:
    year = SchoolYear.objects.get(code="2026-2027")
    values: dict[str, Any] = {
        "year": year,
        "code": "AN",
        "name": "Ăn",
        "basis": "decision",
        "legal_basis": "NQ 2",
        "price": 36_000,
    }
    services.save_kind(actor=school.accountant, unit_id=school.unit, **values)
    for change, error in (
        ({"basis": "on_behalf"}, "basis_used"),
        ({"legal_basis": ""}, "legal_basis"),
        ({"price": -1}, "price"),
        ({"basis": "thu bừa"}, "fee_kind"),
    ):
        with pytest.raises((Invalid, Conflict), match=error):
            services.save_kind(actor=school.accountant, unit_id=school.unit, **(values | change))


def test_three_children_and_thirty_take_the_same_queries(school: School, django_assert_num_queries: Any) -> None:
    from django.test.utils import CaptureQueriesContext

    from school_services.rosters.models import Enrolment, Guardianship

    def count() -> int:
        with CaptureQueriesContext(connection) as queries:
            selectors.family(school.parent, unit_ids=(school.unit,))
            selectors.debts(actor=school.accountant, unit_id=school.unit)
            selectors.rounds(actor=school.accountant, unit_id=school.unit)
        return len(queries)

    first = count()
    with school.scope():
        group = ClassGroup.objects.get()
        for number in range(30):
            child = Student.objects.create(
                unit_id=school.unit, code=f"M{number}", full_name="Em", birth_date="2014-01-01", gender="1"
            )
            Enrolment.objects.create(unit_id=school.unit, student=child, class_group=group, valid_from="2026-09-05")
            Guardianship.objects.create(unit_id=school.unit, user_id=school.parent.user_id, student=child)
    made = prepare(school)
    issuing.issue(actor=school.accountant, unit_id=school.unit, round_id=made.pk)
    assert count() == first
