"""Official documents of a demo portal: plausible numbers, bodies and abstracts; none of them exists."""

# ruff: noqa: E501 - prose
from __future__ import annotations

import datetime
import random
from dataclasses import dataclass

from portal_host.demo.names import person

TODAY = datetime.date(2026, 11, 23)
MINISTRY, DEPARTMENT = "Bộ Giáo dục và Đào tạo", "Sở Giáo dục và Đào tạo Tây Ninh"


@dataclass(frozen=True, slots=True)
class OfficialSpec:
    """`replaces`: the number of one that stands before it in the list; `file`: the key of a demo document."""

    kind: str
    number: str
    abstract: str
    issuer: str
    field: str
    issued_on: datetime.date
    signer: str
    signer_title: str
    effective_on: datetime.date | None = None
    expires_on: datetime.date | None = None
    urgency: str = ""
    replaces: str = ""
    file: str = ""


# kind, symbol of the number, field, abstracts
_OWN = (
    ("ke-hoach", "KH", "Chuyên môn", ("Kế hoạch giáo dục năm học {year}", "Kế hoạch kiểm tra, đánh giá cuối học kì I", "Kế hoạch bồi dưỡng giáo viên hè {y}", "Kế hoạch ngoại khóa “Đọc sách cùng con”")),
    ("quyet-dinh", "QĐ", "Tổ chức", ("Phân công nhiệm vụ năm học {year}", "Thành lập Hội đồng thi đua, khen thưởng", "Ban hành Quy chế dân chủ ở cơ sở", "Công nhận tổ trưởng chuyên môn năm học {year}", "Khen thưởng tập thể, cá nhân đạt thành tích trong học kì I")),
    ("thong-bao", "TB", "Phụ huynh", ("Lịch nghỉ Tết Nguyên đán năm {y}", "Lịch họp cha mẹ học sinh cuối học kì I", "Thời gian làm việc của văn phòng", "Tạm ngừng đón trả ở cổng phụ để sửa đường")),
    ("bao-cao", "BC", "Công khai", ("Báo cáo thường niên năm {y}", "Báo cáo kết quả tự đánh giá năm học {year}", "Báo cáo thu, chi sáu tháng đầu năm {y}")),
    ("cong-van", "", "Tài chính", ("Về việc triển khai thu không dùng tiền mặt", "Về việc rà soát khoản thu đầu năm học {year}", "Về việc phối hợp khám sức khỏe định kì")),
)  # fmt: skip
_ABOVE = (
    ("thong-tu", "{n}/{y}/TT-BGDĐT", MINISTRY, "Chuyên môn", "Quy định về tổ chức dạy học hai buổi mỗi ngày"),
    ("cong-van", "{n}/BGDĐT-GDPT", MINISTRY, "Chuyên môn", "Về việc thực hiện nhiệm vụ giáo dục phổ thông năm học {year}"),
    ("quyet-dinh", "{n}/QĐ-SGDĐT", DEPARTMENT, "Chuyên môn", "Ban hành Kế hoạch thời gian năm học {year}"),
    ("huong-dan", "{n}/HD-SGDĐT", DEPARTMENT, "Tài chính", "Hướng dẫn các khoản thu dịch vụ phục vụ, hỗ trợ hoạt động giáo dục"),
    ("cong-van", "{n}/SGDĐT-VP", DEPARTMENT, "Công khai", "Về việc công khai trong hoạt động của các cơ sở giáo dục"),
    ("ke-hoach", "{n}/KH-SGDĐT", DEPARTMENT, "Tuyển sinh", "Tuyển sinh lớp đầu cấp năm học {year}"),
)  # fmt: skip


def officials(slug: str, name: str, short: str, head: str, office: bool, files: tuple[str, ...]) -> list[OfficialSpec]:
    """About 20 documents of a school, 60 of an office, of three years; the newest have files, some have lapsed."""
    rng = random.Random(f"officials:{slug}")
    symbol = _symbol(short)
    found: list[OfficialSpec] = []
    used: set[tuple[str, int]] = set()

    def number(stem: str, year: int) -> int:
        while True:
            value = rng.randrange(1, 900 if office else 180)
            if (stem, value) not in used:
                used.add((stem, value))
                return value

    for year in (2024, 2025, 2026):
        words = {"year": f"{year}–{year + 1}", "y": year}
        for kind, stem, issuer, field, abstract in _ABOVE:
            if rng.random() < 0.5 and year < 2026:
                continue
            n = number(stem, year)
            day = _day(rng, year)
            title, signer = ("Thứ trưởng", person(rng, "1")) if issuer == MINISTRY else ("Giám đốc", person(rng, "2"))
            text = stem.format(n=f"{n:02d}", y=year)
            found.append(
                OfficialSpec(
                    kind,
                    text,
                    abstract.format(**words),
                    issuer,
                    field,
                    day,
                    signer,
                    title,
                    effective_on=day + datetime.timedelta(days=rng.choice((0, 15, 45))),
                )
            )
        for kind, letters, field, abstracts in _OWN:
            for abstract in rng.sample(abstracts, len(abstracts) if office else min(2, len(abstracts))):
                n = number(letters or "cv", year)
                text = f"{n:02d}/{letters}-{symbol}" if letters else f"{n:02d}/{symbol}-VP"
                found.append(
                    OfficialSpec(
                        kind,
                        text,
                        abstract.format(**words),
                        name,
                        field,
                        _day(rng, year),
                        head,
                        "Giám đốc" if office else "Hiệu trưởng",
                        urgency="urgent" if rng.random() < 0.05 else "",
                    )
                )
    found.sort(key=lambda one: one.issued_on)
    return _finish(rng, found, files)


def _finish(rng: random.Random, found: list[OfficialSpec], files: tuple[str, ...]) -> list[OfficialSpec]:
    """Plans of last year are over, a decision is replaced, the newest get the demo's files."""
    from dataclasses import replace

    done = []
    decisions: dict[str, OfficialSpec] = {}
    keys = list(files)
    for place, one in enumerate(found):
        expires = (
            datetime.date(one.issued_on.year + 1, 6, 1)
            if one.kind == "ke-hoach" and one.issued_on.year < 2026
            else None
        )
        earlier = decisions.get(one.abstract.split(" năm")[0])
        file = keys.pop() if keys and place >= len(found) - len(files) else ""
        done.append(replace(one, expires_on=expires, replaces=earlier.number if earlier else "", file=file))
        if one.kind in {"quyet-dinh", "huong-dan"}:
            decisions[one.abstract.split(" năm")[0]] = one
    return done


def _day(rng: random.Random, year: int) -> datetime.date:
    day = datetime.date(year, 1, 3) + datetime.timedelta(days=rng.randrange(355))
    day = min(day, TODAY)
    return day - datetime.timedelta(days=max(0, day.weekday() - 4))


def _symbol(short: str) -> str:
    """THPT Trảng Bàng → THPTTB."""
    if "Sở" in short:
        return "SGDĐT"
    return "".join(word if word.isupper() else word[0].upper() for word in short.split() if word[0].isalpha())[:10]
