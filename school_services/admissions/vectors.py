"""Operations of the admissions cases for `manage.py vectors`."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from . import placement, scoring


def _points(value: Any) -> int:
    return scoring.hundredths(str(value))


def _short(value: int | None) -> str | None:
    """Decimal point, no trailing zeros: 2750 → "27.5", 2500 → "25"."""
    return None if value is None else scoring.plain(value).rstrip("0").rstrip(".")


def _score(case: dict[str, Any]) -> str:
    total = scoring.total(
        [_points(mark) for mark in case["marks"]],
        case["weights"],
        [str(code) for code in case.get("groups", [])],
        [str(code) for code in case.get("prizes", [])],
    )
    return scoring.plain(total)


def _cutoff(case: dict[str, Any]) -> Any:
    found = placement.cutoff(
        [_points(score) for score in case["scores"]],
        case["quota"],
        case.get("direct", 0),
        placement.TiePolicy(case.get("policy", "NOT_EXCEED")),
    )
    return {"cutoff": _short(found.cutoff), "admitted": found.admitted}


def _assign(case: dict[str, Any]) -> Any:
    candidates = [
        placement.Candidate(
            c["id"],
            tuple((school, _points(c["score"])) for school in c["nv"]),
            barred="zero" if 0 in c.get("marks", ()) or None in c.get("marks", ()) else "",
        )
        for c in case["candidates"]
    ]
    seats = placement.assign(
        {school: _points(line) for school, line in case["cutoffs"].items()},
        candidates,
        placement.Parameters(gaps=tuple(_points(gap) for gap in case["gaps"])),
    )
    return {key: {"school": seat.choice, "nv": seat.wish} if seat else None for key, seat in seats.items()}


OPERATIONS: dict[str, Callable[[dict[str, Any]], Any]] = {
    "adm_score": _score,
    "adm_cutoff": _cutoff,
    "adm_assign": _assign,
}
