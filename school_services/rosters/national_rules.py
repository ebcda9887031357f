"""The national data centre's columns of a student (TTDLQG), with what each takes. Pure.

A column that is not in a file changes nothing; a blank cell takes the value away. Values are kept as the centre writes
them; parents' personal numbers and pupils' health are not asked for here: no school purpose of this product needs them.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from school_services.names import fold

from . import places

NUMBER = "sodinhdanh"


@dataclass(frozen=True, slots=True)
class Field:
    """`code` as the centre names it; `choices`: what people write, folded → what is kept."""

    code: str
    heading: str
    kind: str = "text"
    choices: Mapping[str, str] | None = None

    @property
    def is_yes_no(self) -> bool:
        return self.choices is _YES_NO


_YES_NO: Final = {"co": "1", "1": "1", "x": "1", "khong": "0", "0": "0"}
_AREAS: Final = {"kv1": "1", "1": "1", "kv2": "2", "2": "2", "kv2-nt": "3", "3": "3", "kv3": "4", "4": "4", "0": "0"}
_PAPERS: Final = {"khai sinh": "1", "1": "1", "cccd": "5", "5": "5", "ho chieu": "6", "6": "6"}

FIELDS: Final = (
    Field(NUMBER, "Số định danh cá nhân", "number"),
    Field("dantoc", "Dân tộc"),
    Field("quoctich", "Quốc tịch"),
    Field("noisinh", "Nơi sinh"),
    Field("maxa", "Mã xã nơi ở", "commune"),
    Field("diachi", "Địa chỉ nơi ở"),
    Field("giayto", "Loại giấy tờ", "choice", _PAPERS),
    Field("cha_hoten", "Họ tên cha", "name"),
    Field("cha_nghe", "Nghề nghiệp cha"),
    Field("cha_namsinh", "Năm sinh cha", "year"),
    Field("me_hoten", "Họ tên mẹ", "name"),
    Field("me_nghe", "Nghề nghiệp mẹ"),
    Field("me_namsinh", "Năm sinh mẹ", "year"),
    Field("dodau_hoten", "Họ tên người đỡ đầu", "name"),
    Field("khuvuc", "Khu vực", "choice", _AREAS),
    Field("hongheo", "Hộ nghèo", "choice", _YES_NO),
    Field("khokhan", "Vùng khó khăn", "choice", _YES_NO),
    Field("bantru", "Học bán trú", "choice", _YES_NO),
    Field("haibuoi", "Học 2 buổi/ngày", "choice", _YES_NO),
    Field("doivien", "Đội viên", "choice", _YES_NO),
    Field("doanvien", "Đoàn viên", "choice", _YES_NO),
    Field("bietboi", "Biết bơi", "choice", _YES_NO),
    Field("luuban", "Lưu ban năm trước", "choice", _YES_NO),
)
BY_CODE: Final = {field.code: field for field in FIELDS}


def heading_key(text: str) -> str:
    return " ".join(re.findall("[a-z0-9]+", fold(text)))


BY_HEADING: Final = {heading_key(field.heading): field for field in FIELDS} | {
    "so dinh danh": BY_CODE[NUMBER],
    "cccd": BY_CODE[NUMBER],
    "ho ten bo": BY_CODE["cha_hoten"],
}


def read(field: Field, text: str) -> str | None:
    """What is kept for a cell; None for what the column does not take. A masked number says nothing: "•"."""
    if not text:
        return ""
    if field.kind == "choice":
        return (field.choices or {}).get(fold(text))
    if field.kind == "year":
        return text if re.fullmatch("19[2-9][0-9]|20[0-2][0-9]", text) else None
    if field.kind == "commune":
        return text if text in places.communes() else None
    if field.kind == "number":
        return "•" if "•" in text else re.sub(r"[\s.]", "", text)
    if len(text) > 120 or text[0] in "=+-@":  # what a spreadsheet would take for a formula
        return None
    return text if field.kind == "text" or not any(c.isdigit() for c in text) else None


def show(field: Field, value: str) -> str:
    """What people read for a kept value."""
    if field.kind == "choice" and value:
        return {"0": "Không", "1": "Có"}.get(value, value) if field.is_yes_no else value
    return value.partition("#")[0]
