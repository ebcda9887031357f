"""The work area: who enters, the grid as a form and in the background, the office's import and codes."""

from __future__ import annotations

import io
import json
import re
from typing import Any

import openpyxl
import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from school_services.gradebook.models import Assessment, ChangeRequest, Mark
from school_services.identity.models import AuditEntry, Role, User
from school_services.identity.services import create_account
from school_services.rosters.models import ClassGroup, Enrolment, Guardianship, LinkCode, Student, Subject, Term
from tenants import context
from tests.world import CANARY

pytestmark = pytest.mark.django_db
TEACHER, OFFICE, PRINCIPAL, PARENT = "gv.alpha@example.vn", "vp.alpha@example.vn", "ht.alpha@example.vn", "84912000001"


@pytest.fixture
def grid(alpha: Any) -> str:
    with context.enter(alpha), context.scope((alpha.unit_id,)):
        user = create_account(login=PRINCIPAL, full_name="Hiệu Trưởng Alpha", password=None)
        Role.objects.create(unit_id=alpha.unit_id, user=user, kind=Role.Kind.PRINCIPAL, valid_from="2025-08-01")
        group = ClassGroup.objects.get()
        subject, term = Subject.objects.get(level="THCS", code="TOAN"), Assessment.objects.get().term_id
    return f"/truong/lop/{group.pk}/mon/{subject.pk}/hoc-ki/{term}/"


def inputs(response: Any) -> dict[str, str]:
    return dict(re.findall(r'<input name="(c\.[\d.]+)" value="([^"]*)"', response.content.decode()))


def open_(client: Client, grid: str) -> dict[str, str]:
    assert client.post(f"{grid}viec/", {"action": "open"}).status_code == 302
    return inputs(client.get(grid))


def save(client: Client, grid: str, *cells: dict[str, Any], reason: str = "") -> Any:
    return client.post(
        f"{grid}luu/",
        json.dumps({"cells": cells, "reason": reason}),
        content_type="application/json",
        headers={"Accept": "application/json"},
    )


def marks(alpha: Any, code: str = "ALPHA1") -> list[str]:
    with context.enter(alpha), context.scope((alpha.unit_id,)):
        rows = Mark.objects.filter(student__code=code, superseded_at__isnull=True).order_by("assessment_id")
        return [str(row.value) for row in rows]


@pytest.mark.parametrize(
    ("login", "status"),
    [
        ("", 302),
        (PARENT, 403),
        ("web.alpha@example.vn", 403),
        ("gv.beta@example.vn", 403),
        (TEACHER, 200),
        (OFFICE, 200),
    ],
)
def test_who_enters(login: str, status: int, visit: Any) -> None:
    response = visit("alpha", login).get("/truong/")
    assert response.status_code == status
    assert "no-store" in response["Cache-Control"]
    if login == TEACHER:
        assert "7A1 · Toán" in response.content.decode()
        assert "/truong/hoc-sinh/" not in response.content.decode()


def test_nothing_of_the_grid_is_for_others(visit: Any, grid: str) -> None:
    for login in (OFFICE, "gv.beta@example.vn", PARENT):
        client = visit("alpha", login)
        assert client.get(grid).status_code == 403
        assert client.post(f"{grid}viec/", {"action": "publish"}).status_code == 403
        assert save(client, grid).status_code == 403
    assert save(visit("alpha"), grid).status_code == 401


def test_the_grid_as_a_form(visit: Any, grid: str, alpha: Any) -> None:
    client = visit("alpha", TEACHER)
    cells = open_(client, grid)
    assert len(cells) == 3 * 6
    blank = [name for name, text in cells.items() if not text]
    response = client.post(grid, cells | {blank[0]: "8,5", blank[1]: "7.5"})
    assert response.status_code == 302
    assert "Đã lưu 2 ô." in client.get(grid).content.decode()
    with context.enter(alpha), context.scope((alpha.unit_id,)):
        assert AuditEntry.objects.filter(action="record_mark").count() == 2  # the cells not touched were left alone


def test_a_form_with_a_wrong_cell_keeps_the_good_ones_and_what_was_typed(visit: Any, grid: str) -> None:
    client = visit("alpha", TEACHER)
    cells = open_(client, grid)
    blank = [name for name, text in cells.items() if not text]
    response = client.post(grid, cells | {blank[0]: "8", blank[1]: "85"})
    assert response.status_code == 422
    text = response.content.decode()
    assert "Các ô sau chưa được lưu" in text
    assert "Điểm là số từ 0 đến 10" in text
    assert "85" in inputs(response).values()
    assert "8,0" in inputs(response).values()


def test_a_stale_form_writes_over_nobody(visit: Any, grid: str) -> None:
    client = visit("alpha", TEACHER)
    cells = open_(client, grid)
    name = next(name for name, text in cells.items() if not text)
    _, column, student, version = name.split(".")
    saved = save(client, grid, {"column": column, "student": student, "text": "6", "version": version}).json()
    assert saved["cells"][0]["text"] == "6,0"
    response = client.post(grid, cells | {name: "9"})
    assert response.status_code == 422
    assert "vừa có người sửa" in response.content.decode()
    untouched = client.post(grid, cells)  # shown blank, left blank: nobody's six is taken away
    assert untouched.status_code == 302
    assert "6,0" in inputs(client.get(grid)).values()


def test_background_saves_answer_cell_by_cell(visit: Any, grid: str) -> None:
    client = visit("alpha", TEACHER)
    cells = open_(client, grid)
    names = [name.split(".") for name in cells if cells[name] == ""]
    student = names[0][2]
    row = [name for name in names if name[2] == student]
    data = save(
        client,
        grid,
        *({"column": c, "student": s, "text": "8", "version": v} for _, c, s, v in row[:-1]),
        {"column": row[-1][1], "student": student, "text": "tám", "version": 0},
    ).json()
    assert [cell["code"] for cell in data["cells"]] == [""] * (len(row) - 1) + ["mark_format"]
    assert data["averages"][student] == ""
    data = save(client, grid, {"column": row[-1][1], "student": student, "text": "8", "version": 0}).json()
    assert re.fullmatch(r"7,\d", data["averages"][student])  # 6,5 + 8 … in the formula of Điều 9


@pytest.mark.parametrize("body", ["", "[]", "{}", '{"cells": 5}', '{"cells": [{"column": 1}]}', '{"cells": [null]}'])
def test_what_is_no_request(body: str, visit: Any, grid: str) -> None:
    response = visit("alpha", TEACHER).post(
        f"{grid}luu/", body, content_type="application/json", headers={"Accept": "application/json"}
    )
    assert response.status_code == 422
    assert response.json()["message"]


def test_lock_ask_approve(visit: Any, grid: str, alpha: Any) -> None:
    teacher, principal = visit("alpha", TEACHER), visit("alpha", PRINCIPAL)
    open_(teacher, grid)
    teacher.post(f"{grid}viec/", {"action": "lock", "reason": "Hết hạn"})
    page = teacher.get(grid).content.decode()
    assert "Giáo Viên Alpha khóa ngày" in page
    assert "Hết hạn" in page
    assert not inputs(teacher.get(grid))
    address = re.findall(r'href="(/truong/xin-sua/\d+/\d+/)"', page)[0]
    assert teacher.post(address, {"text": "99", "reason": "x"}).status_code == 422
    assert "Hãy ghi lí do" in teacher.post(address, {"text": "9", "reason": ""}).content.decode()
    assert teacher.post(address, {"text": "9", "reason": "Chấm sót câu 3"}).status_code == 302
    assert "1 đề nghị sửa điểm" in principal.get("/truong/").content.decode()
    with context.enter(alpha), context.scope((alpha.unit_id,)):
        pk = ChangeRequest.objects.get().pk
    assert teacher.post(f"/truong/de-nghi/{pk}/", {"decision": "approve"}).status_code == 403
    assert "Chấm sót câu 3" in principal.get("/truong/de-nghi/").content.decode()
    assert principal.post(f"/truong/de-nghi/{pk}/", {"decision": "approve"}).status_code == 302
    assert marks(alpha) == ["9.0"]


def test_a_homeroom_teacher_reads(visit: Any, grid: str, alpha: Any) -> None:
    with context.enter(alpha), context.scope((alpha.unit_id,)):
        user = create_account(login="cn.alpha@example.vn", full_name="Chủ Nhiệm", password=None)
        Role.objects.create(unit_id=alpha.unit_id, user=user, kind=Role.Kind.TEACHER, valid_from="2025-08-01")
        ClassGroup.objects.update(homeroom_teacher=user)
    client = visit("alpha", "cn.alpha@example.vn")
    response = client.get(grid)
    assert response.status_code == 200
    assert not inputs(response)
    assert save(client, grid, {"column": 1, "student": 1, "text": "8", "version": 0}).status_code == 403


def test_home_says_what_is_missing(visit: Any, grid: str) -> None:
    client = visit("alpha", TEACHER)
    cells = open_(client, grid)
    name = next(name for name, text in cells.items() if not text)
    client.post(grid, cells | {name: "8"})
    text = client.get("/truong/").content.decode()
    assert "2 em thiếu TX 2" in text
    assert "1 cột chưa công bố" in text


def workbook(*rows: tuple[str, ...]) -> io.BytesIO:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    for row in (("Mã học sinh", "Họ và tên", "Ngày sinh", "Giới tính", "Lớp"), *rows):
        sheet.append(row)
    out = io.BytesIO()
    book.save(out)
    out.seek(0)
    out.name = "danh-sach.xlsx"
    return out


def test_import_preview_apply_undo(visit: Any, grid: str, alpha: Any) -> None:
    client = visit("alpha", OFFICE)
    bad = client.post("/truong/nhap-hoc-sinh/", {"file": workbook(("M1", "Lê Thị Mới", "32/13/2014", "Nữ", "7A1"))})
    assert bad.status_code == 422
    assert "Dòng 2, cột “Ngày sinh”" in bad.content.decode()
    good = client.post("/truong/nhap-hoc-sinh/", {"file": workbook(("M1", "Lê Thị Mới", "05/09/2014", "Nữ", "7A1"))})
    address = good["Location"]
    page = client.get(address).content.decode()
    assert "Lê Thị Mới" in page
    assert "Cập nhật 1 học sinh" in page
    client.post(address, {"action": "apply"})
    assert "M1" in client.get("/truong/hoc-sinh/?q=le+thi+moi").content.decode()
    client.post(address, {"action": "undo"})
    assert "Không có học sinh phù hợp" in client.get("/truong/hoc-sinh/?q=le+thi+moi").content.decode()
    with context.enter(alpha), context.scope((alpha.unit_id,)):
        assert not Student.objects.filter(code="M1").exists()


def test_a_file_that_is_none(visit: Any, grid: str) -> None:
    client = visit("alpha", OFFICE)
    file = io.BytesIO(b"\x00\x01 khong phai bang")
    file.name = "a.xlsx"
    assert client.post("/truong/nhap-hoc-sinh/", {"file": file}).status_code == 422
    assert client.post("/truong/nhap-hoc-sinh/", {}).status_code == 422


def test_codes_for_a_class_link_a_family(visit: Any, grid: str, alpha: Any) -> None:
    client = visit("alpha", OFFICE)
    with context.enter(alpha), context.scope((alpha.unit_id,)):
        group = ClassGroup.objects.get().pk
    page = client.post(f"/truong/lop/{group}/ma-lien-ket/").content.decode()
    codes = re.findall(r"<code>([A-Z2-9]{4}-[A-Z2-9]{4})</code>", page)
    assert len(set(codes)) == 3
    with context.enter(alpha), context.scope((alpha.unit_id,)):
        assert LinkCode.objects.count() == 3
    family = visit("alpha", "84912000002")
    assert family.post("/tai-khoan/lien-ket/", {"code": codes[0]}).status_code == 302
    with context.enter(alpha), context.scope((alpha.unit_id,)):
        assert Guardianship.objects.filter(user__username="84912000002").count() == 2


def test_three_classes_and_thirty_take_the_same_queries(visit: Any, grid: str, alpha: Any) -> None:
    from school_services.rosters.models import SchoolYear, TeachingAssignment

    with context.enter(alpha), context.scope((alpha.unit_id,)):
        teacher = User.objects.get(username=TEACHER)
        year = SchoolYear.objects.get(code="2026-2027")
        subject, term = Subject.objects.get(level="THCS", code="TOAN"), Term.objects.get(year=year, number=1)
    counts = []
    for first, last in ((1, 3), (4, 30)):
        with context.enter(alpha), context.scope((alpha.unit_id,)):
            for number in range(first, last + 1):
                group = ClassGroup.objects.create(unit_id=alpha.unit_id, year=year, grade=7, name=f"7B{number}")
                TeachingAssignment.objects.create(
                    unit_id=alpha.unit_id, teacher=teacher, class_group=group, subject=subject
                )
                Assessment.objects.create(
                    unit_id=alpha.unit_id, class_group=group, subject=subject, term=term, kind="GK", ordinal=1
                )
                student = Student.objects.create(
                    unit_id=alpha.unit_id, code=f"B{number}", full_name="Em", birth_date="2014-01-01", gender="1"
                )
                Enrolment.objects.create(
                    unit_id=alpha.unit_id, student=student, class_group=group, valid_from="2026-09-05"
                )
        row = []
        for login, path in ((TEACHER, "/truong/"), (PRINCIPAL, "/truong/"), (OFFICE, "/truong/hoc-sinh/")):
            client = visit("alpha", login)
            client.get(path)
            with CaptureQueriesContext(connection) as queries:
                assert client.get(path).status_code == 200
            row.append(len(queries))
        counts.append(row)
    assert counts[0] == counts[1]
    assert max(counts[0]) <= 20


def test_no_canary_of_beta(visit: Any, grid: str) -> None:
    for login, path in ((TEACHER, grid), (OFFICE, "/truong/hoc-sinh/"), (OFFICE, "/truong/hoc-sinh/?q=em")):
        text = visit("alpha", login).get(path).content.decode()
        assert CANARY["alpha"] in text
        assert CANARY["beta"] not in text
