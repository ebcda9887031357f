"""“Con tôi”: children of two schools in one timeline, the record of one, consents, who looked, the export."""

from __future__ import annotations

import datetime
import json
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from school_services.errors import Conflict, Invalid, NotFound, PermissionRefused
from school_services.family import timeline
from school_services.gradebook.models import Mark, TermReport
from school_services.identity import actor as actors
from school_services.identity.models import AuditEntry, User
from school_services.rosters import guardians
from school_services.rosters.consent_rules import Purpose
from school_services.rosters.models import (
    ClassGroup,
    Consent,
    Enrolment,
    ExamSlot,
    Guardianship,
    Student,
    Subject,
    Term,
    TimetableSlot,
)
from tenants import context
from tests.world import CANARY

pytestmark = pytest.mark.django_db
PARENT, OTHER = "84912000001", "84912000002"


def child_of(portal: Any, number: int = 1) -> Student:
    with context.enter(portal), context.scope((portal.unit_id,)):
        return Student.objects.get(code=f"{portal.slug.upper()}{number}")


def person(portal: Any, login: str) -> Any:
    with context.enter(portal):
        return actors.load(User.objects.get(username=login))


def test_children_of_two_schools_in_one_timeline(alpha: Any, beta: Any, visit: Any) -> None:
    client = visit("alpha", PARENT)
    page = client.get("/con-toi/")
    body = page.content.decode()
    assert f"Em {CANARY['alpha']} Số1" in body
    assert f"Em {CANARY['beta']} Số1" in body
    assert "thường xuyên 6,5" in body
    assert f"Em {CANARY['alpha']} Số2" not in body
    assert page["Cache-Control"].count("no-store") == 1


def test_new_since_the_last_look(alpha: Any, visit: Any) -> None:
    client = visit("alpha", PARENT)
    client.get("/con-toi/")
    assert "mục mới" not in client.get("/con-toi/").content.decode()
    with context.enter(alpha), context.scope((alpha.unit_id,)):
        later = timezone.now() + timedelta(seconds=1)
        Mark.objects.filter(student__code="ALPHA1").update(recorded_at=later)
    page = client.get("/con-toi/").content.decode()
    assert "1 mục mới" in page


def test_queries_are_the_same_for_one_child_and_many(alpha: Any, beta: Any) -> None:
    actor = person(alpha, PARENT)

    def count() -> int:
        with CaptureQueriesContext(connection) as queries:
            timeline.timeline(actor)
        return len([q for q in queries if "set_config" not in q["sql"]])

    with context.enter(alpha):
        few = count()
    with context.enter(alpha), context.scope((alpha.unit_id,)):
        group = ClassGroup.objects.get()
        for number in range(20):
            student = Student.objects.create(
                unit_id=alpha.unit_id, code=f"C{number}", full_name=f"Con {number}", birth_date="2014-01-01", gender="1"
            )
            Enrolment.objects.create(unit_id=alpha.unit_id, student=student, class_group=group, valid_from="2026-09-05")
            Guardianship.objects.create(unit_id=alpha.unit_id, user_id=actor.user_id, student=student)
    with context.enter(alpha):
        assert count() == few


def test_lessons_and_exams_of_many_children_are_as_many_queries_as_of_one(alpha: Any, beta: Any) -> None:
    actor = person(alpha, PARENT)

    def count() -> int:
        with CaptureQueriesContext(connection) as queries:
            found = timeline.schedules(actor)
        assert all(entry.timetable and len(entry.exams) == 1 for entry in found if entry.child.unit_id == alpha.unit_id)
        return len([q for q in queries if "set_config" not in q["sql"]])

    with context.enter(alpha), context.scope((alpha.unit_id,)):
        first = ClassGroup.objects.get()
        subject, term = Subject.objects.get(level="THCS", code="VAN"), Term.objects.get(year=first.year, number=1)
        groups = [first]
        for number in range(2, 14):
            groups.append(
                ClassGroup.objects.create(unit_id=alpha.unit_id, year=first.year, grade=7, name=f"7A{number}")
            )
        for group in groups:
            TimetableSlot.objects.create(unit_id=alpha.unit_id, class_group=group, weekday=2, period=1, subject=subject,
                                         room=group.name, valid_from="2026-09-05")  # fmt: skip
            ExamSlot.objects.create(unit_id=alpha.unit_id, term=term, grade=7, class_group=group, subject=subject,
                                    label=group.name, starts_at=timezone.now() + timedelta(days=3), minutes=45)  # fmt: skip
    with context.enter(alpha):
        few = count()
    with context.enter(alpha), context.scope((alpha.unit_id,)):
        for group in groups[1:]:
            student = Student.objects.create(
                unit_id=alpha.unit_id, code=f"C{group.name}", full_name="Con", birth_date="2014-01-01", gender="1"
            )
            Enrolment.objects.create(unit_id=alpha.unit_id, student=student, class_group=group, valid_from="2026-09-05")
            Guardianship.objects.create(unit_id=alpha.unit_id, user_id=actor.user_id, student=student)
    with context.enter(alpha):
        assert count() == few
        for entry in timeline.schedules(actor):
            if entry.child.unit_id == alpha.unit_id:
                assert entry.timetable[0].lessons[0].room == entry.child.class_name == entry.exams[0].label


def test_the_record_shows_parts_with_data_alone(alpha: Any, visit: Any) -> None:
    student = child_of(alpha)
    client = visit("alpha", PARENT)
    address = f"/con-toi/{alpha.unit_id}/{student.pk}/"
    bare = client.get(address).content.decode()
    assert 'id="diem"' in bare
    for part in ("nhan-xet", "tkb", "kiem-tra"):
        assert f'id="{part}"' not in bare
    with context.enter(alpha), context.scope((alpha.unit_id,)):
        group, subject = ClassGroup.objects.get(), Subject.objects.get(level="THCS", code="VAN")
        teacher = User.objects.get(username="gv.alpha@example.vn")
        term = Term.objects.get(year=group.year, number=1)
        now = timezone.now()
        TermReport.objects.create(unit_id=alpha.unit_id, student=student, class_group=group, term=term, conduct=3,
                                  absences=2, comment="Rất chăm", recorded_by=teacher, recorded_at=now,
                                  published_at=now)  # fmt: skip
        TimetableSlot.objects.create(unit_id=alpha.unit_id, class_group=group, weekday=2, period=1, subject=subject,
                                     teacher=teacher, room="P.12", valid_from="2026-09-05")  # fmt: skip
        ExamSlot.objects.create(unit_id=alpha.unit_id, term=term, grade=7, subject=subject, label="Giữa kì",
                                starts_at=now + timedelta(days=3), minutes=90)  # fmt: skip
        ExamSlot.objects.create(unit_id=alpha.unit_id, term=term, grade=8, subject=subject, label="Khối khác",
                                starts_at=now + timedelta(days=3), minutes=90)  # fmt: skip
    full = client.get(address).content.decode()
    for text in ('id="nhan-xet"', "Rất chăm", 'id="tkb"', "P.12", 'id="kiem-tra"', "90 phút"):
        assert text in full
    assert "Khối khác" not in full


@pytest.mark.parametrize("path", ["", "dong-y/", "tai-ve/"])
def test_somebody_elses_child_and_an_absent_one_answer_alike(alpha: Any, visit: Any, path: str) -> None:
    student = child_of(alpha, 3)
    client = visit("alpha", PARENT)
    answers = []
    for unit, pk in ((alpha.unit_id, student.pk), (alpha.unit_id, 999_999), (999_999, student.pk)):
        address = f"/con-toi/{unit}/{pk}/{path}"
        data = {"purpose": "PHOTO", "action": "give"}
        response = client.post(address, data) if path else client.get(address)
        assert response.status_code == 404, address
        answers.append(response.content.decode().split("<main")[1].split("</main>")[0])
    assert len(set(answers)) == 1
    with context.enter(alpha), context.scope((alpha.unit_id,)):
        assert AuditEntry.objects.filter(allowed=False, subject_id=student.pk).count() == 1
        assert Consent.objects.count() == 0


def test_consent_is_an_act_for_one_purpose_and_can_be_withdrawn(alpha: Any, visit: Any) -> None:
    student = child_of(alpha)
    client = visit("alpha", PARENT)
    address = f"/con-toi/{alpha.unit_id}/{student.pk}/"
    assert client.get(address).content.decode().count("Tôi đồng ý") == 3, "nothing is agreed to by default"
    client.post(f"{address}dong-y/", {"purpose": "CAMERA", "action": "give"})
    client.post(f"{address}dong-y/", {"purpose": "PHOTO", "action": "give"})
    page = client.get(address).content.decode()
    assert page.count("Đã đồng ý") == 1
    assert "Từ 7 tuổi, con cũng phải đồng ý" in page
    client.post(f"{address}dong-y/", {"purpose": "PHOTO", "action": "give", "child": "1"})
    with context.enter(alpha), context.scope((alpha.unit_id,)):
        rows = Consent.objects.order_by("pk")
        assert [(r.purpose, r.child_agrees, r.channel, r.text_version) for r in rows] == [
            ("CAMERA", False, "web", guardians.TEXT_VERSION), ("PHOTO", True, "web", guardians.TEXT_VERSION)
        ]  # fmt: skip
        assert guardians.with_consent(
            unit_id=alpha.unit_id, student_ids=[student.pk, student.pk + 1], purpose=Purpose.CAMERA
        ) == {student.pk}
    client.post(f"{address}dong-y/", {"purpose": "CAMERA", "action": "withdraw"})
    with context.enter(alpha), context.scope((alpha.unit_id,)):
        row = Consent.objects.get(purpose="CAMERA")
        assert row.withdrawn_at is not None, "the proof stays"
        assert not guardians.with_consent(unit_id=alpha.unit_id, student_ids=[student.pk], purpose=Purpose.CAMERA)
    for bad in ("", "ALLES"):
        assert client.post(f"{address}dong-y/", {"purpose": bad, "action": "give"}).status_code == 422


def test_consent_services(alpha: Any) -> None:
    student = child_of(alpha)
    actor = person(alpha, PARENT)
    what = {"actor": actor, "unit_id": alpha.unit_id, "student_id": student.pk}
    with context.enter(alpha):
        with pytest.raises(NotFound):
            guardians.withdraw_consent(**what, purpose=Purpose.DATA)
        with pytest.raises(Invalid):
            guardians.give_consent(**what, purpose=Purpose.PHOTO)
        guardians.give_consent(**what, purpose=Purpose.DATA)
        with pytest.raises(Conflict):
            guardians.give_consent(**what, purpose=Purpose.DATA)


def test_a_consent_for_a_small_child_ends_where_the_child_must_agree(alpha: Any) -> None:
    student = child_of(alpha)
    with context.enter(alpha), context.scope((alpha.unit_id,)):
        today = timezone.localdate()
        Student.objects.filter(pk=student.pk).update(birth_date=today.replace(year=today.year - 6))
        actor = actors.load(User.objects.get(username=PARENT))
        guardians.give_consent(actor=actor, unit_id=alpha.unit_id, student_id=student.pk, purpose=Purpose.PHOTO)
        what = {"unit_id": alpha.unit_id, "student_ids": [student.pk], "purpose": Purpose.PHOTO}
        assert guardians.with_consent(**what) == {student.pk}  # type: ignore[arg-type]
        Student.objects.filter(pk=student.pk).update(birth_date=datetime.date(today.year - 8, 1, 1))
        assert guardians.with_consent(**what) == set()  # type: ignore[arg-type]


def test_who_has_seen_the_record(alpha: Any, visit: Any) -> None:
    student = child_of(alpha)
    with context.enter(alpha), context.scope((alpha.unit_id,)):
        group = ClassGroup.objects.get().pk
        subject = Subject.objects.get(level="THCS", code="TOAN").pk
        term = Term.objects.get(year__code="2026-2027", number=1).pk
    visit("alpha", "gv.alpha@example.vn").get(f"/truong/lop/{group}/mon/{subject}/hoc-ki/{term}/")
    visit("alpha", "gv.beta@example.vn").get(f"/truong/lop/{group}/mon/{subject}/hoc-ki/{term}/")
    page = visit("alpha", PARENT).get(f"/con-toi/{alpha.unit_id}/{student.pk}/").content.decode()
    assert "Giáo Viên Alpha (Giáo viên)" in page
    assert "xem điểm" in page
    assert "Phụ Huynh Hai Con</strong>" not in page, "one's own looks are no news"


def test_export_is_everything_about_the_one_child(alpha: Any, visit: Any) -> None:
    student = child_of(alpha)
    client = visit("alpha", PARENT)
    address = f"/con-toi/{alpha.unit_id}/{student.pk}/tai-ve/"
    assert client.get(address).status_code == 405
    response = client.post(address)
    assert response["Content-Disposition"].startswith("attachment")
    data = json.loads(response.content)
    assert data["hoc_sinh"]["ma"] == "ALPHA1"
    assert data["diem"][0]["thuong_xuyen"] == ["6,5"]
    assert "Số2" not in response.content.decode()
    with context.enter(alpha), context.scope((alpha.unit_id,)):
        assert AuditEntry.objects.filter(action="export_child", subject_id=student.pk).exists()


def test_an_ended_link_sees_nothing(alpha: Any) -> None:
    student = child_of(alpha)
    actor = person(alpha, PARENT)
    with context.enter(alpha), context.scope((alpha.unit_id,)):
        Guardianship.objects.filter(student=student).update(ended_at=timezone.now())
    with context.enter(alpha):
        with pytest.raises(PermissionRefused):
            timeline.record(actor, unit_id=alpha.unit_id, student_id=student.pk)
        assert all(child.unit_id != alpha.unit_id for child, _ in timeline.timeline(actor).children)
