"""Bills in plain Python: references with a check digit, amounts, reductions, statutory amounts. Whole đồng.

Sources: NĐ 238/2025 (tuition support), Law on health insurance and NĐ 188/2025 (students' share), TT 29/2024.
"""

from __future__ import annotations

import enum
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal


class Basis(enum.StrEnum):
    """Why a charge may be asked for. Money of different bases is never mixed in one account of the ledger."""

    DECISION = "decision"  # nghị quyết, quyết định
    AGREED = "agreed"  # thỏa thuận với phụ huynh
    VOLUNTARY = "voluntary"  # tự nguyện
    ON_BEHALF = "on_behalf"  # thu hộ, chi hộ


# -- references ----------------------------------------------------------------------------------------------------

# Damm's table: every single wrong digit and every swap of neighbours is found.
_DAMM = (
    (0, 3, 1, 7, 5, 9, 8, 6, 4, 2), (7, 0, 9, 2, 1, 5, 4, 8, 6, 3), (4, 2, 0, 6, 8, 7, 1, 3, 5, 9),
    (1, 7, 5, 0, 9, 8, 3, 4, 2, 6), (6, 1, 2, 3, 0, 4, 5, 9, 7, 8), (3, 6, 7, 4, 2, 0, 9, 5, 8, 1),
    (5, 8, 6, 9, 7, 2, 0, 1, 3, 4), (8, 9, 4, 5, 3, 6, 2, 0, 1, 7), (9, 4, 3, 8, 6, 1, 7, 2, 0, 5),
    (2, 5, 8, 1, 4, 3, 6, 7, 9, 0),
)  # fmt: skip
_REFERENCE = re.compile(r"(?=(HP([A-Z]{2})(\d{7})(\d)))")
MAX_NUMBER = 9_999_999


def check_digit(letters: str, digits: str) -> str:
    """Damm's digit over the letters (A = 10 … Z = 35) and the digits."""
    state = 0
    for digit in "".join(str(ord(letter) - 55) for letter in letters) + digits:
        state = _DAMM[state][int(digit)]
    return str(state)


def reference(unit_id: int, number: int) -> str:
    """HP, two letters of the school, seven digits and a check digit: HPAC00012340. `number` from 1, per school."""
    if not 1 <= number <= MAX_NUMBER:
        raise ValueError(f"bill number {number} is outside 1–{MAX_NUMBER}")
    first, second = divmod(unit_id % 676, 26)
    letters, digits = chr(65 + first) + chr(65 + second), f"{number:07d}"
    return f"HP{letters}{digits}{check_digit(letters, digits)}"


def find_references(content: str) -> list[str]:
    """References with a right check digit in a transfer's content, however the bank wrote it.

    Upper-cased, prefixed ("MBVCB.123."), cut, with spaces or dots put in: first as it stands, then without signs.
    """
    upper = content.upper()
    for text in (upper, re.sub(r"[^A-Z0-9]", "", upper)):
        found = [
            match[0]
            for match in _REFERENCE.findall(text)
            if check_digit(match[1], match[2]) == match[3]
        ]  # fmt: skip
        if found:
            return list(dict.fromkeys(found))
    return []


# -- amounts -------------------------------------------------------------------------------------------------------


def dong(value: Decimal) -> int:
    """Half up to whole đồng."""
    return int(value.quantize(Decimal(1), ROUND_HALF_UP))


@dataclass(frozen=True, slots=True)
class Relief:
    """A reduction of a charge: `percent` (0–100) of it, or a fixed amount per bill, by a decision."""

    kind_id: int | None
    percent: int
    amount: int
    decision: str


@dataclass(frozen=True, slots=True)
class Charge:
    """One line of a bill: quantity × price − reduction = amount."""

    quantity: int
    price: int
    reduction: int
    decision: str

    @property
    def amount(self) -> int:
        return self.quantity * self.price - self.reduction


def charge(*, kind_id: int, price: int, quantity: int, reliefs: Iterable[Relief] = ()) -> Charge:
    """A charge with the reliefs that apply; together they never exceed it."""
    gross, off, decisions = price * quantity, 0, []
    for relief in reliefs:
        if relief.kind_id not in (None, kind_id):
            continue
        part = dong(Decimal(gross) * relief.percent / 100) + relief.amount
        part = min(part, gross - off)
        if part > 0:
            off += part
            decisions.append(relief.decision)
    return Charge(quantity, price, off, "; ".join(dict.fromkeys(decisions)))


def allocate(amount: int, owed: Sequence[tuple[int, int]]) -> tuple[list[tuple[int, int]], int]:
    """Spread money over bills (id, owed) in their order; returns the parts and what is left over."""
    parts = []
    for bill, due in owed:
        part = min(amount, due)
        if part > 0:
            parts.append((bill, part))
            amount -= part
    return parts, amount


# -- statutory amounts ---------------------------------------------------------------------------------------------


def private_tuition_support(*, council_level: int, school_fee: int, months: int) -> int:
    """What the State pays for a pupil of a private school: never more than the school asks."""
    return min(council_level, school_fee) * months


def student_health_insurance(*, base_salary: int, support: Decimal, months: int) -> tuple[int, int]:
    """(whole contribution, the student's part): 4.5 % of the base salary a month."""
    total = dong(Decimal(base_salary) * Decimal("0.045") * months)
    return total, dong(total * (1 - support))
