"""A season as pages and blocks show it."""

from __future__ import annotations

from typing import Any

from django.utils import timezone

from . import scoring, selectors, texts
from .chart import STEP, bars


def season_context(view: selectors.SeasonView, statistics: selectors.Statistics | None) -> dict[str, Any]:
    """What the page and the block show of a season."""
    rows: list[dict[str, Any]] = []
    for choice in view.choices:
        outcome = statistics.choices.get(choice.code) if statistics else None
        past = [(year, line) for year, _, line in choice.history if line is not None][-3:]
        rows.append(
            {
                "choice": choice,
                "cutoff": scoring.shown(outcome["cutoff"]) if outcome else "",
                "admitted": outcome["admitted"] if outcome else None,
                "bars": bars(past, view.plan.top),
                "height": STEP * len(past),
            }
        )
    gaps = [(rank + 1, scoring.shown(gap)) for rank, gap in enumerate(view.plan.gaps) if gap]
    return {
        "season": view,
        "phase": texts.PHASES[view.phase.value],
        "rows": rows,
        "gaps": gaps,
        "priority": [(code, scoring.shown(points)) for code, points in view.plan.priority.items()],
        "prizes": [(code, scoring.shown(points)) for code, points in view.plan.prize.items()],
        "statistics": statistics,
        "now": timezone.now(),
        "today": timezone.localdate(),
    }
