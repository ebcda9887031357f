"""Registers, leaves and the pages of both sides."""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from typing import Any

import pytest
from django.utils import timezone

from school_services.attendance import adms, devices, leaves, registers
from school_services.attendance.models import Badge, Entry, LeaveRequest, Register
from school_services.attendance.rules import State
from school_services.errors import Conflict, Invalid, NotFound, PermissionRefused
from school_services.identity.actor import Actor, Grant
from school_services.identity.models import AuditEntry, User
from school_services.rosters.models import ClassGroup, Guardianship, Student
from tenants import context
from tests.world import CANARY

pytestmark = pytest.mark.django_db
PARENT = "84912000001"


@pytest.fixture(autouse=True)
def _inside(alpha: Any) -> Iterator[None]:
    with context.enter(alpha):
        yield


def account(login: str) -> int:
    return User.objects.values_list("pk", flat=True).get(username=login)


@pytest.fixture
def teacher(alpha: Any) -> Actor:
    return Actor(account("gv.alpha@example.vn"), "GV", (Grant("teacher", alpha.unit_id),))


@pytest.fixture
def head(alpha: Any) -> Actor:
    return Actor(account("vp.alpha@example.vn"), "HT", (Grant("principal", alpha.unit_id),))


@pytest.fixture
def parent() -> Actor:
    return Actor(account(PARENT), "PH", ())


@pytest.fixture
def group(alpha: Any) -> int:
    with context.scope((alpha.unit_id,)):
        return ClassGroup.objects.get().pk


@pytest.fixture
def pupils(alpha: Any) -> list[int]:
    with context.scope((alpha.unit_id,)):
        return list(Student.objects.filter(unit_id=alpha.unit_id).order_by("code").values_list("pk", flat=True))


@pytest.fixture
def where(alpha: Any, group: int) -> dict[str, Any]:
    return {"unit_id": alpha.unit_id, "group_id": group, "day": timezone.localdate(), "session": "S"}


def states(alpha: Any) -> dict[int, str]:
    with context.scope((alpha.unit_id,)):
        return dict(Entry.objects.filter(superseded_at__isnull=True).values_list("student_id", "state"))


def test_only_the_absentees_are_named(alpha: Any, teacher: Actor, where: Any, pupils: list[int]) -> None:
    assert [row.state for row in registers.sheet(actor=teacher, **where).rows] == [State.PRESENT] * 3
    assert registers.take(actor=teacher, **where, states={pupils[1]: State.UNEXCUSED}) == 3
    assert states(alpha) == {pupils[0]: "CO_MAT", pupils[1]: "K", pupils[2]: "CO_MAT"}
    assert registers.take(actor=teacher, **where, states={pupils[1]: State.UNEXCUSED}) == 0, "sent twice"
    sheet = registers.sheet(actor=teacher, **where)
    assert (sheet.absent, sheet.taken_by) == (1, "Giáo Viên Alpha")
    assert [row.absences.unexcused for row in sheet.rows if row.student_id == pupils[1]] == [1]


def test_a_correction_keeps_what_was_there(
    alpha: Any, teacher: Actor, head: Actor, where: Any, pupils: list[int]
) -> None:
    registers.take(actor=teacher, **where, states={pupils[0]: State.UNEXCUSED})
    assert registers.close_day(actor=head, unit_id=alpha.unit_id, day=where["day"]) == 1
    with pytest.raises(Conflict, match="register_closed"):
        registers.take(actor=teacher, **where, states={pupils[0]: State.PRESENT})
    with pytest.raises(Invalid, match="reason_needed"):
        registers.take(actor=head, **where, states={pupils[0]: State.PRESENT})
    assert registers.take(actor=head, **where, states={pupils[0]: State.LATE}, reason="Đến lúc 7:20") == 1
    with context.scope((alpha.unit_id,)):
        kept = list(Entry.objects.filter(student_id=pupils[0]).order_by("pk").values_list("state", "reason"))
        assert kept == [("K", ""), ("MUON", "Đến lúc 7:20")]
        assert AuditEntry.objects.filter(action="correct_attendance", subject_id=pupils[0]).count() == 1


def test_terminals_suggest_and_the_teacher_decides(alpha: Any, teacher: Actor, where: Any, pupils: list[int]) -> None:
    office = Actor(teacher.user_id, "VP", (Grant("registrar", alpha.unit_id),))
    pk = devices.add_device(actor=office, unit_id=alpha.unit_id, serial="CJZU210560001", name="Cổng").pk
    with context.scope((alpha.unit_id,)):
        for position, student in enumerate(pupils):
            Badge.objects.create(unit_id=alpha.unit_id, pin=f"100{position}", student_id=student)
        device = devices.known(alpha.unit_id, "CJZU210560001")
        assert device is not None
        assert device.pk == pk
        day = f"{where['day']:%Y-%m-%d}"
        devices.take_upload(
            device,
            adms.parse_attlog(f"1000\t{day} 06:55:00\t0\t1\n1001\t{day} 07:20:00\t0\t1\n1001\t{day} 16:00:00\t1\t1\n"),
        )
    found = {row.student_id: row for row in registers.sheet(actor=teacher, **where).rows}
    assert [found[pk].state for pk in pupils] == [State.PRESENT, State.LATE, State.UNEXCUSED]
    assert found[pupils[1]].punched == datetime.time(7, 20)
    registers.take(actor=teacher, **where, states={pupils[2]: State.PRESENT})
    after = {row.student_id: row.state for row in registers.sheet(actor=teacher, **where).rows}
    assert after[pupils[2]] is State.PRESENT


def test_the_same_queries_for_three_and_thirty(
    alpha: Any, teacher: Actor, where: Any, group: int, django_assert_num_queries: Any
) -> None:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    from school_services.rosters.models import Enrolment

    def count() -> int:
        with CaptureQueriesContext(connection) as captured:
            registers.sheet(actor=teacher, **where)
        return len(captured)

    few = count()
    with context.scope((alpha.unit_id,)):
        for number in range(27):
            student = Student.objects.create(
                unit_id=alpha.unit_id,
                code=f"MOI{number}",
                full_name=f"Em Mới {number}",
                birth_date=datetime.date(2014, 1, 1),
                gender="1",
            )
            Enrolment.objects.create(
                unit_id=alpha.unit_id, student=student, class_group_id=group, valid_from=datetime.date(2026, 8, 1)
            )
    assert count() == few
    assert len(registers.sheet(actor=teacher, **where).rows) == 30


def test_strangers_neither_read_nor_write(alpha: Any, beta: Any, where: Any, pupils: list[int], parent: Actor) -> None:
    other_teacher = Actor(account("gv.beta@example.vn"), "GV", (Grant("teacher", beta.unit_id),))
    colleague = Actor(account("vp.beta@example.vn"), "GV", (Grant("teacher", alpha.unit_id),))  # of no class here
    for actor in (other_teacher, colleague, parent):
        with pytest.raises(PermissionRefused):
            registers.sheet(actor=actor, **where)
        with pytest.raises(PermissionRefused):
            registers.take(actor=actor, **where, states={pupils[0]: State.UNEXCUSED})
        with pytest.raises(PermissionRefused):
            registers.close_day(actor=actor, unit_id=alpha.unit_id, day=where["day"])
    with context.scope((alpha.unit_id,)):
        assert not Entry.objects.exists()
        assert not Register.objects.exists()
        assert AuditEntry.objects.filter(allowed=False).count() == 9


def test_bad_input_writes_nothing(alpha: Any, teacher: Actor, where: Any, pupils: list[int]) -> None:
    tomorrow = where | {"day": where["day"] + datetime.timedelta(days=1)}
    with pytest.raises(Invalid, match="register_future"):
        registers.take(actor=teacher, **tomorrow, states={})
    with pytest.raises(NotFound):
        registers.take(actor=teacher, **(where | {"session": "X"}), states={})
    with pytest.raises(NotFound, match="student"):
        registers.take(actor=teacher, **where, states={pupils[0]: State.LATE, 10**9: State.LATE})
    with pytest.raises(Invalid, match="register_state"):
        registers.take(actor=teacher, **where, states={pupils[0]: State.HOLIDAY})
    assert states(alpha) == {}


# -- leaves


@pytest.fixture
def child(alpha: Any, parent: Actor) -> int:
    with context.scope((), user=parent.user_id):
        return Guardianship.objects.values_list("student_id", flat=True).get(
            unit_id=alpha.unit_id, user_id=parent.user_id
        )


def ask(parent: Actor, child: int, days: int = 0, **more: Any) -> int:
    day = timezone.localdate() + datetime.timedelta(days=days)
    return leaves.ask(actor=parent, student_id=child, **({"first_day": day, "last_day": day, "reason": "Sốt"} | more))


def test_leave_is_asked_approved_and_the_register_follows(
    alpha: Any, teacher: Actor, head: Actor, parent: Actor, child: int, where: Any
) -> None:
    registers.take(actor=teacher, **where, states={child: State.UNEXCUSED})
    pk = ask(parent, child)
    (waiting,) = leaves.waiting(actor=head, unit_id=alpha.unit_id)
    assert (waiting.pk, waiting.class_name, waiting.reason) == (pk, "7A1", "Sốt")
    leaves.decide(actor=head, unit_id=alpha.unit_id, request_id=pk, approve=True)
    assert states(alpha)[child] == "P"
    assert [leave.state for leave in leaves.of_child(actor=parent, student_id=child)] == ["approved"]
    (days,) = leaves.days_of_children(parent, unit_ids=(alpha.unit_id,))
    assert (days.excused, days.unexcused, days.sessions[0].state) == (1, 0, State.EXCUSED)
    with pytest.raises(Conflict, match="leave_decided"):
        leaves.decide(actor=head, unit_id=alpha.unit_id, request_id=pk, approve=False, answer="x")


def test_who_came_although_on_leave_is_present(
    teacher: Actor, head: Actor, parent: Actor, child: int, alpha: Any, where: Any
) -> None:
    registers.take(actor=teacher, **where, states={})
    leaves.decide(actor=head, unit_id=alpha.unit_id, request_id=ask(parent, child), approve=True)
    assert states(alpha)[child] == "CO_MAT"


def test_one_request_for_a_day_and_none_for_the_long_past(parent: Actor, child: int, alpha: Any) -> None:
    pk = ask(parent, child, sessions="S")
    with pytest.raises(Conflict, match="leave_open"):
        ask(parent, child)
    ask(parent, child, sessions="C")
    leaves.withdraw(actor=parent, student_id=child, request_id=pk)
    ask(parent, child, sessions="S")
    for days, more, code in (
        (-4, {}, "leave_days"),
        (0, {"last_day": timezone.localdate() - datetime.timedelta(days=1)}, "leave_days"),
        (5, {"last_day": timezone.localdate() + datetime.timedelta(days=35)}, "leave_days"),
        (5, {"reason": "  "}, "leave_reason"),
        (5, {"sessions": "X"}, "leave_sessions"),
    ):
        with pytest.raises(Invalid, match=code):
            ask(parent, child, days, **more)


def test_another_familys_child_is_not_there(alpha: Any, parent: Actor, child: int, pupils: list[int]) -> None:
    stranger = Actor(account("84912000002"), "PH", ())
    pk = ask(parent, child)
    for attempt in (
        lambda: ask(stranger, child),
        lambda: leaves.of_child(actor=stranger, student_id=child),
        lambda: leaves.withdraw(actor=stranger, student_id=child, request_id=pk),
        lambda: leaves.withdraw(actor=stranger, student_id=pupils[1], request_id=pk),
    ):
        with pytest.raises(NotFound):
            attempt()
    with context.scope((alpha.unit_id,)):
        assert LeaveRequest.objects.get().state == "pending"


def test_only_homeroom_and_leaders_decide(
    alpha: Any, beta: Any, teacher: Actor, head: Actor, parent: Actor, child: int, group: int
) -> None:
    pk = ask(parent, child)
    beta_head = Actor(head.user_id, "HT", (Grant("principal", beta.unit_id),))
    for actor in (teacher, beta_head, parent):
        with pytest.raises(PermissionRefused):
            leaves.decide(actor=actor, unit_id=alpha.unit_id, request_id=pk, approve=True)
    with context.scope((alpha.unit_id,)):
        ClassGroup.objects.filter(pk=group).update(homeroom_teacher_id=teacher.user_id)
    with pytest.raises(Invalid, match="note_needed"):
        leaves.decide(actor=teacher, unit_id=alpha.unit_id, request_id=pk, approve=False)
    leaves.decide(actor=teacher, unit_id=alpha.unit_id, request_id=pk, approve=False, answer="Có bài kiểm tra")
    assert leaves.of_child(actor=parent, student_id=child)[0].answer == "Có bài kiểm tra"


# -- pages


def test_the_pages_without_javascript(alpha: Any, visit: Any, where: Any, pupils: list[int], child: int) -> None:
    page = f"/truong/diem-danh/lop/{where['group_id']}/{where['day']:%Y-%m-%d}/s/"
    staff = visit("alpha", "gv.alpha@example.vn")
    assert CANARY["alpha"] in staff.get(page).content.decode()
    assert staff.post(page, {f"s{pupils[0]}": "K"}).status_code == 302
    assert states(alpha)[pupils[0]] == "K"
    assert staff.post(page, {f"s{pupils[0]}": "XX"}).status_code == 422
    family = visit("alpha", PARENT)
    leave = f"/diem-danh/con/{child}/xin-nghi/"
    today = timezone.localdate().isoformat()
    assert (
        family.post(leave, {"first_day": today, "last_day": today, "sessions": "SC", "reason": ""}).status_code == 422
    )
    assert (
        family.post(leave, {"first_day": today, "last_day": today, "sessions": "SC", "reason": "Sốt"}).status_code
        == 302
    )
    assert "Sốt" in family.get(leave).content.decode()
    assert visit("alpha", "84912000002").get(leave).status_code == 404
    assert visit("alpha").get(leave).status_code == 302
    assert visit("alpha", PARENT).get(page).status_code == 403
