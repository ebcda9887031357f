"""OneRoster: out and in again without a change, somebody else's sets line by line, hostile zips."""

from __future__ import annotations

import csv
import datetime
import io
import zipfile
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from hypothesis import given
from hypothesis import strategies as st

from school_services.errors import Invalid, PermissionRefused
from school_services.identity import actor as actors
from school_services.identity.models import AuditEntry, User
from school_services.rosters import exports, imports, oneroster
from school_services.rosters.models import ClassGroup, Enrolment, SchoolYear, Student
from tenants import context

TODAY = datetime.date(2026, 11, 25)
REAL = next(
    (f for p in Path(__file__).parents if (f := p / "shared" / "data" / "08-oneroster-ical-rss-hls" / "oneroster").is_dir()),
    Path("absent"),
)  # fmt: skip


def bundle(**files: str) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, text in files.items():
            archive.writestr(f"bo/{name}.csv", text)
    return out.getvalue()


SMALL = {
    "users": "sourcedId,status,dateLastModified,enabledUser,givenName,familyName,middleName,identifier\n"
    "u1,,,true,An,Nguyễn,Văn,HS1\nu2,,,true,Bình,Lê,,HS2\nu3,tobedeleted,,true,Cũ,Lê,,HS3\nu4,,,true,Cô,Trần,Thị,GV1\n",
    "classes": "sourcedId,status,title,classType\nc1,,7A1,homeroom\nc2,,Toán 7,scheduled\n",
    "enrollments": "sourcedId,status,classSourcedId,userSourcedId,role,endDate\n"
    "e1,,c2,u1,student,\ne2,,c1,u1,student,\ne3,,c1,u2,student,\ne4,,c2,u4,teacher,\n",
    "demographics": "sourcedId,status,birthDate,sex\nu1,,2014-05-01,male\nu2,,2014-06-01,female\n",
}


def problems(**files: str) -> list[tuple[int, str, str]]:
    read = oneroster.read(bundle(**(SMALL | files)))
    return [(p.line, p.column, p.code) for p in oneroster.students(read, today=TODAY)[1]]


def test_students_of_a_set() -> None:
    rows, wrong = oneroster.students(oneroster.read(bundle(**SMALL)), today=TODAY)
    assert not wrong
    assert [(r.line, r.code, r.full_name, r.birth_date, r.gender, r.class_name) for r in rows] == [
        (2, "HS1", "Nguyễn Văn An", "2014-05-01", "1", "7A1"),
        (3, "HS2", "Lê Bình", "2014-06-01", "2", "7A1"),
    ]


def test_every_problem_by_file_and_line() -> None:
    assert problems(demographics="sourcedId,birthDate,sex\nu1,2014-05-01,male\nux,2014-06-01,female\n") == [
        (3, "demographics.csv sourcedId", "oneroster_reference"),
        (3, "users.csv – Ngày sinh", "empty"),
        (3, "users.csv – Giới tính", "empty"),
    ]
    assert problems(
        classes="sourcedId,title,classType\nc1,Lớp chồi,homeroom\nc1,7A2,homeroom\nc2,Toán,scheduled\n"
    ) == [
        (3, "classes.csv sourcedId", "repeated"),
        (2, "users.csv – Lớp", "class_format"),
        (3, "users.csv – Lớp", "class_format"),
    ]
    twice = SMALL["users"].replace("HS2", "HS1")
    assert problems(users=twice) == [(3, "users.csv – Mã học sinh", "repeated")]
    assert (2, "enrollments.csv", "oneroster_cells") in problems(
        enrollments="sourcedId,classSourcedId,userSourcedId,role\ne1,c1,u1,student,zu viel\n"
    )
    assert (1, "classes.csv", "oneroster_heading") in problems(classes="id,title\nc1,7A1\n")


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"PK\x03\x04 kaputt", "import_unreadable"),
        (bundle(users="a\n"), "oneroster_files"),
        (bundle(**(SMALL | {"users": '"offen\n'})), "import_unreadable"),
    ],
)
def test_what_is_no_set(content: bytes, code: str) -> None:
    with pytest.raises(Invalid) as caught:
        oneroster.read(content)
    assert caught.value.code == code


def test_a_bomb_is_not_unpacked() -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in SMALL.items():
            archive.writestr(f"{name}.csv", text)
        archive.writestr("orgs.csv", b"0" * (oneroster.MAX_UNPACKED + 1))
    with pytest.raises(Invalid, match="import_too_large"):
        oneroster.read(out.getvalue())


@given(st.lists(st.from_regex(r"[A-ZĐ][a-zăâđêôơư]{0,6}", fullmatch=True), min_size=1, max_size=6).map(" ".join))
def test_a_name_comes_back(name: str) -> None:
    family, middle, given_name = oneroster.split_name(name)
    line = oneroster.Line(1, {"familyName": family, "middleName": middle, "givenName": given_name})
    assert oneroster.full_name(line) == name


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


def export(portal: Any, login: str) -> bytes:
    actor = actors.load(User.objects.get(username=login))
    return exports.one_roster(actor=actor, unit_id=portal.unit_id, year=SchoolYear.objects.get(code="2026-2027"))


@pytest.mark.django_db
def test_out_and_in_again_changes_nothing(school: Any) -> None:
    content = export(school, "vp.alpha@example.vn")
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        manifest = dict(list(csv.reader(io.StringIO(archive.read("manifest.csv").decode())))[1:])
        tables = {n[:-4]: list(csv.DictReader(io.StringIO(archive.read(n).decode()))) for n in archive.namelist()}
    assert manifest["oneroster.version"] == "1.2"
    assert {n for n, v in manifest.items() if v == "bulk"} == {f"file.{n}" for n in tables if n != "manifest"}
    assert [row["role"] for row in tables["roles"]] == ["student"] * 3 + ["teacher"]
    assert [row["title"] for row in tables["classes"]] == ["7A1", "7A1 – Toán"]
    assert "example.vn" not in content.decode("latin-1")
    office = actors.load(User.objects.get(username="vp.alpha@example.vn"))
    year = SchoolYear.objects.get(code="2026-2027")
    again = imports.preview(actor=office, unit_id=school.unit_id, file_name="o.zip", content=content, year=year)
    assert (again.changes, again.problems) == ((), ())
    assert AuditEntry.objects.filter(action="export_roster").count() == 1
    with pytest.raises(PermissionRefused):
        export(school, "gv.alpha@example.vn")


@pytest.mark.django_db
def test_a_set_fills_another_school(school: Any, beta: Any) -> None:
    content = export(school, "vp.alpha@example.vn")
    before = list(Student.objects.order_by("code").values_list("code", "full_name", "birth_date", "gender"))
    with context.enter(beta), context.scope((beta.unit_id,)):
        office = actors.load(User.objects.get(username="vp.beta@example.vn"))
        year = SchoolYear.objects.get(code="2026-2027")
        what = {"actor": office, "unit_id": beta.unit_id}
        found = imports.preview(**what, file_name="o.zip", content=content, year=year)
        assert found.added == 3
        imports.apply(**what, batch_id=found.batch_id or 0)
        rows = Student.objects.filter(code__startswith="ALPHA").order_by("code")
        assert list(rows.values_list("code", "full_name", "birth_date", "gender")) == before
        assert set(Enrolment.objects.filter(student__in=rows).values_list("class_group__name", flat=True)) == {"7A1"}
        imports.undo(**what, batch_id=found.batch_id or 0)
        assert not ClassGroup.objects.filter(name="7A1").exists()


@pytest.mark.django_db
def test_by_the_page(school: Any, visit: Any) -> None:
    client = visit("alpha", "vp.alpha@example.vn")
    assert client.get("/truong/hoc-sinh/xuat/").status_code == 405
    answer = client.post("/truong/hoc-sinh/xuat/")
    assert answer["Content-Disposition"] == 'attachment; filename="oneroster.zip"'
    upload = SimpleUploadedFile("o.zip", answer.content)
    assert client.post("/truong/nhap-hoc-sinh/", {"file": upload}).status_code == 302
    bad = SimpleUploadedFile("o.zip", bundle(**(SMALL | {"demographics": "sourcedId,birthDate,sex\n"})))
    page = client.post("/truong/nhap-hoc-sinh/", {"file": bad})
    assert page.status_code == 422
    assert "Dòng 2, cột “users.csv – Ngày sinh”: ô này đang trống" in page.content.decode()
    assert visit("alpha", "gv.alpha@example.vn").post("/truong/hoc-sinh/xuat/").status_code == 403


@pytest.mark.skipif(not REAL.is_dir(), reason="no real OneRoster sets beside the project")
def test_real_sets() -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for path in sorted((REAL / "oat_v1p1").glob("*.csv")):
            archive.writestr(path.name, path.read_bytes())
    old = oneroster.read(out.getvalue())
    rows, wrong = oneroster.students(old, today=TODAY)
    assert [line["givenName"] for line in old.rows("users")][:2] == ["ionut", "ionut2"]
    assert not rows
    assert {p.column for p in wrong if p.line == 2} >= {"users.csv – Ngày sinh", "users.csv – Lớp"}
    for name in ("Test_full_data_set.zip", "oneroster_test_data.zip"):
        content = (REAL / name).read_bytes()
        assert oneroster.is_bundle(content)
        if name.startswith("one"):
            rows, wrong = oneroster.students(oneroster.read(content), today=TODAY)
            assert not rows
            assert {p.column for p in wrong} == {"users.csv – Giới tính", "users.csv – Lớp"}
        else:
            rows, wrong = oneroster.students(oneroster.read(content), today=TODAY)
            assert wrong, "no demographics there"
