"""Assessment of primary pupils by TT 27/2020/TT-BGDĐT, in plain Python: levels, tests, traits, the year."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import IntEnum, StrEnum

from school_services.errors import Invalid


class SubjectLevel(StrEnum):
    """Môn học: Hoàn thành tốt, Hoàn thành, Chưa hoàn thành (Điều 7)."""

    T = "T"
    H = "H"
    C = "C"


class TraitLevel(StrEnum):
    """Phẩm chất, năng lực: Tốt, Đạt, Cần cố gắng (Điều 8). "Đ" is stored as D."""

    T = "T"
    D = "D"
    C = "C"


class Period(IntEnum):
    """The four times of the year: mid and end of each term."""

    MID_FIRST = 1
    END_FIRST = 2
    MID_SECOND = 3
    END_YEAR = 4

    @property
    def term(self) -> int:
        return 1 if self <= Period.END_FIRST else 2


class YearLevel(StrEnum):
    """Đánh giá kết quả giáo dục (Điều 9)."""

    HTXS = "HTXS"
    HTT = "HTT"
    HT = "HT"
    CHT = "CHT"


class Title(StrEnum):
    XUAT_SAC = "HS_XUAT_SAC"
    TIEU_BIEU = "HS_TIEU_BIEU"


# Five qualities, three general and seven specific abilities (Điều 8).
QUALITIES = ("YEU_NUOC", "NHAN_AI", "CHAM_CHI", "TRUNG_THUC", "TRACH_NHIEM")
GENERAL_ABILITIES = ("TU_CHU", "GIAO_TIEP", "GIAI_QUYET")
SPECIFIC_ABILITIES = ("NGON_NGU", "TINH_TOAN", "KHOA_HOC", "CONG_NGHE", "TIN_HOC", "THAM_MI", "THE_CHAT")
TRAITS = QUALITIES + GENERAL_ABILITIES + SPECIFIC_ABILITIES

# Subjects with a test at the end of a term, and those with one in the middle as well from grade 4 on (Điều 7).
TESTED = frozenset({"TV", "TOAN", "NN1", "LSDL", "KH", "TINCN"})
TESTED_MID = frozenset({"TV", "TOAN"})
MID_TESTS_FROM = 4

_TEST = re.compile(r"(?:10|[0-9])(?:[.,]0)?")


@dataclass(frozen=True, slots=True)
class RuleSet:
    """Numbers of the regulation: the lowest year-end test of each level."""

    regime: str
    excellent: int = 9
    good: int = 7
    completed: int = 5


TT27 = RuleSet("TT27_2020")


def has_test(subject: str, grade: int, period: Period) -> bool:
    """Whether the subject has a periodic test in this period."""
    if period in {Period.END_FIRST, Period.END_YEAR}:
        return subject in TESTED
    return subject in TESTED_MID and grade >= MID_TESTS_FROM


def parse_test(text: str) -> int:
    """ "9" → 9. Raises `Invalid("test_format")` for all but whole numbers from 0 to 10."""
    word = text.strip()
    if not _TEST.fullmatch(word):
        raise Invalid("test_format", text=word[:20])
    return int(re.split("[.,]", word)[0])


def parse_subject_level(text: str) -> SubjectLevel:
    """ "t" → T. Raises `Invalid("level_format")`."""
    try:
        return SubjectLevel(text.strip().upper())
    except ValueError:
        raise Invalid("level_format", text=text[:20]) from None


def parse_trait_level(text: str) -> TraitLevel:
    """ "đ" or "d" → D. Raises `Invalid("trait_format")`."""
    word = text.strip().upper()
    try:
        return TraitLevel("D" if word == "Đ" else word)
    except ValueError:
        raise Invalid("trait_format", text=text[:20]) from None


def year_level(
    subjects: Sequence[SubjectLevel], traits: Sequence[TraitLevel], tests: Iterable[int], rules: RuleSet = TT27
) -> YearLevel:
    """Result of the year (Điều 9(2)). Raises `Invalid("incomplete_year")` where a list is empty: nothing was assessed.

    Pupils whose school has no tested subject in their grade come with no `tests`: the tests then say nothing.
    """
    if not subjects or not traits:
        raise Invalid("incomplete_year")
    lowest = min(tests, default=10)
    all_well = all(s is SubjectLevel.T for s in subjects) and all(t is TraitLevel.T for t in traits)
    if all_well and lowest >= rules.excellent:
        return YearLevel.HTXS
    if all_well and lowest >= rules.good:
        return YearLevel.HTT
    failed = SubjectLevel.C in subjects or TraitLevel.C in traits
    return YearLevel.CHT if failed or lowest < rules.completed else YearLevel.HT


def title(
    level: YearLevel, *, outstanding_subject: bool, marked_progress: bool, recognised_by_class: bool
) -> Title | None:
    """Title at the year's end (Điều 13(1)a)."""
    if level is YearLevel.HTXS:
        return Title.XUAT_SAC
    if level is YearLevel.HTT and (outstanding_subject or marked_progress) and recognised_by_class:
        return Title.TIEU_BIEU
    return None


def moves_up(level: YearLevel, *, principal_agrees: bool = False) -> bool:
    """Lên lớp: completed, or after guidance and a new assessment the principal agrees (Điều 11)."""
    return level is not YearLevel.CHT or principal_agrees
