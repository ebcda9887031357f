"""Events, people and news categories of a demo portal: plausible; nobody and nothing of it exists."""

# ruff: noqa: E501 - prose
from __future__ import annotations

import datetime
import random
from dataclasses import dataclass, field

from portal_host.demo.names import person


@dataclass(frozen=True, slots=True)
class EventSpec:
    """`day`: from today on; negative ones are over. `time`: "" for whole days."""

    title: str
    summary: str
    day: int
    time: str = ""
    until: str = ""
    days: int = 1
    place: str = ""
    repeat: str = ""
    cancelled: bool = False


@dataclass(frozen=True, slots=True)
class UnitSpec:
    """`people`: (name, position, in charge of)."""

    name: str
    duties: str
    people: tuple[tuple[str, str, str], ...]
    children: tuple[UnitSpec, ...] = field(default=())


SCHOOL_EVENTS = (
    EventSpec("Chào cờ đầu tuần", "Toàn trường tập trung ở sân trước.", -12, "06:45", "07:30", place="Sân trường", repeat="WEEKLY"),
    EventSpec("Họp cha mẹ học sinh cuối học kì I", "Kết quả học kì và kế hoạch học kì II.", 18, "07:30", "09:30", place="Phòng học của lớp"),
    EventSpec("Kiểm tra cuối học kì I", "Lịch từng môn gửi về gia đình trước một tuần.", 26, days=9),
    EventSpec("Hội khỏe Phù Đổng cấp trường", "Mười một môn, từ chạy ngắn đến cờ vua.", 9, "07:00", "16:30", days=2, place="Sân thể thao"),
    EventSpec("Ngày đọc sách của lớp", "Mỗi em mang một cuốn để trao đổi.", 4, "14:00", "15:30", place="Thư viện", repeat="MONTHLY"),
    EventSpec("Tham quan Núi Bà Đen", "Hoãn vì dự báo mưa lớn.", 12, "06:00", "17:00", cancelled=True),
    EventSpec("Nghỉ Tết Dương lịch", "Học sinh nghỉ một ngày.", 37),
    EventSpec("Khám sức khỏe định kì", "Trạm y tế phối hợp nhà trường.", 6, "07:30", "11:00", place="Phòng y tế"),
    EventSpec("Lễ kỉ niệm Ngày Nhà giáo Việt Nam", "Gặp mặt thầy cô qua các thời kì.", -5, "07:30", "10:00", place="Hội trường"),
)  # fmt: skip
OFFICE_EVENTS = (
    EventSpec("Giao ban hiệu trưởng", "Nhiệm vụ trọng tâm của tháng.", 5, "08:00", "10:30", place="Hội trường tầng 2", repeat="MONTHLY"),
    EventSpec("Tiếp công dân", "Mang theo giấy tờ tùy thân.", -3, "07:30", "11:00", place="Phòng tiếp công dân", repeat="WEEKLY"),
    EventSpec("Hội nghị sơ kết học kì I", "Các trường gửi báo cáo trước ba ngày.", 40, "07:30", "11:30", place="Hội trường lớn"),
    EventSpec("Tập huấn học bạ số", "Dành cho cán bộ phụ trách công nghệ thông tin.", 8, "08:00", "16:30", days=2, place="Phòng máy"),
    EventSpec("Hội thi giáo viên dạy giỏi", "Vòng thực hành, 48 tiết dạy.", 14, days=5, place="Các trường đăng cai"),
    EventSpec("Họp hội đồng tuyển sinh", "Dời sang tuần sau.", 10, "14:00", "16:00", cancelled=True),
)  # fmt: skip
CATEGORIES = ("Thông báo", "Hoạt động", "Tuyển sinh", "Chuyển đổi số")


def units(slug: str, head: str, deputy: str, office: bool) -> tuple[UnitSpec, ...]:
    rng = random.Random(f"units:{slug}")

    def people(*titles: str) -> tuple[tuple[str, str, str], ...]:
        return tuple((person(rng, rng.choice("12")), title, "") for title in titles)

    if office:
        return (
            UnitSpec("Lãnh đạo", "Chỉ đạo chung.", ((head, "Giám đốc", "Phụ trách chung, tổ chức cán bộ"), (deputy, "Phó Giám đốc", "Giáo dục phổ thông"), *people("Phó Giám đốc")), (
                UnitSpec("Văn phòng", "Hành chính, tiếp dân, công nghệ thông tin.", people("Chánh Văn phòng", "Chuyên viên", "Văn thư")),
                UnitSpec("Phòng Giáo dục phổ thông", "Chương trình, thi, kiểm định.", people("Trưởng phòng", "Chuyên viên", "Chuyên viên")),
                UnitSpec("Phòng Giáo dục mầm non", "Nuôi dưỡng, chăm sóc, giáo dục trẻ.", people("Trưởng phòng", "Chuyên viên")),
                UnitSpec("Phòng Tổ chức – Tài chính", "Cán bộ, ngân sách, cơ sở vật chất.", people("Trưởng phòng", "Chuyên viên")),
            )),
        )  # fmt: skip
    return (
        UnitSpec("Ban giám hiệu", "Điều hành chung.", ((head, "Hiệu trưởng", "Phụ trách chung"), (deputy, "Phó Hiệu trưởng", "Chuyên môn"), *people("Phó Hiệu trưởng")), (
            UnitSpec("Tổ Văn phòng", "Văn thư, kế toán, y tế, bảo vệ.", people("Tổ trưởng", "Kế toán", "Văn thư", "Nhân viên y tế")),
            UnitSpec("Tổ Toán – Tin", "Toán, Tin học, Công nghệ.", people("Tổ trưởng", "Tổ phó", "Giáo viên", "Giáo viên")),
            UnitSpec("Tổ Ngữ văn – Nghệ thuật", "Ngữ văn, Âm nhạc, Mĩ thuật.", people("Tổ trưởng", "Giáo viên", "Giáo viên")),
            UnitSpec("Đoàn – Đội", "Hoạt động phong trào, tư vấn học đường.", people("Bí thư", "Tổng phụ trách")),
        )),
    )  # fmt: skip


def events(office: bool) -> tuple[EventSpec, ...]:
    return OFFICE_EVENTS if office else SCHOOL_EVENTS


def date_of(spec: EventSpec, today: datetime.date) -> datetime.date:
    """A working day near the one that was asked."""
    day = today + datetime.timedelta(days=spec.day)
    return day + datetime.timedelta(days=(7 - day.weekday()) if day.weekday() > 4 else 0)
