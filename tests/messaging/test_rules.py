"""Quiet hours, ways, words: by tables."""

from __future__ import annotations

import datetime
from zoneinfo import ZoneInfo

import pytest

from school_services.messaging import rules, sms, wording
from school_services.messaging.rules import Channel, Kind, Result

ZONE = ZoneInfo("Asia/Ho_Chi_Minh")
Z, S, E = Channel.ZALO, Channel.SMS, Channel.EMAIL


@pytest.mark.parametrize(
    ("at", "safety", "due"),
    [
        ("2026-11-23T20:59:59", False, "2026-11-23T20:59:59"),
        ("2026-11-23T21:00:00", False, "2026-11-24T06:00:00"),
        ("2026-11-30T23:30:00", False, "2026-12-01T06:00:00"),
        ("2026-11-24T00:00:00", False, "2026-11-24T06:00:00"),
        ("2026-11-24T05:59:59", False, "2026-11-24T06:00:00"),
        ("2026-11-24T06:00:00", False, "2026-11-24T06:00:00"),
        ("2026-11-24T02:00:00", True, "2026-11-24T02:00:00"),
    ],
)
def test_quiet_hours(at: str, safety: bool, due: str) -> None:
    now = datetime.datetime.fromisoformat(at).replace(tzinfo=ZONE)
    assert rules.due(now, safety=safety).isoformat() == f"{due}+07:00"


@pytest.mark.parametrize(
    ("paid", "addresses", "allowed", "usable", "ways"),
    [
        (True, {Z, S, E}, {Z: True, S: True}, {Z, S, E}, (Z, S, E)),
        (True, {Z, S, E}, {}, {Z, S, E}, (E,)),  # phones need a yes
        (True, {Z, S, E}, {S: True, E: False}, {Z, S, E}, (S,)),
        (False, {Z, S, E}, {Z: True, S: True}, {Z, S, E}, (E,)),
        (True, {Z, S}, {Z: True, S: True}, {S, E}, (S,)),
        (True, {Z, S}, {}, {Z, S, E}, ()),
        (False, {E}, {E: False}, {E}, ()),
    ],
)
def test_ways(paid: bool, addresses: set[Channel], allowed: dict[Channel, bool], usable: set[Channel], ways: tuple[Channel, ...]) -> None:
    assert rules.route(paid=paid, addresses=addresses, allowed=allowed, usable=usable) == ways


def test_waits_and_the_dead() -> None:
    assert [rules.wait(n).total_seconds() for n in range(1, 6)] == [30, 60, 120, 240, 480]  # type: ignore[union-attr]
    assert rules.wait(6) is None
    assert [rules.stale(way) for way in (Z, S, E)] == [Result.UNKNOWN, Result.RETRY, Result.UNKNOWN]


ABSENT = {"ho_ten": "Nguyễn Thị Ánh", "lop": "7A1", "truong": "THCS Nguyễn Đình Chiểu", "buoi": "sáng", "ngay": datetime.date(2026, 11, 23)}


def test_words_of_an_absence() -> None:
    words = wording.write(Kind.ABSENCE, ABSENT)
    assert words.title == "Nguyễn Thị Ánh chưa có mặt ở lớp"
    assert "Buổi sáng ngày 23/11/2026" in words.body
    assert words.sms == "THCS Nguyen Dinh Chieu: buoi sang 23/11/2026 em Nguyen Thi Anh lop 7A1 vang chua xin phep. PH lien he GVCN."
    assert sms.segments(words.sms).encoding == "GSM7"


@pytest.mark.parametrize(
    ("change", "name"),
    [
        ({"ngay": "2026-11-23"}, "ngay"),
        ({"ngay": datetime.datetime(2026, 11, 23)}, "ngay"),  # noqa: DTZ001
        ({"ho_ten": ""}, "ho_ten"),
        ({"ho_ten": "x" * 121}, "ho_ten"),
        ({"ho_ten": 5}, "ho_ten"),
        ({"la": "1"}, "la"),
    ],
)
def test_a_variable_of_another_type_is_refused(change: dict[str, object], name: str) -> None:
    with pytest.raises(wording.Unfit, match=name):
        wording.write(Kind.ABSENCE, ABSENT | change)
    with pytest.raises(wording.Unfit):
        wording.write(Kind.ABSENCE, {k: v for k, v in ABSENT.items() if k != "lop"})


def test_a_value_that_looks_like_a_variable_stays_a_value() -> None:
    words = wording.write(Kind.ABSENCE, ABSENT | {"ho_ten": "Em {lop}"})
    assert words.title.startswith("Em {lop}")


def test_every_wording_takes_three_parts_at_most() -> None:
    long = "ừ" * 118
    words = wording.write(Kind.NOTICE, {"truong": long + "ư" * 80, "tieu_de": long, "noi_dung": "x" * 2000})
    assert sms.segments(words.sms).parts == 3 or len(words.sms) < 460
    assert sms.segments(wording.short("a" * 2000)).length == 459
    assert wording.write(Kind.FEES, {"ho_ten": "A", "lop": "1", "truong": "T", "dot": "Đợt 1", "so_tien": 1284000, "ngay": datetime.date(2026, 12, 1)}).title == "Khoản cần nộp của A: 1.284.000đ"


@pytest.mark.parametrize(
    ("now", "opens"),
    [
        ("2026-11-23T06:59:59", "2026-11-23T07:00:00"),
        ("2026-11-23T07:00:00", "2026-11-23T07:00:00"),
        ("2026-11-23T16:59:59", "2026-11-23T16:59:59"),
        ("2026-11-23T17:00:00", "2026-11-24T07:00:00"),
        ("2026-11-27T17:00:00", "2026-11-30T07:00:00"),  # a Friday evening
        ("2026-11-28T09:00:00", "2026-11-30T07:00:00"),
        ("2026-11-29T23:00:00", "2026-11-30T07:00:00"),
    ],
)
def test_office_hours(now: str, opens: str) -> None:
    moment = datetime.datetime.fromisoformat(now).replace(tzinfo=ZONE)
    assert rules.office_hour(moment).isoformat() == f"{opens}+07:00"
