"""A school's synthetic year: classes, pupils, teachers, marks. Deterministic by slug; nobody in it exists."""

from __future__ import annotations

import datetime
import random
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from school_services.gradebook.rules import tx_count

from .names import person

# code, name, kind, periods a year (domain: CT GDPT 2018)
THCS = (
    ("TOAN", "Toán", "score", 140), ("VAN", "Ngữ văn", "score", 140), ("NN1", "Ngoại ngữ 1", "score", 105),
    ("KHTN", "Khoa học tự nhiên", "score", 140), ("LSDL", "Lịch sử và Địa lí", "score", 105),
    ("GDCD", "Giáo dục công dân", "score", 35), ("CN", "Công nghệ", "score", 52), ("TIN", "Tin học", "score", 35),
    ("GDTC", "Giáo dục thể chất", "comment", 70), ("NT", "Nghệ thuật", "comment", 70),
    ("HDTN", "Hoạt động trải nghiệm, hướng nghiệp", "comment", 105), ("GDDP", "Giáo dục địa phương", "comment", 35),
)  # fmt: skip
THPT = (
    ("TOAN", "Toán", "score", 105), ("VAN", "Ngữ văn", "score", 105), ("NN1", "Ngoại ngữ 1", "score", 105),
    ("LS", "Lịch sử", "score", 52), ("VL", "Vật lí", "score", 70), ("HH", "Hóa học", "score", 70),
    ("SH", "Sinh học", "score", 70), ("TIN", "Tin học", "score", 70),
    ("GDQPAN", "Giáo dục quốc phòng và an ninh", "score", 35), ("GDTC", "Giáo dục thể chất", "comment", 70),
    ("HDTN", "Hoạt động trải nghiệm, hướng nghiệp", "comment", 105), ("GDDP", "Giáo dục địa phương", "comment", 35),
)  # fmt: skip
SUBJECTS = {"THCS": THCS, "THPT": THPT}
GRADES = {"THCS": (6, 7, 8, 9), "THPT": (10, 11, 12)}


@dataclass(frozen=True, slots=True)
class Pupil:
    code: str
    full_name: str
    gender: str
    birth_date: datetime.date
    grade: int
    letter: int
    ability: float

    @property
    def class_name(self) -> str:
        return f"{self.grade}A{self.letter}"


def pupils(slug: str, level: str, count: int) -> list[Pupil]:
    """`count` pupils over the grades of the level, about 42 to a class."""
    rng = random.Random(f"pupils:{slug}")
    grades = GRADES[level]
    per_grade = count // len(grades)
    result = []
    for grade in grades:
        classes = max(1, round(per_grade / 42))
        for number in range(per_grade):
            gender = rng.choice("12")
            year = 2026 - grade - 5
            born = datetime.date(year, 1, 1) + datetime.timedelta(days=rng.randrange(365))
            result.append(
                Pupil(
                    code=f"{slug[:3].upper()}{grade:02d}{number + 1:05d}",
                    full_name=person(rng, gender),
                    gender=gender,
                    birth_date=born,
                    grade=grade,
                    letter=number % classes + 1,
                    ability=rng.gauss(7.2, 1.1),
                )
            )
    return result


def columns(kind: str, periods: int, *, complete: bool) -> list[tuple[str, int]]:
    """Columns with marks: (kind, ordinal); in a term under way the end-of-term column is still empty."""
    count = tx_count(periods) if kind == "score" else 2
    done = [("TX", i + 1) for i in range(count if complete else max(1, count - 1))]
    return [*done, ("GK", 1), *([("CK", 1)] if complete else [])]


def marks(rng: random.Random, ability: float, kind: str, count: int) -> Iterator[Decimal | None]:
    """`count` plausible marks on the 10-point scale, one decimal; None stands for "Đạt" in comment subjects."""
    level = ability + rng.gauss(0, 0.6)
    for _ in range(count):
        if kind == "comment":
            yield None
        else:
            yield Decimal(round(min(10.0, max(1.5, rng.gauss(level, 0.9))) * 10)) / 10
