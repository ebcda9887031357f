"""A student's life at the office's desk, page by page; the staff list; the close of a class."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from school_services.gradebook.models import CarriedResult, YearResult
from school_services.identity.models import AuditEntry, Role, User
from school_services.identity.services import create_account
from school_services.rosters.models import (
    ClassGroup,
    Enrolment,
    Guardianship,
    PolicyCase,
    SchoolYear,
    Student,
    StudentEvent,
    Subject,
    TeachingAssignment,
)
from tenants import context

pytestmark = pytest.mark.django_db
OFFICE, TEACHER, PARENT = "vp.alpha@example.vn", "gv.alpha@example.vn", "84912000001"


@pytest.fixture
def inside(alpha: Any) -> Any:
    with context.enter(alpha), context.scope((alpha.unit_id,)):
        yield alpha


def pk_of(portal: Any, number: int = 1) -> int:
    with context.enter(portal), context.scope((portal.unit_id,)):
        return Student.objects.get(code=f"{portal.slug.upper()}{number}").pk


def group_of(portal: Any, name: str = "") -> int:
    with context.enter(portal), context.scope((portal.unit_id,)):
        if name:
            year = SchoolYear.objects.get(code="2026-2027")
            return ClassGroup.objects.get_or_create(unit_id=portal.unit_id, year=year, grade=int(name[0]), name=name)[
                0
            ].pk
        return ClassGroup.objects.get().pk


def act(client: Any, pk: int, action: str, **fields: Any) -> Any:
    data = {f"{action}-{name}": value for name, value in fields.items()}
    return client.post(f"/truong/hoc-sinh/{pk}/", data | {"action": action})


PERSON = {"code": "ALPHA1", "full_name": "Em Đã Sửa", "birth_date": "01/05/2014", "gender": "1", "moet_code": "7200001"}


def test_only_the_office_enters(visit: Any, alpha: Any) -> None:
    pk, group = pk_of(alpha), group_of(alpha)
    pages = (f"hoc-sinh/{pk}/", "hoc-sinh/moi/", "hoc-sinh/chuyen-den/", "nhan-su/", f"lop/{group}/nam-moi/")
    for login in (TEACHER, PARENT, "vp.beta@example.vn"):
        for page in pages:
            assert visit("alpha", login).get(f"/truong/{page}").status_code == 403, (login, page)
    for page in pages:
        assert visit("alpha", OFFICE).get(f"/truong/{page}").status_code == 200, page
        assert "no-store" in visit("alpha", OFFICE).get(f"/truong/{page}")["Cache-Control"]


def test_a_new_student_with_the_checks_of_the_import(visit: Any, alpha: Any) -> None:
    client, group = visit("alpha", OFFICE), group_of(alpha)
    new = {"code": "MOI1", "full_name": "Lê Thị Mới", "birth_date": "05/09/2014", "gender": "2",
           "class_group_id": str(group), "day": "20/11/2026"}  # fmt: skip
    bad = client.post("/truong/hoc-sinh/moi/", new | {"full_name": "=HYPERLINK(1)"})
    assert bad.status_code == 422
    assert "Họ và tên" in bad.content.decode()
    assert "=HYPERLINK" in bad.content.decode(), "nothing typed is lost"
    assert client.post("/truong/hoc-sinh/moi/", new | {"code": "ALPHA1"}).status_code == 422
    assert client.post("/truong/hoc-sinh/moi/", new | {"day": "20/11/2019"}).status_code == 422
    assert client.post("/truong/hoc-sinh/moi/", new | {"day": "32/11/2026"}).status_code == 422
    assert client.post("/truong/hoc-sinh/moi/", new | {"class_group_id": "99999"}).status_code == 422
    answer = client.post("/truong/hoc-sinh/moi/", new)
    assert answer.status_code == 302
    page = client.get(answer["Location"]).content.decode()
    assert "Lê Thị Mới" in page
    assert "Em đã ở trong lớp" in page
    with context.enter(alpha), context.scope((alpha.unit_id,)):
        row = Student.objects.get(code="MOI1")
        assert [e.kind for e in StudentEvent.objects.filter(student=row)] == ["enrolled"]
        assert Enrolment.objects.get(student=row).valid_to is None
        assert AuditEntry.objects.filter(action="enrol", subject_id=row.pk).exists()


def test_personal_data_number_disability_and_policy(visit: Any, alpha: Any) -> None:
    client, pk = visit("alpha", OFFICE), pk_of(alpha)
    assert act(client, pk, "sua", **PERSON, reason="").status_code == 422
    assert act(client, pk, "sua", **PERSON, reason="Giấy khai sinh bản chính").status_code == 302
    wrong = act(client, pk, "so", number="072314004567")
    assert "giới tính" in wrong.content.decode()
    assert act(client, pk, "so", number="072214004567").status_code == 302
    page = client.get(f"/truong/hoc-sinh/{pk}/").content.decode()
    assert "072•••••4567" in page
    assert "072214004567" not in page
    shown = act(client, pk, "xem-so", purpose="Làm thẻ BHYT").content.decode()
    assert "072214004567" in shown
    assert act(client, pk, "xem-so", purpose="").status_code == 422
    assert act(client, pk, "danh-gia", reason="Giấy xác nhận khuyết tật").status_code == 302
    case = {"kind": "HO_NGHEO", "valid_from": "01/09/2026", "evidence": "QĐ 12/QĐ-UBND"}
    assert act(client, pk, "dien", **case).status_code == 302
    assert act(client, pk, "dien", **case).status_code == 422
    with context.enter(alpha), context.scope((alpha.unit_id,)):
        row = Student.objects.get(pk=pk)
        assert (row.full_name, row.moet_code, row.assessed) == ("Em Đã Sửa", "7200001", False)
        reasons = set(AuditEntry.objects.filter(subject_id=pk).values_list("action", "reason"))
        assert ("write_student", "Giấy khai sinh bản chính") in reasons
        assert ("read_citizen_id", "Làm thẻ BHYT") in reasons
        kept = PolicyCase.objects.get()
    assert client.post(f"/truong/hoc-sinh/{pk}/", {"action": "het-dien", "case": kept.pk}).status_code == 302
    with context.enter(alpha), context.scope((alpha.unit_id,)):
        assert PolicyCase.objects.get().valid_to == timezone.localdate()


def test_family_home_and_other_data(visit: Any, alpha: Any) -> None:
    client, pk = visit("alpha", OFFICE), pk_of(alpha)
    wrong = act(client, pk, "ho-so", dantoc="Khmer", maxa="00001")
    assert wrong.status_code == 422
    assert "Mã xã nơi ở: giá trị này không hợp" in wrong.content.decode()
    assert 'value="Khmer"' in wrong.content.decode()
    assert act(client, pk, "ho-so", dantoc="Khmer", maxa="25459", bantru="1").status_code == 302
    page = client.get(f"/truong/hoc-sinh/{pk}/").content.decode()
    assert "<dt>Học bán trú</dt><dd>Có</dd>" in page
    assert act(client, pk, "ho-so", maxa="25459", bantru="0").status_code == 302
    page = client.get(f"/truong/hoc-sinh/{pk}/").content.decode()
    assert "Khmer" not in page, "a blank takes the value away"
    assert "<dt>Học bán trú</dt><dd>Không</dd>" in page
    with context.enter(alpha), context.scope((alpha.unit_id,)):
        reasons = list(
            AuditEntry.objects.filter(action="write_student").order_by("pk").values_list("reason", flat=True)
        )
    assert reasons == ["dantoc, maxa, bantru", "dantoc, bantru"]


def test_class_change_leave_and_return(visit: Any, alpha: Any) -> None:
    client, pk, other = visit("alpha", OFFICE), pk_of(alpha), group_of(alpha, "7A2")
    move = {"class_group_id": other, "day": "20/11/2026", "reason": "Theo nguyện vọng"}
    assert act(client, pk, "lop", **move | {"reason": ""}).status_code == 422
    assert act(client, pk, "lop", **move).status_code == 302
    assert "Em đang học lớp này" in act(client, pk, "lop", **move).content.decode()
    assert act(client, pk, "thoi", day="21/11/2026", reason="Theo gia đình").status_code == 302
    page = client.get(f"/truong/hoc-sinh/{pk}/").content.decode()
    assert "Không còn học tại trường từ 21/11/2026" in page
    assert 'id="lop"' not in page, "who is away cannot change class"
    assert act(client, pk, "lai", class_group_id=other, day="23/11/2026", reason="Trở về").status_code == 302
    page = client.get(f"/truong/hoc-sinh/{pk}/").content.decode()
    for text in ("7A1 → 7A2", "Theo gia đình", "Trở về"):
        assert text in page


def test_from_one_school_to_the_other(visit: Any, alpha: Any, beta: Any) -> None:
    """The old school makes a code, the new one takes in; the family sees both; nothing crosses without the code."""
    old, new, pk = visit("alpha", OFFICE), visit("beta", "vp.beta@example.vn"), pk_of(alpha, 2)
    page = act(old, pk, "chuyen", day="20/11/2026", reason="Chuyển nơi ở").content.decode()
    code = re.search(r"<code>([\w-]+)</code>", page)
    assert code is not None
    assert code[1] not in old.get(f"/truong/hoc-sinh/{pk}/").content.decode(), "shown once"
    group = group_of(beta)
    arrive = {"code": code[1], "student_code": "B99", "class_group_id": str(group), "day": "23/11/2026"}
    wrong = new.post("/truong/hoc-sinh/chuyen-den/", arrive | {"code": f"{alpha.unit_id}-ABCDEFGH23"})
    assert wrong.status_code == 422
    assert "Mã này không đúng" in wrong.content.decode()
    assert "ChimHoangAnhAlpha" not in wrong.content.decode()
    answer = new.post("/truong/hoc-sinh/chuyen-den/", arrive)
    assert answer.status_code == 302
    assert "ChimHoangAnhAlpha" in new.get(answer["Location"]).content.decode()
    assert new.post("/truong/hoc-sinh/chuyen-den/", arrive | {"student_code": "B98"}).status_code == 422
    assert "Không còn học tại trường từ 23/11/2026" in old.get(f"/truong/hoc-sinh/{pk}/").content.decode()
    with context.enter(beta), context.scope((beta.unit_id,)):
        row = Student.objects.get(code="B99")
        assert Guardianship.objects.filter(student=row, user__username="84912000002").exists()
        assert not CarriedResult.objects.exists(), "no term is finished yet"
        moved = row.pk
    family = visit("alpha", "84912000002")
    home = family.get("/con-toi/").content.decode()
    for link in (f"/con-toi/{beta.unit_id}/{moved}/", f"/con-toi/{alpha.unit_id}/{pk}/"):
        assert link in home
    assert "Ở trường cũ" in home
    assert "lớp 7A1, đến 23/11/2026" in home
    assert "thường xuyên 7,5" in home, "what the old school published stays in the timeline"
    part = family.get(f"/con-toi/{alpha.unit_id}/{pk}/").content.decode()
    assert "rời trường ngày 23/11/2026" in part
    assert 'id="diem"' in part
    assert family.get(f"/con-toi/{beta.unit_id}/{moved}/").status_code == 200
    assert visit("alpha", PARENT).get(f"/con-toi/{alpha.unit_id}/{pk}/").status_code == 404


def test_staff_roles_lessons_homeroom(visit: Any, alpha: Any, inside: Any) -> None:
    client, group = visit("alpha", OFFICE), ClassGroup.objects.get()
    add = {"action": "add", "login": "0912 345 678", "full_name": "", "kind": "teacher"}
    assert "ghi họ và tên" in client.post("/truong/nhan-su/", add).content.decode()
    assert client.post("/truong/nhan-su/", add | {"kind": "principal"}).status_code == 403
    assert client.post("/truong/nhan-su/", add | {"login": "khong phai"}).status_code == 422
    assert client.post("/truong/nhan-su/", add | {"full_name": "Cô Giáo Mới"}).status_code == 302
    user = User.objects.get(username="84912345678")
    assert not user.has_usable_password()
    subject = Subject.objects.get(level="THCS", code="VAN")
    lesson = {"action": "assign", "user": user.pk, "group": group.pk, "subject": subject.pk}
    assert client.post("/truong/nhan-su/", lesson).status_code == 302
    alien = Subject.objects.get(level="THPT", code="VAN")
    assert client.post("/truong/nhan-su/", lesson | {"subject": alien.pk}).status_code == 422
    home = {"action": "homeroom", "group": group.pk, "user": user.pk}
    assert client.post("/truong/nhan-su/", home).status_code == 302
    page = client.get("/truong/nhan-su/").content.decode()
    assert "Cô Giáo Mới" in page
    assert "chủ nhiệm lớp 7A1" in page
    stranger = User.objects.get(username="gv.beta@example.vn")
    assert client.post("/truong/nhan-su/", home | {"user": stranger.pk}).status_code == 404
    row = TeachingAssignment.objects.get(teacher=user)
    assert client.post("/truong/nhan-su/", {"action": "end-lesson", "lesson": row.pk}).status_code == 302
    role = Role.objects.get(user=user)
    assert client.post("/truong/nhan-su/", {"action": "end-role", "role": role.pk}).status_code == 302
    assert "Cô Giáo Mới</h3>" not in client.get("/truong/nhan-su/").content.decode()
    assert client.post("/truong/nhan-su/", {"action": "homeroom", "group": group.pk, "user": ""}).status_code == 302
    assert "Chưa có giáo viên chủ nhiệm" in client.get("/truong/nhan-su/").content.decode()


def test_the_class_goes_into_the_new_year(visit: Any, alpha: Any, inside: Any) -> None:
    client, group = visit("alpha", OFFICE), ClassGroup.objects.get()
    address = f"/truong/lop/{group.pk}/nam-moi/"
    assert "Sở chưa lập năm học tiếp theo" in client.get(address).content.decode()
    SchoolYear.objects.create(code="2027-2028", starts="2027-09-05", ends="2028-05-31")
    pupils = list(Student.objects.order_by("code"))
    for pupil, decision in zip(pupils, ("LEN_LOP", "O_LAI_LOP"), strict=False):
        YearResult.objects.create(unit_id=alpha.unit_id, student=pupil, class_group=group, year=group.year, version=1,
                                  regime="TT22_2021", decision=decision, details={},
                                  made_by=User.objects.get(username=OFFICE))  # fmt: skip
    page = client.get(address).content.decode()
    assert page.count(" selected>") == 2
    assert 'value="8A1"' in page
    data = {f"s{pupils[0].pk}": "up", f"s{pupils[1].pk}": "repeating", "up_to": "8A1", "repeat_in": "7A1"}
    bad = client.post(address, data)
    assert bad.status_code == 422
    assert "Chọn cho từng em" in bad.content.decode()
    assert client.post(address, data | {f"s{pupils[2].pk}": "completed"}).status_code == 302
    assert "Tất cả học sinh của lớp đã được xếp" in client.get(address).content.decode()
    kinds = set(StudentEvent.objects.values_list("student__code", "kind"))
    assert kinds == {("ALPHA1", "up"), ("ALPHA2", "repeated"), ("ALPHA3", "completed")}


def test_many_people_take_the_same_queries(visit: Any, alpha: Any, inside: Any) -> None:
    group = ClassGroup.objects.select_related("year").get()
    subject = Subject.objects.get(level="THCS", code="TOAN")
    SchoolYear.objects.create(code="2027-2028", starts="2027-09-05", ends="2028-05-31")
    client, counts = visit("alpha", OFFICE), []
    for first, last in ((1, 3), (4, 30)):
        for number in range(first, last + 1):
            user = create_account(login=f"gv{number}@example.vn", full_name=f"Giáo Viên {number}", password=None)
            Role.objects.create(unit_id=alpha.unit_id, user=user, kind="teacher", valid_from="2025-08-01")
            TeachingAssignment.objects.create(unit_id=alpha.unit_id, teacher=user, class_group=group, subject=subject)
            student = Student.objects.create(unit_id=alpha.unit_id, code=f"N{number}", full_name="Em", gender="1",
                                             birth_date="2014-01-01")  # fmt: skip
            Enrolment.objects.create(unit_id=alpha.unit_id, student=student, class_group=group, valid_from="2026-09-05")
            StudentEvent.objects.create(unit_id=alpha.unit_id, student=Student.objects.get(code="ALPHA1"), kind="class",
                                        day="2026-10-01", made_by=user)  # fmt: skip
        row = []
        for path in ("nhan-su/", f"lop/{group.pk}/nam-moi/", f"hoc-sinh/{pk_of(alpha)}/"):
            client.get(f"/truong/{path}")
            with CaptureQueriesContext(connection) as queries:
                assert client.get(f"/truong/{path}").status_code == 200
            row.append(len(queries))
        counts.append(row)
    assert counts[0] == counts[1]
    assert max(counts[0]) <= 20
