"""Writes of the office: checking, candidate numbers, anonymous codes, marks entered twice, re-marks."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.conf import settings
from django.db import connection, transaction
from django.utils import timezone

from school_services.errors import Conflict, DomainError, Invalid, NotFound, PermissionRefused
from school_services.identity import audit
from school_services.identity.actor import Actor
from tenants import context

from . import exam, scoring
from . import season as rules
from .access import MARKERS, require, season_of
from .models import Application, Event, PaperMark, Season

S = Application.State
_DECISIONS = {"accept": S.ACCEPTED, "ask": S.NEEDS_MORE, "refuse": S.REFUSED}
_EVENTS = {"accept": "accepted", "ask": "asked", "refuse": "refused"}


def review(*, actor: Actor, unit_id: int, application_ids: Sequence[int], decision: str, note: str = "") -> int:
    """Accept, ask for more, or refuse; returns how many changed. A note for the family is needed for the last two.

    Raises `PermissionRefused`, `Invalid("note_needed"|"decision")`, `NotFound`, `Conflict("not_submitted")`.
    """
    require(actor, unit_id, "review_application")
    if decision not in _DECISIONS:
        raise Invalid("decision")
    if decision != "accept" and not note.strip():
        raise Invalid("note_needed")
    with transaction.atomic(), context.scope((unit_id,), user=actor.user_id):
        rows = list(
            Application.objects.select_for_update(of=("self",))
            .filter(unit_id=unit_id, pk__in=application_ids)
            .order_by("pk")
        )
        if len(rows) != len(set(application_ids)):
            raise NotFound("application")
        if any(row.state not in {S.SUBMITTED, S.NEEDS_MORE, S.ACCEPTED, S.REFUSED} or row.number for row in rows):
            raise Conflict("not_submitted")
        state = _DECISIONS[decision]
        changed = [row for row in rows if row.state != state]
        Application.objects.filter(unit_id=unit_id, pk__in=[row.pk for row in changed]).update(
            state=state, bonus_checked=decision == "accept", updated_at=timezone.now()
        )
        Event.objects.bulk_create(
            [
                Event(unit_id=unit_id, application=row, kind=_EVENTS[decision], note=note.strip()[:500],
                      actor_id=actor.user_id)
                for row in changed
            ]
        )  # fmt: skip
        audit.record_many(
            actor=actor, unit_id=unit_id, subject="admissions.application",
            rows=[(f"{decision}_application", row.pk) for row in changed], reason=note,
        )  # fmt: skip
        return len(changed)


def seat_candidates(*, actor: Actor, unit_id: int, season_id: int) -> int:
    """Candidate numbers, rooms and seats of all accepted applications; the site is the first wish's school.

    Anonymous codes of every paper are made with them. May be done again until the first mark is entered. Raises
    `PermissionRefused`, `Conflict("marks_exist"|"season_open_still"|"no_exam")`.
    """
    require(actor, unit_id, "seat_candidates", season_id=season_id)
    with transaction.atomic(), context.scope((unit_id,), user=actor.user_id):
        season = season_of(unit_id, season_id, lock=True)
        plan = season.rules
        if not plan.examined:
            raise Conflict("no_exam")
        if season.phase(timezone.now()) in {rules.Phase.BEFORE, rules.Phase.OPEN}:
            raise Conflict("season_open_still")
        marks = PaperMark.objects.filter(unit_id=unit_id, season=season)
        if marks.filter(first__isnull=False).exists() or marks.filter(second__isnull=False).exists():
            raise Conflict("marks_exist")
        marks.delete()
        choices = list(season.choices.all())
        sites = {choice.code: number for number, choice in enumerate(choices, 1)}
        streams = {choice.code: choice.stream for choice in choices}
        rows = list(
            Application.objects.filter(unit_id=unit_id, season=season, state=S.ACCEPTED).values_list(
                "pk", "sort_key", "school_name", "class_name", "special_needs", "wishes"
            )
        )
        sitters: dict[str, list[exam.Sitter]] = {}
        for pk, key, school, group, special, wishes in rows:
            sitters.setdefault(wishes[0], []).append(exam.Sitter(pk, key, f"{school}/{group}", special))
        placed = [
            (place.id, place.number, code, place.room, place.seat)
            for code, people in sorted(sitters.items())
            for place in exam.seat(people, site=sites[code], per_room=plan.per_room)
        ]
        Application.objects.filter(unit_id=unit_id, season=season).exclude(number="").update(number="", room=0, seat=0)
        with connection.cursor() as cursor:
            cursor.execute(
                "update admissions_application a set number = v.number, site = v.site, room = v.room, seat = v.seat"
                " from unnest(%s::bigint[], %s::text[], %s::text[], %s::int[], %s::int[])"
                " as v(id, number, site, room, seat) where a.unit_id = %s and a.id = v.id",
                [*(list(column) for column in zip(*placed, strict=True)), unit_id]
                if placed
                else [[], [], [], [], [], unit_id],
            )
        _make_codes(season, plan, {row[0]: [streams[code] for code in row[5]] for row in rows}, placed)
        audit.record(
            actor=actor, action="seat_candidates", unit_id=unit_id, subject="admissions.season", subject_id=season.pk
        )
        return len(placed)


def _make_codes(
    season: Season, plan: rules.Plan, streams: Mapping[int, list[str]], placed: Sequence[tuple[int, str, str, int, int]]
) -> None:
    secret = hmac.digest(str(settings.SECRET_KEY).encode(), f"phach:{season.pk}".encode(), hashlib.sha256)
    rows = []
    for paper in plan.papers:
        sits = {number: pk for pk, number, *_ in placed if not paper.stream or paper.stream in streams[pk]}
        codes = exam.paper_codes(paper.code, sits, secret=secret)
        rows += [
            PaperMark(unit_id=season.unit_id, season=season, application_id=pk, paper=paper.code, code=codes[number])
            for number, pk in sits.items()
        ]
    PaperMark.objects.bulk_create(rows, batch_size=5000)


@dataclass(frozen=True, slots=True)
class Entered:
    """What became of one typed mark."""

    code: str
    error: DomainError | None = None


def parse_entry(text: str) -> int:
    """ "8,25" → 825, "v" (vắng) → -1. Raises `Invalid("mark_format")`."""
    return exam.ABSENT if text.strip().lower() in {"v", "vắng"} else scoring.mark(text)


def enter_marks(
    *, actor: Actor, unit_id: int, season_id: int, paper: str, entry: int, marks: Mapping[str, str]
) -> list[Entered]:
    """The first (1) or second (2) entry of marks by anonymous code; each cell stands or fails alone.

    The second entry is another person's, and neither sees the other's. Where both agree the mark stands. Raises
    `PermissionRefused`, `Invalid("entry")`, `Conflict("marks_locked")`.
    """
    require(actor, unit_id, "enter_marks", *MARKERS, season_id=season_id)
    if entry not in {1, 2}:
        raise Invalid("entry")
    mine, other = ("first", "second") if entry == 1 else ("second", "first")
    outcomes, changed = [], []
    with transaction.atomic(), context.scope((unit_id,), user=actor.user_id):
        season = season_of(unit_id, season_id, lock=True)
        if season.marks_locked_at is not None:
            raise Conflict("marks_locked")
        rows = {
            row.code: row
            for row in PaperMark.objects.select_for_update(of=("self",)).filter(
                unit_id=unit_id, season=season, paper=paper, code__in=list(marks)
            )
        }
        for code, text in marks.items():
            row = rows.get(code)
            try:
                if row is None:
                    raise NotFound("paper_code")
                if getattr(row, f"{other}_by_id") == actor.user_id:
                    raise Conflict("same_person")
                if getattr(row, f"{mine}_by_id") not in {None, actor.user_id}:
                    raise Conflict("others_entry")
                if row.resolved_by_id is not None:
                    raise Conflict("resolved")
                value = parse_entry(text)
            except DomainError as error:
                outcomes.append(Entered(code, error))
                continue
            setattr(row, mine, value)
            setattr(row, f"{mine}_by_id", actor.user_id)
            row.mark = row.first if exam.entry_state(row.first, row.second) is exam.Entry.AGREED else None
            changed.append(row)
            outcomes.append(Entered(code))
        PaperMark.objects.bulk_update(changed, [mine, f"{mine}_by", "mark"], batch_size=1000)
        audit.record(
            actor=actor, action=f"enter_marks_{entry}", unit_id=unit_id, subject="admissions.season",
            subject_id=season.pk, reason=f"{paper}: {len(changed)}",
        )  # fmt: skip
    return outcomes


def resolve(*, actor: Actor, unit_id: int, season_id: int, paper: str, code: str, text: str, note: str) -> PaperMark:
    """A third person looks at the paper and decides between two different entries; the note says what he saw.

    Raises `PermissionRefused`, `NotFound`, `Invalid("mark_format"|"note_needed")`, `Conflict("same_person"|
    "no_difference"|"marks_locked")`.
    """
    require(actor, unit_id, "resolve_mark", season_id=season_id)
    value = parse_entry(text)
    if not note.strip():
        raise Invalid("note_needed")
    with transaction.atomic(), context.scope((unit_id,), user=actor.user_id):
        season = season_of(unit_id, season_id, lock=True)
        if season.marks_locked_at is not None:
            raise Conflict("marks_locked")
        row = PaperMark.objects.select_for_update(of=("self",)).filter(
            unit_id=unit_id, season=season, paper=paper, code=code
        ).first()  # fmt: skip
        if row is None:
            raise NotFound("paper_code")
        if exam.entry_state(row.first, row.second) is not exam.Entry.DIFFERENT:
            raise Conflict("no_difference")
        if actor.user_id in {row.first_by_id, row.second_by_id}:
            raise Conflict("same_person")
        row.mark, row.resolved_by_id, row.remark_note = value, actor.user_id, note.strip()[:300]
        row.save(update_fields=["mark", "resolved_by", "remark_note"])
        audit.record(
            actor=actor, action="resolve_mark", unit_id=unit_id, subject="admissions.papermark", subject_id=row.pk,
            reason=note,
        )  # fmt: skip
        return row


def lock_marks(*, actor: Actor, unit_id: int, season_id: int) -> int:
    """No entry changes any more. Raises `Conflict("marks_open", count=…)` while one is missing or two differ."""
    require(actor, unit_id, "lock_marks", season_id=season_id)
    with transaction.atomic(), context.scope((unit_id,), user=actor.user_id):
        season = season_of(unit_id, season_id, lock=True)
        rows = PaperMark.objects.filter(unit_id=unit_id, season=season)
        left = rows.filter(mark__isnull=True).count()
        if left or not rows.exists():
            raise Conflict("marks_open", count=left)
        if season.marks_locked_at is None:
            season.marks_locked_at = timezone.now()
            season.save(update_fields=["marks_locked_at"])
            audit.record(
                actor=actor, action="lock_marks", unit_id=unit_id, subject="admissions.season", subject_id=season.pk
            )
        return rows.count()


def ask_remark(*, actor: Actor, unit_id: int, application_id: int, paper: str) -> PaperMark:
    """A family asks for a paper to be marked again (phúc khảo), until the season's day. Idempotent.

    Raises `NotFound`, `Conflict("remark_closed")`.
    """
    with transaction.atomic(), context.scope((unit_id,), user=actor.user_id):
        row = PaperMark.objects.select_for_update(of=("self",)).filter(
            unit_id=unit_id, application_id=application_id, application__guardian_id=actor.user_id, paper=paper
        ).first()  # fmt: skip
        if row is None:
            raise NotFound("paper")
        season, now = season_of(unit_id, row.season_id), timezone.now()
        if not (season.results_at and season.remark_until and season.results_at <= now < season.remark_until):
            raise Conflict("remark_closed")
        if row.remark_asked_at is None:
            row.remark_asked_at = now
            row.save(update_fields=["remark_asked_at"])
            Event.objects.create(
                unit_id=unit_id, application_id=application_id, kind="remark_asked", note=paper, actor_id=actor.user_id
            )
        return row


def decide_remark(*, actor: Actor, unit_id: int, mark_id: int, text: str, note: str) -> PaperMark:
    """The new mark beside the old one, with its reason. Nobody decides on a mark he entered himself.

    Raises `PermissionRefused` (also audited), `NotFound`, `Invalid`, `Conflict("not_asked"|"remarked")`.
    """
    require(actor, unit_id, "decide_remark")
    value = parse_entry(text)
    if not note.strip():
        raise Invalid("note_needed")
    with transaction.atomic(), context.scope((unit_id,), user=actor.user_id):
        row = PaperMark.objects.select_for_update(of=("self",)).filter(unit_id=unit_id, pk=mark_id).first()
        if row is None:
            raise NotFound("paper")
        if row.remark_asked_at is None:
            raise Conflict("not_asked")
        if row.remarked_at is not None:
            raise Conflict("remarked")
        if actor.user_id in {row.first_by_id, row.second_by_id}:
            raise PermissionRefused("own_entry")
        row.before, row.mark, row.remark_note = row.mark, value, note.strip()[:300]
        row.remarked_at, row.remarked_by_id = timezone.now(), actor.user_id
        row.save(update_fields=["before", "mark", "remark_note", "remarked_at", "remarked_by"])
        Event.objects.create(
            unit_id=unit_id, application_id=row.application_id, kind="remarked", actor_id=actor.user_id,
            note=f"{row.paper}: {note.strip()}"[:500],
        )  # fmt: skip
        audit.record(
            actor=actor, action="decide_remark", unit_id=unit_id, subject="admissions.papermark", subject_id=row.pk,
            reason=note,
        )  # fmt: skip
        return row
