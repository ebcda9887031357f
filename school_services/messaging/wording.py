"""The words of messages to families, with typed variables. Pure; Vietnamese, as the school's own words are.

A Zalo template is approved by Zalo with the same variables; a school's account says which of its template ids stands
for which kind.
"""

from __future__ import annotations

import datetime
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from . import sms
from .rules import Kind

MAX_PARTS = 3  # providers stop there
_NAME = re.compile(r"\{([a-z_]+)\}")


class Unfit(ValueError):
    """A variable is missing, unknown or of another type; `name` says which."""

    def __init__(self, name: str) -> None:
        self.name = name
        super().__init__(name)


def _text(limit: int) -> Callable[[object], str]:
    def read(value: object) -> str:
        words = " ".join(value.split()) if isinstance(value, str) else ""
        if not words or len(words) > limit:
            raise ValueError
        return words

    return read


def _day(value: object) -> str:
    if not isinstance(value, datetime.date) or isinstance(value, datetime.datetime):
        raise ValueError
    return f"{value:%d/%m/%Y}"


def _time(value: object) -> str:
    if not isinstance(value, datetime.time):
        raise ValueError
    return f"{value:%H:%M}"


def _money(value: object) -> str:
    if not isinstance(value, int) or isinstance(value, bool) or value < 0:
        raise ValueError
    return f"{value:,}đ".replace(",", ".")


def _number(value: object) -> str:
    if not isinstance(value, int) or isinstance(value, bool):
        raise ValueError
    return str(value)


def _lines(value: object) -> str:
    """A text of several lines, as a school writes it."""
    if not isinstance(value, str) or not value.strip() or len(value) > 2000:
        raise ValueError
    return value.strip()


@dataclass(frozen=True, slots=True)
class Wording:
    title: str
    body: str
    sms: str
    variables: Mapping[str, Callable[[object], str]]


_CHILD = {"ho_ten": _text(120), "lop": _text(20), "truong": _text(200)}
_SESSION = {**_CHILD, "buoi": _text(20), "ngay": _day}

WORDINGS: dict[Kind, Wording] = {
    Kind.ABSENCE: Wording(
        "{ho_ten} chưa có mặt ở lớp",
        "Buổi {buoi} ngày {ngay}, em {ho_ten} (lớp {lop}) vắng mặt và nhà trường chưa nhận được đơn xin nghỉ. "
        "Phụ huynh liên hệ giáo viên chủ nhiệm hoặc gửi đơn xin nghỉ trên cổng của trường.",
        "{truong}: buoi {buoi} {ngay} em {ho_ten} lop {lop} vang chua xin phep. PH lien he GVCN.",
        _SESSION,
    ),
    Kind.LATE: Wording(
        "{ho_ten} đến lớp muộn",
        "Buổi {buoi} ngày {ngay}, em {ho_ten} (lớp {lop}) đến lớp muộn.",
        "{truong}: buoi {buoi} {ngay} em {ho_ten} lop {lop} di hoc muon.",
        _SESSION,
    ),
    Kind.ARRIVAL: Wording(
        "{ho_ten} đã đến trường lúc {gio}",
        "Em {ho_ten} (lớp {lop}) đã đến trường lúc {gio} ngày {ngay}.",
        "{truong}: em {ho_ten} lop {lop} den truong luc {gio} {ngay}.",
        {**_CHILD, "gio": _time, "ngay": _day},
    ),
    Kind.WARNING: Wording(
        "{ho_ten} đã vắng {so_buoi} buổi trong năm học",
        "Từ đầu năm học em {ho_ten} (lớp {lop}) đã vắng {so_buoi} buổi, có phép và không phép. Vắng quá 45 buổi thì "
        "học sinh không được lên lớp (Thông tư 22/2021/TT-BGDĐT, Điều 12). Em còn được vắng {con_lai} buổi.",
        "{truong}: em {ho_ten} lop {lop} da vang {so_buoi}/45 buoi. PH lien he GVCN.",
        {**_CHILD, "so_buoi": _number, "con_lai": _number},
    ),
    Kind.LEAVE: Wording(
        "Đơn xin nghỉ của {ho_ten}: {ket_qua}",
        "Đơn xin nghỉ ngày {ngay} của em {ho_ten} (lớp {lop}): {ket_qua}. {tra_loi}",
        "{truong}: don xin nghi ngay {ngay} cua em {ho_ten}: {ket_qua}.",
        {**_CHILD, "ngay": _day, "ket_qua": _text(40), "tra_loi": _text(300)},
    ),
    Kind.THREAD: Wording(
        "{nguoi_viet} viết về {ho_ten}",
        "{noi_dung}",
        "{truong}: {nguoi_viet} viet ve em {ho_ten} lop {lop}. Xem tren cong cua truong.",
        {**_CHILD, "nguoi_viet": _text(120), "noi_dung": _lines},
    ),
    Kind.MARKS: Wording(
        "Có điểm mới của {ho_ten}",
        "Giáo viên vừa công bố điểm môn {mon} của em {ho_ten} (lớp {lop}). Xem ở trang Con tôi.",
        "{truong}: co diem moi mon {mon} cua em {ho_ten}.",
        {**_CHILD, "mon": _text(80)},
    ),
    Kind.FEES: Wording(
        "Khoản cần nộp của {ho_ten}: {so_tien}",
        "{dot}: em {ho_ten} (lớp {lop}) cần nộp {so_tien}, hạn {ngay}. Nộp ở trang Thanh toán của cổng.",
        "{truong}: {dot} em {ho_ten} can nop {so_tien}, han {ngay}.",
        {**_CHILD, "dot": _text(120), "so_tien": _money, "ngay": _day},
    ),
    **{
        kind: Wording(
            "{tieu_de}",
            "{noi_dung}",
            "{truong}: {tieu_de}. Xem tren cong cua truong.",
            {"truong": _text(200), "tieu_de": _text(120), "noi_dung": _lines},
        )
        for kind in (Kind.NOTICE, Kind.STAFF, Kind.ALERT)
    },
}


@dataclass(frozen=True, slots=True)
class Words:
    """`data`: the variables as text, for a template of Zalo."""

    title: str
    body: str
    sms: str
    data: Mapping[str, str]


def write(kind: Kind, values: Mapping[str, object]) -> Words:
    """Raises `Unfit`. The SMS is without marks and of three parts at most."""
    wording = WORDINGS[kind]
    for name in values.keys() ^ wording.variables.keys():
        raise Unfit(name)
    data = {}
    for name, read in wording.variables.items():
        try:
            data[name] = read(values[name])
        except (ValueError, TypeError):
            raise Unfit(name) from None
    return Words(
        _put(wording.title, data), _put(wording.body, data), short(sms.strip_diacritics(_put(wording.sms, data))), data
    )


def _put(pattern: str, data: Mapping[str, str]) -> str:
    """Once, from left to right: a value that looks like a variable stays a value."""
    return _NAME.sub(lambda match: data[match[1]], pattern).strip()


def short(text: str) -> str:
    """Cut to what providers take, with three dots for what is left out."""
    if sms.segments(text).parts <= MAX_PARTS:
        return text
    low, high = 0, len(text)
    while low < high:
        middle = (low + high + 1) // 2
        if sms.segments(f"{text[:middle]}...").parts <= MAX_PARTS:
            low = middle
        else:
            high = middle - 1
    return f"{text[:low]}..."
