"""Timetable and exam dates: entered at the desk, read by the family, no teacher in two classes at once."""

from __future__ import annotations

import datetime
from typing import Any

import pytest
from django.utils import timezone

from school_services.identity.models import AuditEntry, User
from school_services.rosters.models import ClassGroup, ExamSlot, Subject, TeachingAssignment, Term, TimetableSlot
from tenants import context

pytestmark = pytest.mark.django_db
OFFICE, PARENT = "vp.alpha@example.vn", "84912000001"


@pytest.fixture
def inside(alpha: Any) -> Any:
    with context.enter(alpha), context.scope((alpha.unit_id,)):
        yield alpha


def subject(code: str = "TOAN") -> Subject:
    return Subject.objects.get(level="THCS", code=code)


def test_a_week_and_the_next_one(visit: Any, inside: Any) -> None:
    group, client = ClassGroup.objects.get(), visit("alpha", OFFICE)
    address = f"/truong/lop/{group.pk}/thoi-khoa-bieu/"
    week = {"valid_from": "07/09/2026", "room": "P.9", "t2.1": subject().pk, "t2.2": subject("VAN").pk}
    assert client.post(address, week | {"valid_from": "07/09/2020"}).status_code == 422
    assert client.post(address, week | {"t3.1": 999_999}).status_code == 422
    assert not TimetableSlot.objects.exists()
    assert client.post(address, week).status_code == 302
    rows = TimetableSlot.objects.order_by("period")
    assert [(r.subject.code, r.teacher and r.teacher.username, r.room) for r in rows] == [
        ("TOAN", "gv.alpha@example.vn", "P.9"), ("VAN", None, "P.9")
    ]  # fmt: skip
    page = client.get(address).content.decode()
    assert page.count(" selected>") == 2
    assert "Áp dụng từ 07/09/2026." in page
    today = timezone.localdate()
    second = {"valid_from": f"{today:%d/%m/%Y}", "room": "", "t4.6": subject().pk}
    assert client.post(address, second).status_code == 302
    assert set(TimetableSlot.objects.values_list("weekday", "valid_to")) == {(2, today), (4, None)}
    assert client.post(address, second).status_code == 302, "saved again on the same day it takes the place"
    assert TimetableSlot.objects.count() == 3
    child = group.enrolments.get(student__code="ALPHA1").student
    family = visit("alpha", PARENT).get(f"/con-toi/{inside.unit_id}/{child.pk}/").content.decode()
    assert 'id="tkb"' in family
    assert AuditEntry.objects.filter(action="set_timetable").count() == 3


def test_a_teacher_stands_in_one_class_at_a_time(visit: Any, inside: Any) -> None:
    group, client = ClassGroup.objects.get(), visit("alpha", OFFICE)
    other = ClassGroup.objects.create(unit_id=inside.unit_id, year=group.year, grade=7, name="7A2")
    teacher = User.objects.get(username="gv.alpha@example.vn")
    TeachingAssignment.objects.create(unit_id=inside.unit_id, teacher=teacher, class_group=other, subject=subject())
    week = {"valid_from": "07/09/2026", "t2.1": subject().pk}
    assert client.post(f"/truong/lop/{group.pk}/thoi-khoa-bieu/", week).status_code == 302
    bad = client.post(f"/truong/lop/{other.pk}/thoi-khoa-bieu/", week | {"t5.3": subject("VAN").pk})
    assert bad.status_code == 422
    assert "Giáo Viên Alpha đã dạy lớp 7A1 vào Thứ 2, tiết 1" in bad.content.decode()
    assert bad.content.decode().count(" selected>") == 2, "what was chosen is kept"
    assert client.post(f"/truong/lop/{other.pk}/thoi-khoa-bieu/", week | {"t2.1": "", "t2.2": subject().pk}).status_code == 302  # fmt: skip


def test_exams(visit: Any, inside: Any) -> None:
    group, client = ClassGroup.objects.get(), visit("alpha", OFFICE)
    day = timezone.localdate() + datetime.timedelta(days=5)
    Term.objects.filter(year=group.year, number=1).update(ends=day + datetime.timedelta(days=60))
    exam = {"where": "7", "subject": subject().pk, "label": "Cuối kì", "day": f"{day:%d/%m/%Y}", "time": "7:30",
            "minutes": "90", "room": "P.1"}  # fmt: skip
    for wrong in ({"day": "01/01/2020"}, {"time": "25:00"}, {"minutes": "3"}, {"where": "8"}, {"label": ""}):
        assert client.post("/truong/lich-kiem-tra/", exam | wrong).status_code == 422, wrong
    assert not ExamSlot.objects.exists()
    assert client.post("/truong/lich-kiem-tra/", exam).status_code == 302
    same = client.post("/truong/lich-kiem-tra/", exam | {"where": f"7.{group.pk}", "time": "8:00"})
    assert "đã có buổi kiểm tra khác" in same.content.decode()
    assert client.post("/truong/lich-kiem-tra/", exam | {"where": f"7.{group.pk}", "time": "9:00"}).status_code == 302
    child = group.enrolments.get(student__code="ALPHA1").student
    family = visit("alpha", PARENT).get(f"/con-toi/{inside.unit_id}/{child.pk}/").content.decode()
    assert "Cuối kì" in family
    row = ExamSlot.objects.order_by("starts_at").first()
    assert row is not None
    assert client.post("/truong/lich-kiem-tra/", {"action": "remove", "exam": row.pk}).status_code == 302
    assert client.post("/truong/lich-kiem-tra/", {"action": "remove", "exam": row.pk}).status_code == 404
    assert ExamSlot.objects.count() == 1
    assert visit("alpha", "gv.alpha@example.vn").get("/truong/lich-kiem-tra/").status_code == 403
