"""Completing lower secondary school: who does, what paper says so, who signs it. Pure.

Since the Education Law as amended by 123/2025/QH15 (in force 1.1.2026) there is no diploma: the principal confirms
"hoàn thành chương trình THCS" in the transcript. Cohorts before it were judged by TT 31/2023/TT-BGDĐT.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from school_services.errors import Invalid

from .rules import TT22, Level

LAST_GRADE: Final = 9


class Document(StrEnum):
    CONFIRMED = "XAC_NHAN_HOC_BA"
    DIPLOMA = "BANG_TOT_NGHIEP_THCS"


class Signer(StrEnum):
    PRINCIPAL = "HIEU_TRUONG"
    DISTRICT_OFFICE = "TRUONG_PHONG_GDDT"


@dataclass(frozen=True, slots=True)
class Regime:
    """`last`: the last school year, by the year it begins in; `oldest`: the age by year that may still be judged."""

    code: str
    first: int
    last: int | None
    document: Document
    signer: Signer
    oldest: int | None = None


REGIMES: Final = (
    Regime("TT31_2023", 2023, 2024, Document.DIPLOMA, Signer.DISTRICT_OFFICE, oldest=21),
    Regime("LAW_123_2025", 2025, None, Document.CONFIRMED, Signer.PRINCIPAL),
)


@dataclass(frozen=True, slots=True)
class Completion:
    """`reasons` say what is lacking; without any, `document` by `signer` says that the programme is completed."""

    regime: str
    reasons: tuple[str, ...]
    document: Document | None = None
    signer: Signer | None = None

    @property
    def ok(self) -> bool:
        return not self.reasons


def regime_of(first_year: int) -> Regime:
    """The regime of the school year that begins in `first_year`. Raises `Invalid("no_rules")`."""
    for regime in REGIMES:
        if regime.first <= first_year and (regime.last is None or first_year <= regime.last):
            return regime
    raise Invalid("no_rules", grade=LAST_GRADE, year=first_year)


def named(code: str) -> Regime:
    return next(regime for regime in REGIMES if regime.code == code)


def thcs_completion(
    regime: Regime, conduct: Level, study: Level, absences: int, *, age_by_year: int | None = None
) -> Completion:
    """Results after summer work. `age_by_year` (year judged less year of birth) is asked by TT 31/2023 Điều 3 alone."""
    reasons = [
        name
        for name, lacking in (
            ("conduct", conduct < Level.DAT),
            ("study", study < Level.DAT),
            ("absences", absences > TT22.max_absences),
            ("age", regime.oldest is not None and age_by_year is not None and age_by_year > regime.oldest),
        )
        if lacking
    ]
    if reasons:
        return Completion(regime.code, tuple(reasons))
    return Completion(regime.code, (), regime.document, regime.signer)
