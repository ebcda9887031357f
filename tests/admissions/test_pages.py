"""The pages: what is public is cached and knows nobody, what is a family's own is nobody else's."""

from __future__ import annotations

import re
import uuid
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext

from school_services.admissions import gate, processing, public_views, publishing, queue, runs
from school_services.admissions.models import Application, Season
from tenants import context
from tests.admissions.season_world import JPEG, RESULTS, SeasonWorld
from tests.admissions.test_results import approved

pytestmark = pytest.mark.django_db

PARENT, STRANGER, OFFICER, SECOND = "ph1@example.vn", "ph2@example.vn", "cb1@example.vn", "cb2@example.vn"
JSON = {"accept": "application/json"}


def fields(**changes: Any) -> dict[str, Any]:
    return {
        "full_name": "Em Thử Một", "birth_date": "4/3/2011", "gender": "2", "pupil_code": "hs00077",
        "school_name": "THCS Thử", "phone": "0912000001", "wish-1": "A", "wish-2": "B",
    } | changes  # fmt: skip


def form_of(client: Any) -> str:
    """Address of a new form, as the page of the season leads to it."""
    page = client.get("/ts/ho-so/moi/lop10-thu/").content.decode()
    found = re.search(r'href="(/ts/ho-so/nop/lop10-thu/[0-9a-f-]{36}/)"', page)
    assert found is not None
    return found[1]


def test_public_pages_are_the_same_for_everyone(world: SeasonWorld, visit: Any) -> None:
    client = visit("alpha")  # a school's portal shows the season of the department above it
    for address in ("/ts/", "/ts/lop10-thu/", "/ts/lop10-thu/ket-qua/", "/ts/theo-doi/"):
        response = client.get(address)
        assert response.status_code == 200, address
        assert "public" in response["Cache-Control"], address
        assert not response.cookies
        assert b"csrfmiddlewaretoken" not in response.content
        assert b" style=" not in response.content
    assert "THPT A" in client.get("/ts/lop10-thu/").content.decode()
    assert client.get("/ts/khong-co/").status_code == 404


def test_a_family_applies_with_a_draft_a_photo_and_a_receipt(world: SeasonWorld, visit: Any) -> None:
    client = visit("alpha", PARENT)
    address = form_of(client)
    saved = client.post(address, fields(**{"wish-1": ""}) | {"action": "draft"}, headers=JSON).json()
    assert saved["saved"] is True
    page = client.get(address).content.decode()
    assert 'value="Em Thử Một"' in page  # on any device
    refused = client.post(address, fields() | {"action": "submit"})
    assert refused.status_code == 422
    text = refused.content.decode()
    assert 'href="#doc-ks"' in text
    assert 'value="04/03/2011"' in text
    photo = client.post(
        f"/ts/ho-so/{saved['application']}/giay-to/",
        {"kind": "ks", "file": SimpleUploadedFile("a.jpg", JPEG, "image/jpeg")},
        headers=JSON,
    ).json()
    assert client.get(photo["url"])["Content-Security-Policy"] == "default-src 'none'; sandbox"
    done = client.post(address, fields() | {"action": "submit"}, follow=True)
    assert done.redirect_chain[-1][0] == f"/ts/ho-so/{saved['application']}/bien-nhan/"
    receipt = done.content.decode()
    assert "HS00077" not in receipt
    assert client.get(f"/ts/ho-so/{saved['application']}/bien-nhan.svg")["Content-Type"] == "image/svg+xml"
    again = client.post(address, fields() | {"action": "submit"}, follow=True)
    assert again.status_code == 200
    with context.scope((world.unit,)):
        (row,) = Application.objects.filter(season_id=world.season)
    assert (row.state, row.version, row.pupil_code, row.wishes) == ("submitted", 1, "HS00077", ["A", "B"])
    code = "-".join(row.code[n : n + 4] for n in (0, 4, 8))
    tracked = visit("beta").post("/ts/theo-doi/", {"code": code})
    assert tracked["Cache-Control"] == "private, no-store"
    assert "Đã nộp" in tracked.content.decode()
    assert "Em Thử" not in tracked.content.decode()


def test_without_javascript_the_file_goes_with_the_form(world: SeasonWorld, visit: Any) -> None:
    client = visit("alpha", PARENT)
    address = form_of(client)
    posted = fields() | {"action": "submit", "doc-ks": SimpleUploadedFile("a.jpg", JPEG, "image/jpeg")}
    assert client.post(address, posted, follow=True).redirect_chain[-1][0].endswith("/bien-nhan/")
    wrong = fields(pupil_code="HS2") | {
        "action": "submit",
        "doc-ks": SimpleUploadedFile("a.exe", b"MZ123", "image/jpeg"),
    }
    refused = client.post(form_of(client), wrong)
    assert refused.status_code == 422
    assert "PDF" in refused.content.decode()
    assert 'value="Em Thử Một"' in refused.content.decode()


def test_another_account_opens_nothing(world: SeasonWorld, visit: Any) -> None:
    row = world.apply()
    stranger = visit("alpha", STRANGER)
    for address in (f"/ts/ho-so/{row.pk}/", f"/ts/ho-so/{row.pk}/bien-nhan/", f"/ts/ho-so/{row.pk}/bien-nhan.svg"):
        assert stranger.get(address).status_code == 404
        assert visit("alpha").get(address).status_code == 302
    assert stranger.post(f"/ts/ho-so/{row.pk}/viec/", {"action": "withdraw"}).status_code == 404
    taken = stranger.post(f"/ts/ho-so/nop/lop10-thu/{row.token}/", fields() | {"action": "submit"})
    assert taken.status_code == 404
    assert stranger.get("/ts/ban/").status_code == 403
    assert visit("so", STRANGER).get(f"/ts/ban/{world.season}/").status_code == 403
    assert world.stored(row).state == "submitted"


def test_a_child_of_ours_is_filled_in_and_nobody_elses(world: SeasonWorld, visit: Any) -> None:
    client = visit("alpha", "84912000001")  # a child in each of two schools
    page = client.get("/ts/ho-so/moi/lop10-thu/").content.decode()
    found = re.findall(r'href="(/ts/ho-so/nop/[^"]+\?con=(\d+))"', page)
    assert len(found) == 2
    assert "ALPHA1" in client.get(found[0][0]).content.decode()
    other = visit("alpha", PARENT)
    assert "ALPHA1" not in other.get(found[0][0]).content.decode()
    other.post(found[0][0].partition("?")[0], fields(student_ref=found[0][1]) | {"action": "draft"})
    with context.scope((world.unit,)):
        assert Application.objects.get(season_id=world.season).student_ref is None


def test_results_without_javascript_and_without_a_query(world: SeasonWorld, visit: Any) -> None:
    rows, _ = approved(world)
    publishing.prepare(actor=world.officer, unit_id=world.unit, season_id=world.season)
    client = visit("alpha")
    what = {"number": rows[1].number, "factor": "04/03/2011"}
    early = client.post("/ts/lop10-thu/ket-qua/", what)
    assert "Kết quả chưa được công bố" in early.content.decode()
    assert "THPT A" not in early.content.decode()
    world.move(RESULTS)
    publishing.prepare(actor=world.officer, unit_id=world.unit, season_id=world.season)
    publishing.forget()
    public_views._shells.clear()
    first = client.post("/ts/lop10-thu/ket-qua/", what)
    assert "Trúng tuyển: THPT A" in first.content.decode()
    assert first["Cache-Control"] == "private, no-store"
    with CaptureQueriesContext(connection) as queries:
        page = client.post("/ts/lop10-thu/ket-qua/", what)
        part = client.post("/ts/lop10-thu/ket-qua/", what, headers={"X-Portal-Island": "1"})
    assert len(queries) == 0
    assert "<html" in page.content.decode()
    assert "<html" not in part.content.decode()
    assert "Em Thử" not in page.content.decode()
    guesses = [
        client.post("/ts/lop10-thu/ket-qua/", what | {"factor": f"{day}/1/2011"}).status_code for day in range(1, 8)
    ]
    assert guesses == [200] * 5 + [429] * 2
    assert client.post("/ts/lop10-thu/ket-qua/", what).status_code == 429


def test_the_office_runs_a_season_from_its_pages(world: SeasonWorld, visit: Any) -> None:
    row = world.apply()
    officer = visit("so", OFFICER)
    assert "Em Thử Số1" in officer.get(f"/ts/ban/{world.season}/ho-so/?tinh-trang=submitted").content.decode()
    assert "Em Thử Số1" in officer.get(f"/ts/ban/ho-so/{row.pk}/").content.decode()
    answer = officer.post(f"/ts/ban/ho-so/{row.pk}/", {"decision": "refuse", "note": ""})
    assert world.stored(row).state == "submitted"
    assert "lời nhắn" in answer.content.decode()
    officer.post(f"/ts/ban/{world.season}/ho-so/", {"ho-so": [row.pk], "decision": "accept"})
    assert world.stored(row).state == "accepted"
    early = officer.post(f"/ts/ban/{world.season}/viec/", {"action": "seat"}, follow=True).content.decode()
    assert "Phụ huynh còn được sửa hồ sơ" in early
    from tests.admissions.season_world import CHECKING

    world.move(CHECKING)
    officer.post(f"/ts/ban/{world.season}/viec/", {"action": "seat"})
    assert world.stored(row).number == "010001"
    assert "010001" in officer.get(f"/ts/ban/{world.season}/phong-thi/").content.decode()
    assert "010001" in officer.get(f"/ts/ban/{world.season}/phong-thi/?kieu=the").content.decode()
    second = visit("so", SECOND)
    for paper in ("TOAN", "VAN", "ANH"):
        officer.post(f"/ts/ban/{world.season}/diem/{paper}/1/", {"m.001-01": "8,25", "tui": "001"})
        sheet = second.get(f"/ts/ban/{world.season}/diem/{paper}/2/").content.decode()
        assert "001-01" in sheet
        assert "8,25" not in sheet.replace("ví dụ 8,25", "")
        assert "Em Thử" not in sheet
        second.post(f"/ts/ban/{world.season}/diem/{paper}/2/", {"m.001-01": "8,25", "tui": "001"})
    for action in ("lock", "announce", "run"):
        officer.post(f"/ts/ban/{world.season}/viec/", {"action": action})
    run = runs.Run.objects
    with context.scope((world.unit,)):
        pk = run.values_list("pk", flat=True).get(season_id=world.season)
    officer.post(f"/ts/ban/{world.season}/viec/", {"action": "sign", "run": pk})
    twice = officer.post(f"/ts/ban/{world.season}/viec/", {"action": "sign", "run": pk}, follow=True).content.decode()
    assert "Chữ kí thứ hai phải là của người khác" in twice
    done = second.post(f"/ts/ban/{world.season}/viec/", {"action": "sign", "run": pk}, follow=True).content.decode()
    assert "hai chữ kí" in done
    officer.post(f"/ts/ban/{world.season}/viec/", {"action": "prepare"})
    assert second.get(f"/ts/ban/{world.season}/so-sanh/?lan={pk}").status_code == 200
    settings = officer.get(f"/ts/ban/{world.season}/thong-so/").content.decode()
    assert 'name="quota.A"' in settings


def test_lists_take_as_many_queries_for_three_as_for_thirty(world: SeasonWorld, visit: Any) -> None:
    officer, counts = visit("so", OFFICER), []
    officer.get(f"/ts/ban/{world.season}/ho-so/")
    for count in (3, 30):
        with context.scope((world.unit,)):
            have = Application.objects.filter(season_id=world.season).count()
        for number in range(have, count):
            row = world.draft(world.form(number))
            with context.scope((world.unit,)):
                Application.objects.filter(pk=row.pk).update(state="submitted")
        with CaptureQueriesContext(connection) as queries:
            assert officer.get(f"/ts/ban/{world.season}/ho-so/").status_code == 200
        counts.append(len(queries))
    assert counts[0] == counts[1] <= 22


def test_above_the_limit_families_wait_in_order_each_for_himself(
    world: SeasonWorld, visit: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    narrow = queue.Gate(tmp_path / "gate", rate=0.01, burst=1)  # a busy machine is not a minute late
    monkeypatch.setattr(gate, "_gate", lambda: narrow)
    monkeypatch.setattr(gate, "rate", lambda: 0.01)
    first, second = visit("alpha", PARENT), visit("alpha", STRANGER)
    assert first.get("/ts/ho-so/moi/lop10-thu/").status_code == 200
    waiting = second.get("/ts/ho-so/moi/lop10-thu/")
    assert waiting.status_code == 503
    assert "Còn 1 người trước bạn" in waiting.content.decode()
    assert int(waiting["Refresh"]) >= 2
    assert second.get("/ts/ho-so/moi/lop10-thu/").content.decode().count("1 người") == 1  # the place is kept
    second.cookies[gate.COOKIE] = first.cookies[gate.COOKIE].value  # a turn that was given away
    stolen = second.get("/ts/ho-so/moi/lop10-thu/")
    assert stolen.status_code == 503
    assert first.get(f"/ts/ho-so/nop/lop10-thu/{uuid.uuid4()}/").status_code == 200
    assert visit("alpha").get("/ts/tinh-trang/").status_code == 200


def test_a_draft_season_is_nobodys(world: SeasonWorld, visit: Any) -> None:
    with context.scope((world.unit,)):
        Season.objects.filter(pk=world.season).update(state=Season.State.DRAFT)
    assert visit("alpha").get("/ts/lop10-thu/").status_code == 404
    assert visit("alpha", PARENT).get("/ts/ho-so/moi/lop10-thu/").status_code == 404
    assert processing.parse_entry("V") == -1
