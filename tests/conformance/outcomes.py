"""Outcomes of two runs of one suite, and what their difference says."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

PASSED, FAILED, SKIPPED, ABSENT = "passed", "failed", "skipped", "absent"
_RANK = {ABSENT: -1, PASSED: 0, SKIPPED: 1, FAILED: 2}


@dataclass(frozen=True, slots=True)
class Outcome:
    outcome: str
    reason: str = ""


NEVER_RAN = Outcome(ABSENT, "no outcome: the class could not be set up, or the run was cut short")


def read(path: Path) -> dict[str, Outcome]:
    """Test id → outcome. The worst counts where a test has several (a failure and an error in its clean-up)."""
    found: dict[str, Outcome] = {}
    for line in path.read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        new, old = Outcome(row["outcome"], row["reason"]), found.get(row["test"])
        if old is None or _RANK[new.outcome] > _RANK[old.outcome]:
            found[row["test"]] = new
    return found


def labels_not_passed(found: Mapping[str, Outcome]) -> list[str]:
    """Test labels of what another run must answer for: a class whose set-up failed stands for its tests."""
    names = {_named(test) for test, outcome in found.items() if outcome.outcome != PASSED}
    return sorted(name for name in names if name.rpartition(".")[0] not in names)


@dataclass(frozen=True, slots=True)
class Difference:
    test: str
    stock: Outcome
    ours: Outcome
    accepted: str = ""  # why this difference is meant


class Comparison:
    """Stock against ours, test by test.

    `accepted` maps the beginning of a test id to the reason why ours may fail there. A test that stock ran and ours
    skipped or never reached counts like a failure: a suite conforms by running. Stock need not have run what ours passed.
    """

    def __init__(self, stock: Mapping[str, Outcome], ours: Mapping[str, Outcome], accepted: Mapping[str, str]) -> None:
        self.stock, self.ours = stock, ours
        self.both: list[Difference] = []
        self.only_stock: list[Difference] = []
        self.only_ours: list[Difference] = []
        self.accepted: list[Difference] = []
        for test in sorted(stock.keys() | ours.keys()):
            there, here = stock.get(test, NEVER_RAN), ours.get(test, NEVER_RAN)
            reason = next((why for start, why in accepted.items() if _named(test).startswith(start)), "")
            difference = Difference(test, there, here, reason)
            if there.outcome == here.outcome == FAILED:
                self.both.append(difference)
            elif there.outcome == FAILED:
                self.only_stock.append(difference)
            elif _worse(there, here):
                (self.accepted if reason else self.only_ours).append(difference)

    @property
    def conforms(self) -> bool:
        return PASSED in {outcome.outcome for outcome in self.ours.values()} and not self.only_ours

    def counts(self) -> dict[str, Any]:
        return {
            "tests": len(self.stock.keys() | self.ours.keys()),
            "stock": dict(sorted(Counter(o.outcome for o in self.stock.values()).items())),
            "ours": dict(sorted(Counter(o.outcome for o in self.ours.values()).items())),
            "failing_both": len(self.both),
            "only_stock": len(self.only_stock),
            "only_ours": len(self.only_ours),
            "accepted": len(self.accepted),
            "conforms": self.conforms,
        }

    def table(self) -> str:
        """What differs, for people: one line per test, with the reason of the side that failed."""
        parts = []
        for title, rows in (
            ("failing on both sides", self.both),
            ("failing only stock", self.only_stock),
            ("failing only ours, as meant", self.accepted),
            ("FAILING ONLY OURS", self.only_ours),
        ):
            parts.append(f"{title}: {len(rows)}")
            for row in rows:
                shown = row.stock if rows is self.only_stock else row.ours
                parts.append(f"  {row.test}\n      {row.accepted or f'{shown.outcome}: {shown.reason}'}")
        return "\n".join(parts)


def _named(test: str) -> str:
    """`setUpClass (a.b.Case)` → `a.b.Case`: the failure of a class carries the name of its step first."""
    return test.partition("(")[2].rstrip(")") if " (" in test else test


def _worse(there: Outcome, here: Outcome) -> bool:
    if here.outcome == FAILED:
        return True
    return there.outcome == PASSED and here.outcome in {SKIPPED, ABSENT}
