"""Who sees the picture and until when: with one session, over the real addresses."""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.core.cache import cache
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from school_services.cameras import family, gate, registry, streams
from school_services.cameras.models import Camera, OpenTime, Pause, Viewing
from school_services.errors import Conflict, Invalid, NotFound, PermissionRefused
from school_services.identity.actor import Actor, Grant
from school_services.identity.models import AuditEntry, User
from school_services.rosters import guardians
from school_services.rosters.consent_rules import Purpose
from school_services.rosters.models import ClassGroup, Enrolment, Guardianship, Student
from tenants import context

pytestmark = pytest.mark.django_db
BOTH, OTHER = "84912000001", "84912000002"
DAY = datetime.date(2026, 11, 23)  # a Monday


class Clock:
    """The time of the school; `at("09:10")` moves it."""

    def __init__(self, patch: pytest.MonkeyPatch) -> None:
        self.at("09:10")
        patch.setattr(timezone, "now", lambda: self.now)

    def at(self, text: str, day: datetime.date = DAY) -> None:
        self.now = datetime.datetime.combine(day, datetime.time.fromisoformat(text), timezone.get_default_timezone())


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    return Clock(monkeypatch)


def account(login: str) -> int:
    return User.objects.values_list("pk", flat=True).get(username=login)


@pytest.fixture
def inside(alpha: Any, clock: Clock) -> Iterator[Any]:
    with context.enter(alpha), context.scope((alpha.unit_id,)):
        Camera.objects.all().delete()  # the world's own
        yield alpha


@pytest.fixture
def head(inside: Any) -> Actor:
    return Actor(account("vp.alpha@example.vn"), "HT", (Grant("principal", inside.unit_id),))


@pytest.fixture
def teacher(inside: Any) -> Actor:
    pk = account("gv.alpha@example.vn")
    ClassGroup.objects.update(homeroom_teacher_id=pk)
    return Actor(pk, "GV", (Grant("teacher", inside.unit_id),))


@pytest.fixture
def camera(inside: Any, head: Actor, tmp_path: Path, settings: Any) -> Camera:
    settings.CAMERA_ROOT = str(tmp_path)
    made = registry.add(
        actor=head, unit_id=inside.unit_id, group_id=ClassGroup.objects.get().pk, name="Lớp 7A1", place="",
        source="rtsp://xem:bimat@192.168.1.20:554/2", open_times=[("23456", datetime.time(9), datetime.time(9, 30)), ("23456", datetime.time(15), datetime.time(15, 30))],
    )  # fmt: skip
    folder = tmp_path / made.public_id
    folder.mkdir()
    (folder / "index.m3u8").write_text("#EXTM3U\n")
    (folder / "s1.ts").write_bytes(b"G" * 188)
    return made


@pytest.fixture
def child(inside: Any) -> int:
    return Guardianship.objects.values_list("student_id", flat=True).get(user__username=BOTH)


@pytest.fixture
def agreed(inside: Any, child: int) -> Actor:
    actor = Actor(account(BOTH), "PH", ())
    guardians.give_consent(actor=actor, unit_id=inside.unit_id, student_id=child, purpose=Purpose.CAMERA)
    return actor


def statuses(client: Any, camera: Camera) -> tuple[int, int, int]:
    """Playlist, segment, nginx's question; with what was kept past its time."""
    cache.delete_many([])
    forget()
    base = f"/xem-lop/{camera.public_id}/luong/"
    return (
        client.get(f"{base}index.m3u8").status_code,
        client.get(f"{base}s1.ts").status_code,
        client.get(f"/_xem/{camera.public_id}/").status_code,
    )


def forget() -> None:
    """What `KEPT` seconds do."""
    from django.core.cache import caches

    caches["default"]._cache.clear()  # type: ignore[attr-defined]
    caches["default"]._expire_info.clear()  # type: ignore[attr-defined]


YES, NO, NOBODY = (200, 200, 204), (403, 403, 403), (401, 401, 401)


def test_one_session_through_a_day(inside: Any, camera: Camera, agreed: Actor, clock: Clock, visit: Any, teacher: Actor, child: int) -> None:
    client = visit("alpha", BOTH)
    for at, expected in (("08:59", NO), ("09:00", YES), ("09:29:59", YES), ("09:30", NO), ("15:10", YES)):
        clock.at(at)
        assert statuses(client, camera) == expected, at
    clock.at("09:10", DAY + datetime.timedelta(days=5))
    assert statuses(client, camera) == NO, "a Saturday"
    clock.at("09:10")
    assert statuses(client, camera) == YES
    registry.pause(actor=teacher, unit_id=inside.unit_id, camera_id=camera.pk, reason="Các con ngủ")
    assert statuses(client, camera) == NO
    registry.resume(actor=teacher, unit_id=inside.unit_id, camera_id=camera.pk)
    assert statuses(client, camera) == YES
    guardians.withdraw_consent(actor=agreed, unit_id=inside.unit_id, student_id=child, purpose=Purpose.CAMERA)
    assert statuses(client, camera) == NO
    guardians.give_consent(actor=agreed, unit_id=inside.unit_id, student_id=child, purpose=Purpose.CAMERA)
    group = ClassGroup.objects.get()
    other = ClassGroup.objects.create(unit_id=inside.unit_id, year=group.year, grade=7, name="7A2")
    Enrolment.objects.filter(student_id=child).update(class_group=other)
    assert statuses(client, camera) == NO, "the child has changed class"
    Enrolment.objects.filter(student_id=child).update(class_group=group)
    assert statuses(client, camera) == YES
    Guardianship.objects.filter(student_id=child).update(ended_at=clock.now)
    assert statuses(client, camera) == NO
    Guardianship.objects.filter(student_id=child).update(ended_at=None)
    Camera.objects.update(enabled=False)
    assert statuses(client, camera) == NO


def test_others(inside: Any, camera: Camera, agreed: Actor, visit: Any) -> None:
    assert statuses(visit("alpha"), camera) == NOBODY
    forged = visit("alpha")
    forged.cookies["phien"] = "x" * 32
    assert statuses(forged, camera) == NOBODY
    assert statuses(visit("alpha", OTHER), camera) == NO, "same class, no consent"
    assert statuses(visit("alpha", "gv.beta@example.vn"), camera) == NO
    assert statuses(visit("beta", BOTH), camera) == NO, "another school's portal"
    assert visit("alpha", BOTH).get(f"/xem-lop/{camera.public_id}/luong/../../x").status_code == 404
    assert visit("alpha", BOTH).get("/xem-lop/0123456789abcdef/luong/index.m3u8").status_code == 403
    page = visit("alpha", OTHER).get(f"/xem-lop/{camera.public_id}/")
    assert page.status_code == 403
    assert "chưa đồng ý" in page.content.decode()


def test_an_answer_is_kept_for_seconds_and_no_longer(inside: Any, camera: Camera, agreed: Actor, teacher: Actor, visit: Any) -> None:
    client = visit("alpha", BOTH)
    assert statuses(client, camera) == YES
    with CaptureQueriesContext(connection) as captured:
        client.get(f"/xem-lop/{camera.public_id}/luong/s1.ts")
    assert len(captured) == 0, "no question to the database for each segment"
    assert gate.KEPT <= 10
    registry.pause(actor=teacher, unit_id=inside.unit_id, camera_id=camera.pk, reason="x")
    assert client.get(f"/xem-lop/{camera.public_id}/luong/s1.ts").status_code == 200
    forget()
    assert client.get(f"/xem-lop/{camera.public_id}/luong/s1.ts").status_code == 403
    answer = client.get(f"/xem-lop/{camera.public_id}/tinh-trang/")
    assert (answer.status_code, answer.json()["allowed"]) == (403, False)
    assert "x" in answer.json()["why"]
    assert answer["Cache-Control"].startswith("max-age=0")


def test_staff_of_the_class_and_others(inside: Any, camera: Camera, teacher: Actor, head: Actor, clock: Clock, visit: Any) -> None:
    clock.at("12:00")
    assert statuses(visit("alpha", "gv.alpha@example.vn"), camera) == YES
    registry.pause(actor=teacher, unit_id=inside.unit_id, camera_id=camera.pk, reason="ngủ")
    assert statuses(visit("alpha", "gv.alpha@example.vn"), camera) == NO, "a pause is for everybody"
    ClassGroup.objects.update(homeroom_teacher=None)
    colleague = Actor(teacher.user_id, "GV", (Grant("teacher", inside.unit_id),))
    for refused in (
        lambda: registry.pause(actor=colleague, unit_id=inside.unit_id, camera_id=camera.pk, reason="x"),
        lambda: registry.log(actor=colleague, unit_id=inside.unit_id, camera_id=camera.pk),
        lambda: registry.set_enabled(actor=colleague, unit_id=inside.unit_id, camera_id=camera.pk, enabled=False),
        lambda: registry.listed(actor=Actor(account(BOTH), "", ()), unit_id=inside.unit_id),
    ):
        with pytest.raises(PermissionRefused):
            refused()
    assert AuditEntry.objects.filter(allowed=False, subject="cameras.camera").count() == 4
    assert Pause.objects.count() == 1


def test_who_watched_is_written_down(inside: Any, camera: Camera, agreed: Actor, teacher: Actor, head: Actor, clock: Clock, visit: Any) -> None:
    client = visit("alpha", BOTH)
    for second in range(0, 60, 5):
        clock.at(f"09:10:{second:02d}")
        statuses(client, camera)
    assert Viewing.objects.count() == 1, "one viewing, not one row a segment"
    (line,) = registry.listed(actor=teacher, unit_id=inside.unit_id)
    assert (line.watching, line.children, line.agreed) == (("Phụ Huynh Hai Con",), 3, 1)
    clock.at("09:20")
    statuses(client, camera)
    _, rows = registry.log(actor=head, unit_id=inside.unit_id, camera_id=camera.pk)
    assert [(row.name, row.staff) for row in rows] == [("Phụ Huynh Hai Con", False)] * 2
    assert len(family.watched(agreed, unit_id=inside.unit_id, public_id=camera.public_id)) == 2
    other = Actor(account(OTHER), "PH", ())
    assert family.watched(other, unit_id=inside.unit_id, public_id=camera.public_id) == [], "other families' viewings are theirs"
    with pytest.raises(NotFound):
        family.watched(Actor(account("gv.beta@example.vn"), "", ()), unit_id=inside.unit_id, public_id=camera.public_id)


def test_the_address_of_a_camera_is_sealed(inside: Any, camera: Camera, head: Actor) -> None:
    assert "bimat" not in Camera.objects.values_list("source", flat=True).get()
    assert streams.wanted([inside.unit_id]) == {}
    Camera.objects.update(wanted_at=timezone.now())
    (source,) = streams.wanted([inside.unit_id]).values()
    assert source.url == "rtsp://xem:bimat@192.168.1.20:554/2"
    assert "bimat" not in repr(source)
    Pause.objects.create(unit_id=inside.unit_id, camera=camera, reason="x", made_by_id=head.user_id, made_at=timezone.now())
    assert streams.wanted([inside.unit_id]) == {}


@pytest.mark.parametrize("source", ["", "http://x/", "rtsp://", "file:///etc/passwd", "rtsp://a b/", "concat:x|y", "rtsp://h/\n-f", "-i x", "rtsp://h/" + "x" * 500])
def test_no_other_source(inside: Any, head: Actor, source: str) -> None:
    with pytest.raises(Invalid, match="camera_source"):
        registry.check_source(source)


def test_pages_of_the_desk(inside: Any, camera: Camera, teacher: Actor, visit: Any) -> None:
    client = visit("alpha", "gv.alpha@example.vn")
    assert "Lớp 7A1" in client.get("/truong/camera/").content.decode()
    assert client.post(f"/truong/camera/{camera.pk}/", {"action": "pause", "reason": ""}).status_code == 302
    assert not Pause.objects.exists()
    assert client.post(f"/truong/camera/{camera.pk}/", {"action": "pause", "reason": "Các con ngủ"}).status_code == 302
    with context.scope((inside.unit_id,)):
        assert Pause.objects.get().reason == "Các con ngủ"
    assert "Các con ngủ" in client.get("/truong/camera/").content.decode()
    assert client.get(f"/truong/camera/{camera.pk}/nhat-ki/").status_code == 200
    assert client.post("/truong/camera/moi/", {}).status_code == 422
    with pytest.raises(Conflict):
        registry.resume(actor=teacher, unit_id=inside.unit_id, camera_id=camera.pk)
        registry.resume(actor=teacher, unit_id=inside.unit_id, camera_id=camera.pk)
    office = visit("alpha", "vp.alpha@example.vn")
    form = {"group": ClassGroup.objects.get().pk, "name": "Sân", "source": "rtsp://h/1", "times": "9:00-9:30, 15h00-15h30"}
    assert office.post("/truong/camera/moi/", form | {"times": "9-10"}).status_code == 422
    assert office.post("/truong/camera/moi/", form).status_code == 302
    with context.scope((inside.unit_id,)):
        assert OpenTime.objects.filter(camera__name="Sân").count() == 2
    assert visit("alpha", BOTH).post(f"/truong/camera/{camera.pk}/", {"action": "resume"}).status_code == 403


def test_the_same_queries_for_three_and_thirty(inside: Any, camera: Camera, agreed: Actor, head: Actor) -> None:
    def count() -> int:
        with CaptureQueriesContext(connection) as captured:
            registry.listed(actor=head, unit_id=inside.unit_id)
            family.cameras(agreed, unit_id=inside.unit_id)
        return len(captured)

    few = count()
    group = ClassGroup.objects.get()
    for number in range(27):
        student = Student.objects.create(unit_id=inside.unit_id, code=f"N{number}", full_name="Em Mới", birth_date=datetime.date(2014, 1, 1), gender="1")
        Enrolment.objects.create(unit_id=inside.unit_id, student=student, class_group=group, valid_from=datetime.date(2026, 8, 1))
        registry.add(actor=head, unit_id=inside.unit_id, group_id=group.pk, name=f"Máy {number}", place="", source="rtsp://h/1", open_times=[("23456", datetime.time(9), datetime.time(10))])
    assert count() == few
    assert len(family.cameras(agreed, unit_id=inside.unit_id)) == 28
