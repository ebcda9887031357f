"""Writes on a season: made from last year's, filled, checked, opened; its inputs announced."""

from __future__ import annotations

import datetime
import itertools
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import Q
from django.utils.module_loading import import_string

from school_services.errors import Conflict, Invalid
from school_services.identity import audit
from school_services.identity.actor import Actor
from tenants import context, hosts, isolation
from tenants.models import Unit

from . import cutoff_files
from . import season as rules
from .access import require, season_of
from .models import Choice, Season

KEPT = datetime.timedelta(days=730)  # families' data of a season, unless the office says otherwise
_MOMENTS = ("opens_at", "closes_at", "exam_on", "results_at", "remark_until", "confirm_until")


def create(*, actor: Actor, unit_id: int, slug: str, name: str, year: int, plan: Mapping[str, Any]) -> Season:
    """An empty draft. Raises `PermissionRefused`, `Invalid("plan")`, `Conflict("season_slug")`."""
    require(actor, unit_id, "create_season")
    rules.read(plan)
    try:
        with transaction.atomic(), context.scope((unit_id,), user=actor.user_id):
            made = Season.objects.create(
                unit_id=unit_id, slug=slug, name=name.strip()[:160], year=year, plan=dict(plan)
            )
            _audit(actor, made, "create_season")
            return made
    except IntegrityError:
        raise Conflict("season_slug", slug=slug) from None


def copy(*, actor: Actor, unit_id: int, season_id: int, slug: str, name: str, year: int = 0) -> Season:
    """A later year's draft: same plan and schools, days moved by 52 weeks a year, cutoffs added to each history.

    `year` 0 is the next one. Raises `PermissionRefused`, `NotFound("season")`, `Conflict("season_slug")`.
    """
    require(actor, unit_id, "copy_season", season_id=season_id)
    try:
        with transaction.atomic(), context.scope((unit_id,), user=actor.user_id):
            old = season_of(unit_id, season_id)
            later = datetime.timedelta(weeks=52) * ((year or old.year + 1) - old.year)
            moved = {field: value + later if (value := getattr(old, field)) else None for field in _MOMENTS}
            made = Season.objects.create(
                unit_id=unit_id, slug=slug, name=name.strip()[:160], year=year or old.year + 1, plan=old.plan, **moved
            )
            lines = cutoffs_of(old)
            Choice.objects.bulk_create(
                [
                    Choice(
                        unit_id=unit_id, season=made, code=c.code, name=c.name, school_id=c.school_id, stream=c.stream,
                        quota=c.quota, areas=c.areas, place=c.place,
                        history=[*c.history, {"year": old.year, "quota": c.quota, "cutoff": lines.get(c.code)}][-5:],
                    )
                    for c in old.choices.all()
                ]
            )  # fmt: skip
            _audit(actor, made, "copy_season")
            return made
    except IntegrityError:
        raise Conflict("season_slug", slug=slug) from None


def cutoffs_of(season: Season) -> dict[str, int | None]:
    """The approved cutoffs of the first round, by choice code; inside the scope of the unit."""
    from .models import Run

    run = Run.objects.filter(unit_id=season.unit_id, season=season, approved_at__isnull=False).order_by("round").first()
    return {code: outcome["cutoff"] for code, outcome in run.outcomes.items()} if run else {}


def set_plan(
    *,
    actor: Actor,
    unit_id: int,
    season_id: int,
    plan: Mapping[str, Any],
    calendar: rules.Calendar,
    name: str = "",
    keep_until: datetime.date | None = None,
) -> Season:
    """Replace parameters and days of a draft; of an open season the days alone, in their order.

    An empty `name` and no `keep_until` leave what is there.
    Raises `PermissionRefused`, `Invalid("plan")`, `Conflict("season_open")`.
    """
    require(actor, unit_id, "set_plan", season_id=season_id)
    rules.read(plan)
    with transaction.atomic(), context.scope((unit_id,), user=actor.user_id):
        season = season_of(unit_id, season_id, lock=True)
        if season.state != Season.State.DRAFT and dict(plan) != season.plan:
            raise Conflict("season_open")
        season.plan = dict(plan)
        season.name = name.strip()[:160] or season.name
        season.keep_until = keep_until or season.keep_until
        for moment in _MOMENTS:
            setattr(season, moment, getattr(calendar, moment))
        if season.state != Season.State.DRAFT:
            _refuse_contradictions(season)
        season.save()
        _audit(actor, season, "set_plan")
        return season


def set_choices(*, actor: Actor, unit_id: int, season_id: int, choices: Sequence[Mapping[str, Any]]) -> int:
    """Replace schools and seats of a draft; of an open season the seats alone. Returns how many choices.

    Each: code, name, quota, and where they apply stream, areas, school_id, history.
    """
    require(actor, unit_id, "set_choices", season_id=season_id)
    with transaction.atomic(), context.scope((unit_id,), user=actor.user_id):
        season = season_of(unit_id, season_id, lock=True)
        known = {choice.code: choice for choice in season.choices.all()}
        wanted = {str(choice["code"]) for choice in choices}
        if len(wanted) != len(choices):
            raise Invalid("choice_twice")
        if season.state != Season.State.DRAFT and wanted != known.keys():
            raise Conflict("season_open")
        Choice.objects.filter(unit_id=unit_id, season=season).exclude(code__in=wanted).delete()
        rows = [
            Choice(
                unit_id=unit_id, season=season, code=str(c["code"]), name=str(c["name"])[:160], quota=int(c["quota"]),
                stream=str(c.get("stream", "")), areas=list(c.get("areas", ())), school_id=c.get("school_id"),
                history=list(c.get("history", ())), place=place,
            )
            for place, c in enumerate(choices)
        ]  # fmt: skip
        Choice.objects.bulk_create(
            rows, update_conflicts=True, unique_fields=["unit", "season", "code"],
            update_fields=["name", "quota", "stream", "areas", "school_id", "history", "place"],
        )  # fmt: skip
        _audit(actor, season, "set_choices")
        return len(rows)


LEVELS = {1: Unit.Level.TH, 6: Unit.Level.THCS, 10: Unit.Level.THPT}


def add_schools(*, actor: Actor, unit_id: int, season_id: int) -> int:
    """Every school of the season's level below the unit (or the unit itself) that is not a choice yet; seats to be set.

    Raises `PermissionRefused`, `Conflict("season_open")`. Returns how many were added.
    """
    require(actor, unit_id, "add_schools", season_id=season_id)
    with transaction.atomic(), context.scope((unit_id,), user=actor.user_id):
        season = season_of(unit_id, season_id, lock=True)
        if season.state != Season.State.DRAFT:
            raise Conflict("season_open")
        there = Q(pk=unit_id) | Q(parent_id=unit_id) | Q(parent__parent_id=unit_id)
        schools = Unit.objects.filter(
            there, kind=Unit.Kind.SCHOOL, level=LEVELS.get(season.rules.grade, ""), valid_to__isnull=True
        ).order_by("name", "pk")
        have = list(season.choices.all())
        known, codes = {choice.school_id for choice in have}, {choice.code for choice in have}
        free = (code for number in itertools.count(1) if (code := f"T{number:02d}") not in codes)
        rows = [
            Choice(
                unit_id=unit_id, season=season, code=next(free), name=school.name[:160], school=school, quota=0,
                areas=[school.area] if school.area else [], place=len(have) + place,
            )
            for place, school in enumerate(school for school in schools if school.pk not in known)
        ]  # fmt: skip
        Choice.objects.bulk_create(rows)
        _audit(actor, season, "add_schools")
        return len(rows)


def add_history(*, actor: Actor, unit_id: int, season_id: int, lines: Sequence[cutoff_files.Line]) -> int:
    """Cutoffs of earlier years beside the seats; in whatever state the season is. Returns how many schools changed.

    Raises `PermissionRefused`, `NotFound("season")`.
    """
    require(actor, unit_id, "add_history", season_id=season_id)
    with transaction.atomic(), context.scope((unit_id,), user=actor.user_id):
        season = season_of(unit_id, season_id, lock=True)
        changed = []
        for choice in season.choices.all():
            own = [line for line in lines if line.choice == choice.code]
            history = cutoff_files.merged(choice.history, own)
            if history != choice.history:
                choice.history = history
                changed.append(choice)
        Choice.objects.bulk_update(changed, ["history"])
        _audit(actor, season, "add_history")
        return len(changed)


def problems(season: Season) -> list[rules.Problem]:
    """Contradictions of a season as it stands; inside the scope of the unit."""
    lines = [
        rules.ChoiceLine(code, quota, stream, tuple(areas))
        for code, quota, stream, areas in season.choices.values_list("code", "quota", "stream", "areas")
    ]
    return rules.contradictions(season.rules, lines, season.calendar)


def _refuse_contradictions(season: Season) -> None:
    found = [problem for problem in problems(season) if not problem.warning]
    if found:
        raise Conflict("contradictions", problems=[(problem.code, problem.what) for problem in found])


def open_season(*, actor: Actor, unit_id: int, season_id: int) -> Season:
    """From now on the calendar rules. Raises `Conflict("contradictions")` with what has to be mended."""
    require(actor, unit_id, "open_season", season_id=season_id)
    with transaction.atomic(), context.scope((unit_id,), user=actor.user_id):
        season = season_of(unit_id, season_id, lock=True)
        _refuse_contradictions(season)
        season.state, season.opened_by_id = Season.State.OPEN, actor.user_id
        last = max(filter(None, (season.closes_at, season.results_at, season.confirm_until)))
        season.keep_until = season.keep_until or (last + KEPT).date()
        season.save(update_fields=["state", "opened_by", "keep_until"])
        _audit(actor, season, "open_season")
        return season


def purge() -> None:
    """Drop the pages of every portal that show a season, when the transaction commits."""
    drop: Callable[..., None] = import_string(settings.CACHE_PURGER)
    drop(*(f"{isolation.portal_tag(ref.uid)}:admissions" for ref in hosts.all_portals()))


def _audit(actor: Actor, season: Season, action: str) -> None:
    purge()
    audit.record(actor=actor, action=action, unit_id=season.unit_id, subject="admissions.season", subject_id=season.pk)
