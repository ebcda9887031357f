"""Charts from a small table: numbers as Vietnamese write them, and where bars, lines and slices stand.

Pure Python. Places are in percent of the drawing's width, so that text keeps its size on every screen; heights are in
CSS pixels. A kind of chart that would mislead is refused: slices of what is no whole, lines through two points.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from .grids import Grid

MAX_SERIES: Final = 4
MAX_POINTS: Final = 24
MAX_SLICES: Final = 6
KINDS: Final = ("bars", "lines", "pie")

_NUMBER = re.compile(r"^[−–-]?[0-9][0-9.,\s]*$")


class ChartProblem(ValueError):
    """The table cannot be drawn so. `code`: shape, too_many, number (with `cell`), negative, slices, whole, points."""

    def __init__(self, code: str, cell: str = "") -> None:
        self.code, self.cell = code, cell
        super().__init__(code)


def number(text: str) -> Decimal | None:
    """Of 1.234,5 or 1234.5 or 12,5 % the number; None when it is none. A lone 1.234 is more than one thousand."""
    text = text.strip().rstrip("%‰").strip()
    if not _NUMBER.match(text) or len(text) > 18:
        return None
    sign = -1 if text[0] in "−–-" else 1
    digits = re.sub(r"[\s ]", "", text.lstrip("−–-"))
    comma, dot = digits.rfind(","), digits.rfind(".")
    if comma >= 0 and dot >= 0:
        thousands, decimal = (".", ",") if comma > dot else (",", ".")
    elif dot >= 0:
        thousands, decimal = (".", ",") if re.fullmatch(r"\d{1,3}(\.\d{3})+", digits) else ("", ".")
    else:
        thousands, decimal = (",", "") if re.fullmatch(r"\d{1,3}(,\d{3}){2,}", digits) else ("", ",")
    digits = digits.replace(thousands, "") if thousands else digits
    digits = digits.replace(decimal, ".") if decimal else digits
    if digits.count(".") > 1 or not re.fullmatch(r"\d+(\.\d*)?", digits):
        return None
    return sign * Decimal(digits.rstrip("."))


def written(value: Decimal) -> str:
    """1234.50 → "1.234,5"."""
    text = f"{value:,.4f}".rstrip("0").rstrip(".")
    return text.translate(str.maketrans(",.", ".,")).replace("-", "−")


@dataclass(frozen=True, slots=True)
class Series:
    name: str
    values: tuple[Decimal, ...]


@dataclass(frozen=True, slots=True)
class Data:
    """What a chart shows: `labels[i]` belongs to `series[k].values[i]`."""

    labels: tuple[str, ...]
    series: tuple[Series, ...]


def read(grid: Grid, kind: str) -> Data:
    """The numbers of a table whose first row names the series and whose first column names the points."""
    if grid.merged or grid.width < 2 or grid.height < 2:
        raise ChartProblem("shape")
    labels = tuple(" ".join(grid.owners[row][0].lines) for row in range(1, grid.height))
    if len(labels) > MAX_POINTS or grid.width - 1 > MAX_SERIES:
        raise ChartProblem("too_many")
    series = []
    for column in range(1, grid.width):
        values = []
        for row in range(1, grid.height):
            text = grid.owners[row][column].text
            value = number(text)
            if value is None:
                raise ChartProblem("number", text)
            values.append(value)
        series.append(Series(" ".join(grid.owners[0][column].lines), tuple(values)))
    data = Data(labels, tuple(series))
    _honest(data, kind)
    return data


def _honest(data: Data, kind: str) -> None:
    if kind == "pie":
        values = data.series[0].values
        if len(data.series) > 1 or not 2 <= len(values) <= MAX_SLICES:
            raise ChartProblem("slices")
        if min(values) < 0 or sum(values) <= 0:
            raise ChartProblem("negative")
    if kind == "lines" and len(data.labels) < 3:
        raise ChartProblem("points")


@dataclass(frozen=True, slots=True)
class Bar:
    """`x`, `width` in percent; `y`, the bar's top, in pixels. `at`: where its number is written, percent."""

    x: str
    y: int
    width: str
    at: str
    text: str
    ink: int
    before: bool


@dataclass(frozen=True, slots=True)
class BarGroup:
    label: str
    y: int
    bars: tuple[Bar, ...]


@dataclass(frozen=True, slots=True)
class BarChart:
    height: int
    zero: str
    groups: tuple[BarGroup, ...]


LABEL, BAR, GAP, ROOM = 24, 22, 14, 78.0  # pixels; percent of the width for the longest bar, the rest for its number


def bars(data: Data) -> BarChart:
    """Lying bars from zero, the label above: long names fit, on a phone too."""
    values = [value for one in data.series for value in one.values]
    low, high = min(*values, Decimal(0)), max(*values, Decimal(0))
    reach = float(high - low) or 1.0
    left = 12.0 if low < 0 else 0.0
    zero = left + float(-low) / reach * (ROOM - left)
    groups, y = [], 4
    for index, label in enumerate(data.labels):
        top = y
        drawn = []
        y += LABEL
        for ink, one in enumerate(data.series, start=1):
            value = one.values[index]
            length = abs(float(value)) / reach * (ROOM - left)
            start = zero - length if value < 0 else zero
            end = start if value < 0 else start + length
            drawn.append(Bar(_p(start), y, _p(max(length, 0.3)), _p(end), written(value), ink, value < 0))
            y += BAR + 2
        y += GAP
        groups.append(BarGroup(label, top + 16, tuple(drawn)))
    return BarChart(y, _p(zero), tuple(groups))


@dataclass(frozen=True, slots=True)
class Point:
    x: str
    y: str
    text: str
    label: str
    anchor: str


@dataclass(frozen=True, slots=True)
class Line:
    """`path`: points of a polyline on a sheet of 1000 × `LineChart.height`; the last point carries the name."""

    name: str
    ink: int
    path: str
    points: tuple[Point, ...]


@dataclass(frozen=True, slots=True)
class LineChart:
    height: int
    lines: tuple[Line, ...]
    ticks: tuple[Point, ...]
    labels: tuple[Point, ...]


def lines(data: Data, height: int = 280) -> LineChart:
    """Lines over equal steps, with a scale of round numbers; every value is in the table beside it."""
    values = [value for one in data.series for value in one.values]
    scale = ticks(float(min(values)), float(max(values)))
    low, high = scale[0], scale[-1]
    top, bottom, left, right = 16.0, height - 34.0, 11.0, 97.0

    def y(value: float) -> float:
        return bottom - (value - low) / ((high - low) or 1.0) * (bottom - top)

    count = len(data.labels)

    def x(place: int) -> float:
        return left + (right - left) * place / max(count - 1, 1)

    def anchor(place: int) -> str:
        return "end" if place == count - 1 else "middle" if place else "start"

    every = math.ceil(count / 4)
    shown = [place for place in range(count) if (count - 1 - place) % every == 0]
    drawn = []
    for ink, one in enumerate(data.series, start=1):
        path = " ".join(f"{x(i) * 10:.1f},{y(float(value)):.1f}" for i, value in enumerate(one.values))
        points = tuple(
            Point(_p(x(i)), f"{y(float(value)):.1f}", written(value), data.labels[i], "")
            for i, value in enumerate(one.values)
        )
        drawn.append(Line(one.name, ink, path, points))
    return LineChart(
        height,
        tuple(drawn),
        tuple(Point(_p(left), f"{y(tick):.1f}", written(Decimal(str(tick))), "", "") for tick in scale),
        tuple(Point(_p(x(i)), str(height - 8), "", data.labels[i], anchor(i)) for i in shown),
    )


def ticks(low: float, high: float) -> list[float]:
    """Three to six round numbers from at or below `low` to at or above `high`; from zero where it is near."""
    if low >= 0 and low < high * 0.6:
        low = 0.0
    if high == low:
        high = low + 1.0
    raw = (high - low) / 4
    power = 10.0 ** math.floor(math.log10(raw))
    step = next(power * factor for factor in (1, 2, 2.5, 5, 10) if power * factor >= raw * 0.999)
    first = math.floor(low / step + 1e-9)
    last = math.ceil(high / step - 1e-9)
    return [round(place * step, 10) for place in range(first, last + 1)]


@dataclass(frozen=True, slots=True)
class Slice:
    """A sector of a circle of radius 100 around (0, 0), from twelve o'clock. `share` in words: "37,5 %"."""

    label: str
    text: str
    share: str
    path: str
    ink: int


def slices(data: Data) -> list[Slice]:
    values = data.series[0].values
    whole = float(sum(values))
    at = 0.0
    drawn = []
    for ink, (label, value) in enumerate(zip(data.labels, values, strict=True), start=1):
        part = float(value) / whole
        if part >= 0.9999:
            path = "M0 -100A100 100 0 1 1 -0.01 -100Z"
        else:
            (x0, y0), (x1, y1) = _rim(at), _rim(at + part)
            path = f"M0 0L{x0} {y0}A100 100 0 {int(part > 0.5)} 1 {x1} {y1}Z" if part else ""
        at += part
        drawn.append(Slice(label, written(value), f"{written(Decimal(str(round(part * 100, 1))))} %", path, ink))
    return drawn


def _rim(turn: float) -> tuple[str, str]:
    angle = 2 * math.pi * turn
    return f"{100 * math.sin(angle):.2f}", f"{-100 * math.cos(angle):.2f}"


def _p(value: float) -> str:
    return f"{value:.2f}%"
