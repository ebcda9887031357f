"""The fee of a season: an order of the family, a provider's word counts once, the state stands on the application."""

from __future__ import annotations

import datetime
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from school_services.admissions import office, publishing, retention, season_fees, selectors
from school_services.admissions.models import (
    Application,
    Document,
    Event,
    FeeOrder,
    PaperMark,
    Run,
    Season,
    Seat,
    Snapshot,
)
from school_services.errors import Conflict, NotFound, PermissionRefused
from school_services.fees import ledger
from school_services.identity.models import AuditEntry
from school_services.payments import merchants, services
from tenants import context
from tests.admissions.season_world import PLAN, RESULTS, SeasonWorld
from tests.admissions.test_results import approved
from tests.payments.school import CONFIG, SECRETS, bank_credit, person, vnpay_notice

pytestmark = pytest.mark.django_db

FEE = 120_000


@pytest.fixture
def paying(world: SeasonWorld) -> SeasonWorld:
    """The season asks for a fee, and the department has two ways to pay."""
    accountant = person(world.unit, "kt.so@example.vn", "Kế Toán Sở", "accountant")
    for provider in ("vietqr", "vnpay"):
        merchants.save_merchant(
            actor=accountant, unit_id=world.unit, provider=provider, config=CONFIG[provider], secrets=SECRETS[provider]
        )
    with context.scope((world.unit,)):
        Season.objects.filter(pk=world.season).update(plan=PLAN | {"fee": FEE})
    return world


def start(world: SeasonWorld, row: Application, provider: str = "vnpay", actor: Any = None) -> FeeOrder:
    return season_fees.start(
        actor=actor or world.parent, unit_id=world.unit, application_id=row.pk, provider=provider,
        addresses=lambda order: ("https://so.vn/ve", "https://so.vn/bao"),
    )  # fmt: skip


def fee_of(world: SeasonWorld, row: Application) -> season_fees.Fee:
    return selectors.my_application(world.parent, row.pk).fee


def balances(world: SeasonWorld) -> dict[str, int]:
    with context.scope((world.unit,)):
        found: dict[str, int] = {}
        for (account, _), total in ledger.balances(world.unit).items():
            found[account] = found.get(account, 0) + total
    return {account: total for account, total in found.items() if total}


def notify(world: SeasonWorld, provider: str, incoming: Any) -> str:
    return services.handle_notice(provider=provider, portal_unit=world.unit, incoming=incoming).body


def test_a_provider_s_word_counts_once(paying: SeasonWorld) -> None:
    row = paying.apply()
    assert (fee_of(paying, row).amount, fee_of(paying, row).state) == (FEE, "unpaid")
    order = start(paying, row)
    assert start(paying, row).pk == order.pk  # a second tap
    assert fee_of(paying, row).state == "pending"
    with pytest.raises(NotFound):
        start(paying, row, actor=paying.stranger)
    with pytest.raises(NotFound, match="merchant"):
        start(paying, row, "momo")
    assert "04" in notify(paying, "vnpay", vnpay_notice(order, amount=1_000))  # type: ignore[arg-type]
    forged = vnpay_notice(order, txn="1")  # type: ignore[arg-type]
    forged.params["vnp_SecureHash"] = "0" * 128  # type: ignore[index]
    assert "97" in notify(paying, "vnpay", forged)
    assert fee_of(paying, row).state != "paid"
    for _ in range(3):
        notify(paying, "vnpay", vnpay_notice(order))  # type: ignore[arg-type]
    assert fee_of(paying, row).state == "paid"
    assert balances(paying) == {"gateway": FEE, "income.decision": -FEE}
    assert [step.kind for step in selectors.my_application(paying.parent, row.pk).steps].count("fee_paid") == 1
    with pytest.raises(Conflict, match="fee_paid"):
        start(paying, row)


def test_a_failure_and_a_late_payment(paying: SeasonWorld) -> None:
    row = paying.apply()
    order = start(paying, row)
    notify(paying, "vnpay", vnpay_notice(order, txn="7", code="24"))  # type: ignore[arg-type]
    assert fee_of(paying, row).state == "failed"
    second = start(paying, row)
    assert second.pk != order.pk
    with context.scope((paying.unit,)):
        FeeOrder.objects.filter(pk=second.pk).update(expires_at=timezone.now() - datetime.timedelta(minutes=1))
    assert fee_of(paying, row).state == "expired"
    notify(paying, "vnpay", vnpay_notice(second, txn="8"))  # type: ignore[arg-type]
    notify(paying, "vnpay", vnpay_notice(order, txn="9"))  # type: ignore[arg-type] # the first one as well, late
    found = fee_of(paying, row)
    assert found.state == "paid"
    assert balances(paying)["gateway"] == 2 * FEE  # kept, and flagged for the office
    with context.scope((paying.unit,)):
        assert FeeOrder.objects.get(pk=order.pk).flag == "late"


def test_a_bank_transfer_is_known_by_the_code_of_the_application(paying: SeasonWorld) -> None:
    row, other = paying.apply(1), paying.apply(2)
    start(paying, row, "vietqr")
    assert fee_of(paying, row).payload.startswith("000201")
    content = f"MBVCB.123 ts{row.code} chuyen tien"
    assert "ok" in notify(paying, "vietqr", bank_credit(content, FEE, txn="B1"))
    notify(paying, "vietqr", bank_credit(content, FEE, txn="B1"))
    assert fee_of(paying, row).state == "paid"
    assert balances(paying) == {"bank": FEE, "income.decision": -FEE}
    notify(paying, "vietqr", bank_credit(f"TS{other.code}", FEE, txn="B2"))  # no order was begun: parked, not lost
    assert balances(paying)["suspense"] == -FEE
    assert fee_of(paying, other).state == "unpaid"


def test_cash_at_the_office_is_booked_once_and_by_it_alone(paying: SeasonWorld, visit: Any) -> None:
    row, other = paying.apply(1), paying.apply(2)
    with pytest.raises(PermissionRefused):
        season_fees.take_cash(actor=paying.parent, unit_id=paying.unit, application_id=row.pk)
    officer = visit("so", "cb1@example.vn")
    page = officer.post(f"/ts/ban/ho-so/{row.pk}/", {"decision": "cash"}, follow=True).content.decode()
    assert "đã nộp" in page
    again = officer.post(f"/ts/ban/ho-so/{row.pk}/", {"decision": "cash"}, follow=True).content.decode()
    assert "đã nộp" in again
    assert balances(paying) == {"cash": FEE, "income.decision": -FEE}
    with context.scope((paying.unit,)):
        assert AuditEntry.objects.filter(action="take_season_fee", allowed=True).count() == 1
    found = office.office_list(actor=paying.officer, unit_id=paying.unit, season_id=paying.season, unpaid=True)
    assert ([line.pk for line in found.rows], found.unpaid) == ([other.pk], 1)


def test_the_family_pays_on_its_page(paying: SeasonWorld, visit: Any) -> None:
    row = paying.apply()
    family = visit("alpha", "ph1@example.vn")
    assert "chưa nộp" in family.get(f"/ts/ho-so/{row.pk}/").content.decode()
    page = family.get(f"/ts/ho-so/{row.pk}/le-phi/").content.decode()
    assert "120.000" in page
    shown = family.post(f"/ts/ho-so/{row.pk}/le-phi/", {"provider": "vietqr"}, follow=True).content.decode()
    assert f"TS{row.code}" in shown
    code = family.get(f"/ts/ho-so/{row.pk}/le-phi.svg")
    assert code["Content-Type"] == "image/svg+xml"
    assert "no-store" in code["Cache-Control"]
    assert family.get(f"/ts/ho-so/{row.pk}/le-phi/trang-thai/").json() == {"state": "pending", "paid": False}
    stranger = visit("alpha", "ph2@example.vn")
    for address in ("le-phi/", "le-phi.svg", "le-phi/trang-thai/"):
        assert stranger.get(f"/ts/ho-so/{row.pk}/{address}").status_code == 404
    bad = family.post(f"/ts/ho-so/{row.pk}/le-phi/", {"provider": "x"})
    assert (bad.status_code, "Hãy chọn cách khác" in bad.content.decode()) == (409, True)


def test_the_list_asks_as_often_for_many_fees(paying: SeasonWorld) -> None:
    counts = []
    for count in (3, 30):
        for number in range(len(counts) * 3, count):
            row = paying.draft(paying.form(number))
            with context.scope((paying.unit,)):
                Application.objects.filter(pk=row.pk).update(state="submitted")
            start(paying, row)
        with CaptureQueriesContext(connection) as queries:
            office.office_list(actor=paying.officer, unit_id=paying.unit, season_id=paying.season)
        counts.append(len(queries))
    assert counts[0] == counts[1]


def test_a_season_is_erased_after_its_day_and_not_before(paying: SeasonWorld) -> None:
    rows, run = approved(paying)
    order = start(paying, rows[1])
    notify(paying, "vnpay", vnpay_notice(order))  # type: ignore[arg-type]
    paying.move(RESULTS)
    publishing.prepare(actor=paying.officer, unit_id=paying.unit, season_id=paying.season)
    known = publishing.published(paying.unit, "lop10-thu")
    assert known is not None
    file = Path(settings.ENVIRONMENT.data_dir) / "results" / known.digest
    assert file.exists()
    today = timezone.localdate()

    def keep(day: datetime.date) -> None:
        with context.scope((paying.unit,)):
            Season.objects.filter(pk=paying.season).update(keep_until=day)

    keep(today)
    assert retention.erase_due(unit_id=paying.unit) == 0
    with context.scope((paying.unit,)):
        assert Event.objects.filter(application__season_id=paying.season).delete()[0] == 0  # the database refuses
        assert Snapshot.objects.all().delete()[0] == 0
    keep(today - datetime.timedelta(days=1))
    with context.scope((paying.unit,)):
        assert retention.units_due() == [paying.unit]
    assert retention.erase_due(unit_id=paying.unit) == 1
    assert retention.erase_due(unit_id=paying.unit) == 0
    assert not file.exists()
    with context.scope((paying.unit,)):
        for model in (PaperMark, Seat, Snapshot):
            assert not model.objects.filter(season_id=paying.season).exists(), model
        for model in (Document, Event):
            assert not model.objects.filter(application__season_id=paying.season).exists(), model
            assert model.objects.exists(), model  # of another season
        for row in Application.objects.filter(season_id=paying.season):
            assert (row.full_name, row.birth_date, row.phone, row.guardian_id, row.number) == ("", None, "", None, "")
            assert row.wishes
        stored = Run.objects.get(pk=run.pk)
        assert (bytes(stored.inputs), stored.result_hash, stored.outcomes["A"]["admitted"]) == (b"", run.result_hash, 2)
        assert FeeOrder.objects.get(pk=order.pk).payer_id is None
        assert Season.objects.get(pk=paying.season).state == "closed"
    assert balances(paying)["gateway"] == FEE  # bookings stay
    publishing.forget()
    assert publishing.published(paying.unit, "lop10-thu") is None
    assert selectors.my_applications(paying.parent) == []
