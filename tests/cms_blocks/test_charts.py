"""Charts: numbers as people write them, honest kinds, and shapes inside their drawing."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cms_blocks import charts, grids


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("1.234", 1234), ("1.234,5", "1234.5"), ("1,234.5", "1234.5"), ("12,5 %", "12.5"), ("12.5", "12.5"),
        ("1.234.567", 1234567), ("1,234,567", 1234567), ("1 234", 1234), ("−3", -3), ("-3,5", "-3.5"), ("0,5", "0.5"),
        ("1,234", "1.234"), ("", None), ("khoảng 5", None), ("1.2.3", None), ("5 học sinh", None), ("1e9", None),
        ("٣", None), ("9" * 30, None), ("--1", None), ("=1+1", None),
    ],
)  # fmt: skip
def test_numbers(text: str, value: object) -> None:
    assert charts.number(text) == (None if value is None else Decimal(str(value)))


def test_numbers_are_written_as_in_vietnamese() -> None:
    assert charts.written(Decimal("1234567.50")) == "1.234.567,5"
    assert charts.written(Decimal("-3")) == "−3"


@pytest.mark.parametrize(
    ("cells", "kind", "code"),
    [
        ("A\tB\nx\t1\ny\tkhông", "bars", "number"),
        ("A\tB\t<\nx\t1\t2", "bars", "shape"),
        ("A\tB\tC\nx\t1\t2\ny\t2\t3", "pie", "slices"),
        ("A\tB\nx\t-1\ny\t2", "pie", "negative"),
        ("A\tB\nx\t0\ny\t0", "pie", "negative"),
        ("A\tB\n" + "x\t1\n" * 7, "pie", "slices"),
        ("A\tB\nx\t1\ny\t2", "lines", "points"),
        ("A\tB\n" + "x\t1\n" * 25, "bars", "too_many"),
        ("A\t1\t2\t3\t4\t5\nx\t1\t1\t1\t1\t1", "bars", "too_many"),
    ],
)
def test_what_would_mislead_is_refused(cells: str, kind: str, code: str) -> None:
    with pytest.raises(charts.ChartProblem) as refused:
        charts.read(grids.parse(cells), kind)
    assert refused.value.code == code


numbers = st.lists(st.integers(-10_000, 10_000), min_size=3, max_size=charts.MAX_POINTS)


def _data(values: list[int], kind: str) -> charts.Data:
    return charts.read(grids.parse("A\tB\n" + "\n".join(f"p{i}\t{value}" for i, value in enumerate(values))), kind)


@given(numbers)
def test_bars_stand_inside_and_in_proportion(values: list[int]) -> None:
    drawn = charts.bars(_data(values, "bars"))
    widths = []
    for group in drawn.groups:
        for bar in group.bars:
            x, width = float(bar.x[:-1]), float(bar.width[:-1])
            assert x >= -0.01
            assert x + width <= charts.ROOM + 0.5
            assert 0 <= bar.y < drawn.height
            widths.append(width)
    longest = max(range(len(values)), key=lambda i: abs(values[i]))
    assert widths[longest] == max(widths)
    for value, width in zip(values, widths, strict=True):
        if abs(values[longest]) and width > 1:
            assert width / widths[longest] == pytest.approx(abs(value) / abs(values[longest]), abs=0.01)


@given(numbers)
def test_lines_stand_inside_their_scale(values: list[int]) -> None:
    drawn = charts.lines(_data(values, "lines"))
    assert all(0 <= float(point.y) <= drawn.height for line in drawn.lines for point in line.points)
    assert 2 <= len(drawn.ticks) <= 7


def test_slices_make_a_whole() -> None:
    drawn = charts.slices(_data([1, 2, 1], "pie"))
    assert [one.share for one in drawn] == ["25 %", "50 %", "25 %"]
    assert charts.slices(charts.Data(("a", "b"), (charts.Series("", (Decimal(5), Decimal(0))),)))[0].path.startswith(
        "M0 -100A"
    )
