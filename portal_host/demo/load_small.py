"""A class of a primary school and a group of a preschool, with teachers, books of two periods, a family each."""

from __future__ import annotations

import datetime
import random
from dataclasses import dataclass

from django.db import transaction

from school_services.gradebook import primary_rules, remarks
from school_services.gradebook.primary_rules import Period
from school_services.gradebook.words import AREAS
from school_services.identity import actor as actors
from school_services.identity.models import Role, User
from school_services.rosters.models import (
    ClassGroup,
    Enrolment,
    Guardianship,
    SchoolYear,
    Student,
    Subject,
    TeachingAssignment,
)
from tenants import context

from .names import person

SUBJECTS = (
    ("TV", "Tiếng Việt", 245), ("TOAN", "Toán", 175), ("NN1", "Ngoại ngữ 1", 140), ("DD", "Đạo đức", 35),
    ("TNXH", "Tự nhiên và Xã hội", 70), ("TINCN", "Tin học và Công nghệ", 70), ("GDTC", "Giáo dục thể chất", 70),
    ("NTH", "Nghệ thuật", 70), ("HDTN", "Hoạt động trải nghiệm", 105),
)  # fmt: skip
PRIMARY_WORDS = (
    "Em {ten} đọc to, rõ ràng; cần viết chữ đều nét hơn.",
    "Em {ten} tính nhanh, biết trình bày bài giải.",
    "Em {ten} hăng hái phát biểu, biết giúp bạn trong nhóm.",
    "Em {ten} có tiến bộ, cần luyện thêm ở nhà 15 phút mỗi ngày.",
)
CHILD_WORDS = (
    "Con {ten} tự xúc ăn, tự rửa tay, đi giày không cần cô giúp.",
    "Con {ten} nhận biết các màu cơ bản, đếm được đến 10.",
    "Con {ten} kể lại được chuyện ngắn, nói câu đủ ý.",
    "Con {ten} biết chờ đến lượt, chào cô và các bạn.",
    "Con {ten} thích hát, tô màu gọn trong hình.",
)


@dataclass(frozen=True, slots=True)
class Kind:
    level: str
    class_name: str
    grade: int
    born: int
    size: int


PRIMARY = Kind("TH", "3A", 3, 2018, 32)
PRESCHOOL = Kind("MN", "Lá 1", 0, 2021, 24)


def load(ref: context.PortalRef, kind: Kind, teacher: User, parent: User) -> bool:
    """False when the school has students already."""
    rng = random.Random(f"small:{ref.slug}")
    with context.platform():
        year = SchoolYear.objects.get(code="2026-2027")
        if kind.level == "TH":
            for place, (code, name, periods) in enumerate(SUBJECTS):
                values = {"name": name, "kind": Subject.Kind.COMMENT, "periods": periods, "place": place}
                Subject.objects.get_or_create(level="TH", code=code, defaults=values)
    with context.enter(ref), context.scope((ref.unit_id,), user=teacher.pk), transaction.atomic():
        if Student.objects.filter(unit_id=ref.unit_id).exists():
            return False
        start = datetime.date(2025, 8, 1)
        Role.objects.get_or_create(unit_id=ref.unit_id, user=teacher, kind=Role.Kind.TEACHER, valid_from=start)
        group = ClassGroup.objects.create(
            unit_id=ref.unit_id, year=year, grade=kind.grade, name=kind.class_name, homeroom_teacher=teacher
        )
        students = _students(ref, kind, group, year, rng)
        subjects = list(Subject.objects.filter(level="TH")) if kind.level == "TH" else []
        TeachingAssignment.objects.bulk_create(
            TeachingAssignment(unit_id=ref.unit_id, teacher=teacher, class_group=group, subject=s) for s in subjects
        )
        Guardianship.objects.create(unit_id=ref.unit_id, user=parent, student=students[0])
        _books(ref, group, teacher, students, [s.code for s in subjects], rng)
    return True


def _students(
    ref: context.PortalRef, kind: Kind, group: ClassGroup, year: SchoolYear, rng: random.Random
) -> list[Student]:
    rows = []
    for number in range(1, kind.size + 1):
        gender = rng.choice("12")
        born = datetime.date(kind.born, 1, 1) + datetime.timedelta(days=rng.randrange(365))
        row = Student(unit_id=ref.unit_id, code=f"{kind.level}{number:05d}", birth_date=born, gender=gender)
        row.set_name(person(rng, gender))
        rows.append(row)
    students = Student.objects.bulk_create(rows)
    Enrolment.objects.bulk_create(
        Enrolment(unit_id=ref.unit_id, student=row, class_group=group, valid_from=year.starts) for row in students
    )
    return students


def _books(
    ref: context.PortalRef,
    group: ClassGroup,
    teacher: User,
    students: list[Student],
    subjects: list[str],
    rng: random.Random,
) -> None:
    """The middle of term 1 is published; at its end a few entries are still missing."""
    actor = actors.load(teacher)
    topics: dict[str, tuple[str, ...]] = {code: (code,) for code in subjects}
    if subjects:
        topics |= {
            "PHAM_CHAT": primary_rules.QUALITIES,
            "NANG_LUC": primary_rules.GENERAL_ABILITIES + primary_rules.SPECIFIC_ABILITIES,
        }
    else:
        topics = {"LINH_VUC": tuple(AREAS)}
    for period in (Period.MID_FIRST, Period.END_FIRST):
        for place, (topic, items) in enumerate(topics.items()):
            if period is Period.END_FIRST and place % 2:
                continue
            entries = [
                _entry(student, topic, item, group.grade, period, rng)
                for number, student in enumerate(students)
                for item in items
                if period is Period.MID_FIRST or number % 9
            ]
            what = {"actor": actor, "unit_id": ref.unit_id, "class_group_id": group.pk, "topic": topic}
            remarks.save(**what, period=period, entries=entries)  # type: ignore[arg-type]
            if period is Period.MID_FIRST:
                remarks.publish(**what, period=period)  # type: ignore[arg-type]


def _entry(student: Student, topic: str, item: str, grade: int, period: Period, rng: random.Random) -> remarks.Entry:
    name = student.full_name.split()[-1]
    if topic == "LINH_VUC":
        words = CHILD_WORDS[list(AREAS).index(item)]
        return remarks.Entry(student.pk, item, comment=words.format(ten=name))
    if topic in {"PHAM_CHAT", "NANG_LUC"}:
        return remarks.Entry(student.pk, item, level=rng.choice("TTTD"))
    test = str(rng.randint(6, 10)) if primary_rules.has_test(item, grade, period) else ""
    return remarks.Entry(
        student.pk, item, level=rng.choice("TTTH"), test=test, comment=rng.choice(PRIMARY_WORDS).format(ten=name)
    )
