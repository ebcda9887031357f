"""Files of examination marks: four ways to say that somebody did not sit, and every trap by line."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from school_services.errors import Invalid
from school_services.scores import shapes

from . import samples


def problems(content: bytes) -> list[tuple[int, str, str, str, int]]:
    return [(p.line, p.column, p.code, p.text, p.other_line) for p in shapes.parse(content).problems]


def test_zero_is_nobody_and_nought_point_nought_is_a_mark() -> None:
    found = shapes.parse(samples.ZERO)
    assert found.shape == "thpt-zero"
    assert found.rows["01000001"] == {"TOAN": 820, "VAN": 750, "LI": 950, "HOA": 425, "SINH": 767}
    assert found.rows["01000002"]["TOAN"] == 0
    assert (found.passed_over, found.lines) == (1, 5)
    assert problems(samples.ZERO) == [(6, "sbd", "scores_repeated", "01000003", 5)]
    assert "01000003" not in found.rows, "nobody knows which of the two is right"


def test_dash() -> None:
    found = shapes.parse(samples.DASH)
    assert found.shape == "thpt-dash"
    assert found.rows["33000003"] == {"TOAN": 980, "SINH": 500, "HOA": 625, "LI": 750}
    assert problems(samples.DASH) == [(3, "y_civic_education", "scores_mark", "", 0)], "a blank is no dash"


def test_blank() -> None:
    found = shapes.parse(samples.BLANK)
    assert found.rows == {"28000001": {"TOAN": 650, "VAN": 825, "LI": 385, "NN": 675}}
    assert problems(samples.BLANK) == [(3, "T_ANH", "scores_mark", "10.5", 0), (4, "T_ANH", "scores_mark", "-1", 0)]


def test_json_with_minus_one_and_a_total_that_is_not_the_sum() -> None:
    found = shapes.parse(samples.JSON)
    assert found.rows["36000002"] == {"TOAN": 360, "VAN": 675, "SU": 0}
    assert problems(samples.JSON) == [(3, "TONGDIEM", "scores_total", "15.75", 0)]


def test_the_exam_for_grade_ten() -> None:
    assert shapes.parse(samples.LOP10).rows["2"] == {"VAN": 725, "NN": 650, "TOAN": 0}


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "scores_shape"),
        (b"a,b\n1,2\n", "scores_shape"),
        (b"{", "scores_unreadable"),
        (b"[]", "scores_unreadable"),
        (b"[1]", "scores_unreadable"),
        (b'{"data": {"a": 1}}', "scores_unreadable"),
        (b"[" * 100_000, "scores_unreadable"),
        (b"\xff\xfe1", "scores_unreadable"),
        (b'sbd,van,ngoaingu,toan\n"1,2,3,4\n', "scores_unreadable"),
        (b'[{"SBD": "1"}]', "scores_shape"),
    ],
)
def test_what_is_no_file_of_marks(content: bytes, code: str) -> None:
    with pytest.raises(Invalid) as caught:
        shapes.parse(content)
    assert caught.value.code == code


def test_short_lines_and_odd_numbers() -> None:
    text = b"sbd,van,ngoaingu,toan\n1,2\n=1+1,5,5,5\n\n2,5,5,5\n"
    assert [(line, code) for line, _, code, _, _ in problems(text)] == [(2, "scores_short"), (3, "scores_number")]
    assert list(shapes.parse(text).rows) == ["2"]


@given(st.one_of(st.text(max_size=6), st.from_regex(r"[0-9]{0,3}\.?[0-9]{0,3}", fullmatch=True)))
def test_a_mark_is_what_an_exact_decimal_says(text: str) -> None:
    found = shapes.hundredths(text)
    exact = None
    if text.isascii() and text.replace(".", "", 1).isdigit() and not text.startswith(".") and not text.endswith("."):
        value = Decimal(text)
        whole, _, part = text.partition(".")
        if value <= 10 and len(part) <= 2 and len(whole) <= 2:
            exact = int(value * 100)
    assert found == exact
