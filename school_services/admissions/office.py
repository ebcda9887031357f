"""Reads of the office that runs a season. Every list and record that is opened is audited."""

from __future__ import annotations

import datetime
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Count, Q

from school_services.errors import NotFound
from school_services.identity import audit
from school_services.identity.actor import Actor
from school_services.payments.intents import TOOK_MONEY
from tenants import context

from . import season as rules
from . import season_fees
from .access import MARKERS, require, season_of
from .models import Application, Choice, FeeOrder, PaperMark, Revision, Run, Season, Snapshot
from .seasons import problems
from .selectors import ApplicationView, SeasonView, choices_of, text_of, view_of, whole

S = Application.State


@dataclass(frozen=True, slots=True)
class OfficeList:
    """A page of applications, how many there are in each state, and how many match."""

    rows: list[Application]
    counts: dict[str, int]
    total: int
    fees: dict[int, season_fees.Fee]
    unpaid: int


def office_list(
    *,
    actor: Actor,
    unit_id: int,
    season_id: int,
    state: str = "",
    text: str = "",
    start: int = 0,
    limit: int = 50,
    unpaid: bool = False,
) -> OfficeList:
    """Applications of a season for the office, by name; audited. Raises `PermissionRefused`."""
    require(actor, unit_id, "list_applications", season_id=season_id)
    with context.scope((unit_id,), user=actor.user_id):
        rows = Application.objects.filter(unit_id=unit_id, season_id=season_id).exclude(state=S.DRAFT)
        counts = dict(rows.values_list("state").annotate(count=Count("pk")).order_by("state"))
        if state:
            rows = rows.filter(state=state)
        fee = season_of(unit_id, season_id).rules.fee
        owing = rows.exclude(state=S.WITHDRAWN).exclude(
            pk__in=FeeOrder.objects.filter(unit_id=unit_id, season_id=season_id, state__in=TOOK_MONEY).values(
                "application_id"
            )
        )
        count_unpaid = owing.count() if fee else 0
        if unpaid:
            rows = owing
        if text.strip():
            word = text.strip().upper()
            rows = rows.filter(
                Q(code=word) | Q(number=word) | Q(pupil_code=word) | Q(full_name__icontains=text.strip())
            )
        audit.record(
            actor=actor, action="list_applications", unit_id=unit_id, subject="admissions.season", subject_id=season_id
        )
        page = list(rows.order_by("sort_key", "pk")[start : start + limit])
        fees = season_fees.fees_of(unit_id, season_id, fee, [row.pk for row in page])
        return OfficeList(page, counts, rows.count(), fees, count_unpaid)


def office_application(*, actor: Actor, unit_id: int, application_id: int) -> ApplicationView:
    """One application for the office; audited. Raises `PermissionRefused`, `NotFound("application")`."""
    require(actor, unit_id, "read_application")
    with context.scope((unit_id,), user=actor.user_id):
        row = Application.objects.filter(unit_id=unit_id, pk=application_id).exclude(state=S.DRAFT).first()
        if row is None:
            raise NotFound("application")
        audit.record(
            actor=actor, action="read_application", unit_id=unit_id, subject="admissions.application",
            subject_id=row.pk,
        )  # fmt: skip
        return whole(row)


@dataclass(frozen=True, slots=True)
class RoomLine:
    """A candidate on the list of a room."""

    number: str
    seat: int
    full_name: str
    birth_date: datetime.date | None
    school_name: str


@dataclass(frozen=True, slots=True)
class Room:
    site: str
    room: int
    lines: list[RoomLine] = field(default_factory=list)


def rooms(*, actor: Actor, unit_id: int, season_id: int, site: str = "") -> list[Room]:
    """Lists of rooms to print, by site, room and candidate number; audited. Raises `PermissionRefused`."""
    require(actor, unit_id, "print_rooms", season_id=season_id)
    with context.scope((unit_id,), user=actor.user_id):
        names = dict(Choice.objects.filter(unit_id=unit_id, season_id=season_id).values_list("code", "name"))
        rows = Application.objects.filter(unit_id=unit_id, season_id=season_id).exclude(number="")
        if site:
            rows = rows.filter(site=site)
        found: dict[tuple[str, int], Room] = {}
        for code, room, number, seat, name, born, school in rows.order_by("site", "room", "number").values_list(
            "site", "room", "number", "seat", "full_name", "birth_date", "school_name"
        ):
            line = RoomLine(number, seat, name, born, school)
            found.setdefault((code, room), Room(names.get(code, code), room)).lines.append(line)
        audit.record(
            actor=actor, action="print_rooms", unit_id=unit_id, subject="admissions.season", subject_id=season_id
        )
    return list(found.values())


@dataclass(frozen=True, slots=True)
class EntryLine:
    """One anonymous paper as a marker sees it: own entry, and whether the other person's is there, not what it is."""

    code: str
    mine: str
    other: bool


@dataclass(frozen=True, slots=True)
class Progress:
    """How far the marks of one paper are."""

    paper: str
    name: str
    total: int
    first: int
    second: int
    agreed: int
    different: int


def entry_sheet(
    *, actor: Actor, unit_id: int, season_id: int, paper: str, entry: int, bag: str
) -> tuple[list[EntryLine], list[str]]:
    """(a bag's papers, all bags) for one of the two entries. Raises `PermissionRefused`."""
    require(actor, unit_id, "entry_sheet", *MARKERS, season_id=season_id)
    mine, other = ("first", "second") if entry == 1 else ("second", "first")
    with context.scope((unit_id,), user=actor.user_id):
        rows = PaperMark.objects.filter(unit_id=unit_id, season_id=season_id, paper=paper)
        bags = sorted({code.partition("-")[0] for code in rows.values_list("code", flat=True)})
        chosen = bag if bag in bags else (bags[0] if bags else "")
        lines = [
            EntryLine(code, text_of(value).replace("vắng", "v"), others is not None)
            for code, value, others in rows.filter(code__gte=f"{chosen}-", code__lt=f"{chosen}.")
            .order_by("code")
            .values_list("code", mine, other)
        ]
    return lines, bags


def progress(season: Season, plan: rules.Plan) -> list[Progress]:
    """Of every paper; inside the scope of the unit; one query."""
    both = Q(first__isnull=False, second__isnull=False)
    counts = {
        row["paper"]: row
        for row in PaperMark.objects.filter(unit_id=season.unit_id, season=season)
        .values("paper")
        .annotate(
            total=Count("pk"),
            one=Count("pk", filter=Q(first__isnull=False)),
            two=Count("pk", filter=Q(second__isnull=False)),
            agreed=Count("pk", filter=Q(mark__isnull=False)),
            different=Count("pk", filter=both & Q(mark__isnull=True)),
        )
    }
    return [
        Progress(
            paper.code, paper.name, *(counts[paper.code][k] for k in ("total", "one", "two", "agreed", "different"))
        )
        for paper in plan.papers
        if paper.code in counts
    ]


@dataclass(frozen=True, slots=True)
class OfficeSeason:
    """A season at the desk: all of it, with what waits."""

    row: Season
    view: SeasonView
    problems: list[rules.Problem]
    counts: dict[str, int]
    numbered: int
    progress: list[Progress]
    different: list[PaperMark]
    remarks: list[PaperMark]
    runs: list[Run]
    revisions: list[Revision]
    snapshots: list[Any]


def office_seasons(*, actor: Actor, unit_id: int) -> list[Season]:
    """All seasons of the unit, drafts too. Raises `PermissionRefused`."""
    require(actor, unit_id, "list_seasons", *MARKERS)
    with context.scope((unit_id,), user=actor.user_id):
        return list(Season.objects.filter(unit_id=unit_id).order_by("-year", "slug"))


def office_season(*, actor: Actor, unit_id: int, season_id: int) -> OfficeSeason:
    """Raises `PermissionRefused`, `NotFound("season")`. Constant queries."""
    require(actor, unit_id, "read_season", *MARKERS, season_id=season_id)
    with context.scope((unit_id,), user=actor.user_id):
        row = season_of(unit_id, season_id)
        applications = Application.objects.filter(unit_id=unit_id, season=row)
        marks = PaperMark.objects.filter(unit_id=unit_id, season=row)
        return OfficeSeason(
            row,
            view_of(row, choices_of(row)),
            problems(row),
            dict(applications.values_list("state").annotate(count=Count("pk")).order_by("state")),
            applications.exclude(number="").count(),
            progress(row, row.rules),
            list(
                marks.filter(first__isnull=False, second__isnull=False, mark__isnull=True).order_by("paper", "code")[
                    :50
                ]
            ),
            list(
                marks.filter(remark_asked_at__isnull=False)
                .select_related("application")
                .order_by("remarked_at", "remark_asked_at")[:50]
            ),
            list(
                Run.objects.filter(unit_id=unit_id, season=row)
                .select_related("first_by", "second_by")
                .defer("inputs", "result")
                .order_by("-made_at")[:20]
            ),
            list(
                Revision.objects.filter(unit_id=unit_id, season=row)
                .select_related("first_by", "second_by")
                .defer("inputs", "result")
                .order_by("-made_at")[:5]
            ),
            list(
                Snapshot.objects.filter(unit_id=unit_id, season=row)
                .order_by("-made_at")
                .values("digest", "entries", "publish_at", "made_at")[:5]
            ),
        )
