"""Which regulation assesses a grade in a school year: versioned rule sets; a reprint keeps the rules of its time.

A regulation comes into force grade by grade (TT 22/2021 Điều 21, TT 27/2020 Điều 16). A new one is one more row here:
the rows before it stay, and a record of an older year is computed by them for ever.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from school_services.errors import Invalid

from . import primary_rules, rules

PRESCHOOL_GRADE = 0


class Scheme(StrEnum):
    """How children are assessed: marks with comments, levels with comments, notes alone."""

    SECONDARY = "secondary"
    PRIMARY = "primary"
    PRESCHOOL = "preschool"


@dataclass(frozen=True, slots=True)
class Regime:
    """A regulation: grade → first school year (by the year it begins in) in which it holds; `last`: the last one."""

    code: str
    scheme: Scheme
    starts: Mapping[int, int]
    last: int | None = None
    secondary: rules.RuleSet = rules.TT22
    primary: primary_rules.RuleSet = primary_rules.TT27

    def holds(self, grade: int, first_year: int) -> bool:
        begun = grade in self.starts and self.starts[grade] <= first_year
        return begun and (self.last is None or first_year <= self.last)


REGIMES: tuple[Regime, ...] = (
    Regime("TT22_2021", Scheme.SECONDARY, {6: 2021, 7: 2022, 10: 2022, 8: 2023, 11: 2023, 9: 2024, 12: 2024}),
    Regime("TT27_2020", Scheme.PRIMARY, {1: 2020, 2: 2021, 3: 2022, 4: 2023, 5: 2024}),
    # The preschool programme (TT 51/2020) knows no marks and no levels: notes by area of development.
    Regime("TT51_2020", Scheme.PRESCHOOL, {PRESCHOOL_GRADE: 2021}),
)


def regime_for(grade: int, first_year: int, known: tuple[Regime, ...] = REGIMES) -> Regime:
    """The regulation of a grade in the school year that begins in `first_year`. Raises `Invalid("no_rules")`."""
    for regime in known:
        if regime.holds(grade, first_year):
            return regime
    raise Invalid("no_rules", grade=grade, year=first_year)
