"""Scores of first-year admission (TT 30/2024/TT-BGDĐT), in whole hundredths of a point: 25,75 is 2575. Plain Python.

Bonuses are added to the total, never multiplied by a paper's weight; of each kind the highest alone counts (Điều 14).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from school_services.errors import Invalid

PRIORITY = {"1": 200, "2": 150, "3": 100}  # nhóm 1, 2, 3 (Điều 14(2))
PRIZE = {"1": 150, "2": 100, "3": 50}  # giải nhất, nhì, ba cấp tỉnh (Điều 14(3))
BONUS_CAP = 350
TOP_MARK = 1000

_NUMBER = re.compile(r"-?[0-9]{1,6}(?:[.,][0-9]{1,2}(?:0*))?")


def hundredths(text: str) -> int:
    """ "25,75" or "25.75" → 2575. Raises `Invalid("number_format")` for anything finer than a hundredth."""
    stripped = text.strip()
    if not _NUMBER.fullmatch(stripped):
        raise Invalid("number_format", text=stripped[:20])
    whole, _, rest = stripped.replace(",", ".").partition(".")
    value = abs(int(whole)) * 100 + int(rest.rstrip("0").ljust(2, "0") or 0)
    return -value if whole.startswith("-") else value


def mark(text: str) -> int:
    """A mark of one paper, 0 to 10, as hundredths. Raises `Invalid("mark_format")`."""
    try:
        value = hundredths(text)
    except Invalid:
        raise Invalid("mark_format", text=text.strip()[:20]) from None
    if not 0 <= value <= TOP_MARK:
        raise Invalid("mark_format", text=text.strip()[:20])
    return value


def plain(value: int) -> str:
    """2575 → "25.75", always two decimals: for files and comparisons."""
    sign = "-" if value < 0 else ""
    return f"{sign}{abs(value) // 100}.{abs(value) % 100:02d}"


def shown(value: int | None) -> str:
    """2575 → "25,75", 2750 → "27,5", None → "": for people."""
    if value is None:
        return ""
    return plain(value).rstrip("0").rstrip(".").replace(".", ",")


@dataclass(frozen=True, slots=True)
class Bonus:
    """Bonuses of a season: code → hundredths, the highest of each kind, together not above `cap`."""

    priority: Mapping[str, int]
    prize: Mapping[str, int]
    cap: int = BONUS_CAP

    def of(self, groups: Iterable[str], prizes: Iterable[str]) -> int:
        """Raises `Invalid("unknown_group")` or `("unknown_prize")`: a code that the season does not know."""
        best = 0
        for codes, table, error in ((groups, self.priority, "unknown_group"), (prizes, self.prize, "unknown_prize")):
            values = []
            for code in codes:
                if code not in table:
                    raise Invalid(error, group=code[:20])
                values.append(table[code])
            best += max(values, default=0)
        return min(best, self.cap)


TT30 = Bonus(PRIORITY, PRIZE)


def total(
    marks: Sequence[int],
    weights: Sequence[int],
    groups: Iterable[str] = (),
    prizes: Iterable[str] = (),
    *,
    record: int = 0,
    bonus: Bonus = TT30,
) -> int:
    """Điểm xét tuyển = Σ mark × weight + record + bonus, exact."""
    if len(marks) != len(weights):
        raise Invalid("papers_and_weights", marks=len(marks), weights=len(weights))
    return sum(m * w for m, w in zip(marks, weights, strict=True)) + record + bonus.of(groups, prizes)
