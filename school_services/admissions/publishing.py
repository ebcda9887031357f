"""Results: an immutable snapshot made ahead, answered from its minute on, without a query.

A lookup reads the file mapped into memory; the database is asked for a newer snapshot every few seconds, and for a
count of wrong guesses (`guesses`). A number that is not there and a wrong second factor are one and the same miss.
"""

from __future__ import annotations

import datetime
import hashlib
import hmac
import json
import os
import re
import tempfile
import threading
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import DatabaseError, transaction
from django.utils import timezone

from school_services.errors import Conflict, Invalid, NotFound
from school_services.identity import audit
from school_services.identity.actor import Actor
from school_services.identity.selectors import units_above
from tenants import context

from . import guesses, placement, remarks, scoring, snapshot, statistics
from . import season as rules
from .access import require, season_of
from .models import Event, Run, Season, Snapshot
from .runs import candidates_of, recompute, standings
from .seasons import purge

REFRESH_SECONDS = 5.0
_CODE = re.compile(r"[A-HJKMNP-Z2-9]{12}")  # the letters of `models.new_code`
_CODE_FACTOR = "ma:"  # no date and no pupil's code begins so
_DATE = re.compile(r"\s*([0-3]?[0-9])[\s/.\-]*([01]?[0-9])[\s/.\-]*((?:19|20)[0-9]{2})\s*")


def _secret() -> bytes:
    return hmac.digest(str(settings.SECRET_KEY).encode(), b"admissions.snapshot", hashlib.sha256)


def factor_of(kind: str, text: str) -> str:
    """ "1/2/2011" → "01022011"; a pupil's code in capitals. Raises `Invalid("birth_date"|"pupil_code")`."""
    if kind == "pupil_code":
        code = text.strip().upper()
        if not 0 < len(code) <= 20:
            raise Invalid("pupil_code")
        return code
    digits = re.fullmatch(r"\s*([0-9]{2})([0-9]{2})([0-9]{4})\s*", text) or _DATE.fullmatch(text)
    if not digits:
        raise Invalid("birth_date")
    day, month, year = (int(part) for part in digits.groups())
    try:
        return datetime.date(year, month, day).strftime("%d%m%Y")
    except ValueError:
        raise Invalid("birth_date") from None


def prepare(*, actor: Actor, unit_id: int, season_id: int) -> Snapshot:
    """Make the snapshot of the approved runs, to be answered from the season's minute on. Earlier ones stay stored.

    Raises `PermissionRefused`, `Conflict("no_approved_run"|"no_results_day")`.
    """
    require(actor, unit_id, "prepare_results", season_id=season_id)
    with transaction.atomic(), context.scope((unit_id,), user=actor.user_id):
        season = season_of(unit_id, season_id, lock=True)
        if season.results_at is None:
            raise Conflict("no_results_day")
        row = build(season, user_id=actor.user_id)
        purge()
        audit.record(
            actor=actor, action="prepare_results", unit_id=unit_id, subject="admissions.snapshot", subject_id=row.pk,
            reason=row.digest,
        )  # fmt: skip
        return row


def build(season: Season, *, user_id: int | None) -> Snapshot:
    """Inside the scope of the unit; `season.results_at` is set."""
    runs = list(Run.objects.filter(unit_id=season.unit_id, season=season, approved_at__isnull=False).order_by("round"))
    if not runs:
        raise Conflict("no_approved_run")
    plan = season.rules
    names = dict(season.choices.values_list("code", "name"))
    keyed = candidates_of(season, plan)
    marks = standings(season) if plan.examined else {}
    remarked = {(mark.application_id, mark.paper): [scoring.shown(mark.before)] for mark in remarks.moved_marks(season)}
    people = _people(season)
    entries: list[tuple[bytes, bytes]] = []
    areas: dict[str, tuple[int, int]] = {}
    bodies: dict[str, dict[str, Any]] = {}
    for run in runs:
        inputs, placed, _ = recompute(run)
        candidates = {candidate.id: candidate for candidate in inputs.candidates}
        placed, moved = _revise(run, placed, candidates, {key: candidate for key, (_pk, candidate) in keyed.items()})
        for candidate in candidates.values():
            body = _body(plan, names, candidate, placed, inputs.parameters, run.round)
            bodies[candidate.id] = body | {"revised": True} if candidate.id in moved else body
    lapsed = _lapsed(season)
    secret = _secret()
    for key, body in bodies.items():
        pk, _ = keyed.get(key, (0, None))
        if pk not in people:
            continue  # withdrawn since
        area, birth, pupil, groups, prizes, code = people[pk]
        if pk in lapsed and body["seat"]:
            body |= {"seat": None, "lapsed": True}
        body["marks"] = [
            [
                paper.name,
                scoring.shown(marks[pk][paper.code]) if marks[pk].get(paper.code) is not None else "vắng",
                *remarked.get((pk, paper.code), ()),
            ]
            for paper in plan.papers
            if pk in marks and paper.code in marks[pk]
        ]
        body["bonus"] = scoring.shown(plan.bonus.of(groups, prizes))
        factor = pupil if plan.second_factor == "pupil_code" else birth.strftime("%d%m%Y")
        data = json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode()
        entries += [(snapshot.key_of(secret, season.slug, key, word), data) for word in (factor, _CODE_FACTOR + code)]
        total, admitted = areas.get(area, (0, 0))
        areas[area] = (total + 1, admitted + (body["seat"] is not None))
    whole = snapshot.build(entries)
    digest = hashlib.sha256(whole).hexdigest()
    lines = statistics.by_area({area: counts for area, counts in areas.items() if area})
    return Snapshot.objects.create(
        unit_id=season.unit_id,
        season=season,
        digest=digest,
        entries=len(entries) // 2,
        statistics={"areas": [[line.area, line.candidates, line.admitted] for line in lines]},
        publish_at=season.results_at,
        data=whole,
        made_by_id=user_id,
    )


def _revise(
    run: Run,
    placed: placement.Placement,
    candidates: dict[str, placement.Candidate],
    now: dict[str, placement.Candidate],
) -> tuple[placement.Placement, set[str]]:
    """The placement after the approved revisions of a run, and whose seat moved; `candidates` get their new marks."""
    moved = set()
    seats = dict(placed.seats)
    for row in remarks.approved(run):
        for line in row.changes:
            key, (code, wish) = line["number"], line["seat"][1]
            candidates[key] = now.get(key, candidates[key])
            seats.pop(key, None)
            if code:
                seats[key] = placement.Seat(code, wish)
            if line["moves"]:
                moved.add(key)
    return placement.Placement(seats, placed.outcomes), moved


def _lapsed(season: Season) -> set[int]:
    """Applications whose seat went to a further round because nobody confirmed it."""
    return set(
        Event.objects.filter(unit_id=season.unit_id, application__season=season, kind="lapsed").values_list(
            "application_id", flat=True
        )
    )


def _people(season: Season) -> dict[int, tuple[str, datetime.date, str, list[str], list[str], str]]:
    from .models import Application

    rows = Application.objects.filter(
        unit_id=season.unit_id, season=season, state=Application.State.ACCEPTED
    ).values_list("pk", "area", "birth_date", "pupil_code", "groups", "prizes", "code")  # fmt: skip
    return {row[0]: row[1:] for row in rows.iterator(chunk_size=20_000)}


def _body(
    plan: rules.Plan,
    names: dict[str, str],
    candidate: placement.Candidate,
    placed: placement.Placement,
    parameters: placement.Parameters,
    round_number: int,
) -> dict[str, Any]:
    seat = placed.seats.get(candidate.id)
    steps = [
        [why.wish, names.get(why.choice, why.choice), scoring.shown(max(why.points, 0)), scoring.shown(why.needed),
         why.step.value]
        for why in placement.reasons(candidate, placed, parameters)
    ]  # fmt: skip
    points = candidate.wishes[0][1] if candidate.wishes else 0
    return {
        "seat": [names.get(seat.choice, seat.choice), seat.wish] if seat else None,
        "total": scoring.shown(points) if plan.method is not rules.Method.AREA and not candidate.barred else "",
        "barred": candidate.barred,
        "steps": steps,
        "round": round_number,
    }


@dataclass(frozen=True, slots=True)
class Published:
    """What a process knows of a season's results."""

    season_id: int
    unit_id: int
    slug: str
    second_factor: str
    publish_at: datetime.datetime
    digest: str
    reader: snapshot.Reader


_known: dict[tuple[int, str], tuple[float, Published | None]] = {}
_lock = threading.Lock()


def forget() -> None:
    """Of this process: for tests, and after a restore."""
    _known.clear()
    guesses.forget()


def published(unit_id: int, slug: str) -> Published | None:
    """The newest snapshot of a season of this unit or one above it; asked of the database every few seconds.

    While the database does not answer, what is known stays.
    """
    key = (unit_id, slug)
    checked, found = _known.get(key, (0.0, None))
    if time.monotonic() - checked < REFRESH_SECONDS and checked:
        return found
    with _lock:
        checked, found = _known.get(key, (0.0, None))
        if time.monotonic() - checked < REFRESH_SECONDS and checked:
            return found
        try:
            found = _newest(units_above(unit_id), slug, found)
        except DatabaseError:
            if found is None:
                raise
        if len(_known) > 10_000:
            _known.clear()  # addresses that somebody made up
        _known[key] = (time.monotonic(), found)
    return found


def _newest(unit_ids: tuple[int, ...], slug: str, before: Published | None) -> Published | None:
    with context.scope(unit_ids):
        row = (
            Snapshot.objects.filter(unit_id__in=unit_ids, season__slug=slug)
            .exclude(season__state=Season.State.DRAFT)
            .order_by("-made_at")
            .values("digest", "publish_at", "season_id", "unit_id", "season__plan", "pk")
            .first()
        )
        if row is None:
            return None
        same = before is not None and before.digest == row["digest"]
        reader = before.reader if before is not None and same else snapshot.Reader(_file(row["digest"], row["pk"]))
    return Published(
        row["season_id"], row["unit_id"], slug, rules.read(row["season__plan"]).second_factor, row["publish_at"],
        row["digest"], reader,
    )  # fmt: skip


def _file(digest: str, pk: int) -> Path:
    """The snapshot on this machine's disk, fetched once; the name is the hash of its bytes."""
    folder = Path(settings.ENVIRONMENT.data_dir) / "results"
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / digest
    if not path.exists():
        data = bytes(Snapshot.objects.values_list("data", flat=True).get(pk=pk))
        if hashlib.sha256(data).hexdigest() != digest:
            raise NotFound("snapshot")
        handle, name = tempfile.mkstemp(dir=folder)
        with os.fdopen(handle, "wb") as file:
            file.write(data)
        Path(name).replace(path)
    return path


def lookup(found: Published, *, number: str, factor: str, address: str, ticket: str = "") -> dict[str, Any]:
    """One result, by the second factor or by the code of the receipt. Right answers cost no query.

    Raises `Conflict("not_published")` before the minute, `Conflict` of `guesses`, `Invalid("number"|"birth_date"|
    "pupil_code")`, `NotFound("result")`.
    """
    if timezone.now() < found.publish_at:
        raise Conflict("not_published")
    digits = number.strip().upper()
    if not re.fullmatch(r"[0-9A-Z]{4,12}", digits):
        raise Invalid("number")
    guess = guesses.Guess(f"{found.season_id}:{digits}", address, ticket)
    code = re.sub(r"[\s\-]", "", factor).upper()
    if _CODE.fullmatch(code):
        body = found.reader.find(_key(found.slug, digits, _CODE_FACTOR + code))
        if body is not None:
            return _read(body)
        if found.second_factor != "pupil_code":
            guesses.count_code(guess)
            raise NotFound("result")
    value = factor_of(found.second_factor, factor)
    guesses.admit(guess)
    body = found.reader.find(_key(found.slug, digits, value))
    if body is not None:
        return _read(body)
    guesses.count(guess)
    raise NotFound("result")


def _key(slug: str, number: str, factor: str) -> bytes:
    return snapshot.key_of(_secret(), slug, number, factor)


def _read(body: bytes) -> dict[str, Any]:
    answer: dict[str, Any] = json.loads(body)
    return answer
