"""Placement against a brute-force oracle that shares no code with it: every assignment of small random seasons."""

from __future__ import annotations

import itertools
import random
import time

import pytest

from school_services.admissions.placement import (
    Candidate,
    Choice,
    Parameters,
    Placement,
    Seat,
    Step,
    TiePolicy,
    assign,
    canonical_inputs,
    canonical_result,
    cutoff,
    digest,
    place,
    reasons,
)
from school_services.errors import Invalid

Key = tuple[int, ...]


def taken(asking: dict[str, Key], seats: int, policy: TiePolicy) -> set[str]:
    """Whom a school takes of those who ask, straight from the definition: the largest group of best keys that fits."""
    best: set[str] = set()
    for line in sorted(set(asking.values()), reverse=True):
        group = {who for who, key in asking.items() if key >= line}
        if policy is TiePolicy.INCLUDE_TIES:
            if len(best) < seats:
                best = group
        elif len(group) <= seats:
            best = group
    return best


class Season:
    """A small random season and everything the oracle needs to know of it."""

    def __init__(self, seed: int) -> None:
        rng = random.Random(seed)
        self.policy = rng.choice(list(TiePolicy))
        self.gaps = rng.choice([(0,), (0, 50, 100), (0, 100, 200), (0, 0, 0)])
        schools = "ABC"[: rng.randint(1, 3)]
        self.choices = [Choice(code, rng.randint(0, 3)) for code in schools]
        room = {choice.code: choice.quota for choice in self.choices}
        self.candidates = []
        for number in range(rng.randint(1, 5)):
            wanted = rng.sample(schools, rng.randint(1, len(schools)))
            points = rng.choice([1800, 1850, 1900, 1950, 2000])
            direct = ""
            if rng.random() < 0.1 and room[wanted[0]]:
                direct = wanted[0]
                room[direct] -= 1
            self.candidates.append(
                Candidate(
                    f"h{number}",
                    tuple((code, points + rng.choice([0, 0, 50])) for code in wanted),
                    tie=(rng.randint(0, 2), rng.randint(0, 2)),
                    direct=direct,
                    barred="absent" if not direct and rng.random() < 0.1 else "",
                )
            )
        self.room = room
        self.parameters = Parameters(self.gaps, self.policy, floor=rng.choice([0, 0, 1850]))

    def key(self, candidate: Candidate, rank: int) -> Key:
        points = candidate.wishes[rank][1] - self.gaps[min(rank, len(self.gaps) - 1)]
        return (points, *candidate.tie) if self.policy is TiePolicy.SECONDARY else (points,)

    def stable(self) -> list[dict[str, int]]:
        """Every stable assignment: wish index by candidate, or as many as there are wishes for "nowhere"."""
        free = [c for c in self.candidates if not c.direct and not c.barred]
        options = [
            [r for r, (_, p) in enumerate(c.wishes) if p >= self.parameters.floor] + [len(c.wishes)] for c in free
        ]
        return [
            dict(zip((c.id for c in free), ranks, strict=True))
            for ranks in itertools.product(*options)
            if self._is_stable(free, options, ranks)
        ]

    def _is_stable(self, free: list[Candidate], options: list[list[int]], ranks: tuple[int, ...]) -> bool:
        """Each school has taken exactly whom it takes of all who would rather, or as soon, be there as where they are.

        All of them and not one by one: two of equal right who would both come, and do not both fit, keep each other out.
        """
        for choice in self.choices:
            wanting, there = {}, set()
            for c, rank, allowed in zip(free, ranks, options, strict=True):
                for wish in allowed:
                    if wish < len(c.wishes) and c.wishes[wish][0] == choice.code and wish <= rank:
                        wanting[c.id] = self.key(c, wish)
                        if wish == rank:
                            there.add(c.id)
            if taken(wanting, self.room[choice.code], self.policy) != there:
                return False
        return True


def found_ranks(season: Season, placement: Placement) -> dict[str, int]:
    return {
        c.id: placement.seats[c.id].wish - 1 if c.id in placement.seats else len(c.wishes)
        for c in season.candidates
        if not c.direct and not c.barred
    }


@pytest.mark.parametrize("block", range(8))
def test_the_stable_placement_everybody_likes_best(block: int) -> None:
    """4,000 seasons: ours is stable, and in no other stable one is any candidate better off."""
    policies = set()
    for seed in range(block * 500, block * 500 + 500):
        season = Season(seed)
        policies.add(season.policy)
        placement = place(season.choices, season.candidates, season.parameters)
        stable = season.stable()
        ours = found_ranks(season, placement)
        assert ours in stable, seed
        for other in stable:
            assert all(ours[who] <= other[who] for who in ours), (seed, other)
        for candidate in season.candidates:
            if candidate.direct:
                assert placement.seats[candidate.id] == Seat(candidate.direct, 0)
            elif candidate.barred:
                assert candidate.id not in placement.seats
    assert policies == set(TiePolicy)


def test_no_one_with_less_right_was_taken_where_another_wished_to_be() -> None:
    """Thousands of candidates, many ties: nobody prefers a school that took somebody ranked below them there."""
    for seed in range(40):
        rng = random.Random(seed)
        choices = [Choice(f"S{n}", rng.randint(0, 30)) for n in range(8)]
        candidates = random_candidates(rng, 400, choices)
        gaps = (0, 50, 100)
        placement = place(choices, candidates, Parameters(gaps))
        lowest: dict[str, int] = {}
        count = dict.fromkeys((choice.code for choice in choices), 0)
        for c in candidates:
            seat = placement.seats.get(c.id)
            if seat:
                count[seat.choice] += 1
                effective = c.wishes[seat.wish - 1][1] - gaps[seat.wish - 1]
                lowest[seat.choice] = min(lowest.get(seat.choice, effective), effective)
        for choice in choices:
            assert count[choice.code] <= choice.quota
            assert placement.outcomes[choice.code].admitted == count[choice.code]
        for c in candidates:
            seat = placement.seats.get(c.id)
            for rank in range(seat.wish - 1 if seat else len(c.wishes)):
                school, points = c.wishes[rank]
                if school in lowest:
                    assert points - gaps[rank] < lowest[school], (seed, c.id)


def test_the_cutoffs_give_the_same_placement_back() -> None:
    """Published cutoffs and gaps are the whole reason: each candidate's own score leads to the same seat."""
    for seed in range(60):
        rng = random.Random(seed)
        choices = [Choice(f"S{n}", rng.randint(1, 25)) for n in range(6)]
        candidates = random_candidates(rng, 250, choices)
        for policy in (TiePolicy.NOT_EXCEED, TiePolicy.INCLUDE_TIES):
            parameters = Parameters((0, 50, 100), policy)
            placement = place(choices, candidates, parameters)
            lines = {code: outcome.cutoff for code, outcome in placement.outcomes.items()}
            again = assign(lines, candidates, parameters)
            assert {who: seat for who, seat in again.items() if seat} == placement.seats


def random_candidates(rng: random.Random, count: int, choices: list[Choice]) -> list[Candidate]:
    codes = [choice.code for choice in choices]
    candidates = []
    for number in range(count):
        points = min(3000, max(300, round(rng.gauss(1750, 400) / 25) * 25))
        wishes = tuple((code, points) for code in rng.sample(codes, min(3, len(codes))))
        candidates.append(Candidate(f"{number:06d}", wishes, tie=(rng.randint(0, 1000),)))
    return candidates


def test_order_of_arrival_does_not_matter_and_bytes_repeat() -> None:
    rng = random.Random(7)
    choices = [Choice(f"S{n}", 20) for n in range(10)]
    candidates = random_candidates(rng, 600, choices)
    parameters = Parameters((0, 50, 100), TiePolicy.SECONDARY)
    first = place(choices, candidates, parameters)
    rng.shuffle(candidates)
    second = place(list(reversed(choices)), candidates, parameters)
    assert canonical_result(first) == canonical_result(second)
    before = canonical_inputs(choices, candidates, parameters)
    assert digest(before) == digest(
        canonical_inputs(list(reversed(choices)), sorted(candidates, key=lambda c: c.id), parameters)
    )
    worse = [Candidate(candidates[0].id, ((candidates[0].wishes[0][0], 1),)), *candidates[1:]]
    assert canonical_inputs(choices, worse, parameters) != before


def test_a_season_of_a_province_in_seconds() -> None:
    """20,000 candidates, 31 schools, 3 wishes, with the canonical bytes: 5 s is the promise, a busy machine included."""
    rng = random.Random(1)
    choices = [Choice(f"S{n:02d}", 480) for n in range(31)]
    candidates = random_candidates(rng, 20_000, choices)
    started = time.process_time()
    placement = place(choices, candidates, Parameters((0, 50, 100)))
    canonical_inputs(choices, candidates, Parameters((0, 50, 100)))
    canonical_result(placement)
    assert time.process_time() - started < 5
    assert sum(o.admitted for o in placement.outcomes.values()) == len(placement.seats) > 14_000


def scores(*values: float) -> list[int]:
    return [round(value * 100) for value in values]


@pytest.mark.parametrize(
    ("values", "quota", "direct", "policy", "line", "admitted"),
    [
        ((28, 27.5, 27.5, 27, 26.75), 3, 0, TiePolicy.NOT_EXCEED, 2750, 3),
        ((26, 25, 25, 24), 2, 0, TiePolicy.INCLUDE_TIES, 2500, 3),
        ((26, 25, 25, 24), 2, 0, TiePolicy.NOT_EXCEED, 2600, 1),
        ((26, 25, 25, 24), 3, 1, TiePolicy.NOT_EXCEED, 2600, 1),
        ((25, 25, 25), 2, 0, TiePolicy.NOT_EXCEED, None, 0),
        ((25, 24), 5, 0, TiePolicy.NOT_EXCEED, 2400, 2),
        ((), 5, 0, TiePolicy.NOT_EXCEED, None, 0),
        ((25,), 2, 2, TiePolicy.INCLUDE_TIES, None, 0),
    ],
)
def test_cutoff_of_one_school(
    values: tuple[float, ...], quota: int, direct: int, policy: TiePolicy, line: int | None, admitted: int
) -> None:
    found = cutoff(scores(*values), quota, direct, policy)
    assert (found.cutoff, found.admitted) == (line, admitted)
    choices = [Choice("A", quota)]
    candidates = [Candidate(f"h{n}", (("A", score),)) for n, score in enumerate(scores(*values))]
    candidates += [Candidate(f"d{n}", (), direct="A") for n in range(direct)]
    outcome = place(choices, candidates, Parameters(tie=policy)).outcomes["A"]
    assert (outcome.cutoff, outcome.admitted - outcome.direct) == (line, admitted)


def test_contradictions_are_refused() -> None:
    with pytest.raises(Invalid, match="direct_over_quota"):
        place([Choice("A", 0)], [Candidate("h", (), direct="A")], Parameters())
    with pytest.raises(Invalid, match="direct_over_quota"):
        cutoff([2500], 1, 2)
    with pytest.raises(Invalid, match="unknown_choice"):
        place([Choice("A", 1)], [Candidate("h", (("B", 100),))], Parameters())
    with pytest.raises(Invalid, match="twice"):
        place([Choice("A", 1)], [Candidate("h", ()), Candidate("h", ())], Parameters())


def test_the_family_reads_why() -> None:
    choices = [Choice("A", 1), Choice("B", 1), Choice("C", 5)]
    candidates = [
        Candidate("x", (("A", 2500), ("B", 2500), ("C", 2500))),
        Candidate("y", (("A", 2400), ("B", 2400), ("C", 2400))),
        Candidate("z", (("B", 2375), ("A", 2375), ("C", 2375))),
        Candidate("o", (("A", 2600), ("B", 2600)), barred="absent"),
    ]
    parameters = Parameters((0, 50, 100))
    placement = place(choices, candidates, parameters)
    assert placement.seats == {"x": Seat("A", 1), "z": Seat("B", 1), "y": Seat("C", 3)}
    why = reasons(candidates[1], placement, parameters)
    assert [(r.choice, r.points, r.needed, r.step) for r in why] == [
        ("A", 2400, 2500, Step.BELOW),
        ("B", 2400, 2425, Step.BELOW),  # 23,75 + 0,5: the gap decided against a higher score
        ("C", 2400, 2400, Step.ADMITTED),
    ]
    assert [r.step for r in reasons(candidates[0], placement, parameters)] == [Step.ADMITTED, Step.HIGHER, Step.HIGHER]
    assert {r.step for r in reasons(candidates[3], placement, parameters)} == {Step.BARRED}
