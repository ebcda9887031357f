"""TT 22/2021: tables, the worked student of the regulation, and properties against a slow oracle."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from school_services.errors import Invalid
from school_services.gradebook import rules
from school_services.gradebook.rules import Comment, Decision, Level, Title

D = Decimal
OK4 = [Comment.DAT] * 4


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("7.84", "7.8"),
        ("7.85", "7.9"),
        ("8.25", "8.3"),
        ("8.35", "8.4"),
        ("4.999", "5.0"),
        ("6.45", "6.5"),
        ("0.04", "0.0"),
        ("0.05", "0.1"),
        ("9.95", "10.0"),
        ("3.449999", "3.4"),
        ("3.45", "3.5"),
    ],
)
def test_round_half_up(value: str, expected: str) -> None:
    assert str(rules.round1(D(value))) == expected


@pytest.mark.parametrize(
    ("periods", "count"), [(35, 2), (36, 3), (52, 3), (70, 3), (71, 4), (105, 4), (140, 4), (17, 2)]
)
def test_number_of_regular_assessments(periods: int, count: int) -> None:
    assert rules.tx_count(periods) == count


@pytest.mark.parametrize(
    ("text", "value"), [("8,5", "8.5"), ("8.5", "8.5"), ("10", "10"), ("10,0", "10.0"), ("0", "0"), (" 7 ", "7")]
)
def test_marks_as_people_write_them(text: str, value: str) -> None:
    assert rules.parse_mark(text) == D(value)


@pytest.mark.parametrize("text", ["", "10.5", "11", "-1", "8,55", "8.", ",5", "1e1", "NaN", "tám", "８", "8 5", "0x1"])
def test_what_is_no_mark(text: str) -> None:
    with pytest.raises(Invalid) as caught:
        rules.parse_mark(text)
    assert caught.value.code == "mark_format"


def test_term_average_waits_for_both_periodic_assessments() -> None:
    assert rules.term_average([D(8), D(9)], D(7), D(8)) == D("7.9")
    assert rules.term_average([D(8), D(9)], None, D(8)) is None
    assert rules.term_average([D(8), D(9)], D(7), None) is None
    assert rules.term_average([D(0), D(0)], D(0), D(0)) == D("0.0")


def test_year_average_uses_the_rounded_terms() -> None:
    assert rules.year_average(D("7.9"), D("8.5")) == D("8.3")
    assert rules.year_average(None, D("8.5")) is None


def test_comment_subject() -> None:
    assert rules.comment_term(OK4, 4) is Comment.DAT
    assert rules.comment_term(OK4[:3], 4) is Comment.CHUA_DAT
    assert rules.comment_term([*OK4[:3], Comment.CHUA_DAT], 4) is Comment.CHUA_DAT
    assert rules.comment_year(Comment.DAT) is Comment.DAT


@pytest.mark.parametrize(
    ("first", "second", "year"),
    [
        ("TOT", "TOT", "TOT"),
        ("TOT", "KHA", "KHA"),
        ("TOT", "DAT", "KHA"),
        ("TOT", "CHUA_DAT", "CHUA_DAT"),
        ("KHA", "TOT", "TOT"),
        ("KHA", "KHA", "KHA"),
        ("KHA", "DAT", "DAT"),
        ("KHA", "CHUA_DAT", "CHUA_DAT"),
        ("DAT", "TOT", "KHA"),
        ("DAT", "KHA", "KHA"),
        ("DAT", "DAT", "DAT"),
        ("DAT", "CHUA_DAT", "CHUA_DAT"),
        ("CHUA_DAT", "TOT", "KHA"),
        ("CHUA_DAT", "KHA", "DAT"),
        ("CHUA_DAT", "DAT", "DAT"),
        ("CHUA_DAT", "CHUA_DAT", "CHUA_DAT"),
    ],
)
def test_conduct_of_the_year(first: str, second: str, year: str) -> None:
    assert rules.conduct_year(Level[first], Level[second]) is Level[year]


@pytest.mark.parametrize(
    ("scored", "level", "raised"),
    [
        ("8 8 8 8 8 8 6.5 7", "TOT", None),
        ("8 8 8 8 8 7 7 7", "KHA", None),
        ("8.5 8.5 8.5 8.5 8.5 8.5 8.5 4", "KHA", "DAT"),
        ("8.5 8.5 8.5 8.5 8.5 8.5 8.5 6", "KHA", None),
        ("8.5 8.5 8.5 8.5 8.5 8.5 4 4", "DAT", None),
        ("7 7 7 7 7 7 5.5 5.5", "KHA", None),
        ("7 7 7 7 7 7 7 3", "DAT", "CHUA_DAT"),
        ("5 5 5 5 5 5 3.5 3.5", "DAT", None),
        ("5 5 5 5 5 5 3.4 3.5", "CHUA_DAT", None),
        ("10 10 10 10 10 10 10 2", "DAT", "CHUA_DAT"),
    ],
)
def test_study_level(scored: str, level: str, raised: str | None) -> None:
    result = rules.study_level([D(mark) for mark in scored.split()], OK4)
    assert (result.level.name, result.raised_from.name if result.raised_from is not None else None) == (level, raised)


def test_comment_subjects_in_the_level() -> None:
    high = [D("8.5")] * 8
    assert rules.study_level(high, [Comment.CHUA_DAT, *OK4[:3]]).level is Level.DAT
    assert rules.study_level(high, [Comment.CHUA_DAT] * 2 + OK4[:2]).level is Level.CHUA_DAT
    counted = rules.RuleSet("TT22_2021", raise_counts_comment_subject=True)
    assert rules.study_level(high, [Comment.CHUA_DAT, *OK4[:3]], counted) == rules.StudyLevel(Level.KHA, Level.DAT)


def test_too_few_scored_subjects_is_refused_not_failed() -> None:
    with pytest.raises(Invalid) as caught:
        rules.study_level([D(9)] * 5, OK4)
    assert caught.value.code == "too_few_scored_subjects"


def test_titles() -> None:
    assert rules.title(Level.TOT, Level.TOT, [D(9)] * 6 + [D(8)] * 2) is Title.XUAT_SAC
    assert rules.title(Level.TOT, Level.TOT, [D(9)] * 5 + [D(8)] * 3) is Title.GIOI
    assert rules.title(Level.KHA, Level.TOT, [D(9)] * 8) is None
    assert rules.title(Level.TOT, Level.KHA, [D(9)] * 8) is None


@pytest.mark.parametrize(
    ("conduct", "study", "absences", "decision"),
    [
        ("DAT", "DAT", 45, "LEN_LOP"),
        ("DAT", "DAT", 46, "O_LAI_LOP"),
        ("CHUA_DAT", "DAT", 0, "REN_LUYEN_HE"),
        ("CHUA_DAT", "CHUA_DAT", 0, "O_LAI_LOP"),
        ("KHA", "CHUA_DAT", 3, "KIEM_TRA_LAI"),
        ("TOT", "TOT", 0, "LEN_LOP"),
    ],
)
def test_promotion(conduct: str, study: str, absences: int, decision: str) -> None:
    assert rules.promotion(Level[conduct], Level[study], absences).decision is Decision[decision]


def test_retest_subjects_and_after_summer() -> None:
    result = rules.promotion(
        Level.KHA, Level.CHUA_DAT, 3, {"TOAN": D("3.4"), "VAN": D("4.9"), "NN1": D("5.0")}, {"NT": Comment.CHUA_DAT}
    )
    assert result.subjects == ("NT", "TOAN", "VAN")
    assert rules.promotion(Level.KHA, Level.CHUA_DAT, 3, after_summer=True).decision is Decision.O_LAI_LOP


def test_worked_student() -> None:
    first = ["7.8", "8.6", "8.1", "9.0", "7.9", "8.2", "8.8", "9.2"]
    second = ["8.3", "8.9", "7.9", "9.3", "8.4", "8.7", "9.0", "9.4"]
    year = [rules.year_average(D(a), D(b)) for a, b in zip(first, second, strict=True)]
    assert [str(mark) for mark in year] == ["8.1", "8.8", "8.0", "9.2", "8.2", "8.5", "8.9", "9.3"]
    marks = [mark for mark in year if mark is not None]
    assert rules.study_level(marks, OK4) == rules.StudyLevel(Level.TOT)
    assert rules.title(rules.conduct_year(Level.TOT, Level.TOT), Level.TOT, marks) is Title.GIOI


MARK = st.integers(0, 100).map(lambda tenths: D(tenths) / 10)
COMMENTS = st.lists(st.sampled_from(list(Comment)), min_size=0, max_size=5)


@given(st.lists(MARK, min_size=1, max_size=5), MARK, MARK)
def test_term_average_against_fractions(tx: list[Decimal], gk: Decimal, ck: Decimal) -> None:
    exact = (sum(map(Fraction, tx)) + 2 * Fraction(gk) + 3 * Fraction(ck)) / (len(tx) + 5)
    tenths = (exact * 10 + Fraction(1, 2)).__floor__()
    assert rules.term_average(tx, gk, ck) == D(tenths) / 10


def _oracle(marks: list[Decimal], comments: list[Comment]) -> int:
    """Levels by trying every six subjects, on integers."""
    tenths = [int(mark * 10) for mark in marks]
    bad = comments.count(Comment.CHUA_DAT)
    for level, (allowed, floor, six) in {3: (0, 65, 80), 2: (0, 50, 65), 1: (1, 35, 50)}.items():
        some_six = any(all(t >= six for t in chosen) for chosen in combinations(tenths, 6))
        if bad <= allowed and all(t >= floor for t in tenths) and some_six:
            return level
    return 0


@given(st.lists(MARK, min_size=7, max_size=9), COMMENTS)
def test_study_level_against_the_oracle(marks: list[Decimal], comments: list[Comment]) -> None:
    base = _oracle(marks, comments)
    without = max(_oracle(marks[:i] + marks[i + 1 :], comments) for i in range(len(marks)))
    raised = without >= 2 and without - base >= 2
    result = rules.study_level(marks, comments)
    assert int(result.level) == base + raised
    assert (result.raised_from is not None) == raised
    assert not (raised and result.level is Level.TOT)
