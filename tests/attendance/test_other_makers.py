"""Hikvision's event push and the signed webhook: bodies of the captured form, answers, effects, what is never read."""

from __future__ import annotations

import datetime
import json
import time
from collections.abc import Iterator
from typing import Any

import pytest

from school_services.attendance import devices, hikvision, webhook
from school_services.attendance.adms import LOCAL, Punch
from school_services.attendance.models import Device
from school_services.attendance.models import Punch as Row
from school_services.identity.actor import Actor, Grant
from school_services.identity.models import User
from tenants import context

NOW = datetime.datetime(2026, 11, 23, 6, 52, 40, tzinfo=LOCAL)
PICTURE = b"\xff\xd8\xff\x00" + bytes(40) + b"{\"AccessControllerEvent\": {\"majorEventType\": 5}}"


def push(inner: dict[str, Any], **outer: Any) -> bytes:
    return json.dumps({"ipAddress": "192.168.1.64", "eventType": "AccessControllerEvent", "eventState": "active", **outer, "AccessControllerEvent": inner}).encode()


def multipart(part: bytes, boundary: str = "X", kind: str = "application/json") -> bytes:
    mark = b"--" + boundary.encode()
    return b"".join([
        mark, b"\r\nContent-Type: ", kind.encode(), b"\r\n\r\n", part, b"\r\n",
        mark, b"\r\nContent-Type: image/jpeg\r\n\r\n", PICTURE, b"\r\n", mark, b"--\r\n",
    ])  # fmt: skip


FACE = {"majorEventType": 5, "subEventType": 75, "employeeNoString": "9", "serialNo": 5, "currentEvent": True}
XML = b"""<?xml version="1.0" encoding="UTF-8"?><EventNotificationAlert version="2.0" xmlns="http://www.hikvision.com/ver20/XMLSchema">
<dateTime>2026-11-23T06:52:10+07:00</dateTime><eventType>AccessControllerEvent</eventType><AccessControllerEvent>
<majorEventType>5</majorEventType><subEventType>38</subEventType><employeeNoString>1001</employeeNoString><attendanceStatus>checkOut</attendanceStatus></AccessControllerEvent></EventNotificationAlert>"""
PIR = b"""<?xml version="1.0" encoding="UTF-8"?><EventNotificationAlert version="1.0" xmlns="urn:psialliance-org"><dateTime>2023-04-06T22:22:21+01:00</dateTime><eventType>PIR</eventType></EventNotificationAlert>"""
BOMB = b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]><EventNotificationAlert><eventType>&b;</eventType></EventNotificationAlert>'
AT = datetime.datetime(2026, 11, 23, 6, 52, 10, tzinfo=LOCAL)


@pytest.mark.parametrize(
    ("kind", "body", "punch", "bad"),
    [
        # the captured push: a face, no time, a picture beside it
        ("multipart/form-data; boundary=X", multipart(json.dumps(FACE | {}).encode().join([b'{"AccessControllerEvent": ', b"}"])), Punch("9", NOW.replace(second=0), 255, 15), False),
        ("multipart/form-data; boundary=X", multipart(push(FACE, dateTime="2026-11-23T06:52:10+07:00")), Punch("9", AT, 255, 15), False),
        ("", multipart(push(FACE, dateTime="2026-11-23T06:52:10+07:00"), "MIME_boundary"), Punch("9", AT, 255, 15), False),
        ("application/json", push(FACE | {"subEventType": 1, "attendanceStatus": "checkIn"}, dateTime="2026-11-23T07:52:10+08:00"), Punch("9", AT, 0, 4), False),
        ("application/xml", XML, Punch("1001", AT, 1, 1), False),
        # the captured refusal: a door, nobody recognised
        ("application/json", push({"majorEventType": 5, "subEventType": 21, "serialNo": 1187}, dateTime="2026-02-23T19:34:21+08:00"), None, False),
        ("application/json", push(FACE | {"subEventType": 76}, dateTime="2026-11-23T06:52:10+07:00"), None, False),  # not recognised
        ("application/json", push(FACE | {"majorEventType": 2}, dateTime="2026-11-23T06:52:10+07:00"), None, False),
        ("application/xml", PIR, None, False),
        ("application/json", push(FACE, dateTime="hôm nay"), None, True),
        ("application/json", push(FACE, dateTime="1970-01-01T00:00:00+07:00"), None, True),
        ("application/json", push(FACE | {"employeeNoString": "a b"}, dateTime="2026-11-23T06:52:10+07:00"), None, True),
        ("application/json", b"[1]", None, True),
        ("application/json", b"{", None, True),
        ("application/xml", BOMB, None, True),
        ("application/xml", b"<a>", None, True),
        ("multipart/form-data; boundary=X", b"--X\r\nContent-Type: image/jpeg\r\n\r\n" + PICTURE + b"\r\n--X--", None, True),
        ("", b"", None, True),
        ("application/json", b"[" * 100_000, None, True),
    ],
)
def test_an_event(kind: str, body: bytes, punch: Punch | None, bad: bool) -> None:
    event = hikvision.parse(kind, body, NOW)
    assert (event.punch, event.bad) == (punch, bad)


def test_a_picture_is_no_event() -> None:
    """The bytes of a picture look like an event: they are never looked at."""
    body = b"--X\r\nContent-Type: image/jpeg\r\n\r\n" + push(FACE, dateTime="2026-11-23T06:52:10+07:00") + b"\r\n--X--"
    assert hikvision.parse("multipart/form-data; boundary=X", body, NOW) == hikvision.BAD


def events(*rows: Any) -> bytes:
    return json.dumps({"events": rows}).encode()


def test_webhook_bodies() -> None:
    good = {"pin": "1001", "at": "2026-11-23T06:52:10+07:00", "direction": "in", "face": "…", "template": "AAAA"}
    upload = webhook.parse(events(good, {"pin": "x y", "at": "2026-11-23T06:52:10"}, {"pin": "1", "at": "sáng"}, 5, {"pin": "2", "at": "2026-11-23T06:52:10"}))
    assert upload is not None
    assert upload.punches == (Punch("1001", AT, 0), Punch("2", AT))
    assert (upload.bad, upload.lines) == (3, 5)
    for body in (b"", b"[]", b"{}", b'{"events": 5}', events(*[good] * 1001), b"\xff"):
        assert webhook.parse(body) is None


def test_webhook_signature() -> None:
    stamp = str(int(NOW.timestamp()))
    right = webhook.sign("k", stamp, b"x")
    assert webhook.signed("k", stamp, right, b"x", NOW)
    assert webhook.signed("k", stamp, right.upper(), b"x", NOW)
    for key, at, signature, body in (("q", stamp, right, b"x"), ("k", stamp, right, b"y"), ("k", stamp, "", b"x"), ("k", "", right, b"x"), ("k", "abc", right, b"x"), ("k", stamp, "é", b"x")):
        assert not webhook.signed(key, at, signature, body, NOW)
    old = str(int(NOW.timestamp()) - 301)
    assert not webhook.signed("k", old, webhook.sign("k", old, b"x"), b"x", NOW)


# -- over HTTP


@pytest.fixture
def office(alpha: Any) -> Iterator[Actor]:
    with context.enter(alpha):
        yield Actor(User.objects.get(username="vp.alpha@example.vn").pk, "VP", (Grant("registrar", alpha.unit_id),))


def stored(alpha: Any) -> list[tuple[str, int]]:
    with context.scope((alpha.unit_id,)):
        return list(Row.objects.filter(unit_id=alpha.unit_id).order_by("pk").values_list("pin", "verify"))


@pytest.mark.django_db
def test_hikvision_reports(alpha: Any, office: Actor, visit: Any) -> None:
    device = devices.add_device(actor=office, unit_id=alpha.unit_id, serial="DS-K1T671M", name="Cổng", maker=Device.Maker.HIKVISION)
    key = devices.key_of(device)
    assert key not in device.sealed
    address = f"/may-cham/DS-K1T671M/isapi/{key}/"
    body = multipart(push(FACE, dateTime="2026-11-23T06:52:10+07:00"))
    client = visit("alpha")
    for _ in range(2):  # sent again after a lost answer
        answer = client.post(address, body, content_type="multipart/form-data; boundary=X")
        assert (answer.status_code, answer.content) == (200, b"OK")
    assert stored(alpha) == [("9", 15)]
    assert client.post(address, PIR, content_type="application/xml").status_code == 200
    assert client.post(address, b"{", content_type="application/json").status_code == 200
    with context.scope((alpha.unit_id,)):
        assert Device.objects.get(pk=device.pk).lines_bad == 1
    for wrong in (address.replace(key, "0" * 32), address.replace("671M", "671X")):
        assert client.post(wrong, body, content_type="multipart/form-data; boundary=X").status_code == 401
    assert visit("beta").post(address, body, content_type="multipart/form-data; boundary=X").status_code == 401
    assert client.get("/iclock/getrequest?SN=DS-K1T671M").status_code == 401, "no way round the key"
    devices.set_enabled(actor=office, unit_id=alpha.unit_id, device_id=device.pk, enabled=False)
    assert client.post(address, body, content_type="multipart/form-data; boundary=X").status_code == 401
    assert stored(alpha) == [("9", 15)]


@pytest.mark.django_db
def test_webhook_reports(alpha: Any, office: Actor, visit: Any) -> None:
    device = devices.add_device(actor=office, unit_id=alpha.unit_id, serial="CONG-1", name="Cổng", maker=Device.Maker.WEBHOOK)
    body = events({"pin": "1001", "at": "2026-11-23T06:52:10+07:00"}, {"pin": ""})
    client = visit("alpha")

    def post(key: str, stamp: float) -> Any:
        text = str(int(stamp))
        return client.post("/may-cham/CONG-1/su-kien/", body, content_type="application/json", headers={"X-Timestamp": text, "X-Signature": webhook.sign(key, text, body)})

    assert post(devices.key_of(device), time.time()).json() == {"received": 2, "new": 1, "bad": 1}
    assert post(devices.key_of(device), time.time()).json() == {"received": 2, "new": 0, "bad": 1}
    assert post("khac", time.time()).status_code == 401
    assert post(devices.key_of(device), time.time() - 1000).status_code == 401
    assert stored(alpha) == [("1001", 0)]


@pytest.mark.django_db
def test_the_page_of_terminals(alpha: Any, visit: Any) -> None:
    client = visit("alpha", "vp.alpha@example.vn")
    page = "/truong/may-diem-danh/"
    assert client.get(page).status_code == 200
    answer = client.post(page, {"maker": "hik", "serial": "DS-1234", "name": "Cổng A"})
    assert "/may-cham/DS-1234/isapi/" in answer.content.decode()
    assert "/isapi/" not in client.get(page).content.decode(), "shown once"
    assert client.post(page, {"maker": "hik", "serial": "DS-1234", "name": "Cổng A"}).status_code == 422
    assert client.post(page, {"maker": "zkteco", "serial": "CJZU210560001", "name": "Cổng B"}).status_code == 200
    assert client.post(f"{page}so/").status_code == 302
    with context.enter(alpha), context.scope((alpha.unit_id,)):
        from school_services.attendance.models import Badge, DeviceCommand

        assert sorted(Badge.objects.values_list("pin", flat=True)) == ["ALPHA1", "ALPHA2", "ALPHA3"]
        zk, hik = (Device.objects.get(serial=serial).pk for serial in ("CJZU210560001", "DS-1234"))
    assert client.post(f"{page}{zk}/", {"action": "names"}).status_code == 302
    assert client.post(f"{page}{hik}/", {"action": "names"}).status_code == 404
    assert client.post(f"{page}{zk}/", {"action": "again"}).status_code == 302
    with context.enter(alpha), context.scope((alpha.unit_id,)):
        assert DeviceCommand.objects.filter(device_id=zk).count() == 4
    assert visit("alpha", "gv.alpha@example.vn").get(page).status_code == 403
