"""Placement runs: inputs gathered, computed, stored with their hashes, signed twice, seats written.

A run is a pure function of its stored inputs. Approving computes it again from them: bytes that differ stop it.
"""

from __future__ import annotations

import gzip
import json
import time
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone

from school_services.errors import Conflict, Invalid, NotFound
from school_services.identity import audit
from school_services.identity.actor import Actor
from tenants import context

from . import placement as rules
from . import season as seasons
from .access import require, season_of
from .models import Application, Event, PaperMark, Run, Season, Seat

S = Application.State


@dataclass(frozen=True, slots=True)
class Inputs:
    """What a run is a function of."""

    choices: tuple[rules.Choice, ...]
    candidates: tuple[rules.Candidate, ...]
    parameters: rules.Parameters

    @property
    def canonical(self) -> bytes:
        return rules.canonical_inputs(self.choices, self.candidates, self.parameters)


def read_inputs(data: bytes) -> Inputs:
    """The inverse of `canonical_inputs`."""
    lines = [json.loads(line) for line in data.decode().splitlines()]
    head = lines[0]
    return Inputs(
        tuple(rules.Choice(*line) for line in lines[1:] if len(line) == 2),
        tuple(
            rules.Candidate(key, tuple((code, points) for code, points in wishes), tuple(tie), direct, barred)
            for key, wishes, tie, direct, barred in (line for line in lines[1:] if len(line) == 5)
        ),
        rules.Parameters(tuple(head["gaps"]), rules.TiePolicy(head["tie"]), head["floor"]),
    )


def standings(season: Season) -> dict[int, dict[str, int | None]]:
    """Application id → marks by paper (None: absent or not there yet); one query."""
    found: dict[int, dict[str, int | None]] = {}
    rows = PaperMark.objects.filter(unit_id=season.unit_id, season=season).values_list(
        "application_id", "paper", "mark"
    )
    for application, paper, mark in rows.iterator(chunk_size=20_000):
        found.setdefault(application, {})[paper] = None if mark is None or mark < 0 else mark
    return found


def candidates_of(season: Season, plan: seasons.Plan) -> dict[str, tuple[int, rules.Candidate]]:
    """Candidate key (number, or code where nobody sits an exam) → (application id, candidate); three queries."""
    streams = dict(season.choices.values_list("code", "stream"))
    areas = dict(season.choices.values_list("code", "areas"))
    marks = standings(season) if plan.examined else {}
    found: dict[str, tuple[int, rules.Candidate]] = {}
    rows = Application.objects.filter(unit_id=season.unit_id, season=season, state=S.ACCEPTED)
    for pk, number, code, wishes, groups, prizes, direct, record, area in rows.values_list(
        "pk", "number", "code", "wishes", "groups", "prizes", "direct", "record", "area"
    ).iterator(chunk_size=20_000):
        standing = seasons.Standing(
            marks.get(pk, {}), tuple(groups), tuple(prizes), record, seasons.lot(season.slug, code)
        )
        barred = seasons.bar(plan, standing)
        wished = []
        for wish in wishes:
            if plan.method is seasons.Method.AREA:
                points: int | None = 100 if area in areas[wish] else 0
            else:
                points = seasons.points(plan, standing, streams[wish])
            wished.append((wish, -1 if points is None else points))  # a paper not sat: below every floor
        key = number or code
        found[key] = (
            pk,
            rules.Candidate(
                key, tuple(wished), seasons.tie_values(plan, standing), wishes[0] if direct else "", barred
            ),
        )
    return found


def gather(season: Season, *, round_number: int = 1) -> Inputs:
    """Inputs from the records; inside the scope of the unit. A further round: seats and children that are left.

    Raises `Conflict("marks_not_locked"|"no_round_before"|"confirm_open")`.
    """
    plan = season.rules
    if plan.examined and season.marks_locked_at is None:
        raise Conflict("marks_not_locked")
    found = candidates_of(season, plan)
    quotas = dict(season.choices.values_list("code", "quota"))
    if round_number > 1:
        before = Run.objects.filter(
            unit_id=season.unit_id, season=season, round=round_number - 1, approved_at__isnull=False
        )
        if not before.exists():
            raise Conflict("no_round_before")
        if season.confirm_until is not None and timezone.now() < season.confirm_until:
            raise Conflict("confirm_open")
        kept = dict(
            Seat.objects.filter(unit_id=season.unit_id, season=season, application__confirmed_at__isnull=False)
            .values_list("application_id", "choice__code")
        )  # fmt: skip
        for code in kept.values():
            quotas[code] = max(0, quotas[code] - 1)
        seated = set(
            Seat.objects.filter(unit_id=season.unit_id, season=season).values_list("application_id", flat=True)
        )
        found = {key: (pk, candidate) for key, (pk, candidate) in found.items() if pk not in seated}
    parameters = rules.Parameters(plan.gaps, plan.tie, max(plan.floor, 0))
    return Inputs(
        tuple(rules.Choice(code, quota) for code, quota in sorted(quotas.items())),
        tuple(candidate for _, candidate in sorted(found.values(), key=lambda entry: entry[1].id)),
        parameters,
    )


def announce_inputs(*, actor: Actor, unit_id: int, season_id: int) -> str:
    """Fix the inputs and publish their SHA-256, before anybody knows a result. Returns the hash.

    Raises `PermissionRefused`, `Conflict("marks_not_locked"|"run_approved")`.
    """
    require(actor, unit_id, "announce_inputs", season_id=season_id)
    with transaction.atomic(), context.scope((unit_id,), user=actor.user_id):
        season = season_of(unit_id, season_id, lock=True)
        if Run.objects.filter(unit_id=unit_id, season=season, approved_at__isnull=False).exists():
            raise Conflict("run_approved")
        season.inputs_hash = rules.digest(gather(season).canonical)
        season.inputs_announced_at = timezone.now()
        season.save(update_fields=["inputs_hash", "inputs_announced_at"])
        audit.record(
            actor=actor, action="announce_inputs", unit_id=unit_id, subject="admissions.season", subject_id=season.pk,
            reason=season.inputs_hash,
        )  # fmt: skip
        return season.inputs_hash


def run(
    *,
    actor: Actor,
    unit_id: int,
    season_id: int,
    label: str = "",
    round_number: int = 1,
    quotas: Mapping[str, int] | None = None,
    tie: str = "",
    gaps: Sequence[int] | None = None,
) -> Run:
    """Compute and store a placement; other quotas, ties or gaps than the season's make it a simulation to compare.

    Raises `PermissionRefused`, `Invalid`, `Conflict("marks_not_locked"|"no_round_before")`.
    """
    require(actor, unit_id, "run_placement", season_id=season_id)
    with transaction.atomic(), context.scope((unit_id,), user=actor.user_id):
        season = season_of(unit_id, season_id)
        inputs = gather(season, round_number=round_number)
        wanted = dict(quotas or {})
        if wanted.keys() - {choice.code for choice in inputs.choices} or any(q < 0 for q in wanted.values()):
            raise Invalid("unknown_choice")
        try:
            policy = rules.TiePolicy(tie) if tie else inputs.parameters.tie
        except ValueError:
            raise Invalid("tie") from None
        inputs = Inputs(
            tuple(rules.Choice(c.code, wanted.get(c.code, c.quota)) for c in inputs.choices),
            inputs.candidates,
            rules.Parameters(tuple(gaps) if gaps else inputs.parameters.gaps, policy, inputs.parameters.floor),
        )
        row = store(season, inputs, label=label, round_number=round_number, user_id=actor.user_id)
        audit.record(
            actor=actor, action="run_placement", unit_id=unit_id, subject="admissions.run", subject_id=row.pk,
            reason=row.result_hash,
        )  # fmt: skip
        return row


def store(season: Season, inputs: Inputs, *, label: str, round_number: int, user_id: int | None) -> Run:
    """Compute and keep; inside the scope of the unit."""
    started = time.perf_counter()
    placed = rules.place(inputs.choices, inputs.candidates, inputs.parameters)
    before, result = inputs.canonical, rules.canonical_result(placed)
    return Run.objects.create(
        unit_id=season.unit_id,
        season=season,
        round=round_number,
        label=label.strip()[:80],
        parameters={
            "gaps": list(inputs.parameters.gaps), "tie": inputs.parameters.tie.value, "floor": inputs.parameters.floor,
            "quotas": {choice.code: choice.quota for choice in inputs.choices},
        },
        inputs=gzip.compress(before, 6, mtime=0),
        inputs_hash=rules.digest(before),
        result=gzip.compress(result, 6, mtime=0),
        result_hash=rules.digest(result),
        outcomes={code: asdict(outcome) for code, outcome in placed.outcomes.items()},
        candidates=len(inputs.candidates),
        admitted=len(placed.seats),
        seconds=round(time.perf_counter() - started, 3),
        made_by_id=user_id,
    )  # fmt: skip


def recompute(row: Run) -> tuple[Inputs, rules.Placement, bool]:
    """The run again, from its stored inputs alone; True when the bytes are those that were stored."""
    data = gzip.decompress(bytes(row.inputs))
    inputs = read_inputs(data)
    placed = rules.place(inputs.choices, inputs.candidates, inputs.parameters)
    same = rules.digest(data) == row.inputs_hash and rules.digest(rules.canonical_result(placed)) == row.result_hash
    return inputs, placed, same


def sign(*, actor: Actor, unit_id: int, run_id: int) -> Run:
    """Sign a run; the second signature, of another person, approves it and writes the seats.

    Raises `PermissionRefused`, `NotFound`, `Conflict`: "signed_already", "approved_already", "inputs_changed" (not what
    was announced), "not_announced", "not_reproduced" (computing it again gave other bytes).
    """
    require(actor, unit_id, "sign_run")
    try:
        with transaction.atomic(), context.scope((unit_id,), user=actor.user_id):
            row = Run.objects.select_for_update(of=("self",)).filter(unit_id=unit_id, pk=run_id).first()
            if row is None:
                raise NotFound("run")
            season = season_of(unit_id, row.season_id, lock=True)
            row.may_sign(actor.user_id)
            if row.round == 1 and not season.inputs_hash:
                raise Conflict("not_announced")
            if row.round == 1 and row.inputs_hash != season.inputs_hash:
                raise Conflict("inputs_changed")
            if row.sign(actor.user_id):
                if row.round > 1:
                    _lapse(season, actor.user_id)
                _seat(season, row)
            row.save(update_fields=row.SIGNED)
            audit.record(
                actor=actor, action="approve_run" if row.approved_at else "sign_run", unit_id=unit_id,
                subject="admissions.run", subject_id=row.pk, reason=row.result_hash,
            )  # fmt: skip
            return row
    except IntegrityError:
        raise Conflict("approved_already") from None


def _lapse(season: Season, user_id: int | None) -> None:
    """Seats that nobody confirmed are this round's: they end here, so that none is confirmed later beside another."""
    left = Seat.objects.filter(unit_id=season.unit_id, season=season, application__confirmed_at__isnull=True)
    ids = list(left.values_list("application_id", flat=True))
    left.delete()
    Event.objects.bulk_create(
        [Event(unit_id=season.unit_id, application_id=pk, kind="lapsed", actor_id=user_id) for pk in ids]
    )


def _seat(season: Season, row: Run) -> None:
    _, placed, same = recompute(row)
    if not same:
        raise Conflict("not_reproduced")
    ids: dict[str, int] = {}
    rows = Application.objects.filter(unit_id=season.unit_id, season=season, state=S.ACCEPTED)
    for pk, number, code in rows.values_list("pk", "number", "code").iterator(chunk_size=20_000):
        ids[number or code] = pk
    choices = dict(season.choices.values_list("code", "pk"))
    Seat.objects.bulk_create(
        [
            Seat(unit_id=season.unit_id, season=season, application_id=ids[key], run=row,
                 choice_id=choices[seat.choice], wish=seat.wish)
            for key, seat in placed.seats.items()
        ],
        batch_size=5000,
    )  # fmt: skip


def compare(runs: Sequence[Run]) -> list[dict[str, Any]]:
    """Side by side: one line a choice with quota, cutoff and admitted of each run."""
    codes = sorted({code for row in runs for code in row.outcomes})
    return [{"code": code, "runs": [row.outcomes.get(code) for row in runs]} for code in codes]
