"""Assessment of lower and upper secondary pupils by TT 22/2021/TT-BGDĐT, in plain Python.

All arithmetic is Decimal; a mark is on the 10-point scale with at most one decimal; averages are rounded half up to one
decimal (Điều 9). Which regulation holds for a grade and school year, `regimes` says.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from enum import IntEnum, StrEnum

from school_services.errors import Invalid

TENTH = Decimal("0.1")


class Level(IntEnum):
    """Mức đánh giá rèn luyện / học tập, ordered."""

    CHUA_DAT = 0
    DAT = 1
    KHA = 2
    TOT = 3


class Comment(StrEnum):
    """Result of a subject assessed by comment only (đánh giá bằng nhận xét)."""

    DAT = "DAT"
    CHUA_DAT = "CHUA_DAT"


class CellStatus(StrEnum):
    """A blank, a zero for a missed assessment and an exemption are three different things (domain §1.3)."""

    EMPTY = "EMPTY"
    RECORDED = "RECORDED"
    MISSED_ZERO = "MISSED_ZERO"
    EXEMPT = "EXEMPT"


class ColumnKind(StrEnum):
    """ĐĐGtx weight 1, ĐĐGgk weight 2, ĐĐGck weight 3 (Điều 6, 7, 9)."""

    TX = "TX"
    GK = "GK"
    CK = "CK"


class Title(StrEnum):
    XUAT_SAC = "HS_XUAT_SAC"
    GIOI = "HS_GIOI"


class Decision(StrEnum):
    LEN_LOP = "LEN_LOP"
    KIEM_TRA_LAI = "KIEM_TRA_LAI"
    REN_LUYEN_HE = "REN_LUYEN_HE"
    O_LAI_LOP = "O_LAI_LOP"


@dataclass(frozen=True, slots=True)
class StudyLevel:
    """Học tập of a term or year; `raised_from` is the level before Điều 9(3), or None."""

    level: Level
    raised_from: Level | None = None


@dataclass(frozen=True, slots=True)
class Promotion:
    """Decision of Điều 12–14; `subjects`: codes a retest may be taken in, sorted."""

    decision: Decision
    subjects: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class RuleSet:
    """The numbers of a regulation for lower and upper secondary; two flags where its text can be read in two ways."""

    regime: str
    needed: int = 6
    max_absences: int = 45
    raise_counts_comment_subject: bool = False
    counterfactual_keeps_subject: bool = False


TT22 = RuleSet(regime="TT22_2021")

_MARK = re.compile(r"^(?:10(?:[.,]0)?|[0-9](?:[.,][0-9])?)$")


def parse_mark(text: str) -> Decimal:
    """ "8,5" or "8.5" → Decimal. Raises `Invalid("mark_format")` for anything but 0–10 with one decimal at most."""
    stripped = text.strip()
    if not _MARK.match(stripped):
        raise Invalid("mark_format", text=stripped[:20])
    return Decimal(stripped.replace(",", "."))


def round1(value: Decimal) -> Decimal:
    """One decimal, half up: 8.25 → 8.3."""
    return value.quantize(TENTH, rounding=ROUND_HALF_UP)


def tx_count(periods_per_year: int) -> int:
    """Number of ĐĐGtx per term by the subject's periods a year (Điều 6): ≤ 35 → 2, 36–70 → 3, more → 4."""
    if periods_per_year <= 35:
        return 2
    return 3 if periods_per_year <= 70 else 4


def term_average(tx: Sequence[Decimal], gk: Decimal | None, ck: Decimal | None) -> Decimal | None:
    """ĐTBmhk = (ΣTX + 2·GK + 3·CK) / (n + 5), rounded; None until GK and CK exist."""
    if gk is None or ck is None:
        return None
    return round1((sum(tx, Decimal(0)) + 2 * gk + 3 * ck) / (len(tx) + 5))


def year_average(first: Decimal | None, second: Decimal | None) -> Decimal | None:
    """ĐTBmcn = (HKI + 2·HKII) / 3 from the two rounded term averages; None while one is missing."""
    if first is None or second is None:
        return None
    return round1((first + 2 * second) / 3)


def comment_term(results: Sequence[Comment], required: int) -> Comment:
    """Đạt when all required assessments were made and all are Đạt (Điều 9)."""
    complete = len(results) >= required
    return Comment.DAT if complete and all(r is Comment.DAT for r in results) else Comment.CHUA_DAT


def comment_year(second_term: Comment | None) -> Comment | None:
    """The year's result is that of the second term."""
    return second_term


_CONDUCT = {  # rows HKI, columns HKII = CHUA_DAT, DAT, KHA, TOT (Điều 8)
    Level.TOT: (Level.CHUA_DAT, Level.KHA, Level.KHA, Level.TOT),
    Level.KHA: (Level.CHUA_DAT, Level.DAT, Level.KHA, Level.TOT),
    Level.DAT: (Level.CHUA_DAT, Level.DAT, Level.KHA, Level.KHA),
    Level.CHUA_DAT: (Level.CHUA_DAT, Level.DAT, Level.DAT, Level.KHA),
}


def conduct_year(first: Level, second: Level) -> Level:
    """Rèn luyện of the year from the two terms."""
    return _CONDUCT[first][second]


def _plain_level(scored: Sequence[Decimal], comments: Sequence[Comment], needed: int) -> Level:
    failed = sum(1 for c in comments if c is Comment.CHUA_DAT)
    lowest = min(scored)

    def reach(threshold: str) -> int:
        return sum(1 for mark in scored if mark >= Decimal(threshold))

    if not failed and lowest >= Decimal("6.5") and reach("8.0") >= needed:
        return Level.TOT
    if not failed and lowest >= Decimal("5.0") and reach("6.5") >= needed:
        return Level.KHA
    if failed <= 1 and lowest >= Decimal("3.5") and reach("5.0") >= needed:
        return Level.DAT
    return Level.CHUA_DAT


def study_level(scored: Sequence[Decimal], comments: Sequence[Comment], rules: RuleSet = TT22) -> StudyLevel:
    """Học tập of a term or year (Điều 9(2)), with the adjustment of Điều 9(3).

    Lower by two levels or more only because of one single subject → one step up. Raises
    `Invalid("too_few_scored_subjects")` with fewer scored subjects than the rule counts: the level is undefined.
    """
    if len(scored) < rules.needed:
        raise Invalid("too_few_scored_subjects", have=len(scored), need=rules.needed)
    base = _plain_level(scored, comments, rules.needed)
    best = base
    for index in range(len(scored)):
        others = [mark for place, mark in enumerate(scored) if place != index]
        # By default the bad subject itself does not count among the six.
        counted = [*others, Decimal(10)] if rules.counterfactual_keeps_subject else others
        if others:
            best = max(best, _plain_level(counted, comments, rules.needed))
    if rules.raise_counts_comment_subject:
        for index in range(len(comments)):
            best = max(best, _plain_level(scored, [*comments[:index], *comments[index + 1 :]], rules.needed))
    if best >= Level.KHA and best - base >= 2:
        return StudyLevel(Level(base + 1), raised_from=base)
    return StudyLevel(base)


def title(conduct: Level, study: Level, year_averages: Iterable[Decimal], rules: RuleSet = TT22) -> Title | None:
    """Danh hiệu at the year's end (Điều 15)."""
    if conduct is not Level.TOT or study is not Level.TOT:
        return None
    high = sum(1 for mark in year_averages if mark >= Decimal("9.0"))
    return Title.XUAT_SAC if high >= rules.needed else Title.GIOI


def promotion(
    conduct: Level,
    study: Level,
    absences: int,
    scored: Mapping[str, Decimal] | None = None,
    comments: Mapping[str, Comment] | None = None,
    *,
    rules: RuleSet = TT22,
    after_summer: bool = False,
) -> Promotion:
    """Điều 12–14: move up, retest, summer training, repeat. `absences` in sessions (buổi)."""
    if absences > rules.max_absences:
        return Promotion(Decision.O_LAI_LOP)
    if conduct >= Level.DAT and study >= Level.DAT:
        return Promotion(Decision.LEN_LOP)
    if after_summer or (conduct < Level.DAT and study < Level.DAT):
        return Promotion(Decision.O_LAI_LOP)
    if conduct < Level.DAT:
        return Promotion(Decision.REN_LUYEN_HE)
    weak = {code for code, mark in (scored or {}).items() if mark < 5}
    failed = {code for code, result in (comments or {}).items() if result is Comment.CHUA_DAT}
    return Promotion(Decision.KIEM_TRA_LAI, tuple(sorted(weak | failed)))
