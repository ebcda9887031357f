"""What a portal must publish, as data: by kind of portal and level, with the day from which the rule holds. Pure.

Sources: TT 09/2024/TT-BGDĐT Điều 4–9, 14 (schools; deadline 30/6 each year, kept five years), NĐ 42/2022/NĐ-CP Điều 4
(state bodies). A rule that changes gets a new row with its `valid_from`; the old one gets `valid_to` and stays.
"""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

SCHOOL, STATE = "school", "state"
DEADLINE: Final = (6, 30)  # month, day: TT 09/2024 Điều 15
ALL_LEVELS: Final = ("MN", "TH", "THCS", "THPT", "GDTX")
_GENERAL: Final = ("TH", "THCS", "THPT", "GDTX")


@dataclass(frozen=True, slots=True)
class Table:
    """`fill`: the aggregate that fills its rows, where the platform has it ("classes_by_grade")."""

    caption: str
    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...] = ()
    fill: str = ""


@dataclass(frozen=True, slots=True)
class Part:
    heading: str
    text: str = ""
    table: Table | None = None


@dataclass(frozen=True, slots=True)
class Item:
    """`yearly`: must be renewed by each deadline. `slug` and `title` of the page made from the template."""

    code: str
    title: str
    law: str
    audience: str
    parts: tuple[Part, ...]
    slug: str
    levels: tuple[str, ...] = ALL_LEVELS
    yearly: bool = True
    valid_from: datetime.date = datetime.date(2024, 7, 19)
    valid_to: datetime.date | None = None


def _blank(*names: str, columns: int) -> tuple[tuple[str, ...], ...]:
    return tuple((name, *[""] * (columns - 1)) for name in names)


ITEMS: Final = (
    Item("I", "Thông tin chung", "TT 09/2024 Điều 4", SCHOOL, (
        Part("Tên, loại hình, cơ quan quản lý", table=Table("Thông tin chung", ("Nội dung", "Thông tin"), _blank(
            "Tên", "Loại hình", "Cơ quan quản lý trực tiếp", "Địa chỉ trụ sở và các điểm trường", "Điện thoại", "Thư điện tử", "Cổng thông tin", columns=2), "contact")),
        Part("Sứ mạng, tầm nhìn, mục tiêu", "Ghi sứ mạng, tầm nhìn và mục tiêu của nhà trường."),
        Part("Lịch sử hình thành", "Tóm tắt quá trình hình thành và phát triển."),
        Part("Người đại diện và lãnh đạo", table=Table("Lãnh đạo", ("Chức vụ", "Họ và tên", "Điện thoại", "Thư điện tử", "Nhiệm vụ"), (), "leaders")),
        Part("Quyết định và quy chế", "Đính kèm quyết định thành lập, bổ nhiệm, quy chế tổ chức và hoạt động, quy chế dân chủ."),
    ), "thong-tin-chung"),
    Item("II", "Thu, chi tài chính", "TT 09/2024 Điều 5", SCHOOL, (
        Part("Thu, chi năm trước", table=Table("Thu, chi năm trước (đồng)", ("Nội dung", "Số tiền"), _blank(
            "Ngân sách nhà nước", "Học phí và thu khác của người học", "Tài trợ", "Chi tiền lương và thu nhập", "Chi cơ sở vật chất, dịch vụ", "Chi hỗ trợ người học", "Chi khác", columns=2))),
        Part("Các khoản thu năm học này", table=Table("Khoản thu", ("Khoản", "Mức thu", "Đơn vị tính", "Căn cứ"), _blank("", columns=4))),
        Part("Miễn, giảm, học bổng", "Ghi chính sách và kết quả thực hiện."),
        Part("Số dư các quỹ", table=Table("Số dư các quỹ (đồng)", ("Quỹ", "Số dư"), _blank("", columns=2))),
    ), "thu-chi-tai-chinh"),
    Item("III", "Đội ngũ", "TT 09/2024 Điều 8(1)", SCHOOL, (
        Part("Số lượng theo vị trí và trình độ", table=Table("Đội ngũ", ("Vị trí", "Tổng số", "Thạc sĩ trở lên", "Đại học", "Cao đẳng", "Khác"), _blank("Cán bộ quản lý", "Giáo viên", "Nhân viên", columns=6))),
        Part("Chuẩn và bồi dưỡng", table=Table("Tỉ lệ (%)", ("Nội dung", "Tỉ lệ"), _blank("Đạt chuẩn trình độ", "Đạt chuẩn nghề nghiệp", "Hoàn thành bồi dưỡng hằng năm", columns=2))),
    ), "doi-ngu", _GENERAL),
    Item("IV", "Cơ sở vật chất", "TT 09/2024 Điều 8(2)", SCHOOL, (
        Part("Đất, phòng, thiết bị", table=Table("Cơ sở vật chất", ("Nội dung", "Hiện có", "Tối thiểu theo quy định"), _blank(
            "Diện tích khuôn viên (m²)", "Diện tích bình quân mỗi học sinh (m²)", "Phòng học", "Phòng bộ môn, chức năng", "Thiết bị dạy học (bộ)", columns=3))),
        Part("Sách giáo khoa, tài liệu", "Đính kèm danh mục sách giáo khoa và tài liệu đang dùng."),
    ), "co-so-vat-chat", _GENERAL),
    Item("V", "Kiểm định chất lượng", "TT 09/2024 Điều 8(3)", SCHOOL, (
        Part("Tự đánh giá", "Ghi kết quả tự đánh giá và kế hoạch cải tiến."),
        Part("Đánh giá ngoài", table=Table("Kết quả công nhận", ("Mức độ", "Quyết định", "Có giá trị đến"), _blank("", columns=3))),
    ), "kiem-dinh-chat-luong", _GENERAL),
    Item("VI", "Kế hoạch hoạt động giáo dục", "TT 09/2024 Điều 9(1)", SCHOOL, (
        Part("Tuyển sinh", "Ghi đối tượng, chỉ tiêu, thời gian, hồ sơ."),
        Part("Kế hoạch giáo dục", "Đính kèm kế hoạch giáo dục năm học."),
        Part("Phối hợp với gia đình, hỗ trợ học sinh", "Ghi cách phối hợp và các hoạt động hỗ trợ."),
        Part("Thực đơn (nếu có bán trú)", "Ghi nơi xem thực đơn hằng tuần."),
    ), "ke-hoach-giao-duc", _GENERAL),
    Item("VII", "Kết quả năm học trước", "TT 09/2024 Điều 9(2)", SCHOOL, (
        Part("Số lớp, số học sinh", table=Table("Quy mô theo khối", ("Khối", "Số lớp", "Số học sinh", "Bình quân mỗi lớp", "Nữ"), (), "classes_by_grade")),
        Part("Kết quả đánh giá", table=Table("Kết quả", ("Nội dung", "Số học sinh", "Tỉ lệ (%)"), _blank("Được lên lớp", "Ở lại lớp", "Hoàn thành chương trình", "Chuyển đến", "Chuyển đi", columns=3))),
    ), "ket-qua-giao-duc", _GENERAL),
    Item("MN1", "Điều kiện nuôi dưỡng, chăm sóc, giáo dục", "TT 09/2024 Điều 6", SCHOOL, (
        Part("Đội ngũ", table=Table("Đội ngũ", ("Vị trí", "Tổng số", "Đại học trở lên", "Cao đẳng", "Khác"), _blank("Cán bộ quản lý", "Giáo viên", "Nhân viên", columns=5))),
        Part("Cơ sở vật chất", table=Table("Cơ sở vật chất", ("Nội dung", "Hiện có", "Tối thiểu theo quy định"), _blank("Diện tích khuôn viên (m²)", "Diện tích bình quân mỗi trẻ (m²)", "Phòng học", "Bếp ăn", columns=3))),
        Part("Kiểm định chất lượng", "Ghi kết quả tự đánh giá, đánh giá ngoài, mức độ, thời hạn."),
    ), "dieu-kien-nuoi-duong", ("MN",)),
    Item("MN2", "Kế hoạch và kết quả nuôi dưỡng, chăm sóc, giáo dục", "TT 09/2024 Điều 7", SCHOOL, (
        Part("Kế hoạch", "Ghi tuyển sinh, kế hoạch giáo dục, phối hợp với gia đình, thực đơn."),
        Part("Số nhóm, lớp, số trẻ", table=Table("Quy mô", ("Khối", "Số lớp", "Số trẻ", "Bình quân mỗi lớp", "Nữ"), (), "classes_by_grade")),
    ), "ke-hoach-ket-qua", ("MN",)),
    Item("VIII", "Báo cáo thường niên", "TT 09/2024 Điều 14", SCHOOL, (
        Part("Báo cáo thường niên", "Đính kèm báo cáo thường niên (PDF), số liệu đến 31/12."),
    ), "bao-cao-thuong-nien"),
    Item("a", "Văn bản quy phạm pháp luật và văn bản quản lý", "NĐ 42/2022 Điều 4(1)", STATE, (
        Part("Văn bản", "Danh sách văn bản nằm ở mục Văn bản của cổng."),
    ), "van-ban-quan-ly", yearly=False, valid_from=datetime.date(2022, 8, 15)),
    Item("b", "Thủ tục hành chính, dịch vụ công", "NĐ 42/2022 Điều 4(1)", STATE, (
        Part("Thủ tục", table=Table("Thủ tục hành chính", ("Tên thủ tục", "Hồ sơ", "Thời hạn", "Nơi nộp"), _blank("", columns=4))),
    ), "thu-tuc-hanh-chinh", yearly=False, valid_from=datetime.date(2022, 8, 15)),
    Item("c", "Chiến lược, quy hoạch, kế hoạch", "NĐ 42/2022 Điều 4(1)", STATE, (
        Part("Chiến lược, quy hoạch", "Đính kèm chiến lược, quy hoạch phát triển."), Part("Kế hoạch năm", "Đính kèm kế hoạch năm."),
    ), "chien-luoc-ke-hoach", valid_from=datetime.date(2022, 8, 15)),
    Item("d", "Ngân sách, đấu thầu, dự án", "NĐ 42/2022 Điều 4(1)", STATE, (
        Part("Dự toán, quyết toán", table=Table("Dự toán, quyết toán (triệu đồng)", ("Nội dung", "Dự toán", "Thực hiện"), _blank("Thu", "Chi thường xuyên", "Chi đầu tư", columns=3))),
        Part("Đấu thầu, dự án", "Ghi danh mục gói thầu, dự án và tiến độ."),
    ), "ngan-sach-du-an", valid_from=datetime.date(2022, 8, 15)),
    Item("e", "Chức năng, cơ cấu tổ chức, đầu mối liên hệ", "NĐ 42/2022 Điều 4(1)e", STATE, (
        Part("Chức năng, nhiệm vụ", "Ghi chức năng, nhiệm vụ, quyền hạn."),
        Part("Đầu mối liên hệ", table=Table("Đầu mối liên hệ", ("Chức vụ", "Họ và tên", "Điện thoại", "Thư điện tử", "Nhiệm vụ"), (), "leaders")),
    ), "co-cau-to-chuc-dau-moi", yearly=False, valid_from=datetime.date(2022, 8, 15)),
    Item("f", "Báo cáo tài chính, thống kê", "NĐ 42/2022 Điều 4(1)", STATE, (
        Part("Số liệu thống kê", table=Table("Mạng lưới", ("Cấp", "Trường", "Lớp", "Người học"), _blank("Mầm non", "Tiểu học", "THCS", "THPT", columns=4))),
        Part("Báo cáo tài chính", "Đính kèm báo cáo tài chính năm."),
    ), "bao-cao-thong-ke", valid_from=datetime.date(2022, 8, 15)),
    Item("g", "Tiếp nhận phản ánh, kiến nghị", "NĐ 42/2022 Điều 4(1)", STATE, (
        Part("Cách gửi phản ánh", "Ghi địa chỉ, điện thoại, thời hạn trả lời."),
    ), "phan-anh-kien-nghi", yearly=False, valid_from=datetime.date(2022, 8, 15)),
)  # fmt: skip


class State(StrEnum):
    DONE = "done"
    OLD = "old"
    DRAFT = "draft"
    MISSING = "missing"


def items_for(kind: str, level: str, day: datetime.date) -> tuple[Item, ...]:
    """What a portal of this kind ("school", "office", "department") and level owes on a day."""
    audience = SCHOOL if kind == "school" else STATE
    return tuple(
        item
        for item in ITEMS
        if item.audience == audience
        and (audience == STATE or not level or level in item.levels)
        and item.valid_from <= day
        and (item.valid_to is None or day < item.valid_to)
    )


def last_deadline(day: datetime.date) -> datetime.date:
    """The latest 30/6 that is over."""
    deadline = datetime.date(day.year, *DEADLINE)
    return deadline if deadline < day else datetime.date(day.year - 1, *DEADLINE)


def state(item: Item, day: datetime.date, *, exists: bool, live: bool, changed_on: datetime.date | None) -> State:
    """A yearly item counts as old when its page was not renewed in the twelve months before the last deadline, or since."""
    if not exists:
        return State.MISSING
    if not live:
        return State.DRAFT
    if item.yearly:
        deadline = last_deadline(day)
        renewed_since = datetime.date(deadline.year - 1, 7, 1)
        if changed_on is None or changed_on < renewed_since:
            return State.OLD
    return State.DONE
