"""The office makes a season, edits its plan and opens it; seasons without exam are placed by area and draw."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from school_services.admissions import processing, runs, seasons
from school_services.admissions import season as rules
from school_services.admissions.models import Application, Choice, Season, Seat
from tenants import context
from tests.admissions.season_world import CHECKING, OPEN, SeasonWorld, days

pytestmark = pytest.mark.django_db

OFFICER, PARENT = "cb1@example.vn", "ph1@example.vn"


def values_of(page: str) -> dict[str, str]:
    """What the browser would send back: each control of the form as the page shows it."""
    found: dict[str, str] = {}
    for tag in re.findall(r"<input[^>]*>", page):
        name, value = re.search(r'name="([^"]+)"', tag), re.search(r'value="([^"]*)"', tag)
        if name and not ('type="checkbox"' in tag and " checked" not in tag):
            found[name[1]] = value[1] if value else ""
    for name, options in re.findall(r'<select id="[^"]*" name="([^"]+)".*?>(.*?)</select>', page, re.S):
        chosen = re.search(r'<option value="([^"]*)" selected', options)
        found[name] = chosen[1] if chosen else ""
    found.pop("csrfmiddlewaretoken", None)
    return found


def made(officer: Any, **what: str) -> Season:
    answer = officer.post("/ts/ban/moi/", {"year": "2027", "slug": "", **what})
    assert answer.status_code == 302, answer.content.decode()
    return Season.objects.get(pk=int(answer["Location"].split("/")[3]))


def test_a_season_is_made_edited_and_opened_without_contradiction(world: SeasonWorld, visit: Any) -> None:
    officer = visit("so", OFFICER)
    empty = officer.post("/ts/ban/moi/", {"name": "", "kind": "exam", "year": "1999"})
    assert empty.status_code == 422
    with context.scope((world.unit,)):
        season = made(officer, name="Tuyển sinh lớp 10 năm 2027", kind="exam")
        assert (season.slug, season.state) == ("tuyen-sinh-lop-10-nam-2027", "draft")
    address = f"/ts/ban/{season.pk}/thong-so/"
    page = officer.get(address).content.decode()
    assert "Cần sửa trước khi mở" in page
    assert "Chưa có trường nào" in page
    typed = values_of(page)
    assert (typed["paper.0.code"], typed["paper.0.minutes"], typed["gaps"]) == ("TOAN", "120", "0; 0,5; 1")
    added = officer.post(address, typed | {"action": "schools"}, follow=True).content.decode()
    typed = values_of(added)
    names = [value for name, value in typed.items() if re.fullmatch(r"choice\.\d+\.name", name) and value]
    assert names, "the world has an upper secondary school"
    wrong = officer.post(address, typed | {"floor": "muời", "paper.1.weight": "1,5", "paper.2.code": "TOAN"})
    page = wrong.content.decode()
    assert wrong.status_code == 422
    for text in ("Điểm sàn: Viết điểm", "dòng 2: Ghi một số nguyên", "Mã này bị lặp", 'value="muời"', 'value="1,5"'):
        assert text in page, text
    opened = officer.post(address, typed | {"action": "open"}, follow=True).content.decode()
    assert "còn mâu thuẫn" in opened
    moments = days(**OPEN)
    typed |= {
        name: f"{getattr(moments, name):%Y-%m-%dT%H:%M}"
        for name in ("opens_at", "closes_at", "results_at", "remark_until", "confirm_until")
    }
    typed |= {"exam_on": f"{moments.exam_on:%Y-%m-%d}", "fee": "120.000"}
    typed |= {name: "300" for name in typed if re.fullmatch(r"choice\.\d+\.quota", name) and typed[name]}
    typed |= {"priority.3.code": "4", "priority.3.points": "0,25", "document.1.required": ""}
    done = officer.post(address, typed | {"action": "open"}, follow=True).content.decode()
    assert "Kì tuyển sinh mở theo lịch" in done
    with context.scope((world.unit,)):
        season.refresh_from_db()
        assert season.state == "open"
        assert season.keep_until is not None
        assert season.confirm_until is not None
        assert (season.keep_until - season.confirm_until.date()).days == 730
        plan = season.rules
        assert (plan.fee, plan.priority["4"], plan.documents[1].required) == (120_000, 25, False)
        assert set(Choice.objects.filter(season=season).values_list("quota", flat=True)) == {300}
        assert all(Choice.objects.filter(season=season).values_list("school_id", flat=True))
    late = officer.post(address, typed | {"wishes": "1", "method": "area"}, follow=True)
    assert late.status_code == 200
    with context.scope((world.unit,)):
        season.refresh_from_db()
        assert season.rules.wishes == 3  # of an open season the days and the seats alone


def test_a_copy_keeps_schools_and_moves_days(world: SeasonWorld, visit: Any) -> None:
    officer = visit("so", OFFICER)
    with context.scope((world.unit,)):
        copied = made(officer, name="Lớp 10 năm sau", kind=f"copy-{world.season}", year="2029")
        old = Season.objects.get(pk=world.season)
        assert copied.opens_at is not None
        assert old.opens_at is not None
        assert (copied.year, (copied.opens_at - old.opens_at).days) == (2029, 2 * 364)
        assert list(copied.choices.values_list("code", flat=True)) == ["A", "B", "C"]
    again = officer.post("/ts/ban/moi/", {"name": "Lớp 10 năm sau", "kind": "exam", "year": "2027", "slug": ""})
    assert again.status_code == 422
    assert "tên ngắn" in again.content.decode().lower()
    for address in ("/ts/ban/moi/", f"/ts/ban/{copied.pk}/thong-so/"):
        assert visit("so", PARENT).get(address).status_code == 403


def test_the_editor_asks_as_often_for_many_schools(world: SeasonWorld, visit: Any) -> None:
    officer, counts = visit("so", OFFICER), []
    with context.scope((world.unit,)):
        Season.objects.filter(pk=world.season).update(state="draft")
    for count in (3, 30):
        lines = [{"code": f"T{n}", "name": f"Trường {n}", "quota": 5} for n in range(count)]
        seasons.set_choices(actor=world.officer, unit_id=world.unit, season_id=world.season, choices=lines)
        officer.get(f"/ts/ban/{world.season}/thong-so/")
        with CaptureQueriesContext(connection) as queries:
            assert officer.get(f"/ts/ban/{world.season}/thong-so/").status_code == 200
        counts.append(len(queries))
    assert counts[0] == counts[1] <= 30


def test_grade_six_goes_by_area_then_by_draw(world: SeasonWorld, visit: Any) -> None:
    officer = visit("so", OFFICER)
    with context.scope((world.unit,)):
        season = made(officer, name="Lớp 6", kind="grade6", slug="lop6")
    what: dict[str, Any] = {"unit_id": world.unit, "season_id": season.pk}
    seasons.set_choices(
        actor=world.officer, choices=[{"code": "C", "name": "THCS C", "quota": 3, "areas": ["Tân Ninh"]}], **what
    )
    seasons.set_plan(actor=world.officer, plan=season.plan, calendar=days(**OPEN), **what)
    seasons.open_season(actor=world.officer, **what)
    by_area = SeasonWorld(
        world.unit, season.pk, world.officer, world.second, world.third, world.parent, world.stranger
    )  # fmt: skip
    rows = []
    for number, area in enumerate(["Tân Ninh", "ngoài địa bàn", "ngoài địa bàn", "Tân Ninh", "ngoài địa bàn"]):
        row = by_area.draft(by_area.form(number, wishes=("C",), area=area))
        with context.scope((world.unit,)):
            Application.objects.filter(pk=row.pk).update(state="submitted")
        rows.append(by_area.stored(row))
    processing.review(
        actor=world.officer, unit_id=world.unit, application_ids=[row.pk for row in rows], decision="accept"
    )
    by_area.move(CHECKING)
    runs.announce_inputs(actor=world.officer, **what)
    run = runs.run(actor=world.officer, **what)
    assert (run.admitted, run.outcomes["C"]["admitted"]) == (3, 3)
    runs.sign(actor=world.officer, unit_id=world.unit, run_id=run.pk)
    runs.sign(actor=world.second, unit_id=world.unit, run_id=run.pk)
    with context.scope((world.unit,)):
        seated = set(Seat.objects.filter(season=season).values_list("application_id", flat=True))
    drawn = max((rows[n] for n in (1, 2, 4)), key=lambda row: rules.lot("lop6", row.code))
    assert seated == {rows[0].pk, rows[3].pk, drawn.pk}
