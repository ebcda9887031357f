"""The demo's admissions give each role work that its pages show."""

from __future__ import annotations

import datetime
from typing import Any

import pytest

from portal_host.demo import load_admissions
from school_services.admissions import office, remarks, season_fees
from school_services.admissions.models import Application, Choice, Document, Event, Season
from school_services.identity import actor as actors
from school_services.identity.models import User
from tenants import context, hosts
from tests.admissions.season_world import actor_of

pytestmark = pytest.mark.django_db


def test_each_role_finds_work(portals: dict[str, Any], monkeypatch: pytest.MonkeyPatch, visit: Any) -> None:
    monkeypatch.setattr(load_admissions, "CANDIDATES", 400)
    monkeypatch.setattr(load_admissions, "_page", lambda ref: None)
    unit = portals["so"].unit_id
    with context.enter(portals["so"]):
        for login in ("can-bo-1@example.vn", "can-bo-2@example.vn", "cha-me@example.vn"):
            actor_of(None, login)
    with context.platform():
        people = {user.username: user for user in User.objects.filter(username__endswith="@example.vn")}
    with context.platform(), context.scope((unit,)):
        Season.objects.update(keep_until=datetime.date(2020, 1, 1))  # the world's own season makes room
        for model in (Event, Document, Application, Choice, Season):
            model.objects.all().delete()
    officers = [people["can-bo-1@example.vn"], people["can-bo-2@example.vn"]]
    assert load_admissions.load(hosts.all_portals(), officers, people["cha-me@example.vn"])
    with context.enter(portals["so"]):
        first, second = (actors.load(user) for user in officers)
        seasons = {row.slug: row for row in office.office_seasons(actor=first, unit_id=unit)}
        assert {"lop10-2026", "lop10-2027", "lop6-2027", "chuyen-2027"} <= seasons.keys()
        special = office.office_season(actor=first, unit_id=unit, season_id=seasons["chuyen-2027"].pk)
        assert all(0 < line.second < line.first == line.total for line in special.progress)
        past = office.office_season(actor=first, unit_id=unit, season_id=seasons["lop10-2026"].pk)
        (waiting,) = past.revisions
        assert remarks.sign(actor=second, unit_id=unit, revision_id=waiting.pk).approved_at is not None
        listed = office.office_list(actor=first, unit_id=unit, season_id=seasons["lop10-2027"].pk)
        assert 0 < listed.unpaid < listed.total
        assert {fee.state for fee in listed.fees.values()} == {"paid", "unpaid"}
        assert season_fees.NO_FEE.state == "none"
    page = visit("so", "can-bo-1@example.vn").get(f"/ts/ban/{seasons['chuyen-2027'].pk}/").content.decode()
    assert "Lệch" in page
