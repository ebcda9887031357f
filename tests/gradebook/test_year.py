"""The year of a pupil: the edge cases of the regulation by name, and a slow oracle that shares no code with the rules."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from fractions import Fraction
from itertools import combinations
from math import floor

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from school_services.errors import Invalid
from school_services.gradebook import rules, year_rules
from school_services.gradebook.rules import Comment, Decision, Level, Title
from school_services.gradebook.year_rules import SubjectYear, YearInput

D = Decimal
SCORED = ("TOAN", "VAN", "NN1", "KHTN", "LSDL", "GDCD", "CN", "TIN")
COMMENTED = ("GDTC", "NT", "HDTN", "GDDP")


def year(first: str, second: str, **changes: object) -> YearInput:
    """A pupil with eight scored subjects, four passed comment subjects, good conduct."""
    pairs = zip(SCORED, first.split(), second.split(), strict=True)
    subjects = [SubjectYear(code, True, D(a), D(b)) for code, a, b in pairs]
    subjects += [SubjectYear(code, False, Comment.DAT, Comment.DAT) for code in COMMENTED]
    values: dict[str, object] = {"conduct_first": Level.TOT, "conduct_second": Level.TOT, "absences": 3} | changes
    return YearInput(subjects=tuple(subjects), **values)  # type: ignore[arg-type]


def with_subject(data: YearInput, code: str, **changes: object) -> YearInput:
    return replace(
        data,
        subjects=tuple(replace(s, **changes) if s.code == code else s for s in data.subjects),  # type: ignore[arg-type]
    )


GOOD = year("8 8 8 8 8 8 8 8", "8.5 8.5 8.5 8.5 8.5 8.5 8.5 8.5")
WEAK = year("4 4 6 6 6 6 6 6", "3 3.3 6 6 6 6 6 6")


def test_tie_at_rounding() -> None:
    """(7,9 + 2·8,0)/3 = 7,967 is 8,0 and counts as 8,0; 6,25 rounds up, never to even."""
    data = year("7.9 8 8 8 8 8 6.5 6.5", "8 8 8 8 8 8 6.5 6.5")
    assert data.subjects[0].year == D("8.0")
    assert year_rules.judge(data).study == rules.StudyLevel(Level.TOT)
    assert rules.term_average([D("6.5"), D("6.0")], D("6.5"), D("6.1")) == D("6.3")  # 43,8/7 = 6,257
    assert rules.round1(D("6.25")) == D("6.3")


def test_an_exemption_is_left_out_of_every_count() -> None:
    exempt = with_subject(GOOD, "GDTC", first=None, second=None, exempt=True)
    assert year_rules.judge(exempt).study == rules.StudyLevel(Level.TOT)
    blank = with_subject(GOOD, "GDTC", first=None, second=None)
    assert year_rules.judge(blank).missing == ("GDTC",)


def test_exemptions_down_to_five_scored_subjects_have_no_level() -> None:
    data = GOOD
    for code in SCORED[:3]:
        data = with_subject(data, code, exempt=True)
    with pytest.raises(Invalid) as caught:
        year_rules.judge(data)
    assert caught.value.code == "too_few_scored_subjects"


def test_disability_with_an_individual_plan_has_no_levels() -> None:
    outcome = year_rules.judge(replace(WEAK, assessed=False))
    assert outcome == year_rules.YearOutcome()


def test_transfer_brings_the_averages_of_the_first_term() -> None:
    """First-term averages of another school count as if they were our own."""
    moved = with_subject(GOOD, "TOAN", first=D("6.4"), second=D("8.2"))
    assert moved.subjects[0].year == D("7.6")  # (6,4 + 16,4)/3
    assert year_rules.judge(moved).study == rules.StudyLevel(Level.TOT)


def test_late_joiner_without_a_first_term_waits_for_a_decision() -> None:
    late = with_subject(GOOD, "TOAN", first=None)
    outcome = year_rules.judge(late)
    assert (outcome.missing, outcome.study, outcome.promotion) == (("TOAN",), None, None)
    decided = with_subject(late, "TOAN", decided=D("8.5"))
    assert year_rules.judge(decided).promotion == rules.Promotion(Decision.LEN_LOP)


def test_comment_subjects_take_the_second_term() -> None:
    data = with_subject(GOOD, "NT", first=Comment.CHUA_DAT, second=Comment.DAT)
    assert year_rules.judge(data).study == rules.StudyLevel(Level.TOT)


def test_retest_replaces_the_year_and_both_stay() -> None:
    before = year_rules.judge(WEAK)
    assert before.study == rules.StudyLevel(Level.CHUA_DAT)
    assert before.promotion == rules.Promotion(Decision.KIEM_TRA_LAI, ("TOAN", "VAN"))
    once = with_subject(WEAK, "TOAN", retest=D("5.5"))
    after = year_rules.judge(with_subject(once, "VAN", retest=D("5")))
    assert (after.study, after.study_after) == (rules.StudyLevel(Level.CHUA_DAT), rules.StudyLevel(Level.DAT))
    assert after.promotion == rules.Promotion(Decision.LEN_LOP)


def test_retest_failed_repeats() -> None:
    failed = with_subject(with_subject(WEAK, "TOAN", retest=D("3")), "VAN", retest=D("3"))
    assert year_rules.judge(failed).promotion == rules.Promotion(Decision.O_LAI_LOP)


def test_retest_of_a_subject_that_was_passed_counts_nothing() -> None:
    assert year_rules.judge(with_subject(WEAK, "TIN", retest=D("10"))).study_after is None


def test_summer_training() -> None:
    data = replace(GOOD, conduct_second=Level.CHUA_DAT)
    assert year_rules.judge(data).promotion == rules.Promotion(Decision.REN_LUYEN_HE)
    trained = year_rules.judge(replace(data, conduct_after_summer=Level.DAT))
    assert trained.promotion == rules.Promotion(Decision.LEN_LOP)
    assert trained.title is None
    lost = year_rules.judge(replace(data, conduct_after_summer=Level.CHUA_DAT))
    assert lost.promotion == rules.Promotion(Decision.O_LAI_LOP)


def test_repeat_for_absence_whatever_the_marks() -> None:
    assert year_rules.judge(replace(GOOD, absences=46)).promotion == rules.Promotion(Decision.O_LAI_LOP)
    assert year_rules.judge(replace(GOOD, absences=45)).promotion == rules.Promotion(Decision.LEN_LOP)


def test_one_subject_alone_costs_one_level() -> None:
    outcome = year_rules.judge(year("8.5 8.5 8.5 8.5 8.5 8.5 8.5 4", "8.5 8.5 8.5 8.5 8.5 8.5 8.5 4"))
    assert outcome.study == rules.StudyLevel(Level.KHA, raised_from=Level.DAT)
    assert outcome.title is None


def test_title_of_excellence() -> None:
    outcome = year_rules.judge(year("9 9 9 9 9 9 8 8", "9 9 9 9 9 9 8 8"))
    assert outcome.title is Title.XUAT_SAC


def test_music_and_art_leave_seven_scored_subjects() -> None:
    """Grade 10–12 with both: the six are counted among seven."""
    others = [s for s in GOOD.subjects if s.code != "TIN"]
    data = replace(GOOD, subjects=(*others, SubjectYear("AN", False, None, Comment.DAT)))
    assert year_rules.judge(data).study == rules.StudyLevel(Level.TOT)


# An oracle that shares nothing with the rules: integers and fractions, every six tried, levels as numbers 0–3.

TABLE = {
    (3, 3): 3, (3, 2): 2, (3, 1): 2, (3, 0): 0, (2, 3): 3, (2, 2): 2, (2, 1): 1, (2, 0): 0,
    (1, 3): 2, (1, 2): 2, (1, 1): 1, (1, 0): 0, (0, 3): 2, (0, 2): 1, (0, 1): 1, (0, 0): 0,
}  # fmt: skip


def _tenths(first: int, second: int) -> int:
    return floor(Fraction(first + 2 * second, 3) + Fraction(1, 2))


def _level(tenths: list[int], failed: int) -> int:
    for level, allowed, least, six in ((3, 0, 65, 80), (2, 0, 50, 65), (1, 1, 35, 50)):
        reached = any(min(chosen) >= six for chosen in combinations(tenths, 6))
        if failed <= allowed and min(tenths) >= least and reached:
            return level
    return 0


def _raised(tenths: list[int], failed: int) -> int:
    base = _level(tenths, failed)
    best = max(_level([t for j, t in enumerate(tenths) if j != i], failed) for i in range(len(tenths)))
    return base + 1 if best >= 2 and best - base >= 2 else base


def _oracle(terms: list[tuple[int, int]], retests: dict[int, int], failed: int, conduct: int, absences: int) -> str:
    tenths = [_tenths(a, b) for a, b in terms]
    study = _raised(tenths, failed)
    if absences > 45:
        return "O_LAI_LOP"
    if conduct >= 1 and study >= 1:
        return "LEN_LOP"
    if conduct == 0 and study == 0:
        return "O_LAI_LOP"
    if conduct == 0:
        return "REN_LUYEN_HE"
    taken = {place: mark for place, mark in retests.items() if tenths[place] < 50}
    if not taken:
        return "KIEM_TRA_LAI"
    return "LEN_LOP" if _raised([taken.get(i, t) for i, t in enumerate(tenths)], failed) >= 1 else "O_LAI_LOP"


TENTHS = st.integers(0, 100) | st.sampled_from([34, 35, 49, 50, 64, 65, 79, 80])


@settings(max_examples=400, suppress_health_check=[HealthCheck.too_slow])
@given(
    terms=st.lists(st.tuples(TENTHS, TENTHS), min_size=7, max_size=9),
    retests=st.dictionaries(st.integers(0, 6), TENTHS, max_size=3),
    failed=st.integers(0, 3),
    first=st.sampled_from(list(Level)),
    second=st.sampled_from(list(Level)),
    absences=st.sampled_from([0, 45, 46]),
)
def test_decision_against_the_oracle(
    terms: list[tuple[int, int]], retests: dict[int, int], failed: int, first: Level, second: Level, absences: int
) -> None:
    subjects = [
        SubjectYear(f"S{i}", True, D(a) / 10, D(b) / 10, retest=D(retests[i]) / 10 if i in retests else None)
        for i, (a, b) in enumerate(terms)
    ]
    subjects += [SubjectYear(f"C{i}", False, None, Comment.CHUA_DAT if i < failed else Comment.DAT) for i in range(4)]
    outcome = year_rules.judge(YearInput(tuple(subjects), first, second, absences))
    assert outcome.promotion is not None
    conduct = TABLE[int(first), int(second)]
    assert outcome.conduct == conduct
    assert outcome.promotion.decision.value == _oracle(terms, retests, failed, conduct, absences)
