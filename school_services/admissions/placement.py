"""Who is admitted where: cutoffs, gaps between wishes, ties, direct admission. Plain Python on whole hundredths.

A wish of rank k counts as points − gap[k] at its school, so that "wish 2 must exceed the cutoff by 0,5" and the ranking
of one school say the same thing. A school takes the best of those who ask by its tie policy; a candidate who is refused
asks the next school (student-proposing deferred acceptance). A school's threshold only ever rises, in whatever order
candidates ask: the result is the one stable placement that every candidate likes best, and does not depend on who
applied first.
"""

from __future__ import annotations

import hashlib
import heapq
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from school_services.errors import Invalid

_TIE_BASE = 1_000_000  # above every tie-breaking value, in hundredths


class TiePolicy(StrEnum):
    """What happens when the last seat is asked for by several with the same score (domain §5.5)."""

    NOT_EXCEED = "NOT_EXCEED"
    INCLUDE_TIES = "INCLUDE_TIES"
    SECONDARY = "SECONDARY"


@dataclass(frozen=True, slots=True)
class Choice:
    """What a wish may name: a school, or one specialised stream of it. `quota`: all seats, direct ones included."""

    code: str
    quota: int


@dataclass(frozen=True, slots=True)
class Candidate:
    """`wishes`: (choice, points in hundredths), in the family's order; a specialised stream counts points of its own.

    `tie`: the season's secondary criteria, more is better. `direct`: the choice that takes the candidate without
    competition. `barred`: why the candidate cannot be admitted ("absent", "zero", "withdrawn"), else "".
    """

    id: str
    wishes: tuple[tuple[str, int], ...]
    tie: tuple[int, ...] = ()
    direct: str = ""
    barred: str = ""


@dataclass(frozen=True, slots=True)
class Parameters:
    """`gaps[k]`: how far wish k + 1 must exceed the cutoff; wishes beyond the list have its last value.

    `floor`: nobody below these points is admitted to anything.
    """

    gaps: tuple[int, ...] = (0,)
    tie: TiePolicy = TiePolicy.NOT_EXCEED
    floor: int = 0

    def gap(self, rank: int) -> int:
        """Of the wish at index `rank` (0 is the first)."""
        return self.gaps[min(rank, len(self.gaps) - 1)] if self.gaps else 0


@dataclass(frozen=True, slots=True)
class Seat:
    """Where a candidate is admitted: wish number from 1, or 0 for direct admission."""

    choice: str
    wish: int


@dataclass(frozen=True, slots=True)
class Outcome:
    """Of one choice. `cutoff`: the points a first wish needed (None when nobody was admitted by score).

    `full`: somebody was refused, so the cutoff decided. `lowest`: the lowest points admitted, by wish number.
    """

    quota: int
    direct: int
    admitted: int
    cutoff: int | None
    full: bool
    lowest: Mapping[int, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Placement:
    """Seats by candidate (absent: not admitted) and outcomes by choice."""

    seats: Mapping[str, Seat]
    outcomes: Mapping[str, Outcome]


@dataclass(frozen=True, slots=True)
class Cutoff:
    """`cutoff` None: nobody can be admitted (the best score has more ties than seats, or there is no seat)."""

    cutoff: int | None
    admitted: int


def cutoff(scores: Iterable[int], quota: int, direct: int = 0, policy: TiePolicy = TiePolicy.NOT_EXCEED) -> Cutoff:
    """Điểm chuẩn of one school by scores alone. Raises `Invalid("direct_over_quota")`.

    With SECONDARY the ties are broken elsewhere; by scores alone it is NOT_EXCEED.
    """
    if direct > quota:
        raise Invalid("direct_over_quota", direct=direct, quota=quota)
    ranked = sorted(scores, reverse=True)
    seats = quota - direct
    if not ranked or seats == 0:
        return Cutoff(None, 0)
    if len(ranked) <= seats:
        return Cutoff(ranked[-1], len(ranked))
    line = ranked[seats - 1]
    if policy is not TiePolicy.INCLUDE_TIES and ranked[seats] == line:
        higher = [score for score in ranked[:seats] if score > line]
        return Cutoff(higher[-1], len(higher)) if higher else Cutoff(None, 0)
    return Cutoff(line, sum(1 for score in ranked if score >= line))


def assign(
    cutoffs: Mapping[str, int | None], candidates: Iterable[Candidate], parameters: Parameters
) -> dict[str, Seat | None]:
    """The method by proposed cutoffs: each candidate's first wish k with points ≥ cutoff + gap[k], independently."""
    found: dict[str, Seat | None] = {}
    for candidate in candidates:
        seat = Seat(candidate.direct, 0) if candidate.direct and not candidate.barred else None
        if seat is None and not candidate.barred:
            for rank, (choice, points) in enumerate(candidate.wishes):
                line = cutoffs.get(choice)
                if line is not None and points >= parameters.floor and points >= line + parameters.gap(rank):
                    seat = Seat(choice, rank + 1)
                    break
        found[candidate.id] = seat
    return found


def place(choices: Sequence[Choice], candidates: Sequence[Candidate], parameters: Parameters) -> Placement:
    """Student-proposing deferred acceptance. Raises `Invalid`: "direct_over_quota", "unknown_choice", "twice"."""
    index = {choice.code: place for place, choice in enumerate(choices)}
    if len({candidate.id for candidate in candidates}) != len(candidates):
        raise Invalid("twice", what="candidate")
    direct = [0] * len(choices)
    seats: dict[str, Seat] = {}
    for candidate in candidates:
        if candidate.direct and not candidate.barred:
            direct[_known(index, candidate.direct)] += 1
            seats[candidate.id] = Seat(candidate.direct, 0)
    for choice, taken in zip(choices, direct, strict=True):
        if taken > choice.quota:
            raise Invalid("direct_over_quota", choice=choice.code, direct=taken, quota=choice.quota)
    quotas = [choice.quota - taken for choice, taken in zip(choices, direct, strict=True)]
    wishes = _keyed_wishes(index, candidates, parameters, seats)
    held, refused = _propose(wishes, quotas, parameters.tie is TiePolicy.INCLUDE_TIES)
    at_wish = [0] * len(candidates)
    for chosen in held:
        for _, asker, rank in chosen:
            at_wish[asker] = rank + 1
    lowest: list[dict[int, int]] = [{} for _ in choices]
    lines: list[int | None] = [None] * len(choices)
    for asker, wish in enumerate(at_wish):
        if wish:
            code, points = candidates[asker].wishes[wish - 1]
            place_of = index[code]
            seats[candidates[asker].id] = Seat(code, wish)
            lowest[place_of][wish] = min(points, lowest[place_of].get(wish, points))
            line, effective = lines[place_of], points - parameters.gap(wish - 1)
            lines[place_of] = effective if line is None else min(line, effective)
    outcomes = {
        choice.code: Outcome(
            quota=choice.quota,
            direct=direct[place_of],
            admitted=direct[place_of] + len(held[place_of]),
            cutoff=lines[place_of],
            full=refused[place_of] is not None,
            lowest=dict(sorted(lowest[place_of].items())),
        )
        for place_of, choice in enumerate(choices)
    }
    return Placement(seats, outcomes)


def _known(index: Mapping[str, int], code: str) -> int:
    if code not in index:
        raise Invalid("unknown_choice", choice=code[:40])
    return index[code]


_Wish = tuple[int, int, int]  # (key, choice, rank)


def _keyed_wishes(
    index: Mapping[str, int], candidates: Sequence[Candidate], parameters: Parameters, seated: Mapping[str, Seat]
) -> list[list[_Wish]]:
    """Wishes that compete, with one number to rank them by: points − gap, then the secondary criteria."""
    secondary = parameters.tie is TiePolicy.SECONDARY
    depth = max((len(candidate.tie) for candidate in candidates), default=0) if secondary else 0
    result: list[list[_Wish]] = []
    for candidate in candidates:
        found: list[_Wish] = []
        if not candidate.barred and candidate.id not in seated:
            chain = 0
            for value in (*candidate.tie, *(0,) * (depth - len(candidate.tie)))[:depth] if secondary else ():
                if not 0 <= value < _TIE_BASE:
                    raise Invalid("tie_value", value=value)
                chain = chain * _TIE_BASE + value
            for rank, (code, points) in enumerate(candidate.wishes):
                place_of = _known(index, code)
                if points >= parameters.floor:
                    found.append(((points - parameters.gap(rank)) * _TIE_BASE**depth + chain, place_of, rank))
        else:
            for code, _ in candidate.wishes:
                _known(index, code)
        result.append(found)
    return result


def _propose(
    wishes: list[list[_Wish]], quotas: list[int], include_ties: bool
) -> tuple[list[list[_Wish]], list[int | None]]:
    """(held, refused) by choice: held as (key, asker, rank); refused: the highest key that was turned away, or None."""
    held: list[list[_Wish]] = [[] for _ in quotas]
    groups: list[dict[int, int]] = [{} for _ in quotas]
    refused: list[int | None] = [None] * len(quotas)
    nearest = [0] * len(wishes)
    waiting = list(range(len(wishes) - 1, -1, -1))
    while waiting:
        asker = waiting.pop()
        mine = wishes[asker]
        at = nearest[asker]
        while at < len(mine):
            key, choice, rank = mine[at]
            line = refused[choice]
            if line is not None and key <= line:
                at += 1
            elif quotas[choice] == 0:
                refused[choice] = key
                at += 1
            else:
                break
        nearest[asker] = at
        if at == len(mine):
            continue
        heap, sizes, quota = held[choice], groups[choice], quotas[choice]
        heapq.heappush(heap, (key, asker, rank))
        sizes[key] = sizes.get(key, 0) + 1
        while len(heap) > quota:
            last = heap[0][0]
            if include_ties and len(heap) - sizes[last] < quota:
                break  # the last group shares the last seat: all of it stays
            refused[choice] = last
            del sizes[last]
            while heap and heap[0][0] == last:
                waiting.append(heapq.heappop(heap)[1])
    return held, refused


class Step(StrEnum):
    """What became of one wish."""

    ADMITTED = "admitted"
    BELOW = "below"  # points under cutoff + gap
    TIE = "tie"  # points enough, the last seats went by the tie policy
    FLOOR = "floor"
    BARRED = "barred"
    HIGHER = "higher"  # admitted at an earlier wish


@dataclass(frozen=True, slots=True)
class WishReason:
    """Why a wish was granted or not: own points, what was needed, by how much."""

    wish: int
    choice: str
    points: int
    needed: int | None
    step: Step


def reasons(candidate: Candidate, placement: Placement, parameters: Parameters) -> tuple[WishReason, ...]:
    """For the family: each wish in its order with own points, the points it needed, and what became of it."""
    seat = placement.seats.get(candidate.id)
    found = []
    for rank, (choice, points) in enumerate(candidate.wishes):
        line = placement.outcomes[choice].cutoff
        needed = None if line is None else line + parameters.gap(rank)
        if candidate.barred:
            step = Step.BARRED
        elif seat is not None and (seat.wish == 0 or rank + 1 > seat.wish):
            step = Step.HIGHER
        elif seat is not None and seat.wish == rank + 1:
            step = Step.ADMITTED
        elif points < parameters.floor:
            step, needed = Step.FLOOR, parameters.floor
        else:
            step = Step.TIE if needed is not None and points >= needed else Step.BELOW
        found.append(WishReason(rank + 1, choice, points, needed, step))
    return tuple(found)


def canonical_inputs(choices: Iterable[Choice], candidates: Iterable[Candidate], parameters: Parameters) -> bytes:
    """The inputs of a run as bytes that depend on nothing else: sorted lines of JSON, to be hashed and published."""
    lines = [_line({"gaps": list(parameters.gaps), "tie": parameters.tie.value, "floor": parameters.floor})]
    lines += [_line([choice.code, choice.quota]) for choice in sorted(choices, key=lambda c: c.code)]
    lines += [_line([c.id, c.wishes, c.tie, c.direct, c.barred]) for c in sorted(candidates, key=lambda c: c.id)]
    return ("\n".join(lines) + "\n").encode()


def canonical_result(placement: Placement) -> bytes:
    """The result of a run as bytes; equal inputs give equal bytes on every machine."""
    lines = [
        _line([code, o.quota, o.direct, o.admitted, o.cutoff, o.full, list(o.lowest.items())])
        for code, o in sorted(placement.outcomes.items())
    ]
    lines += [_line([key, seat.choice, seat.wish]) for key, seat in sorted(placement.seats.items())]
    return ("\n".join(lines) + "\n").encode()


def digest(data: bytes) -> str:
    """SHA-256, hexadecimal."""
    return hashlib.sha256(data).hexdigest()


_ENCODER = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), sort_keys=True)


def _line(value: Any) -> str:
    return _ENCODER.encode(value)
