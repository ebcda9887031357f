from __future__ import annotations

import pytest

from school_services.admissions import scoring
from school_services.admissions.vectors import OPERATIONS
from school_services.errors import Invalid


def points(*texts: str) -> list[int]:
    return [scoring.hundredths(text) for text in texts]


@pytest.mark.parametrize(
    ("marks", "weights", "groups", "prizes", "total"),
    [
        (("7,25", "8", "9.5"), (1, 1, 1), ("3",), (), "25.75"),
        (("8", "8.5", "9", "7.75"), (1, 1, 1, 2), (), (), "41.00"),  # specialised paper × 2, of 50
        (("5", "5", "5"), (2, 2, 1), ("1", "3"), ("1", "2"), "28.50"),  # the highest of each kind, never weighted
        (("0", "0", "0"), (1, 1, 1), ("2",), ("3",), "2.00"),
    ],
)
def test_total(
    marks: tuple[str, ...], weights: tuple[int, ...], groups: tuple[str, ...], prizes: tuple[str, ...], total: str
) -> None:
    assert scoring.plain(scoring.total(points(*marks), weights, groups, prizes)) == total


def test_bonus_is_capped_by_the_season() -> None:
    assert scoring.TT30.of(["1"], ["1"]) == 350
    assert scoring.Bonus({"1": 200}, {"1": 150}, cap=300).of(["1"], ["1"]) == 300
    with pytest.raises(Invalid, match="unknown_group"):
        scoring.TT30.of(["9"], [])


@pytest.mark.parametrize("text", ["", "abc", "8,555", "1e3", "٣", "--2", "10,5,5"])
def test_not_a_number(text: str) -> None:
    with pytest.raises(Invalid, match="number_format"):
        scoring.hundredths(text)


@pytest.mark.parametrize("text", ["10,25", "-1", "11"])
def test_not_a_mark(text: str) -> None:
    with pytest.raises(Invalid, match="mark_format"):
        scoring.mark(text)


@pytest.mark.parametrize(
    ("value", "text"), [(2575, "25,75"), (2750, "27,5"), (2500, "25"), (0, "0"), (5, "0,05"), (None, ""), (-50, "-0,5")]
)
def test_shown(value: int | None, text: str) -> None:
    assert scoring.shown(value) == text
    if value is not None:
        assert scoring.hundredths(text) == value


def test_cases_of_the_domain_run_through_the_rules() -> None:
    """The form of `manage.py vectors`: a candidate with an absent paper is nowhere, 20,25 misses 20 + 0,5."""
    case = {
        "cutoffs": {"A": 22.0, "B": 20.0, "C": 18.0},
        "gaps": [0, 0.5, 1.0],
        "candidates": [
            {"id": "h3", "score": 20.25, "nv": ["A", "B", "C"]},
            {"id": "h5", "score": 30, "nv": ["A"], "marks": [10, 10, None]},
        ],
    }
    assert OPERATIONS["adm_assign"](case) == {"h3": {"school": "C", "nv": 3}, "h5": None}
