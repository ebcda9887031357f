"""The terminal's protocol, byte by byte as devices of several makers speak it."""

from __future__ import annotations

import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from school_services.attendance import adms
from school_services.attendance.adms import Command, CommandResult, Punch


def at(text: str) -> datetime.datetime:
    return datetime.datetime.fromisoformat(text).replace(tzinfo=adms.LOCAL)


@pytest.mark.parametrize(
    ("body", "punches", "bad", "answer"),
    [
        (
            "1001\t2026-11-23 06:52:10\t0\t1\t0\t0\t0\n1002\t2026-11-23 06:58:03\t0\t15\t0\t0\t0\n",
            (Punch("1001", at("2026-11-23T06:52:10"), 0, 1), Punch("1002", at("2026-11-23T06:58:03"), 0, 15)),
            0,
            "OK: 2",
        ),
        # ten columns, \r\n, a status nobody defined
        (
            "2\t2026-07-20 16:33:44\t255\t15\t0\t0\t0\t0\t0\t0\r\n",
            (Punch("2", at("2026-07-20T16:33:44"), 255, 15),),
            0,
            "OK: 1",
        ),
        ("999\t2024-01-01 08:00:00", (Punch("999", at("2024-01-01T08:00:00")),), 0, "OK: 1"),
        ("789\t1704096000\t0\t1\t0", (Punch("789", at("2024-01-01T15:00:00"), 0, 1),), 0, "OK: 1"),
        ("only-one-field", (), 1, "OK: 1"),
        ("100\tnot-a-date\t0", (), 1, "OK: 1"),
        ("\t2026-11-23 06:52:10\t0\t1", (), 1, "OK: 1"),
        ("1\t2000-01-01 00:00:05\t0\t1", (), 1, "OK: 1"),  # a clock without battery
        ("1'; drop table x\t2026-11-23 06:52:10", (), 1, "OK: 1"),
        ("7\t2026-11-23 06:52:10\tx\ty", (Punch("7", at("2026-11-23T06:52:10"), 255, 0),), 0, "OK: 1"),
        ("\n \r\n", (), 0, "OK"),
        ("", (), 0, "OK"),
        ("bad\n7\t2026-11-23 06:52:10\n\nbad\t\n", (Punch("7", at("2026-11-23T06:52:10")),), 2, "OK: 3"),
    ],
)
def test_attlog(body: str, punches: tuple[Punch, ...], bad: int, answer: str) -> None:
    upload = adms.parse_attlog(body)
    assert (upload.punches, upload.bad, upload.answer) == (punches, bad, answer)


def test_a_long_upload_is_acknowledged_whole() -> None:
    body = "".join(f"{n}\t2026-11-23 06:{n % 60:02}:00\t0\t1\n" for n in range(1, 2001))
    upload = adms.parse_attlog(body)
    assert (len(upload.punches), upload.answer) == (2000, "OK: 2000")


@given(st.text())
def test_no_body_breaks_it_and_every_line_is_counted(body: str) -> None:
    for parse in (adms.parse_attlog, adms.parse_rtlog):
        upload = parse(body)
        assert upload.bad + len(upload.punches) <= upload.lines
    assert adms.parse_operlog(body).lines == adms.parse_attlog(body).lines
    adms.parse_command_results(body)


def test_rtlog_of_an_access_terminal() -> None:
    person = "time=2026-02-23 14:13:48\tpin=2\tcardno=0\teventaddr=1\tevent=3\tinoutstatus=0\tverifytype=15\tindex=140"
    door = "time=2026-02-23 14:13:50\tpin=0\tcardno=0\teventaddr=1\tevent=8\tinoutstatus=2\tverifytype=200\tindex=141"
    upload = adms.parse_rtlog(f"{person}\r\n{door}\r\ntime=never\tpin=3\r\n")
    assert upload.punches == (Punch("2", at("2026-02-23T14:13:48"), 0, 15),)
    assert (upload.bad, upload.lines) == (1, 3)


def test_operlog_keeps_nothing_of_a_person() -> None:
    body = (
        "USER PIN=1001\tName=Nguyen Van An\tPri=0\tPasswd=1234\tCard=\n"
        "FP PIN=1001\tFID=0\tSize=1404\tValid=1\tTMP=SgVTUzIx\n"
        "OPLOG 4\t0\t2026-11-23 06:15:00\t0\t0\t0\t0\n"
    )
    log = adms.parse_operlog(body)
    assert (log.kinds, log.dropped, log.answer) == ({"USER": 1, "FP": 1, "OPLOG": 1}, 1, "OK: 3")
    assert "1234" not in repr(log)
    assert "SgVTUzIx" not in repr(log)


def test_tabledata_is_answered_with_the_tables_name() -> None:
    assert adms.answer_tabledata("user", "user uid=1\tpin=1\r\n") == "user=1"
    assert adms.answer_tabledata("../etc", "x") == "data=1"


def test_command_results() -> None:
    assert adms.parse_command_results("ID=15&Return=0&CMD=DATA\nID=16&Return=-1002&CMD=INFO\r\nID=x&Return=0\n\n") == (
        CommandResult("15", 0, "DATA"),
        CommandResult("16", -1002, "INFO"),
    )
    assert [result.ok for result in adms.parse_command_results("ID=1&Return=-1\nID=2&Return=1")] == [False, True]


def test_commands_are_ascii_lines() -> None:
    text = adms.update_user("1001", "Nguyễn Thị Ánh Đào Phương Quỳnh")
    assert text == "DATA UPDATE USERINFO PIN=1001\tName=NGUYEN THI ANH DAO PHUON\tPri=0\tCard=\tGrp=1"
    assert adms.answer_commands([Command(15, text), Command(16, adms.delete_user("7"))]).count("\n") == 1
    assert adms.answer_commands([]) == "OK"
    assert adms.query_attlog(at("2026-11-23T00:00"), at("2026-11-23T23:59:59")) == (
        "DATA QUERY ATTLOG StartTime=2026-11-23 00:00:00\tEndTime=2026-11-23 23:59:59"
    )
    for hostile in ("1\nC:9:REBOOT", "", "1\t2"):
        with pytest.raises(ValueError, match="PIN"):
            adms.update_user(hostile, "A")
    assert "\n" not in adms.update_user("1", "A\nC:9:REBOOT")


def test_handshake_names_the_last_stamp_or_asks_for_all() -> None:
    first = adms.handshake("CJZU210560001")
    assert first.startswith("GET OPTION FROM: CJZU210560001\nATTLOGStamp=None\n")
    assert "\nServerVer=2.4.1\n" in first
    assert "ATTLOGStamp=702340000\n" in adms.handshake("CJZU210560001", attlog_stamp="702340000")


@pytest.mark.parametrize(
    ("serial", "valid"),
    [("CJZU210560001", True), ("VGU-625_15", True), ("", False), ("a b", False), ("a\nb123", False)],
)
def test_serial_numbers(serial: str, valid: bool) -> None:
    assert (adms.serial_of(serial) is not None) == valid
