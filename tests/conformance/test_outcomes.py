"""The comparison decides whether the engine conforms: it must be able to say no."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.conformance.outcomes import Comparison, Outcome, labels_not_passed, read

PASSED, FAILED, SKIPPED = Outcome("passed"), Outcome("failed", "ValueError: x"), Outcome("skipped", "no reason")
CASE = "suite.tests.Case"


@pytest.mark.parametrize(
    ("stock", "ours", "where"),
    [
        (PASSED, PASSED, None),
        (SKIPPED, SKIPPED, None),
        (SKIPPED, PASSED, None),
        (SKIPPED, None, None),
        (FAILED, FAILED, "both"),
        (FAILED, PASSED, "only_stock"),
        (FAILED, None, "only_stock"),
        (PASSED, FAILED, "only_ours"),
        (SKIPPED, FAILED, "only_ours"),
        (None, FAILED, "only_ours"),
        (PASSED, SKIPPED, "only_ours"),
        (PASSED, None, "only_ours"),
    ],
)
def test_where_a_test_is_counted(stock: Outcome | None, ours: Outcome | None, where: str | None) -> None:
    sides = [{f"{CASE}.test_a": side} if side else {} for side in (stock, ours)]
    sides[0]["suite.other"] = sides[1]["suite.other"] = PASSED
    found = Comparison(sides[0], sides[1], {})
    lists = {"both": found.both, "only_stock": found.only_stock, "only_ours": found.only_ours}
    assert [name for name, rows in lists.items() if rows] == ([where] if where else [])
    assert found.conforms == (where != "only_ours")
    if where:
        assert f"{CASE}.test_a" in found.table()


def test_an_accepted_difference_is_shown_with_its_reason_and_is_no_failure() -> None:
    stock = {f"{CASE}.test_a": PASSED, f"{CASE}.test_b": PASSED}
    ours = {f"setUpClass ({CASE})": FAILED, f"{CASE}.test_b": PASSED}
    found = Comparison(stock, ours, {CASE: "is meant"})
    assert (len(found.accepted), found.conforms) == (2, True)
    assert "is meant" in found.table()
    assert not Comparison(stock, ours, {"suite.tests.Other": "is meant"}).conforms


def test_a_run_that_never_began_does_not_conform() -> None:
    assert not Comparison({}, {}, {}).conforms
    absent = Outcome("absent")
    assert not Comparison({}, {f"{CASE}.test_a": absent}, {}).conforms
    assert not Comparison({f"{CASE}.test_a": PASSED}, {f"{CASE}.test_a": absent, "suite.other": PASSED}, {}).conforms


def test_stock_is_asked_for_all_that_ours_did_not_pass() -> None:
    ours = {
        "suite.a.Case.test_1": PASSED,
        "suite.a.Case.test_2": FAILED,
        "suite.b.Case.test_1": SKIPPED,
        "suite.c.Case.test_1": Outcome("absent"),
        "setUpClass (suite.d.Case)": FAILED,
        "suite.d.Case.test_1": Outcome("absent"),
    }
    assert labels_not_passed(ours) == [
        "suite.a.Case.test_2",
        "suite.b.Case.test_1",
        "suite.c.Case.test_1",
        "suite.d.Case",
    ]


def test_the_worst_outcome_of_a_test_counts(tmp_path: Path) -> None:
    file = tmp_path / "outcomes.jsonl"
    rows = [("a", "failed"), ("a", "passed"), ("b", "passed"), ("b", "failed"), ("c", "skipped")]
    file.write_text("".join(json.dumps({"test": t, "outcome": o, "reason": ""}) + "\n" for t, o in rows))
    assert {test: outcome.outcome for test, outcome in read(file).items()} == {
        "a": "failed",
        "b": "failed",
        "c": "skipped",
    }
