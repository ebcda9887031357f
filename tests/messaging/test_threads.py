"""Family and homeroom teacher: who reads, who writes, when the teacher is told."""

from __future__ import annotations

import datetime
from typing import Any

import pytest
from django.utils import timezone

from school_services.errors import Conflict, Invalid, NotFound, PermissionRefused
from school_services.identity.actor import Actor, Grant
from school_services.identity.models import AuditEntry
from school_services.messaging import threads
from school_services.messaging.models import Line, Message
from school_services.rosters.models import ClassGroup, Guardianship
from tenants import context

from .conftest import BOTH, OTHER, account

pytestmark = pytest.mark.django_db
SATURDAY = datetime.datetime(2026, 11, 28, 20, 0, tzinfo=timezone.get_default_timezone())


@pytest.fixture
def child(inside: Any, teacher: Actor) -> int:
    ClassGroup.objects.update(homeroom_teacher_id=teacher.user_id)
    return Guardianship.objects.values_list("student_id", flat=True).get(user__username=BOTH)


def test_there_and_back(inside: Any, teacher: Actor, parent: Actor, child: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(timezone, "now", lambda: SATURDAY)
    who = {"unit_id": inside.unit_id, "student_id": child}
    threads.write_as_family(actor=parent, **who, text="Cháu ho nhiều, xin cô cho uống nước ấm.")
    told = Message.objects.get(kind="thread")
    assert told.recipient_id == teacher.user_id
    assert timezone.localtime(told.due_at).isoformat() == "2026-11-30T07:00:00+07:00", "an evening stays one"
    (waiting,) = threads.waiting(actor=teacher, unit_id=inside.unit_id)
    assert (waiting.student_id, waiting.unread) == (child, 1)
    thread = threads.of_teacher(actor=teacher, **who)
    assert [(said.text, said.from_family) for said in thread.lines] == [("Cháu ho nhiều, xin cô cho uống nước ấm.", True)]
    threads.write_as_teacher(actor=teacher, **who, text="Vâng ạ.")
    assert threads.waiting(actor=teacher, unit_id=inside.unit_id)[0].unread == 0
    assert Message.objects.filter(kind="thread", recipient_id=parent.user_id).count() == 1
    thread = threads.of_family(actor=parent, **who)
    assert [said.text for said in thread.lines][1] == "Vâng ạ."
    assert thread.told_at is not None
    assert Line.objects.filter(read_at__isnull=True).count() == 0
    assert set(AuditEntry.objects.filter(subject_id=child).values_list("action", flat=True)) >= {"read_thread", "write_thread"}


def test_nobody_else(inside: Any, teacher: Actor, parent: Actor, head: Actor, child: int, beta: Any, visit: Any) -> None:
    who = {"unit_id": inside.unit_id, "student_id": child}
    threads.write_as_family(actor=parent, **who, text="Riêng tư")
    stranger = Actor(account(OTHER), "PH", ())
    colleague = Actor(account("gv.beta@example.vn"), "GV", (Grant("teacher", inside.unit_id),))
    for refused in (
        lambda: threads.of_family(actor=stranger, **who),
        lambda: threads.write_as_family(actor=stranger, **who, text="x"),
        lambda: threads.of_teacher(actor=colleague, **who),
        lambda: threads.of_teacher(actor=head, **who),
        lambda: threads.write_as_teacher(actor=colleague, **who, text="x"),
    ):
        with pytest.raises(PermissionRefused):
            refused()
    assert threads.waiting(actor=colleague, unit_id=inside.unit_id) == []
    with pytest.raises(NotFound):
        threads.of_teacher(actor=teacher, unit_id=inside.unit_id, student_id=10**9)
    path = f"/tin-nhan/trao-doi/{inside.unit_id}/{child}/"
    assert visit("alpha", OTHER).get(path).status_code == 404
    assert visit("beta", "gv.beta@example.vn").get(f"/truong/trao-doi/{child}/").status_code in {403, 404}
    with context.scope((inside.unit_id,)):
        assert Line.objects.count() == 1


def test_bad_input(inside: Any, parent: Actor, child: int) -> None:
    who = {"unit_id": inside.unit_id, "student_id": child}
    for text in ("", "  \n", "x" * 1001):
        with pytest.raises(Invalid, match="line_words"):
            threads.write_as_family(actor=parent, **who, text=text)
    for number in range(threads.A_DAY):
        threads.write_as_family(actor=parent, **who, text=f"{number}")
    with pytest.raises(Conflict, match="line_often"):
        threads.write_as_family(actor=parent, **who, text="một nữa")
    ClassGroup.objects.update(homeroom_teacher=None)
    with pytest.raises(Conflict, match="line_teacher"):
        threads.write_as_family(actor=parent, **who, text="x")


def test_pages(inside: Any, child: int, visit: Any) -> None:
    path = f"/tin-nhan/trao-doi/{inside.unit_id}/{child}/"
    family = visit("alpha", BOTH)
    assert family.get(path).status_code == 200
    assert family.post(path, {"text": ""}).status_code == 422
    assert family.post(path, {"text": "Chào cô <b>"}).status_code == 302
    assert "Chào cô &lt;b&gt;" in family.get(path).content.decode()
    school = visit("alpha", "gv.alpha@example.vn")
    assert f"/truong/trao-doi/{child}/" in school.get("/truong/trao-doi/").content.decode()
    assert school.post(f"/truong/trao-doi/{child}/", {"text": "Chào anh"}).status_code == 302
    assert "Chào anh" in family.get(path).content.decode()
