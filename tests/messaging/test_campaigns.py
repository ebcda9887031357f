"""Who may write to whom, the sentence before sending, approval, and the pages of both sides."""

from __future__ import annotations

from typing import Any

import pytest

from school_services.errors import Conflict, Invalid, NotFound, PermissionRefused
from school_services.identity.actor import Actor, Grant
from school_services.identity.models import AuditEntry, User
from school_services.messaging import campaigns, dispatch, inbox, preferences
from school_services.messaging.models import Campaign, Message
from school_services.messaging.rules import Channel
from school_services.rosters.models import ClassGroup, Enrolment, Guardianship, Student
from tenants import context
from tenants.models import Unit

from .conftest import BOTH, OTHER, account

pytestmark = pytest.mark.django_db


@pytest.fixture
def group(inside: Any, teacher: Actor) -> int:
    ClassGroup.objects.update(homeroom_teacher_id=teacher.user_id)
    return ClassGroup.objects.get().pk


def write(actor: Actor, alpha: Any, audience: str = "class", circle: int = 0, **more: Any) -> int:
    return campaigns.write(actor=actor, unit_id=alpha.unit_id, **({"audience": audience, "circle": circle, "title": "Họp phụ huynh", "body": "Mời quý phụ huynh.", "paid": False} | more))


def told(alpha: Any) -> set[str]:
    rows = Message.objects.filter(unit_id=alpha.unit_id, campaign__isnull=False).exclude(key="world")
    return set(rows.values_list("recipient__username", flat=True))


def test_a_homeroom_teacher_writes_to_the_own_class_alone(inside: Any, teacher: Actor, group: int) -> None:
    assert campaigns.choices(actor=teacher, unit_id=inside.unit_id) == [campaigns.Choice("class", group, "7A1")]
    pk = write(teacher, inside, circle=group)
    found = campaigns.preview(actor=teacher, unit_id=inside.unit_id, pk=pk)
    assert (found.people, found.children, found.unlinked) == (2, 3, 1)
    assert campaigns.submit(actor=teacher, unit_id=inside.unit_id, pk=pk, people=2)
    assert told(inside) == {BOTH, OTHER}
    with pytest.raises(Conflict, match="campaign_decided"):
        campaigns.submit(actor=teacher, unit_id=inside.unit_id, pk=pk, people=2)
    for audience, circle in (("school", 0), ("grade", 7), ("staff", 0), ("class", group + 1), ("x", 0)):
        with pytest.raises(Invalid, match="audience"):
            write(teacher, inside, audience, circle)


def test_what_costs_money_or_goes_wide_is_the_principals(inside: Any, teacher: Actor, office: Actor, head: Actor, group: int) -> None:
    paid = write(teacher, inside, circle=group, paid=True)
    wide = write(office, inside, "school")
    for actor, pk in ((teacher, paid), (office, wide)):
        assert campaigns.submit(actor=actor, unit_id=inside.unit_id, pk=pk, people=2) is False
        with pytest.raises(PermissionRefused):
            campaigns.decide(actor=actor, unit_id=inside.unit_id, pk=pk, approve=True, people=2)
    assert told(inside) == set()
    assert campaigns.waiting(actor=head, unit_id=inside.unit_id) == 2
    with pytest.raises(Invalid, match="note_needed"):
        campaigns.decide(actor=head, unit_id=inside.unit_id, pk=wide, approve=False)
    campaigns.decide(actor=head, unit_id=inside.unit_id, pk=wide, approve=False, answer="Sai ngày")
    campaigns.decide(actor=head, unit_id=inside.unit_id, pk=paid, approve=True, people=2)
    assert Campaign.objects.get(pk=paid).state == "sent"
    assert Campaign.objects.get(pk=wide).answer == "Sai ngày"
    assert set(AuditEntry.objects.values_list("action", flat=True)) >= {"ask_to_send", "refuse_message", "send_message"}


def test_a_circle_that_changed_is_looked_at_again(inside: Any, teacher: Actor, group: int) -> None:
    pk = write(teacher, inside, circle=group)
    student = Student.objects.get(code="ALPHA3")
    user = User.objects.create(username="84912000077", full_name="Mới")
    Guardianship.objects.create(unit_id=inside.unit_id, user=user, student=student)
    with pytest.raises(Conflict, match="audience_changed"):
        campaigns.submit(actor=teacher, unit_id=inside.unit_id, pk=pk, people=2)
    assert told(inside) == set()
    assert campaigns.submit(actor=teacher, unit_id=inside.unit_id, pk=pk, people=3)


def test_who_left_the_class_is_not_written_to(inside: Any, teacher: Actor, group: int) -> None:
    import datetime

    pk = write(teacher, inside, circle=group)
    Enrolment.objects.filter(student__code="ALPHA2").update(valid_to=datetime.date(2026, 11, 1))
    assert campaigns.submit(actor=teacher, unit_id=inside.unit_id, pk=pk, people=1)
    assert told(inside) == {BOTH}


def test_staff_get_theirs_with_receipts(inside: Any, head: Actor, teacher: Actor) -> None:
    pk = write(head, inside, "staff")
    people = campaigns.preview(actor=head, unit_id=inside.unit_id, pk=pk).people
    assert campaigns.submit(actor=head, unit_id=inside.unit_id, pk=pk, people=people)
    (letter,) = [one for one in inbox.letters(teacher)[0] if one.kind == "staff"]
    inbox.open_letter(actor=teacher, pk=letter.pk)
    figures = campaigns.preview(actor=head, unit_id=inside.unit_id, pk=pk).figures
    assert figures is not None
    assert (figures.people, figures.read) == (people, 1)


def test_the_department_writes_to_its_schools(inside: Any, portals: Any, visit: Any, teacher: Actor) -> None:
    """Principals and offices of the schools below, each once; teachers and families are not in it."""
    so = portals["so"]
    Unit.objects.exclude(pk=so.unit_id).update(parent_id=so.unit_id)
    officer = Actor(account("vanhanh@example.vn"), "CB", (Grant("officer", so.unit_id),))
    with context.enter(so), context.scope((so.unit_id,)):
        pk = write(officer, so, "schools", title="Báo cáo đầu năm")
        assert campaigns.preview(actor=officer, unit_id=so.unit_id, pk=pk).people == 2
        assert campaigns.submit(actor=officer, unit_id=so.unit_id, pk=pk, people=2)
        rows = Message.objects.filter(campaign_id=pk).values_list("recipient__username", flat=True)
        assert set(rows) == {"vp.alpha@example.vn", "vp.beta@example.vn"}
    assert "Báo cáo đầu năm" in visit("alpha", "vp.alpha@example.vn").get("/tin-nhan/").content.decode()
    with pytest.raises(Invalid, match="audience"):
        write(Actor(account("vp.alpha@example.vn"), "HT", (Grant("principal", inside.unit_id),)), inside, "schools")


def test_strangers(inside: Any, beta: Any, teacher: Actor, parent: Actor, group: int) -> None:
    pk = write(teacher, inside, circle=group)
    other = Actor(account("gv.beta@example.vn"), "GV", (Grant("teacher", beta.unit_id),))
    colleague = Actor(account("gv.beta@example.vn"), "GV", (Grant("teacher", inside.unit_id),))
    for actor in (other, parent):
        with pytest.raises(PermissionRefused):
            campaigns.preview(actor=actor, unit_id=inside.unit_id, pk=pk)
        with pytest.raises(PermissionRefused):
            campaigns.submit(actor=actor, unit_id=inside.unit_id, pk=pk, people=2)
    with pytest.raises(NotFound):
        campaigns.submit(actor=colleague, unit_id=inside.unit_id, pk=pk, people=2)
    assert told(inside) == set()


def test_nobody_reads_anothers_message(inside: Any, teacher: Actor, group: int, visit: Any) -> None:
    pk = write(teacher, inside, circle=group)
    campaigns.submit(actor=teacher, unit_id=inside.unit_id, pk=pk, people=2)
    own = Message.objects.get(recipient__username=BOTH, campaign_id=pk).pk
    with pytest.raises(NotFound):
        inbox.open_letter(actor=Actor(account(OTHER), "", ()), pk=own)
    assert visit("alpha", OTHER).get(f"/tin-nhan/{own}/").status_code == 404
    client = visit("beta", BOTH)  # the inbox is of all schools
    assert "Họp phụ huynh" in client.get("/tin-nhan/").content.decode()
    assert client.get(f"/tin-nhan/{own}/").status_code == 200
    with context.scope((inside.unit_id,)):
        assert Message.objects.get(pk=own).read_at is not None
        assert not dispatch.run(inside.unit_id)


def test_preferences_page(inside: Any, visit: Any, parent: Actor, beta: Any) -> None:
    client = visit("alpha", BOTH)
    page = client.get("/tin-nhan/cach-nhan/").content.decode()
    assert page.count("<form") >= 2, "a form for each school"
    assert client.post("/tin-nhan/cach-nhan/", {"school": inside.unit_id, "ways": ["sms"]}).status_code == 302
    said = {one.unit_id: one.allowed for one in preferences.schools(parent)}
    assert said[inside.unit_id] == {Channel.ZALO: False, Channel.SMS: True, Channel.EMAIL: False}
    assert said[beta.unit_id][Channel.EMAIL] is True
    assert visit("alpha", OTHER).post("/tin-nhan/cach-nhan/", {"school": beta.unit_id, "ways": ["sms"]}).status_code == 404


def test_the_desk_pages(inside: Any, visit: Any, group: int) -> None:
    client = visit("alpha", "gv.alpha@example.vn")
    answer = client.post("/truong/tin-nhan/moi/", {"circle": f"class:{group}", "title": "Họp", "body": "Mời họp"})
    assert answer.status_code == 302
    page = client.get(answer["Location"]).content.decode()
    assert "2 người" in page
    assert "phụ huynh lớp 7A1" in page
    assert client.post("/truong/tin-nhan/moi/", {"circle": "school:0", "title": "Họp", "body": "x"}).status_code == 422
    wrong = client.post(answer["Location"], {"action": "send", "people": "9"})
    assert wrong.status_code == 422
    assert client.post(answer["Location"], {"action": "send", "people": "2"}).status_code == 302
    assert "0/2" in client.get("/truong/tin-nhan/").content.decode()
    assert visit("alpha", BOTH).get("/truong/tin-nhan/").status_code == 403


def test_the_same_queries_for_three_and_thirty(inside: Any, teacher: Actor, head: Actor, group: int) -> None:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    def sending() -> int:
        pk = write(head, inside, circle=group)
        people = campaigns.preview(actor=head, unit_id=inside.unit_id, pk=pk).people
        with CaptureQueriesContext(connection) as captured:
            campaigns.preview(actor=head, unit_id=inside.unit_id, pk=pk)
            campaigns.submit(actor=head, unit_id=inside.unit_id, pk=pk, people=people)
            campaigns.listed(actor=head, unit_id=inside.unit_id)
        return len(captured)

    sending()
    few = sending()
    student = Student.objects.get(code="ALPHA3")
    for number in range(28):
        user = User.objects.create(username=f"8491277{number:04d}", full_name="Mới")
        Guardianship.objects.create(unit_id=inside.unit_id, user=user, student=student)
    assert sending() == few
