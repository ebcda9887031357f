"""TT 27/2020: tables, and the year's level against an oracle; which regulation holds when."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from school_services.errors import Invalid
from school_services.gradebook import primary_rules as primary
from school_services.gradebook import regimes, rules, year_rules
from school_services.gradebook.primary_rules import Period, SubjectLevel, Title, TraitLevel, YearLevel


@pytest.mark.parametrize(
    ("subjects", "traits", "tests", "level"),
    [
        ("TTT", "TTT", [9, 10, 9], "HTXS"),
        ("TTT", "TTT", [8, 9, 9], "HTT"),
        ("TTT", "TTT", [7], "HTT"),
        ("TTT", "TTT", [6], "HT"),
        ("TTH", "TTT", [10, 10], "HT"),
        ("TTT", "TTD", [10, 10], "HT"),
        ("HHH", "DDD", [5], "HT"),
        ("HHH", "DDD", [4], "CHT"),
        ("HHC", "DDD", [9], "CHT"),
        ("TTT", "TTC", [9], "CHT"),
        ("TTT", "TTT", [], "HTXS"),
    ],
)
def test_year_level(subjects: str, traits: str, tests: list[int], level: str) -> None:
    found = primary.year_level([SubjectLevel(s) for s in subjects], [TraitLevel(t) for t in traits], tests)
    assert found is YearLevel[level]


def test_nothing_assessed_has_no_level() -> None:
    with pytest.raises(Invalid):
        primary.year_level([], [TraitLevel.T], [9])


@given(
    st.lists(st.sampled_from("THC"), min_size=1, max_size=11),
    st.lists(st.sampled_from("TDC"), min_size=1, max_size=15),
    st.lists(st.integers(0, 10), max_size=6),
)
def test_year_level_against_an_oracle(subjects: list[str], traits: list[str], tests: list[int]) -> None:
    """Counting letters of a joined word, from the lowest level up."""
    word = "".join(subjects) + "".join(traits)
    if "C" in word or any(mark < 5 for mark in tests):
        expected = "CHT"
    elif set(word) == {"T"} and not any(mark < 7 for mark in tests):
        expected = "HTT" if any(mark < 9 for mark in tests) else "HTXS"
    else:
        expected = "HT"
    found = primary.year_level([SubjectLevel(s) for s in subjects], [TraitLevel(t) for t in traits], tests)
    assert found.value == expected


@pytest.mark.parametrize(
    ("level", "flags", "title"),
    [
        ("HTXS", (False, False, False), Title.XUAT_SAC),
        ("HTT", (True, False, True), Title.TIEU_BIEU),
        ("HTT", (False, True, True), Title.TIEU_BIEU),
        ("HTT", (True, True, False), None),
        ("HTT", (False, False, True), None),
        ("HT", (True, True, True), None),
    ],
)
def test_titles(level: str, flags: tuple[bool, bool, bool], title: Title | None) -> None:
    subject, progress, recognised = flags
    found = primary.title(
        YearLevel[level], outstanding_subject=subject, marked_progress=progress, recognised_by_class=recognised
    )
    assert found is title


def test_moving_up() -> None:
    assert primary.moves_up(YearLevel.HT)
    assert not primary.moves_up(YearLevel.CHT)
    assert primary.moves_up(YearLevel.CHT, principal_agrees=True)


@pytest.mark.parametrize(
    ("subject", "grade", "period", "tested"),
    [
        ("TV", 1, Period.MID_FIRST, False),
        ("TV", 4, Period.MID_FIRST, True),
        ("TOAN", 5, Period.MID_SECOND, True),
        ("KH", 5, Period.MID_SECOND, False),
        ("KH", 5, Period.END_YEAR, True),
        ("DD", 5, Period.END_YEAR, False),
    ],
)
def test_which_subjects_are_tested(subject: str, grade: int, period: Period, tested: bool) -> None:
    assert primary.has_test(subject, grade, period) is tested


@pytest.mark.parametrize(("text", "value"), [("9", 9), ("10", 10), ("0", 0), (" 7 ", 7), ("8,0", 8)])
def test_tests_are_whole_numbers(text: str, value: int) -> None:
    assert primary.parse_test(text) == value


@pytest.mark.parametrize("text", ["", "8,5", "11", "-1", "T", "９"])
def test_what_is_no_test(text: str) -> None:
    with pytest.raises(Invalid):
        primary.parse_test(text)


def test_levels_as_people_type_them() -> None:
    assert primary.parse_trait_level("đ") is TraitLevel.D
    assert primary.parse_subject_level(" t") is SubjectLevel.T
    with pytest.raises(Invalid):
        primary.parse_subject_level("Đ")


@pytest.mark.parametrize(
    ("grade", "first_year", "code"),
    [
        (6, 2021, "TT22_2021"), (9, 2024, "TT22_2021"), (12, 2026, "TT22_2021"), (1, 2020, "TT27_2020"),
        (5, 2026, "TT27_2020"), (0, 2026, "TT51_2020"),
    ],
)  # fmt: skip
def test_regulation_by_grade_and_year(grade: int, first_year: int, code: str) -> None:
    assert regimes.regime_for(grade, first_year).code == code


@pytest.mark.parametrize(("grade", "first_year"), [(6, 2020), (9, 2023), (5, 2023), (13, 2026)])
def test_no_regulation_before_it_began(grade: int, first_year: int) -> None:
    with pytest.raises(Invalid) as caught:
        regimes.regime_for(grade, first_year)
    assert caught.value.code == "no_rules"


def test_a_reprint_keeps_the_rules_of_its_year() -> None:
    """An amendment from 2027 on that allows 30 absences: a record of 2026 still goes by 45."""
    old = replace(regimes.REGIMES[0], last=2026)
    new = replace(regimes.REGIMES[0], code="TT22_2027", starts=dict.fromkeys(range(6, 13), 2027),
                  secondary=replace(rules.TT22, regime="TT22_2027", max_absences=30))  # fmt: skip
    subjects = tuple(year_rules.SubjectYear(f"S{i}", True, rules.TENTH * 80, rules.TENTH * 80) for i in range(8))
    record = year_rules.YearInput(subjects, rules.Level.TOT, rules.Level.TOT, 40)
    decisions = [
        year_rules.judge(record, regimes.regime_for(8, first_year, (old, new)).secondary).promotion
        for first_year in (2026, 2027)
    ]
    assert [p.decision for p in decisions if p] == [rules.Decision.LEN_LOP, rules.Decision.O_LAI_LOP]
