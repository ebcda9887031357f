"""Names that people read: levels, decisions, titles, periods, traits, areas; subjects come from the table.

Terms of the regulations stay as the regulations write them, in every language of the interface.
"""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from .primary_rules import Period

LEVELS = {
    "TOT": "Tốt",
    "KHA": "Khá",
    "DAT": "Đạt",
    "CHUA_DAT": "Chưa đạt",
}
RESULTS = {
    **LEVELS,
    "HTXS": "Hoàn thành xuất sắc",
    "HTT": "Hoàn thành tốt",
    "HT": "Hoàn thành",
    "CHT": "Chưa hoàn thành",
    "LEN_LOP": _("moves up"),
    "KIEM_TRA_LAI": _("retest in summer"),
    "REN_LUYEN_HE": _("summer training"),
    "O_LAI_LOP": _("repeats the grade"),
    "HS_XUAT_SAC": "Học sinh Xuất sắc",
    "HS_GIOI": "Học sinh Giỏi",
    "HS_TIEU_BIEU": "Học sinh Tiêu biểu",
}
PERIODS = {
    Period.MID_FIRST: _("middle of term 1"),
    Period.END_FIRST: _("end of term 1"),
    Period.MID_SECOND: _("middle of term 2"),
    Period.END_YEAR: _("end of the year"),
}
TRAITS = {
    "YEU_NUOC": "Yêu nước",
    "NHAN_AI": "Nhân ái",
    "CHAM_CHI": "Chăm chỉ",
    "TRUNG_THUC": "Trung thực",
    "TRACH_NHIEM": "Trách nhiệm",
    "TU_CHU": "Tự chủ và tự học",
    "GIAO_TIEP": "Giao tiếp và hợp tác",
    "GIAI_QUYET": "Giải quyết vấn đề và sáng tạo",
    "NGON_NGU": "Ngôn ngữ",
    "TINH_TOAN": "Tính toán",
    "KHOA_HOC": "Khoa học",
    "CONG_NGHE": "Công nghệ",
    "TIN_HOC": "Tin học",
    "THAM_MI": "Thẩm mĩ",
    "THE_CHAT": "Thể chất",
}
# Areas of development of the preschool programme.
TOPICS = {
    "PHAM_CHAT": "Phẩm chất",
    "NANG_LUC": "Năng lực",
    "LINH_VUC": "Nhận xét theo lĩnh vực",
}
AREAS = {
    "MN_THE_CHAT": "Phát triển thể chất",
    "MN_NHAN_THUC": "Phát triển nhận thức",
    "MN_NGON_NGU": "Phát triển ngôn ngữ",
    "MN_TINH_CAM": "Tình cảm, kĩ năng xã hội",
    "MN_THAM_MI": "Phát triển thẩm mĩ",
}


def level(value: int | None) -> str:
    """Conduct as the law names it; "" for none."""
    return "" if value is None else str(list(LEVELS.values())[::-1][value])


def result(code: str) -> str:
    return str(RESULTS.get(code, code))


def period(value: int) -> str:
    return str(PERIODS[Period(value)])


def item(code: str, subjects: dict[str, str]) -> str:
    """Name of a trait, an area, or a subject by its code."""
    named = TRAITS.get(code) or AREAS.get(code)
    return str(named) if named else subjects.get(code, code)
