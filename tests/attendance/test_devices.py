"""Terminals over HTTP, as they call: known ones alone, kept before acknowledged, the same punch once."""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from typing import Any

import pytest
from django.utils import timezone

from school_services.attendance import adms, devices
from school_services.attendance.models import Device, DeviceCommand, Punch
from school_services.errors import Conflict, Invalid, NotFound, PermissionRefused
from school_services.identity.actor import Actor, Grant
from school_services.identity.models import AuditEntry
from tenants import context

pytestmark = pytest.mark.django_db
SERIAL = "CJZU210560001"
BODY = "1001\t2026-11-23 06:52:10\t0\t1\t0\t0\t0\n1002\t2026-11-23 06:58:03\t0\t15\t0\t0\t0\n"


def office(portal: Any, user_id: int = 7) -> Actor:
    return Actor(user_id, "Văn phòng", (Grant("registrar", portal.unit_id),))


@pytest.fixture(autouse=True)
def _inside(alpha: Any) -> Iterator[None]:
    """As a task or a view of alpha runs; the terminals' requests find their own place."""
    with context.enter(alpha):
        yield


@pytest.fixture
def device(alpha: Any) -> int:
    return devices.add_device(actor=office(alpha), unit_id=alpha.unit_id, serial=SERIAL, name="Cổng chính").pk


@pytest.fixture
def call(visit: Any) -> Any:
    """`call("cdata?table=ATTLOG", body)`: a GET without a body, else a POST, from the terminal at alpha's gate."""

    def ask(
        path: str, body: str | bytes | None = None, *, slug: str = "alpha", serial: str = SERIAL
    ) -> tuple[int, str]:
        what, _, query = path.partition("?")
        address = f"/iclock/{what}?SN={serial}&{query}"
        client = visit(slug)
        response = client.get(address) if body is None else client.post(address, body, content_type="text/plain")
        assert not response.cookies
        assert "no-store" in response["Cache-Control"]
        return response.status_code, response.content.decode()

    return ask


def punches(portal: Any) -> list[Punch]:
    with context.scope((portal.unit_id,)):
        return list(Punch.objects.order_by("at"))


def test_an_upload_is_kept_and_acknowledged_line_by_line(alpha: Any, device: int, call: Any) -> None:
    assert call("cdata?table=ATTLOG&Stamp=702340000", BODY) == (200, "OK: 2")
    assert [(p.pin, p.status, p.verify) for p in punches(alpha)] == [("1001", 0, 1), ("1002", 0, 15)]
    assert punches(alpha)[0].at == datetime.datetime(2026, 11, 23, 6, 52, 10, tzinfo=adms.LOCAL)
    assert "ATTLOGStamp=702340000\n" in call("cdata?options=all&pushver=2.4.1")[1]


def test_sent_again_it_is_acknowledged_again_and_kept_once(alpha: Any, device: int, call: Any) -> None:
    for _ in range(3):
        assert call("cdata?table=ATTLOG", BODY) == (200, "OK: 2")
    assert call("iclock/cdata.aspx?table=ATTLOG", BODY.replace("\n", "\r\n")) == (200, "OK: 2")
    assert len(punches(alpha)) == 2


def test_bad_lines_are_acknowledged_counted_and_without_effect(alpha: Any, device: int, call: Any) -> None:
    assert call("cdata?table=ATTLOG", b"\xff\xfe\tbad\nonly-one-field\n" + BODY.encode()) == (200, "OK: 4")
    assert len(punches(alpha)) == 2
    (row,) = devices.list_devices(actor=office(alpha), unit_id=alpha.unit_id)
    assert (row.lines_bad, row.silent) == (2, False)


def test_a_terminal_nobody_added_gets_401_and_keeps_its_records(alpha: Any, beta: Any, device: int, call: Any) -> None:
    assert call("cdata?table=ATTLOG", BODY, serial="STRANGER01")[0] == 401
    assert call("cdata?table=ATTLOG", BODY, slug="beta")[0] == 401, "alpha's terminal at beta's address"
    assert call("cdata", serial="")[0] == 400
    devices.set_enabled(actor=office(alpha), unit_id=alpha.unit_id, device_id=device, enabled=False)
    assert call("getrequest")[0] == 401
    assert punches(alpha) == punches(beta) == []


def test_two_schools_may_have_terminals_of_one_serial_number(alpha: Any, beta: Any, device: int, call: Any) -> None:
    devices.add_device(actor=office(beta), unit_id=beta.unit_id, serial=SERIAL, name="Cổng")
    assert call("cdata?table=ATTLOG", BODY, slug="beta") == (200, "OK: 2")
    assert (len(punches(alpha)), len(punches(beta))) == (0, 2)


def test_biometric_uploads_are_dropped_unread(alpha: Any, device: int, call: Any) -> None:
    template = "SgVTUzIxAAAD"
    body = f"FP PIN=1001\tFID=0\tSize=12\tValid=1\tTMP={template}\nOPLOG 4\t0\t2026-11-23 06:15:00\t0\t0\t0\t0\n"
    assert call("cdata?table=OPERLOG&OpStamp=88", body) == (200, "OK: 2")
    assert call("cdata?table=BIODATA", f"BIODATA Pin=1\tTmp={template}") == (200, "OK")
    with context.scope((alpha.unit_id,)):
        row = Device.objects.get(pk=device)
        assert row.operlog_stamp == "88"
        assert template not in repr(vars(row))


def test_access_terminals_speak_their_own_dialect(alpha: Any, device: int, call: Any) -> None:
    hello = call("cdata?options=all&pushver=3.1.2&DeviceType=acc")[1]
    assert hello.startswith("registry=ok\nRegistryCode=")
    code = call("registry", "")[1].removeprefix("RegistryCode=")
    assert (len(code), code in hello) == (32, True)
    assert "ServerVersion=" in call("push", "")[1]
    user = "user uid=1\tcardno=\tpin=1\tpassword=\tgroup=1\tname=John Doe\tprivilege=14"
    assert call("cdata?table=tabledata&tablename=user&count=1", user) == (200, "user=1")
    log = "time=2026-02-23 14:13:48\tpin=2\tcardno=0\teventaddr=1\tevent=3\tinoutstatus=0\tverifytype=15\tindex=140"
    assert call("cdata?table=rtlog", log) == (200, "OK")
    assert call("cdata?table=rtstate", "time=2026-02-23 14:13:48\tsensor=01\trelay=00") == (200, "OK")
    assert [(p.pin, p.verify) for p in punches(alpha)] == [("2", 15)]


def test_commands_are_sent_once_until_answered(alpha: Any, device: int, call: Any) -> None:
    who = {"actor": office(alpha), "unit_id": alpha.unit_id, "device_id": device}
    first = devices.send_command(**who, text=adms.update_user("1001", "Nguyễn Văn An"))
    second = devices.send_command(**who, text="CHECK")
    sent = f"C:{first}:DATA UPDATE USERINFO PIN=1001\tName=NGUYEN VAN AN\tPri=0\tCard=\tGrp=1\nC:{second}:CHECK"
    assert call("getrequest") == (200, sent)
    assert call("getrequest") == (200, "OK")
    assert call("devicecmd", f"ID={first}&Return=0&CMD=DATA\nID={second}&Return=-1&CMD=CHECK\nID=999999&Return=0") == (
        200,
        "OK",
    )
    with context.scope((alpha.unit_id,)):
        states = dict(DeviceCommand.objects.values_list("pk", "state"))
        assert states == {first: "done", second: "failed"}


def test_an_unanswered_command_is_sent_again_and_given_up_in_the_end(alpha: Any, device: int, call: Any) -> None:
    devices.send_command(actor=office(alpha), unit_id=alpha.unit_id, device_id=device, text="INFO")
    for _ in range(devices.SENT_AT_MOST):
        assert call("getrequest")[1].endswith(":INFO")
        with context.scope((alpha.unit_id,)):
            DeviceCommand.objects.update(sent_at=timezone.now() - datetime.timedelta(minutes=6))
    assert call("getrequest")[1] == "OK"
    with context.scope((alpha.unit_id,)):
        assert DeviceCommand.objects.get().state == "failed"


def test_a_clock_that_is_off_is_seen(alpha: Any, device: int, call: Any) -> None:
    ahead = timezone.now().astimezone(adms.LOCAL) + datetime.timedelta(seconds=90)
    call("cdata?table=ATTLOG", f"1\t{ahead:%Y-%m-%d %H:%M:%S}\t0\t1\n")
    (row,) = devices.list_devices(actor=office(alpha), unit_id=alpha.unit_id)
    assert row.drift is not None
    assert 85 <= row.drift <= 95


def test_only_the_office_manages_terminals_and_a_refusal_is_audited(alpha: Any, beta: Any, device: int) -> None:
    strangers = (office(beta), Actor(7, "GV", (Grant("teacher", alpha.unit_id),)))
    for actor in strangers:
        attempts = (
            lambda who: devices.add_device(actor=who, unit_id=alpha.unit_id, serial="NEWONE0001", name="x"),
            lambda who: devices.set_enabled(actor=who, unit_id=alpha.unit_id, device_id=device, enabled=False),
            lambda who: devices.send_command(actor=who, unit_id=alpha.unit_id, device_id=device, text="REBOOT"),
            lambda who: devices.list_devices(actor=who, unit_id=alpha.unit_id),
        )
        for attempt in attempts:
            with pytest.raises(PermissionRefused):
                attempt(actor)
    with context.scope((alpha.unit_id,)):
        assert Device.objects.get().enabled
        assert not DeviceCommand.objects.exists()
        assert AuditEntry.objects.filter(subject="attendance.device", allowed=False).count() == 8


def test_bad_input_of_the_office(alpha: Any, device: int) -> None:
    who = {"actor": office(alpha), "unit_id": alpha.unit_id}
    with pytest.raises(Invalid):
        devices.add_device(**who, serial="a b", name="x")
    with pytest.raises(Conflict):
        devices.add_device(**who, serial=SERIAL, name="x")
    with pytest.raises(Invalid):
        devices.send_command(**who, device_id=device, text="INFO\nC:9:REBOOT")
    with pytest.raises(NotFound):
        devices.send_command(**who, device_id=device + 1000, text="INFO")
