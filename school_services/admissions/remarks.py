"""Second markings that change results: drafted from the marks of now, signed by two persons, then seats move.

As a run, a revision is a function of its stored inputs and is computed again before it counts.
"""

from __future__ import annotations

import gzip
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from school_services.errors import Conflict, NotFound
from school_services.identity import audit
from school_services.identity.actor import Actor
from tenants import context

from . import placement, revision, scoring
from .access import require, season_of
from .models import Application, Choice, Event, PaperMark, Revision, Run, Season, Seat
from .placement import Candidate, digest
from .runs import candidates_of, recompute


def moved_marks(season: Season) -> list[PaperMark]:
    """Papers whose second marking gave another mark; inside the scope of the unit; one query."""
    rows = PaperMark.objects.filter(unit_id=season.unit_id, season=season, remarked_at__isnull=False)
    return [row for row in rows.select_related("application").order_by("application__number", "paper")
            if row.before != row.mark]  # fmt: skip


def draft(*, actor: Actor, unit_id: int, season_id: int) -> Revision:
    """What the second markings change, with before and after; nothing moves yet.

    Raises `PermissionRefused`, `Conflict`: "no_approved_run", "round_approved" (a further round came first),
    "remark_open" (families can still ask), "remarks_open" (some are not decided), "no_mark_moved".
    """
    require(actor, unit_id, "draft_revision", season_id=season_id)
    with transaction.atomic(), context.scope((unit_id,), user=actor.user_id):
        season = season_of(unit_id, season_id, lock=True)
        run = _run_of(season)
        if season.remark_until is not None and timezone.now() < season.remark_until:
            raise Conflict("remark_open")
        if PaperMark.objects.filter(
            unit_id=unit_id, season=season, remark_asked_at__isnull=False, remarked_at__isnull=True
        ).exists():
            raise Conflict("remarks_open")
        marks = moved_marks(season)
        if not marks:
            raise Conflict("no_mark_moved")
        row = _computed(season, run, marks)
        row.made_by_id = actor.user_id
        row.save()
        audit.record(
            actor=actor, action="draft_revision", unit_id=unit_id, subject="admissions.revision", subject_id=row.pk,
            reason=row.result_hash,
        )  # fmt: skip
        return row


def _run_of(season: Season) -> Run:
    runs = list(Run.objects.filter(unit_id=season.unit_id, season=season, approved_at__isnull=False).order_by("round"))
    if not runs:
        raise Conflict("no_approved_run")
    if len(runs) > 1:
        raise Conflict("round_approved")
    return runs[0]


def _computed(season: Season, run: Run, marks: list[PaperMark]) -> Revision:
    plan = season.rules
    inputs, placed, same = recompute(run)
    if not same:
        raise Conflict("not_reproduced")
    ids = {mark.application_id for mark in marks}
    now = {key: (pk, candidate) for key, (pk, candidate) in candidates_of(season, plan).items() if pk in ids}
    seats = _seats_of(season, ids)
    held = {key: seats[pk] for key, (pk, _candidate) in now.items() if pk in seats}
    candidates = [candidate for _pk, candidate in now.values()]
    lines = revision.lines_of(placed.outcomes)
    data = revision.canonical_inputs(lines, candidates, held, inputs.parameters, run.result_hash)
    changes = revision.revise(lines, candidates, held, inputs.parameters)
    result = revision.canonical_result(changes)
    before = {candidate.id: candidate for candidate in inputs.candidates}
    return Revision(
        unit_id=season.unit_id, season=season, run=run, inputs=gzip.compress(data, 6, mtime=0),
        inputs_hash=digest(data), result=gzip.compress(result, 6, mtime=0), result_hash=digest(result),
        changes=[
            _line(change, now[change.key], before.get(change.key), marks, {p.code: p.name for p in plan.papers})
            for change in changes
        ],
    )  # fmt: skip


def _line(
    change: revision.Change,
    now: tuple[int, Candidate],
    before: Candidate | None,
    marks: list[PaperMark],
    names: dict[str, str],
) -> dict[str, Any]:
    pk, candidate = now
    return {
        "application": pk,
        "number": change.key,
        "papers": [[names.get(m.paper, m.paper), m.before, m.mark] for m in marks if m.application_id == pk],
        "points": [_points(before), _points(candidate)],
        "seat": [list(_pair(change.before)), list(_pair(change.after))],
        "moves": change.moves,
    }


def _points(candidate: Candidate | None) -> int | None:
    return candidate.wishes[0][1] if candidate and candidate.wishes else None


def _pair(seat: placement.Seat | None) -> tuple[str, int]:
    return (seat.choice, seat.wish) if seat else ("", 0)


def _seats_of(season: Season, ids: set[int]) -> dict[int, placement.Seat]:
    rows = Seat.objects.filter(unit_id=season.unit_id, season=season, application_id__in=ids)
    return {
        pk: placement.Seat(code, wish) for pk, code, wish in rows.values_list("application_id", "choice__code", "wish")
    }


def sign(*, actor: Actor, unit_id: int, revision_id: int) -> Revision:
    """Sign a revision; the second signature, of another person, moves the seats.

    Raises `PermissionRefused`, `NotFound`, `Conflict`: "signed_already", "approved_already", "inputs_changed" (a mark
    or a seat is no longer what it was), "round_approved".
    """
    require(actor, unit_id, "sign_revision")
    with transaction.atomic(), context.scope((unit_id,), user=actor.user_id):
        row = Revision.objects.select_for_update(of=("self",)).filter(unit_id=unit_id, pk=revision_id).first()
        if row is None:
            raise NotFound("run")
        season = season_of(unit_id, row.season_id, lock=True)
        row.may_sign(actor.user_id)
        again = _computed(season, _run_of(season), moved_marks(season))
        if (again.inputs_hash, again.result_hash) != (row.inputs_hash, row.result_hash):
            raise Conflict("inputs_changed")
        if row.sign(actor.user_id):
            _move(actor, season, row)
        row.save(update_fields=row.SIGNED)
        audit.record(
            actor=actor, action="approve_revision" if row.approved_at else "sign_revision", unit_id=unit_id,
            subject="admissions.revision", subject_id=row.pk, reason=row.result_hash,
        )  # fmt: skip
        return row


def _move(actor: Actor, season: Season, row: Revision) -> None:
    """Seats as the revision says; a seat that moves has to be confirmed anew. Three writes, however many change."""
    moved = {line["application"]: line["seat"][1] for line in row.changes if line["moves"]}
    rows = Choice.objects.filter(unit_id=season.unit_id, season=season)
    choices = {code: (pk, name) for pk, code, name in rows.values_list("pk", "code", "name")}
    Seat.objects.filter(unit_id=season.unit_id, season=season, application_id__in=moved).delete()
    Seat.objects.bulk_create(
        [
            Seat(unit_id=season.unit_id, season=season, application_id=pk, run_id=row.run_id,
                 choice_id=choices[code][0], wish=wish)
            for pk, (code, wish) in moved.items()
            if code
        ]
    )  # fmt: skip
    Application.objects.filter(unit_id=season.unit_id, pk__in=moved).update(
        confirmed_at=None, updated_at=timezone.now()
    )
    Event.objects.bulk_create(
        [
            Event(
                unit_id=season.unit_id, application_id=pk, kind="revised", actor_id=actor.user_id,
                note=choices[code][1] if code else _("Not admitted in this round"),
            )
            for pk, (code, _rank) in moved.items()
        ]
    )  # fmt: skip


def approved(run: Run) -> list[Revision]:
    """Of one run, in their order; inside the scope of the unit."""
    return list(
        Revision.objects.filter(unit_id=run.unit_id, run=run, approved_at__isnull=False).order_by("approved_at", "pk")
    )


def shown(row: Revision, names: dict[str, str]) -> list[dict[str, Any]]:
    """Lines for the office: marks, points and seats, before and after."""
    return [
        {
            "number": line["number"],
            "papers": [(name, scoring.shown(before), scoring.shown(after)) for name, before, after in line["papers"]],
            "points": [scoring.shown(points) for points in line["points"]],
            "before": names.get(line["seat"][0][0], ""),
            "after": names.get(line["seat"][1][0], ""),
            "moves": line["moves"],
        }
        for line in row.changes
    ]
