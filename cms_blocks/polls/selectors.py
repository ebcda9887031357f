from __future__ import annotations

from dataclasses import dataclass

from django.db.models import Count

from . import rules
from .models import Poll


@dataclass(frozen=True, slots=True)
class Bar:
    """One answer; `share` in percent."""

    text: str
    votes: int
    share: int


@dataclass(frozen=True, slots=True)
class Results:
    bars: tuple[Bar, ...]
    votes: int


def results(poll: Poll) -> Results:
    """One query."""
    found = list(poll.options.annotate(number=Count("votes")).order_by("sort_order", "pk"))
    shares = rules.shares([one.number for one in found])
    bars = tuple(Bar(one.text, one.number, share) for one, share in zip(found, shares, strict=True))
    return Results(bars, sum(bar.votes for bar in bars))
