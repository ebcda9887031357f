"""The year of a pupil in lower or upper secondary, put together from its terms (TT 22/2021 Điều 8–15), no Django.

What is missing is named, never guessed: a year with a gap has no level and no decision.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from decimal import Decimal

from . import rules
from .rules import Comment, Decision, Level, Promotion, StudyLevel, Title


@dataclass(frozen=True, slots=True)
class SubjectYear:
    """One subject of a pupil's year. `first`, `second`: rounded term averages, or comments in a comment subject.

    `exempt`: left out of every count. `decided`: a year's result that the school set by decision, for a pupil who
    joined in the second term without marks of the first. `retest`: the result of the retest in summer.
    """

    code: str
    scored: bool
    first: Decimal | Comment | None = None
    second: Decimal | Comment | None = None
    exempt: bool = False
    decided: Decimal | Comment | None = None
    retest: Decimal | Comment | None = None

    @property
    def year(self) -> Decimal | Comment | None:
        """ĐTBmcn, or the second term's comment; None while it cannot be said."""
        if self.decided is not None:
            return self.decided
        if not self.scored:
            return self.second
        if isinstance(self.first, Decimal) and isinstance(self.second, Decimal):
            return rules.year_average(self.first, self.second)
        return None

    @property
    def final(self) -> Decimal | Comment | None:
        """The year's result, replaced by the retest's where there was one (Điều 14)."""
        return self.year if self.retest is None else self.retest


@dataclass(frozen=True, slots=True)
class YearInput:
    """Everything the year is judged by. `absences` in sessions. `assessed` False: an individual plan, no levels."""

    subjects: tuple[SubjectYear, ...]
    conduct_first: Level | None
    conduct_second: Level | None
    absences: int
    assessed: bool = True
    conduct_after_summer: Level | None = None


@dataclass(frozen=True, slots=True)
class YearOutcome:
    """Levels, decision and title; `missing` names what keeps them from being said: subject codes, RL1, RL2.

    `study` is the level before summer, `study_after` with retests, None without any. Both stay in the record.
    """

    conduct: Level | None = None
    study: StudyLevel | None = None
    study_after: StudyLevel | None = None
    promotion: Promotion | None = None
    title: Title | None = None
    missing: tuple[str, ...] = ()


def _study(subjects: Iterable[SubjectYear], results: dict[str, Decimal | Comment], chosen: rules.RuleSet) -> StudyLevel:
    rows = list(subjects)
    scored = [value for row in rows if row.scored and isinstance(value := results[row.code], Decimal)]
    comments = [value for row in rows if not row.scored and isinstance(value := results[row.code], Comment)]
    return rules.study_level(scored, comments, chosen)


def judge(year: YearInput, chosen: rules.RuleSet = rules.TT22) -> YearOutcome:
    """The year's levels, decision and title.

    Raises `Invalid("too_few_scored_subjects")` where the level is undefined: it is not "Chưa đạt".
    """
    if not year.assessed:
        return YearOutcome()
    subjects = [row for row in year.subjects if not row.exempt]
    results = {row.code: row.year for row in subjects}
    missing = [code for code, result in results.items() if result is None]
    missing += [name for name, level in (("RL1", year.conduct_first), ("RL2", year.conduct_second)) if level is None]
    if missing or year.conduct_first is None or year.conduct_second is None:
        return YearOutcome(missing=tuple(missing))
    known = {code: result for code, result in results.items() if result is not None}
    conduct = rules.conduct_year(year.conduct_first, year.conduct_second)
    study = _study(subjects, known, chosen)
    averages = {row.code: v for row in subjects if row.scored and isinstance(v := known[row.code], Decimal)}
    comments = {row.code: v for row in subjects if not row.scored and isinstance(v := known[row.code], Comment)}
    first = rules.promotion(conduct, study.level, year.absences, averages, comments, rules=chosen)
    outcome = YearOutcome(
        conduct=conduct,
        study=study,
        promotion=first,
        title=rules.title(conduct, study.level, averages.values(), chosen),
    )
    return _after_summer(outcome, subjects, year, chosen)


def _after_summer(
    outcome: YearOutcome, subjects: list[SubjectYear], year: YearInput, chosen: rules.RuleSet
) -> YearOutcome:
    """The outcome with retests and summer training, where the first decision asked for them and they took place."""
    first, conduct, study = outcome.promotion, outcome.conduct, outcome.study
    if first is None or conduct is None or study is None:
        return outcome
    if first.decision is Decision.KIEM_TRA_LAI:
        retaken = [row for row in subjects if row.retest is not None and row.code in first.subjects]
        if not retaken:
            return outcome
        results = {row.code: row.year for row in subjects} | {row.code: row.final for row in retaken}
        after = _study(subjects, {code: r for code, r in results.items() if r is not None}, chosen)
        last = rules.promotion(conduct, after.level, year.absences, rules=chosen, after_summer=True)
        return replace(outcome, study_after=after, promotion=last)
    if first.decision is Decision.REN_LUYEN_HE and year.conduct_after_summer is not None:
        last = rules.promotion(year.conduct_after_summer, study.level, year.absences, rules=chosen, after_summer=True)
        return replace(outcome, promotion=last)
    return outcome
