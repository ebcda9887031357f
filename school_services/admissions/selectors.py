"""Reads of admissions: what anybody may know of a season, and what a family sees of its own. The office: `office`."""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from typing import Any

from django.utils import timezone

from school_services.errors import NotFound
from school_services.identity import audit
from school_services.identity.actor import Actor
from school_services.identity.selectors import units_above
from school_services.rosters import selectors as rosters
from school_services.rosters.models import Student
from tenants import context

from . import exam, scoring, season_fees
from . import season as rules
from .access import SENDERS, require, season_of
from .models import Application, Choice, Document, Event, PaperMark, Run, Season, Seat, Snapshot

S = Application.State


@dataclass(frozen=True, slots=True)
class ChoiceView:
    """A school or stream with its seats; `history`: (year, quota, cutoff in hundredths or None), oldest first."""

    code: str
    name: str
    stream: str
    quota: int
    areas: tuple[str, ...]
    history: tuple[tuple[int, int, int | None], ...]
    school_id: int | None = None


@dataclass(frozen=True, slots=True)
class SeasonView:
    """A season as the public sees it."""

    id: int
    unit_id: int
    slug: str
    name: str
    year: int
    phase: rules.Phase
    plan: rules.Plan
    calendar: rules.Calendar
    inputs_hash: str
    inputs_announced_at: datetime.datetime | None
    choices: tuple[ChoiceView, ...] = ()

    @property
    def quota(self) -> int:
        return sum(choice.quota for choice in self.choices)


def view_of(row: Season, choices: tuple[ChoiceView, ...] = ()) -> SeasonView:
    return SeasonView(
        row.pk, row.unit_id, row.slug, row.name, row.year, row.phase(timezone.now()), row.rules, row.calendar,
        row.inputs_hash, row.inputs_announced_at, choices,
    )  # fmt: skip


def seasons_for(unit_id: int) -> list[SeasonView]:
    """Seasons that concern a portal: its unit's own and those of the units above it, newest first. Public."""
    units = units_above(unit_id)
    with context.scope(units):
        rows = Season.objects.filter(unit_id__in=units).exclude(state=Season.State.DRAFT)
        return [view_of(row) for row in rows.order_by("-year", "-opens_at", "pk")[:20]]


def season_for(unit_id: int, slug: str) -> SeasonView:
    """One open or past season with its schools. Raises `NotFound("season")`: a draft is nobody's."""
    units = units_above(unit_id)
    with context.scope(units):
        row = Season.objects.filter(unit_id__in=units, slug=slug).exclude(state=Season.State.DRAFT).first()
        if row is None:
            raise NotFound("season")
        return view_of(row, choices_of(row))


def choices_of(season: Season) -> tuple[ChoiceView, ...]:
    rows = Choice.objects.filter(unit_id=season.unit_id, season=season)
    return tuple(
        ChoiceView(
            code, name, stream, quota, tuple(areas),
            tuple((line["year"], line["quota"], line["cutoff"]) for line in history),
            school,
        )
        for code, name, stream, quota, areas, history, school in rows.values_list(
            "code", "name", "stream", "quota", "areas", "history", "school_id"
        )
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Statistics:
    """Of published results: by choice code (quota, cutoff, admitted), by area (None: hidden)."""

    choices: dict[str, dict[str, Any]]
    areas: tuple[tuple[str, int | None, int | None], ...]
    digest: str
    publish_at: datetime.datetime


def statistics_of(season: SeasonView) -> Statistics | None:
    """None until the minute of publication."""
    if season.calendar.results_at is None or timezone.now() < season.calendar.results_at:
        return None
    with context.scope((season.unit_id,)):
        made = (
            Snapshot.objects.filter(unit_id=season.unit_id, season_id=season.id, publish_at__lte=timezone.now())
            .order_by("-made_at")
            .values("statistics", "digest", "publish_at")
            .first()
        )
        run = (
            Run.objects.filter(unit_id=season.unit_id, season_id=season.id, approved_at__isnull=False)
            .order_by("round")
            .values_list("outcomes", flat=True)
            .first()
        )
    if made is None or run is None:
        return None
    areas = tuple((name, total, admitted) for name, total, admitted in made["statistics"].get("areas", ()))
    return Statistics(run, areas, made["digest"], made["publish_at"])


@dataclass(frozen=True, slots=True)
class Step:
    """One thing that happened to an application."""

    kind: str
    at: datetime.datetime
    note: str


@dataclass(frozen=True, slots=True)
class Paper:
    """A document's description; its bytes are read by `document`."""

    id: int
    kind: str
    content_type: str
    size: int


@dataclass(frozen=True, slots=True)
class MarkLine:
    """A published mark of one paper, with what it was before a re-mark."""

    paper: str
    name: str
    text: str
    before: str
    asked: bool
    remarked: bool


@dataclass(frozen=True, slots=True)
class ApplicationView:
    """An application with what its family may know of it."""

    row: Application
    season: SeasonView
    steps: tuple[Step, ...] = ()
    papers: tuple[Paper, ...] = ()
    marks: tuple[MarkLine, ...] = ()
    seat: tuple[str, int] | None = None
    published: bool = False
    fee: season_fees.Fee = season_fees.NO_FEE

    @property
    def wish_names(self) -> list[str]:
        names = {choice.code: choice.name for choice in self.season.choices}
        return [names.get(code, code) for code in self.row.wishes]

    @property
    def offered_names(self) -> list[str]:
        """Wishes of the list that the school sent after the family's change."""
        names = {choice.code: choice.name for choice in self.season.choices}
        return [names.get(code, code) for code in self.row.offered["values"]["wishes"]] if self.row.offered else []


def my_applications(actor: Actor) -> list[ApplicationView]:
    """The actor's own, newest first. The database shows a guardian's own rows alone: no unit is in scope here."""
    with context.scope((), user=actor.user_id):
        rows = list(Application.objects.filter(guardian_id=actor.user_id).order_by("-created_at")[:30])
    with context.scope({row.unit_id for row in rows}, user=actor.user_id):
        seasons = {row.pk: row for row in Season.objects.filter(pk__in={row.season_id for row in rows})}
    return [ApplicationView(row, view_of(seasons[row.season_id])) for row in rows]


def my_application(actor: Actor, application_id: int) -> ApplicationView:
    """One of the actor's own, whole. Raises `NotFound("application")`."""
    with context.scope((), user=actor.user_id):
        row = Application.objects.filter(guardian_id=actor.user_id, pk=application_id).first()
    if row is None:
        raise NotFound("application")
    with context.scope((row.unit_id,), user=actor.user_id):
        return whole(row)


def whole(row: Application) -> ApplicationView:
    season = season_of(row.unit_id, row.season_id)
    steps = Event.objects.filter(unit_id=row.unit_id, application=row).order_by("at", "pk")
    papers = Document.objects.filter(unit_id=row.unit_id, application=row).order_by("kind", "pk")
    view = view_of(season, choices_of(season))
    shown = view.phase in {rules.Phase.RESULTS, rules.Phase.OVER} and Snapshot.objects.filter(
        unit_id=row.unit_id, season=season
    ).exists()  # fmt: skip
    seat = (
        Seat.objects.filter(unit_id=row.unit_id, season=season, application=row).values_list("choice__name", "wish")
        if shown
        else []
    )
    return ApplicationView(
        row, view,
        tuple(Step(*values) for values in steps.values_list("kind", "at", "note")),
        tuple(Paper(*values) for values in papers.values_list("pk", "kind", "content_type", "size")),
        _mark_lines(row, view.plan) if shown else (),
        next(iter(seat), None),
        shown,
        season_fees.fee_of(row, view.plan.fee),
    )  # fmt: skip


def _mark_lines(row: Application, plan: rules.Plan) -> tuple[MarkLine, ...]:
    marks = {mark.paper: mark for mark in PaperMark.objects.filter(unit_id=row.unit_id, application=row)}
    return tuple(
        MarkLine(
            paper.code, paper.name, text_of(marks[paper.code].mark), text_of(marks[paper.code].before),
            marks[paper.code].remark_asked_at is not None, marks[paper.code].remarked_at is not None,
        )
        for paper in plan.papers
        if paper.code in marks
    )  # fmt: skip


def text_of(mark: int | None) -> str:
    """825 → "8,25", -1 → "vắng", None → ""."""
    return "vắng" if mark == exam.ABSENT else scoring.shown(mark)


def document(actor: Actor, document_id: int, *, unit_id: int = 0) -> tuple[str, bytes]:
    """(content type, bytes) of one's own document; with `unit_id`, of any in that unit as its officer, audited.

    Raises `NotFound("document")` for absent and for somebody else's alike, `PermissionRefused`.
    """
    if unit_id:
        require(actor, unit_id, "read_document")
        with context.scope((unit_id,), user=actor.user_id):
            found = Document.objects.filter(unit_id=unit_id, pk=document_id).first()
            if found is not None:
                audit.record(
                    actor=actor, action="read_document", unit_id=unit_id, subject="admissions.document",
                    subject_id=document_id,
                )  # fmt: skip
    else:
        with context.scope((), user=actor.user_id):
            own = list(Application.objects.filter(guardian_id=actor.user_id).values_list("pk", "unit_id"))
        with context.scope({unit for _, unit in own}, user=actor.user_id):
            found = Document.objects.filter(pk=document_id, application_id__in=[pk for pk, _ in own]).first()
    if found is None:
        raise NotFound("document")
    return found.content_type, bytes(found.data)


@dataclass(frozen=True, slots=True)
class Tracked:
    """What the code on a receipt opens: the state and the steps, no name."""

    season: str
    state: str
    steps: tuple[Step, ...]
    number: str
    room: int
    receipt: str


def track(unit_id: int, code: str) -> Tracked:
    """By the code of a receipt. Raises `NotFound("application")`."""
    units = units_above(unit_id)
    with context.scope(units):
        row = (
            Application.objects.filter(unit_id__in=units, code=code.strip().upper().replace("-", ""))
            .select_related("season")
            .first()
        )
        if row is None:
            raise NotFound("application")
        steps = Event.objects.filter(unit_id=row.unit_id, application=row).order_by("at", "pk")
        return Tracked(
            row.season.name, row.state, tuple(Step(*values) for values in steps.values_list("kind", "at", "note")),
            row.number, row.room, row.receipt,
        )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Prefill:
    """A child of the acting guardian whose record is ours: what the form is filled with."""

    student_id: int
    full_name: str
    birth_date: datetime.date
    gender: str
    pupil_code: str
    school_name: str
    class_name: str


def prefills(actor: Actor) -> list[Prefill]:
    """The actor's children with what their schools know of them; constant queries."""
    children = rosters.children(actor)
    if not children:
        return []
    with context.scope({child.unit_id for child in children}, user=actor.user_id):
        records = {
            row[0]: row[1:]
            for row in Student.objects.filter(pk__in=[child.student_id for child in children]).values_list(
                "pk", "birth_date", "gender", "code"
            )
        }
    return [
        Prefill(c.student_id, c.full_name, *records[c.student_id], c.unit_name, c.class_name)
        for c in children
        if c.student_id in records
    ]


@dataclass(frozen=True, slots=True)
class SentLine:
    """An application that a school sent for its class. `changed`: the family's own version stands since."""

    code: str
    student_ref: int | None
    state: str
    wishes: tuple[str, ...]
    phone: str
    changed: bool
    offered: bool


def sent_by_school(*, actor: Actor, unit_id: int, season_id: int, sender_id: int) -> list[SentLine]:
    """What this school has sent, by class and name. Raises `PermissionRefused`."""
    require(actor, sender_id, "list_sent", *SENDERS, season_id=season_id)
    with context.scope((unit_id,), user=actor.user_id):
        rows = Application.objects.filter(unit_id=unit_id, season_id=season_id, sender_id=sender_id)
        return [
            SentLine(
                row.code, row.student_ref, row.state, tuple(row.wishes), row.phone,
                row.version > row.school_version or row.state == S.WITHDRAWN, row.offered is not None,
            )
            for row in rows.order_by("class_name", "sort_key")
        ]  # fmt: skip
