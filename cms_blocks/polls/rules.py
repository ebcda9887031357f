"""Polls in plain Python."""

from __future__ import annotations

from collections.abc import Sequence


def shares(votes: Sequence[int]) -> list[int]:
    """Percent of each option, whole numbers that make 100 together (largest remainder); zeros when nobody voted."""
    total = sum(votes)
    if not total:
        return [0 for _ in votes]
    exact = [count * 100 / total for count in votes]
    whole = [int(part) for part in exact]
    by_remainder = sorted(range(len(votes)), key=lambda at: (whole[at] - exact[at], at))
    for at in by_remainder[: 100 - sum(whole)]:
        whole[at] += 1
    return whole
