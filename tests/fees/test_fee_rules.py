"""References, amounts and reductions, by tables and properties."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from school_services.fees import rules

numbers = st.integers(1, rules.MAX_NUMBER)


@given(st.integers(1, 100_000), numbers)
def test_a_reference_is_found_in_what_banks_make_of_it(unit: int, number: int) -> None:
    ref = rules.reference(unit, number)
    for content in (
        ref,
        f"MBVCB.123456.{ref} T11.CT tu 0123 NGUYEN VAN A",
        f"{ref[:4].lower()} {ref[4:8]} {ref[8:]} hoc phi",
        f"IBFT {ref}T11",
        f"{ref[:6]}.{ref[6:]}",
    ):
        assert rules.find_references(content) == [ref]


@given(numbers, st.integers(4, 11), st.integers(1, 9))
def test_one_wrong_digit_is_no_reference(number: int, place: int, by: int) -> None:
    ref = rules.reference(7, number)
    wrong = ref[:place] + str((int(ref[place]) + by) % 10) + ref[place + 1 :]
    assert rules.find_references(wrong) == []


@given(numbers, st.integers(4, 10))
def test_two_swapped_digits_are_no_reference(number: int, place: int) -> None:
    ref = rules.reference(7, number)
    swapped = ref[:place] + ref[place + 1] + ref[place] + ref[place + 2 :]
    assert rules.find_references(swapped) == ([ref] if swapped == ref else [])


@pytest.mark.parametrize("number", [0, rules.MAX_NUMBER + 1])
def test_a_number_out_of_range(number: int) -> None:
    with pytest.raises(ValueError, match="outside"):
        rules.reference(1, number)


def test_two_references_in_one_transfer() -> None:
    one, two = rules.reference(3, 1), rules.reference(3, 2)
    assert rules.find_references(f"{one} {two} {one}") == [one, two]


MEALS, WATER = 1, 2


@pytest.mark.parametrize(
    ("reliefs", "reduction", "decision"),
    [
        ([], 0, ""),
        ([rules.Relief(MEALS, 50, 0, "QĐ 12")], 350_000, "QĐ 12"),
        ([rules.Relief(None, 100, 0, "QĐ 1"), rules.Relief(MEALS, 50, 0, "QĐ 2")], 700_000, "QĐ 1"),
        ([rules.Relief(MEALS, 0, 160_000, "QĐ 3")], 160_000, "QĐ 3"),
        ([rules.Relief(MEALS, 0, 900_000, "QĐ 4")], 700_000, "QĐ 4"),
        ([rules.Relief(WATER, 100, 0, "QĐ 5")], 0, ""),
        ([rules.Relief(MEALS, 50, 0, "QĐ 6"), rules.Relief(MEALS, 0, 50_000, "QĐ 7")], 400_000, "QĐ 6; QĐ 7"),
    ],
)
def test_reliefs(reliefs: list[rules.Relief], reduction: int, decision: str) -> None:
    charge = rules.charge(kind_id=MEALS, price=35_000, quantity=20, reliefs=reliefs)
    assert (charge.reduction, charge.decision, charge.amount) == (reduction, decision, 700_000 - reduction)


@given(st.integers(0, 10**9), st.lists(st.integers(0, 10**8), max_size=8))
def test_money_is_spread_without_loss(amount: int, owed: list[int]) -> None:
    parts, rest = rules.allocate(amount, list(enumerate(owed)))
    assert sum(part for _, part in parts) + rest == amount
    assert all(0 < part <= owed[bill] for bill, part in parts)
    assert rest == max(0, amount - sum(owed))


def test_statutory_amounts() -> None:
    assert rules.private_tuition_support(council_level=650_000, school_fee=500_000, months=9) == 4_500_000
    assert rules.private_tuition_support(council_level=400_000, school_fee=500_000, months=9) == 3_600_000
    assert rules.student_health_insurance(base_salary=2_340_000, support=Decimal("0.5"), months=12) == (
        1_263_600, 631_800,
    )  # fmt: skip
