"""Completing lower secondary school: by the law of the school year, with what is lacking by name."""

from __future__ import annotations

import pytest

from school_services.errors import Invalid
from school_services.gradebook import completion_rules as rules
from school_services.gradebook.rules import Level

NOW, LEGACY = rules.named("LAW_123_2025"), rules.named("TT31_2023")


@pytest.mark.parametrize(("first", "code"), [(2023, "TT31_2023"), (2024, "TT31_2023"), (2025, "LAW_123_2025"), (2040, "LAW_123_2025")])  # fmt: skip
def test_the_school_year_chooses_the_law(first: int, code: str) -> None:
    assert rules.regime_of(first).code == code


def test_before_any_known_law() -> None:
    with pytest.raises(Invalid):
        rules.regime_of(2022)


def test_the_principal_confirms_in_the_transcript() -> None:
    found = rules.thcs_completion(NOW, Level.DAT, Level.DAT, 45)
    assert (found.ok, found.document, found.signer) == (True, "XAC_NHAN_HOC_BA", "HIEU_TRUONG")


@pytest.mark.parametrize("conduct", list(Level))
@pytest.mark.parametrize("study", list(Level))
@pytest.mark.parametrize("absences", [0, 45, 46])
def test_every_lack_is_named(conduct: Level, study: Level, absences: int) -> None:
    found = rules.thcs_completion(NOW, conduct, study, absences)
    expected = set()
    if conduct is Level.CHUA_DAT:
        expected.add("conduct")
    if study is Level.CHUA_DAT:
        expected.add("study")
    if absences == 46:
        expected.add("absences")
    assert set(found.reasons) == expected
    assert (found.document is None) == bool(expected)


@pytest.mark.parametrize(("age", "ok"), [(15, True), (21, True), (22, False)])
def test_the_old_law_asks_the_age(age: int, ok: bool) -> None:
    assert rules.thcs_completion(LEGACY, Level.KHA, Level.DAT, 5, age_by_year=age).ok is ok
    assert rules.thcs_completion(NOW, Level.KHA, Level.DAT, 5, age_by_year=age).ok
