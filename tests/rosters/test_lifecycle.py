"""A student's life: class change with its marks, leave and return, the way to another school, the new year."""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import pytest
from django.utils import timezone

from school_services.errors import Conflict, DomainError, Invalid, NotFound, PermissionRefused
from school_services.gradebook import grids, moves
from school_services.gradebook.models import Assessment, CarriedResult, Mark
from school_services.identity import actor as actors
from school_services.identity.actor import Actor
from school_services.identity.models import AuditEntry, User
from school_services.rosters import lifecycle, people, selectors
from school_services.rosters.models import (
    ClassGroup,
    Enrolment,
    Guardianship,
    PolicyCase,
    SchoolYear,
    Student,
    StudentEvent,
    Subject,
    Term,
    Transfer,
)
from tenants import context

pytestmark = pytest.mark.django_db
DAY = datetime.date(2026, 11, 2)


@dataclass
class School:
    unit: int
    office: Actor
    group: ClassGroup
    student: Student

    @property
    def what(self) -> dict[str, Any]:
        return {"actor": self.office, "unit_id": self.unit, "student_id": self.student.pk, "day": DAY}

    def steps(self) -> list[str]:
        return list(StudentEvent.objects.filter(student=self.student).order_by("pk").values_list("kind", flat=True))


def school(portal: Any, office: str) -> School:
    return School(
        portal.unit_id,
        actors.load(User.objects.get(username=office)),
        ClassGroup.objects.select_related("year").get(unit_id=portal.unit_id),
        Student.objects.get(unit_id=portal.unit_id, code=f"{portal.slug.upper()}1"),
    )


@pytest.fixture
def here(alpha: Any) -> Any:
    with context.enter(alpha), context.scope((alpha.unit_id,)):
        yield school(alpha, "vp.alpha@example.vn")


def other_class(here: School, name: str = "7A2") -> ClassGroup:
    return ClassGroup.objects.create(unit_id=here.unit, year=here.group.year, grade=7, name=name)


def test_marks_follow_into_the_new_class(here: School) -> None:
    target = other_class(here)
    old = Mark.objects.get(student=here.student)
    moves.change_class(**here.what, class_group_id=target.pk, reason="Theo nguyện vọng")
    new = Mark.objects.get(student=here.student, superseded_at__isnull=True)
    assert (new.value, new.assessment.class_group_id, new.recorded_at) == (old.value, target.pk, old.recorded_at)
    assert new.assessment.published_at == old.assessment.published_at, "families go on seeing it"
    old.refresh_from_db()
    assert old.superseded_at is not None, "the old row stays"
    spans = Enrolment.objects.filter(student=here.student).order_by("pk").values_list("class_group_id", "valid_to")
    assert list(spans) == [(here.group.pk, DAY), (target.pk, None)]
    assert here.steps() == ["class"]


def test_a_mark_that_stands_in_the_new_class_is_not_overwritten(here: School) -> None:
    target = other_class(here)
    column = Assessment.objects.get()
    twin = Assessment.objects.create(
        unit_id=here.unit, class_group=target, subject=column.subject, term=column.term, kind="TX", ordinal=1
    )
    Mark.objects.create(unit_id=here.unit, assessment=twin, student=here.student, value=Decimal("9.0"),
                        status="RECORDED", recorded_at=timezone.now())  # fmt: skip
    moves.change_class(**here.what, class_group_id=target.pk, reason="x")
    (mark,) = Mark.objects.filter(student=here.student, superseded_at__isnull=True)
    assert mark.value == Decimal("9.0")


@pytest.mark.parametrize(
    ("target", "day", "reason", "code"),
    [
        ("same", DAY, "x", "same_class"),
        ("none", DAY, "x", "class"),
        ("last year", DAY, "x", "class"),
        ("other", DAY, " ", "reason_needed"),
        ("other", datetime.date(2026, 8, 1), "x", "day_span"),
        ("other", datetime.date(2027, 8, 1), "x", "day_span"),
    ],
)
def test_what_is_no_class_change(here: School, target: str, day: datetime.date, reason: str, code: str) -> None:
    last = ClassGroup.objects.create(
        unit_id=here.unit, year=SchoolYear.objects.get(code="2025-2026"), grade=6, name="6A1"
    )
    ids = {"same": here.group.pk, "none": 999_999, "last year": last.pk, "other": other_class(here).pk}
    with pytest.raises(DomainError) as caught:
        moves.change_class(**(here.what | {"day": day}), class_group_id=ids[target], reason=reason)
    assert caught.value.code == code
    assert here.steps() == []


def test_leave_and_come_back(here: School) -> None:
    lifecycle.leave(**here.what, reason="Theo gia đình")
    here.student.refresh_from_db()
    assert here.student.left_at == DAY
    with pytest.raises(Conflict):
        lifecycle.leave(**here.what, reason="Hai lần")
    lifecycle.come_back(**(here.what | {"day": DAY + datetime.timedelta(days=9)}), class_group_id=here.group.pk)
    here.student.refresh_from_db()
    assert here.student.left_at is None
    with pytest.raises(Conflict):
        lifecycle.come_back(**here.what, class_group_id=here.group.pk)
    assert here.steps() == ["left", "returned"]


def test_transfer_records_travel_and_the_old_school_keeps_its_part(alpha: Any, beta: Any) -> None:
    with context.enter(alpha), context.scope((alpha.unit_id,)):
        old = school(alpha, "vp.alpha@example.vn")
        people.set_citizen_id(actor=old.office, unit_id=old.unit, student_id=old.student.pk, number="072 214 004567")
        for kind in ("GK", "CK"):
            column = Assessment.objects.get(kind="TX")
            twin = Assessment.objects.create(unit_id=old.unit, class_group=old.group, subject=column.subject,
                                             term=column.term, kind=kind, ordinal=1)  # fmt: skip
            Mark.objects.create(unit_id=old.unit, assessment=twin, student=old.student, value=Decimal("8.0"),
                                status="RECORDED", recorded_at=timezone.now())  # fmt: skip
        code = moves.prepare_transfer(**old.what, reason="Chuyển nơi ở")
        with pytest.raises(Conflict):
            moves.prepare_transfer(**old.what, reason="Lần nữa")
        assert Enrolment.objects.filter(student=old.student, valid_to__isnull=True).exists(), "still here"
        assert code not in str(Transfer.objects.values().get()), "only a hash is kept"
    with context.enter(beta), context.scope((beta.unit_id,)):
        office = actors.load(User.objects.get(username="vp.beta@example.vn"))
        group = ClassGroup.objects.get()
        take = {"actor": office, "unit_id": beta.unit_id, "class_group_id": group.pk, "day": DAY}
        for wrong in ("", "abc", f"{alpha.unit_id}-AAAAAAAAAA", f"{beta.unit_id}-{code.split('-')[1]}"):
            with pytest.raises(Invalid):
                moves.accept_transfer(**take, code=wrong, student_code="B9")  # type: ignore[arg-type]
        with pytest.raises(Conflict):
            moves.accept_transfer(**take, code=code, student_code="BETA1")  # type: ignore[arg-type]
        arrived = moves.accept_transfer(**take, code=code.lower(), student_code="B9")  # type: ignore[arg-type]
        new = Student.objects.get(pk=arrived.student_id)
        assert (new.uid, new.full_name, new.unit_id) == (old.student.uid, old.student.full_name, beta.unit_id)
        assert (
            people.reveal_citizen_id(actor=office, unit_id=beta.unit_id, student_id=new.pk, purpose="kiểm tra")
            == "072214004567"
        )
        result = CarriedResult.objects.get(item="TOAN")
        assert (result.kind, result.text, result.source) == ("first", "7,8", alpha.name)  # (6,5+16+24)/6
        assert StudentEvent.objects.get(student=new).kind == "in"
        with pytest.raises(Invalid):
            moves.accept_transfer(**take, code=code, student_code="B10")  # type: ignore[arg-type]
        assert Student.objects.filter(uid=old.student.uid).count() == 1, "the other school's row is out of sight"
    with context.enter(alpha), context.scope((alpha.unit_id,)):
        old.student.refresh_from_db()
        assert old.student.left_at == DAY
        assert old.steps() == ["asked", "out"]
        assert Mark.objects.filter(student=old.student).count() == 3
        parent = actors.load(User.objects.get(username="84912000001"))
    with context.enter(beta):
        mine = {child.student_id for child in selectors.children(parent) if child.unit_id == beta.unit_id}
        assert arrived.student_id in mine, "the family's link came along"


def test_the_new_year_leaves_nobody_out(here: School) -> None:
    ids = list(Enrolment.objects.filter(class_group=here.group).values_list("student_id", flat=True))
    year = SchoolYear.objects.create(
        code="2027-2028", starts=datetime.date(2027, 9, 5), ends=datetime.date(2028, 5, 31)
    )
    what = {"actor": here.office, "unit_id": here.unit, "class_group_id": here.group.pk, "year": year}
    for up, repeating in ((ids[:1], []), (ids, ids[:1]), ([*ids, 999_999], [])):
        with pytest.raises(Invalid):
            lifecycle.begin_year(**what, up=up, repeating=repeating, up_to="8A1", repeat_in="7A1")  # type: ignore[arg-type]
    assert lifecycle.begin_year(
        **what,
        up=ids[:1],
        repeating=ids[1:2],
        completed=ids[2:],
        up_to="8A1",
        repeat_in="7A1",  # type: ignore[arg-type]
    ) == len(ids)
    now = dict(Enrolment.objects.filter(valid_to__isnull=True).values_list("student_id", "class_group__name"))
    assert now == {ids[0]: "8A1", ids[1]: "7A1"}
    kinds = StudentEvent.objects.order_by("pk").values_list("kind", flat=True)
    assert list(kinds) == ["up", "repeated", "completed"]


def test_a_late_joiner_has_blanks_in_the_grid(here: School) -> None:
    student = Student.objects.create(
        unit_id=here.unit, code="MUON1", full_name="Em Vào Muộn", birth_date="2014-05-05", gender="2"
    )
    lifecycle.come_back(actor=here.office, unit_id=here.unit, student_id=student.pk, class_group_id=here.group.pk,
                        day=DAY)  # fmt: skip
    teacher = actors.load(User.objects.get(username="gv.alpha@example.vn"))
    term = Term.objects.get(year=here.group.year, number=1)
    subject = Subject.objects.get(level="THCS", code="TOAN")
    grid = grids.grid(
        actor=teacher, unit_id=here.unit, class_group_id=here.group.pk, subject_id=subject.pk, term_id=term.pk
    )
    row = next(row for row in grid.rows if row.student_id == student.pk)
    assert {cell.text for cell in row.cells} == {""}


def test_personal_number_is_checked_sealed_and_masked(here: School) -> None:
    what = {"actor": here.office, "unit_id": here.unit, "student_id": here.student.pk}
    for number, code in (
        ("072314004567", "citizen_id_mismatch"),
        ("072215004567", "citizen_id_mismatch"),
        ("0722140045", "citizen_id_format"),
    ):
        with pytest.raises(Invalid) as caught:
            people.set_citizen_id(**what, number=number)
        assert caught.value.code == code
    assert people.set_citizen_id(**what, number="072214004567") == "072•••••4567"
    row = Student.objects.get(pk=here.student.pk)
    assert "072214004567" not in f"{row.citizen_id} {row.citizen_id_key}"
    assert people.person(**what).citizen_id_mask == "072•••••4567"
    with pytest.raises(Invalid):
        people.reveal_citizen_id(**what, purpose="")
    assert people.reveal_citizen_id(**what, purpose="Làm thẻ BHYT") == "072214004567"
    assert AuditEntry.objects.filter(action="read_citizen_id", reason="Làm thẻ BHYT").exists()
    twin = Student.objects.exclude(pk=row.pk).first()
    assert twin is not None
    with pytest.raises(Conflict):
        people.set_citizen_id(**(what | {"student_id": twin.pk}), number="072214004567")


def test_policy_cases(here: School) -> None:
    what = {"actor": here.office, "unit_id": here.unit, "student_id": here.student.pk}
    case = people.open_case(**what, kind="HO_NGHEO", valid_from=DAY, evidence="QĐ 15/UBND")
    with pytest.raises(Conflict):
        people.open_case(**what, kind="HO_NGHEO", valid_from=DAY, evidence="QĐ 16/UBND")
    for kind, evidence in (("KHAC", "x"), ("MO_COI", " ")):
        with pytest.raises(Invalid):
            people.open_case(**what, kind=kind, valid_from=DAY, evidence=evidence)
    close = {"actor": here.office, "unit_id": here.unit, "case_id": case.pk}
    with pytest.raises(Invalid):
        people.close_case(**close, valid_to=DAY - datetime.timedelta(days=1))
    people.close_case(**close, valid_to=DAY)
    with pytest.raises(NotFound):
        people.close_case(**close, valid_to=DAY)
    people.set_assessed(**what, assessed=False, reason="Giấy xác nhận khuyết tật")
    assert not people.person(**what).assessed


def test_nobody_but_the_office(here: School) -> None:
    """Teachers, families and the office of another school: refused, audited, nothing written."""
    year = SchoolYear.objects.get(code="2026-2027")
    attempts = [
        lambda a, w: moves.change_class(**w, class_group_id=here.group.pk, reason="x"),
        lambda a, w: lifecycle.change_class(**w, class_group_id=here.group.pk, reason="x"),
        lambda a, w: lifecycle.leave(**w, reason="x"),
        lambda a, w: lifecycle.come_back(**w, class_group_id=here.group.pk),
        lambda a, w: moves.prepare_transfer(**w, reason="x"),
        lambda a, w: lifecycle.prepare_transfer(**w, reason="x", travels={}),
        lambda a, w: moves.accept_transfer(
            actor=a, unit_id=here.unit, code="1-A", class_group_id=1, student_code="x", day=DAY
        ),
        lambda a, w: lifecycle.begin_year(actor=a, unit_id=here.unit, class_group_id=here.group.pk, year=year, up=[]),
        lambda a, w: people.person(actor=a, unit_id=here.unit, student_id=here.student.pk),
        lambda a, w: people.set_citizen_id(actor=a, unit_id=here.unit, student_id=here.student.pk, number=""),
        lambda a, w: people.reveal_citizen_id(actor=a, unit_id=here.unit, student_id=here.student.pk, purpose="x"),
        lambda a, w: people.set_assessed(
            actor=a, unit_id=here.unit, student_id=here.student.pk, assessed=False, reason="x"
        ),
        lambda a, w: people.open_case(
            actor=a, unit_id=here.unit, student_id=here.student.pk, kind="MO_COI", valid_from=DAY, evidence="x"
        ),
        lambda a, w: people.close_case(actor=a, unit_id=here.unit, case_id=1, valid_to=DAY),
    ]
    for login in ("gv.alpha@example.vn", "84912000001", "vp.beta@example.vn", "web.alpha@example.vn"):
        actor = actors.load(User.objects.get(username=login))
        for attempt in attempts:
            before = AuditEntry.objects.filter(allowed=False).count()
            with pytest.raises(PermissionRefused):
                attempt(actor, here.what | {"actor": actor})
            assert AuditEntry.objects.filter(allowed=False).count() == before + 1
    assert (StudentEvent.objects.count(), Transfer.objects.count(), PolicyCase.objects.count()) == (0, 0, 0)
    assert Guardianship.objects.count() == 2
