"""What second markings change: the cutoffs that were published stay, each candidate whose mark moved is judged again.

Plain Python. Nobody else loses a seat by it, and a school may take more than its quota: the exam owed those seats. Who
reaches a cutoff exactly is admitted, also where ties had been broken by secondary criteria.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from .placement import Candidate, Outcome, Parameters, Seat, assign

_ANYBODY = -(10**9)  # the line of a school that refused nobody


@dataclass(frozen=True, slots=True)
class Change:
    """One candidate: the seat before and after; None is no seat."""

    key: str
    before: Seat | None
    after: Seat | None

    @property
    def moves(self) -> bool:
        return self.before != self.after


def lines_of(outcomes: Mapping[str, Outcome]) -> dict[str, int | None]:
    """What a first wish needs at each choice; None: nobody can enter by score."""
    return {code: outcome.cutoff if outcome.full else _ANYBODY for code, outcome in outcomes.items()}


def revise(
    lines: Mapping[str, int | None],
    candidates: Iterable[Candidate],
    seats: Mapping[str, Seat],
    parameters: Parameters,
) -> list[Change]:
    """`candidates`: with the marks of now. A direct admission does not depend on marks."""
    ordered = sorted(candidates, key=lambda candidate: candidate.id)
    after = assign(lines, ordered, parameters)
    return [Change(candidate.id, seats.get(candidate.id), after[candidate.id]) for candidate in ordered]


def canonical_inputs(
    lines: Mapping[str, int | None],
    candidates: Iterable[Candidate],
    seats: Mapping[str, Seat],
    parameters: Parameters,
    run: str,
) -> bytes:
    """The inputs as bytes that depend on nothing else; `run`: the hash of the result that is revised."""
    found = [{"run": run, "gaps": list(parameters.gaps), "tie": parameters.tie.value, "floor": parameters.floor}, lines]
    rows = [
        [c.id, c.wishes, c.direct, c.barred, _seat(seats.get(c.id))] for c in sorted(candidates, key=lambda c: c.id)
    ]
    return _bytes([*found, *rows])


def canonical_result(changes: Iterable[Change]) -> bytes:
    return _bytes([[c.key, _seat(c.before), _seat(c.after)] for c in sorted(changes, key=lambda c: c.key)])


def read_inputs(
    data: bytes, parameters: Parameters
) -> tuple[dict[str, int | None], list[Candidate], dict[str, Seat], Parameters]:
    """The inverse of `canonical_inputs`; `parameters` gives the tie policy its type."""
    head, lines, *rows = (json.loads(line) for line in data.decode().splitlines())
    candidates = [
        Candidate(key, tuple((code, points) for code, points in wishes), (), direct, barred)
        for key, wishes, direct, barred, _ in rows
    ]
    seats = {row[0]: Seat(*row[4]) for row in rows if row[4]}
    return lines, candidates, seats, Parameters(tuple(head["gaps"]), parameters.tie, head["floor"])


def _seat(seat: Seat | None) -> list[object] | None:
    return [seat.choice, seat.wish] if seat else None


def _bytes(lines: Iterable[object]) -> bytes:
    return (
        "\n".join(json.dumps(x, ensure_ascii=False, separators=(",", ":"), sort_keys=True) for x in lines) + "\n"
    ).encode()
