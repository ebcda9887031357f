"""Seasons that browsers visit in the department: one with published results, one whose papers wait for their marks."""

from __future__ import annotations

from typing import Any

from school_services.admissions import processing, publishing, runs, seasons
from tenants import context
from tests.admissions.season_world import CHECKING, OPEN, PLAN, RESULTS, SeasonWorld, days, make

CANDIDATES, PAPERS = 18, 6
ONE_PAPER: dict[str, Any] = PLAN | {"papers": PLAN["papers"][:1]}


def fill(department: Any) -> None:
    with context.enter(department):
        world = make(department.unit_id)
        _results(world)
        _waiting(world)


def _accepted(world: SeasonWorld, count: int) -> list[int]:
    rows = [world.apply(number, wishes=("ABC"[number % 3], "ABC"[(number + 1) % 3])) for number in range(1, count + 1)]
    ids = [row.pk for row in rows]
    processing.review(actor=world.officer, unit_id=world.unit, application_ids=ids, decision="accept")
    world.move(CHECKING)
    processing.seat_candidates(actor=world.officer, unit_id=world.unit, season_id=world.season)
    return ids


def _results(world: SeasonWorld) -> None:
    what: dict[str, Any] = {"unit_id": world.unit, "season_id": world.season}
    ids = _accepted(world, CANDIDATES)
    world.mark({pk: (f"{5 + place % 5}", "7,25", f"{6 + place % 4}") for place, pk in enumerate(ids)})
    processing.lock_marks(actor=world.officer, **what)
    runs.announce_inputs(actor=world.officer, **what)
    run = runs.run(actor=world.officer, label="Phương án chính", **what)
    for actor in (world.officer, world.second):
        runs.sign(actor=actor, unit_id=world.unit, run_id=run.pk)
    world.move(RESULTS)
    publishing.prepare(actor=world.officer, **what)


def _waiting(world: SeasonWorld) -> None:
    what: dict[str, Any] = {"actor": world.officer, "unit_id": world.unit}
    season = seasons.create(**what, slug="lop10-cham", name="Lớp 10, đang chấm", year=2027, plan=ONE_PAPER)
    choices = [{"code": code, "name": f"THPT {code}", "quota": 1} for code in "ABC"]
    seasons.set_choices(**what, season_id=season.pk, choices=choices)
    seasons.set_plan(**what, season_id=season.pk, plan=ONE_PAPER, calendar=days(**OPEN))
    seasons.open_season(**what, season_id=season.pk)
    waiting = SeasonWorld(
        world.unit, season.pk, world.officer, world.second, world.third, world.parent, world.stranger
    )  # fmt: skip
    _accepted(waiting, PAPERS)
