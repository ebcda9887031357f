"""What families are told of the day, once, and not before the hour; numbers for the kitchen and for everybody."""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from school_services.attendance import adms, devices, leaves, notices, registers, rules, today
from school_services.attendance.models import Badge, Entry, LeaveRequest, NoticeSetting
from school_services.attendance.rules import State
from school_services.errors import PermissionRefused
from school_services.identity.actor import Actor, Grant
from school_services.identity.models import User
from school_services.messaging.models import Message
from school_services.rosters.models import ClassGroup, Enrolment, Guardianship, Student
from tenants import context

pytestmark = pytest.mark.django_db
DAY = datetime.date(2026, 11, 23)


@pytest.fixture(autouse=True)
def _monday(monkeypatch: pytest.MonkeyPatch) -> None:
    now = datetime.datetime.combine(DAY, datetime.time(7, 30), timezone.get_default_timezone())
    monkeypatch.setattr(timezone, "now", lambda: now)


@pytest.fixture
def inside(alpha: Any) -> Iterator[Any]:
    with context.enter(alpha), context.scope((alpha.unit_id,)):
        yield alpha


def account(login: str) -> int:
    return User.objects.values_list("pk", flat=True).get(username=login)


@pytest.fixture
def head(inside: Any) -> Actor:
    return Actor(account("vp.alpha@example.vn"), "HT", (Grant("principal", inside.unit_id),))


@pytest.fixture
def pupils(inside: Any) -> list[int]:
    return list(Student.objects.order_by("code").values_list("pk", flat=True))


def take(head: Actor, alpha: Any, states: dict[int, State], session: str = "S") -> None:
    registers.take(actor=head, unit_id=alpha.unit_id, group_id=ClassGroup.objects.get().pk, day=DAY, session=session, states=states)


def told() -> list[tuple[str, str]]:
    return sorted(Message.objects.exclude(key="world").values_list("kind", "recipient__username"))


def scheduled() -> list[datetime.datetime | None]:
    with connection.cursor() as cursor:
        cursor.execute("select scheduled_at from procrastinate_jobs where task_name = 'attendance.tell_session'")
        return [row[0] for row in cursor.fetchall()]


def test_told_ten_minutes_after_coming_late_ends(inside: Any, head: Actor, pupils: list[int]) -> None:
    take(head, inside, {pupils[0]: State.UNEXCUSED, pupils[1]: State.LATE, pupils[2]: State.UNEXCUSED})
    take(head, inside, {pupils[2]: State.PRESENT})
    (at,) = scheduled()
    assert at is not None
    assert timezone.localtime(at).strftime("%H:%M") == "08:10"
    assert told() == [], "not before"
    for _ in range(3):
        notices.tell(inside.unit_id, DAY, "S")
    assert told() == [("absence", "84912000001")], "the third has no family, was corrected; late is not asked for"
    message = Message.objects.get(kind="absence")
    assert "buổi sáng ngày 23/11/2026" in message.body.lower()
    assert message.student_id == pupils[0]


def test_a_mistake_put_right_before_the_hour_is_never_told(inside: Any, head: Actor, pupils: list[int]) -> None:
    take(head, inside, {pupils[0]: State.UNEXCUSED})
    take(head, inside, {pupils[0]: State.PRESENT})
    notices.tell(inside.unit_id, DAY, "S")
    assert told() == []


def test_every_guardian_and_who_came_late_where_the_school_wants_it(inside: Any, head: Actor, pupils: list[int]) -> None:
    Guardianship.objects.create(unit_id=inside.unit_id, user_id=account("84912000002"), student_id=pupils[0])
    notices.set_notices(actor=head, unit_id=inside.unit_id, late=True, arrivals=False)
    take(head, inside, {pupils[0]: State.UNEXCUSED, pupils[1]: State.LATE})
    notices.tell(inside.unit_id, DAY, "S")
    assert told() == [("absence", "84912000001"), ("absence", "84912000002"), ("late", "84912000002")]
    with pytest.raises(PermissionRefused):
        notices.set_notices(actor=Actor(head.user_id, "", (Grant("teacher", inside.unit_id),)), unit_id=inside.unit_id, late=False, arrivals=False)


@pytest.mark.parametrize(("before", "step"), [(28, []), (29, ["30"]), (44, ["40"]), (45, ["46"])])
def test_many_absences(inside: Any, head: Actor, pupils: list[int], before: int, step: list[str]) -> None:
    """Told at 30, 40 and more than 45 sessions; one warning a step and year."""
    group = ClassGroup.objects.get()
    Entry.objects.bulk_create(
        Entry(
            unit_id=inside.unit_id, student_id=pupils[0], class_group=group, day=DAY - datetime.timedelta(days=1 + number // 2),
            session="SC"[number % 2], state="P", recorded_by_id=head.user_id, recorded_at=timezone.now(),
        )
        for number in range(before)
    )  # fmt: skip
    take(head, inside, {pupils[0]: State.EXCUSED})
    notices.tell(inside.unit_id, DAY, "S")
    notices.tell(inside.unit_id, DAY, "S")
    keys = Message.objects.filter(kind="warning").values_list("key", flat=True)
    assert [key.rpartition(":")[2] for key in keys] == step


def test_warnings_by_table() -> None:
    assert [rules.warning(n) for n in (0, 29, 30, 39, 40, 45, 46, 90)] == [0, 0, 30, 30, 40, 40, 46, 46]
    assert [rules.school_year(datetime.date(2026, month, 1)) for month in (1, 7, 8, 12)] == [2025, 2025, 2026, 2026]


def test_a_leave_that_is_decided_is_told(inside: Any, head: Actor, pupils: list[int]) -> None:
    parent = Actor(account("84912000001"), "PH", ())
    for days, approve, answer in ((0, True, ""), (1, False, "Có bài kiểm tra")):
        day = DAY + datetime.timedelta(days=days)
        pk = leaves.ask(actor=parent, student_id=pupils[0], first_day=day, last_day=day, reason="Sốt")
        leaves.decide(actor=head, unit_id=inside.unit_id, request_id=pk, approve=approve, answer=answer)
    first, second = Message.objects.filter(kind="leave").order_by("pk").values_list("body", flat=True)
    assert "được duyệt" in first
    assert "không được duyệt. Có bài kiểm tra" in second


def test_arrivals(inside: Any, head: Actor, pupils: list[int]) -> None:
    office = Actor(head.user_id, "VP", (Grant("registrar", inside.unit_id),))
    device = devices.add_device(actor=office, unit_id=inside.unit_id, serial="CJZU210560001", name="Cổng")
    for number, pk in enumerate(pupils):
        Badge.objects.create(unit_id=inside.unit_id, pin=f"100{number}", student_id=pk)

    def punch(text: str) -> None:
        devices.take_upload(device, adms.parse_attlog("".join(f"{pin}\t2026-11-23 {at}\t0\t1\n" for pin, at in (part.split("@") for part in text.split()))))
        notices.tell_arrived(inside.unit_id)

    with connection.cursor() as cursor:
        devices.take_upload(device, adms.parse_attlog("1000\t2026-11-23 07:25:00\t0\t1\n"))
        cursor.execute("select count(*) from procrastinate_jobs where task_name = 'attendance.tell_arrivals'")
        assert cursor.fetchone() == (0,), "only where the school wants it"
        NoticeSetting.objects.create(unit_id=inside.unit_id, arrivals=True)
        devices.take_upload(device, adms.parse_attlog("1000\t2026-11-23 07:25:30\t0\t1\n"))
        cursor.execute("select count(*) from procrastinate_jobs where task_name = 'attendance.tell_arrivals'")
        assert cursor.fetchone() == (1,)
    punch("1000@07:26:00 1000@07:27:00 1001@06:50:00 9999@07:28:00")
    punch("1000@07:29:00")
    (message,) = Message.objects.filter(kind="arrival")
    assert message.recipient.username == "84912000001"
    assert "07:25" in message.title, "the first punch; the second pupil's was 40 minutes ago and is no news"


def test_the_same_queries_for_three_and_thirty(inside: Any, head: Actor, pupils: list[int]) -> None:
    def count(session: str) -> int:
        take(head, inside, dict.fromkeys(Student.objects.values_list("pk", flat=True), State.UNEXCUSED), session)
        with CaptureQueriesContext(connection) as captured:
            notices.tell(inside.unit_id, DAY, session)
        return len(captured)

    notices.tell(inside.unit_id, DAY, "S")
    count("S")
    few = count("C")
    Entry.objects.all().delete()
    Message.objects.all().delete()
    for number in range(27):
        student = Student.objects.create(unit_id=inside.unit_id, code=f"N{number}", full_name="Em Mới", birth_date=DAY, gender="1")
        Enrolment.objects.create(unit_id=inside.unit_id, student=student, class_group=ClassGroup.objects.get(), valid_from=datetime.date(2026, 8, 1))
        Guardianship.objects.create(unit_id=inside.unit_id, student=student, user_id=account("84912000002"))
    assert count("C") == few


def test_meals(inside: Any, head: Actor, pupils: list[int]) -> None:
    parent = Actor(account("84912000001"), "PH", ())
    pk = leaves.ask(actor=parent, student_id=pupils[0], first_day=DAY, last_day=DAY, reason="Sốt")
    leaves.decide(actor=head, unit_id=inside.unit_id, request_id=pk, approve=True)
    (row,) = today.meals(actor=head, unit_id=inside.unit_id, day=DAY)
    assert (row.students, row.meals, row.sure) == (3, 2, False)
    take(head, inside, {pupils[0]: State.PRESENT, pupils[1]: State.UNEXCUSED, pupils[2]: State.EXCUSED})
    (row,) = today.meals(actor=head, unit_id=inside.unit_id, day=DAY)
    assert (row.meals, row.sure) == (1, True)
    with pytest.raises(PermissionRefused):
        today.meals(actor=parent, unit_id=inside.unit_id, day=DAY)


def test_everybody_reads_a_number_and_of_few_children_none(inside: Any, head: Actor, pupils: list[int]) -> None:
    take(head, inside, {pupils[0]: State.UNEXCUSED})
    assert today.public(inside.unit_id, DAY, "S") is None, "three children: the number would say who"
    for number in range(27):
        student = Student.objects.create(unit_id=inside.unit_id, code=f"N{number}", full_name="Em Mới", birth_date=DAY, gender="1")
        Enrolment.objects.create(unit_id=inside.unit_id, student=student, class_group=ClassGroup.objects.get(), valid_from=datetime.date(2026, 8, 1))
    found = today.public(inside.unit_id, DAY, "S")
    assert found == today.Today(1, 1, 30, 29)
    assert found.percent == 97
    assert today.public(inside.unit_id, DAY, "C") is None
    assert LeaveRequest.objects.count() == 0
