"""The national columns: out, filled in, in again; every cell judged by its column; numbers stay sealed all the way."""

from __future__ import annotations

import datetime
import io
import json
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from openpyxl import Workbook, load_workbook

from school_services.errors import PermissionRefused
from school_services.identity import actor as actors
from school_services.identity.actor import Actor
from school_services.identity.models import User
from school_services.rosters import exports, import_rules, imports, national_rules, people
from school_services.rosters.models import ImportBatch, SchoolYear, Student, StudentProfile
from tenants import context

TODAY = datetime.date(2026, 11, 25)
BASE = ["HS1", "Nguyễn Văn An", "01/05/2014", "Nam", "7A1"]


def parsed(**cells: Any) -> tuple[dict[str, str], list[tuple[int, str, str]]]:
    """What the national cells of one line become: code → value, and the problems."""
    head = [national_rules.BY_CODE[code].heading for code in cells]
    rows, problems = import_rules.parse([[*import_rules.LABELS.values(), *head], [*BASE, *cells.values()]], today=TODAY)
    return (rows[0].extra if rows else {}), [(p.line, p.column, p.code) for p in problems]


@pytest.mark.parametrize(
    ("code", "text", "kept"),
    [
        ("dantoc", "Khmer", "Khmer"),
        ("bantru", "Có", "1"),
        ("bantru", "không", "0"),
        ("bantru", "", ""),
        ("khuvuc", "KV2-NT", "3"),
        ("giayto", "Khai sinh", "1"),
        ("maxa", 25459, "25459"),
        ("cha_namsinh", 1985, "1985"),
        ("me_hoten", "Lê Thị Bảy", "Lê Thị Bảy"),
        ("sodinhdanh", "072 214 004567", "072214004567"),
    ],
)
def test_a_cell_that_is_right(code: str, text: Any, kept: str) -> None:
    assert parsed(**{code: text}) == ({} if code == "sodinhdanh" and not kept else {code: kept}, [])


@pytest.mark.parametrize(
    ("code", "text", "problem"),
    [
        ("bantru", "có lẽ", "national_format"),
        ("maxa", "00001", "national_format"),
        ("cha_namsinh", "85", "national_format"),
        ("me_hoten", "Lê 7", "national_format"),
        ("dantoc", "=1+1", "national_format"),
        ("dantoc", "x" * 121, "national_format"),
        ("sodinhdanh", "0722140045", "citizen_id_format"),
        ("sodinhdanh", "072314004567", "citizen_id_mismatch"),
    ],
)
def test_a_cell_that_is_wrong_by_line_and_column(code: str, text: str, problem: str) -> None:
    assert parsed(**{code: text})[1] == [(2, national_rules.BY_CODE[code].heading, problem)]


def test_a_masked_number_says_nothing() -> None:
    assert parsed(sodinhdanh="072•••••4567", dantoc="Kinh") == ({"dantoc": "Kinh"}, [])


@pytest.fixture
def school(alpha: Any) -> Any:
    with context.enter(alpha), context.scope((alpha.unit_id,)):
        # The names of the world have figures in them, which no file of students may have.
        for student, name in zip(
            Student.objects.order_by("code"), ("Lê Văn An", "Lý Bình", "Trần Thị Ánh"), strict=True
        ):
            student.full_name = name
            student.save()
        yield alpha


@pytest.fixture
def office(school: Any) -> Actor:
    return actors.load(User.objects.get(username="vp.alpha@example.vn"))


def take(office: Actor, unit: int, content: bytes) -> imports.Preview:
    year = SchoolYear.objects.get(code="2026-2027")
    found = imports.preview(actor=office, unit_id=unit, file_name="a.xlsx", content=content, year=year)
    if found.batch_id and found.changes:
        imports.apply(actor=office, unit_id=unit, batch_id=found.batch_id)
    return found


def filled(content: bytes, line: int, **cells: Any) -> bytes:
    book = load_workbook(io.BytesIO(content))
    head = [cell.value for cell in book.active[1]]
    for code, value in cells.items():
        book.active.cell(line, head.index(national_rules.BY_CODE[code].heading) + 1).value = value
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


@pytest.mark.django_db
def test_out_filled_in_and_in_again(school: Any, office: Actor) -> None:
    year = SchoolYear.objects.get(code="2026-2027")
    what = {"actor": office, "unit_id": school.unit_id, "year": year}
    content = exports.national(**what)  # type: ignore[arg-type]
    assert take(office, school.unit_id, content).changes == ()
    first = filled(content, 2, dantoc="Khmer", bantru="Có", sodinhdanh="072214004567", me_hoten="Lê Thị Bảy")
    found = take(office, school.unit_id, first)
    assert len(found.changes) == 1
    student = Student.objects.get(code="ALPHA1")
    assert student.citizen_id_mask == "072•••••4567"
    assert people.number_of(student) == "072214004567"
    assert student.profile.values == {"dantoc": "Khmer", "bantru": "1", "me_hoten": "Lê Thị Bảy"}
    assert take(office, school.unit_id, first).changes == (), "the same file again changes nothing"
    batch = ImportBatch.objects.get(pk=found.batch_id)
    assert "072214004567" not in json.dumps(batch.changes), "a preview keeps no number"
    again = exports.national(**what)  # type: ignore[arg-type]
    assert b"072214004567" not in again
    sheet = load_workbook(io.BytesIO(again)).active
    values = dict(zip([c.value for c in sheet[1]], [c.value for c in sheet[2]], strict=True))
    assert (values["Số định danh cá nhân"], values["Học bán trú"], values["Dân tộc"]) == ("072•••••4567", "Có", "Khmer")
    assert take(office, school.unit_id, again).changes == (), "what went out comes in without a change"
    blank = take(office, school.unit_id, filled(again, 2, dantoc=None))
    assert len(blank.changes) == 1
    assert StudentProfile.objects.get().values == {"bantru": "1", "me_hoten": "Lê Thị Bảy"}
    imports.undo(actor=office, unit_id=school.unit_id, batch_id=blank.batch_id or 0)
    imports.undo(actor=office, unit_id=school.unit_id, batch_id=found.batch_id or 0)
    student.refresh_from_db()
    assert (student.citizen_id, student.citizen_id_mask) == ("", "")
    assert StudentProfile.objects.get().values == {}
    with pytest.raises(PermissionRefused):
        exports.national(**what | {"actor": actors.load(User.objects.get(username="gv.alpha@example.vn"))})  # type: ignore[arg-type]


@pytest.mark.django_db
def test_new_students_with_profiles_can_be_undone(school: Any, office: Actor) -> None:
    book = Workbook()
    book.active.append([*import_rules.LABELS.values(), "Dân tộc"])
    for number in range(30):
        book.active.append([f"MOI{number}", "Lê Thị Mới", "05/09/2014", "Nữ", "7A1", "Kinh"])
    out = io.BytesIO()
    book.save(out)
    counts = []
    for size in (3, 30):
        short = load_workbook(io.BytesIO(out.getvalue()))
        short.active.delete_rows(size + 2, 40)
        part = io.BytesIO()
        short.save(part)
        with CaptureQueriesContext(connection) as queries:
            found = take(office, school.unit_id, part.getvalue())
        counts.append(len(queries))
        assert StudentProfile.objects.count() == size
        imports.undo(actor=office, unit_id=school.unit_id, batch_id=found.batch_id or 0)
        assert StudentProfile.objects.count() == 0
    assert counts[0] == counts[1]


@pytest.mark.django_db
def test_the_page_shows_what_would_change(school: Any, visit: Any) -> None:
    client = visit("alpha", "vp.alpha@example.vn")
    answer = client.post("/truong/hoc-sinh/xuat/", {"kind": "xlsx"})
    assert answer["Content-Disposition"] == 'attachment; filename="hoc-sinh.xlsx"'
    content = filled(answer.content, 2, dantoc="Khmer", sodinhdanh="072214004567")
    page = client.post("/truong/nhap-hoc-sinh/", {"file": SimpleUploadedFile("a.xlsx", content)}, follow=True)
    text = page.content.decode()
    assert "Dân tộc" in text
    assert "Khmer" in text
    assert "072•••••4567" in text
    assert "072214004567" not in text
