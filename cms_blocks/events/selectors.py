"""Reads of the calendar: one query for a month, a list or an event, whatever their number."""

from __future__ import annotations

import datetime
import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import Q
from django.http import HttpRequest
from django.utils import timezone

from cms_blocks import caching
from cms_blocks import head as heads
from cms_blocks.context import portal_view
from tenants import cache_tags
from tenants.context import require_portal
from themes.context import Crumb

from . import rules
from .models import CalendarPage, Event

UPCOMING_DAYS = 120
MOST = 60


@dataclass(frozen=True, slots=True)
class Happening:
    """One occurrence in a list. Times are local, without a zone; `last_day` is inclusive."""

    title: str
    url: str
    summary: str
    place: str
    start: datetime.datetime
    end: datetime.datetime
    last_day: datetime.date
    whole_days: bool
    cancelled: bool

    @property
    def several_days(self) -> bool:
        return self.last_day > self.start.date()

    @property
    def open_end(self) -> bool:
        return self.end - self.start <= datetime.timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Day:
    day: datetime.date
    inside: bool
    today: bool
    count: int


@dataclass(frozen=True, slots=True)
class Calendar:
    """`weeks`: the month as a grid; `happenings`: what the list shows."""

    month: datetime.date
    weeks: tuple[tuple[Day, ...], ...]
    happenings: tuple[Happening, ...]
    upcoming: bool
    previous_url: str
    next_url: str


@dataclass(frozen=True, slots=True)
class EventPage:
    row: Event
    now: Happening
    following: tuple[Happening, ...]
    over: bool
    ics_url: str


def local_now() -> datetime.datetime:
    return timezone.localtime().replace(tzinfo=None)


def month(text: str) -> datetime.date | None:
    """`2026-11` → its first day; "" → this month; None for nonsense and for what lies far away."""
    today = timezone.localdate()
    if not text:
        return today.replace(day=1)
    found = re.fullmatch(r"(\d{4})-(0[1-9]|1[0-2])", text)
    if found is None or abs(int(found[1]) - today.year) > 10:
        return None
    return datetime.date(int(found[1]), int(found[2]), 1)


def _between(begin: datetime.datetime, end: datetime.datetime) -> list[tuple[rules.Occurrence, Event]]:
    once = Q(repeat="") & (Q(last_day__gte=begin.date()) | Q(last_day=None, first_day__gte=begin.date()))
    again = ~Q(repeat="") & (Q(until=None) | Q(until__gte=begin.date() - rules.LONGEST))
    rows = Event.objects.filter(once | again, is_public=True, first_day__lt=end.date() + datetime.timedelta(days=1))
    found = [(occurrence, row) for row in rows for occurrence in rules.occurrences(row.timing, begin, end)]
    return sorted(found, key=lambda pair: (pair[0].start, pair[1].pk))


def happening(occurrence: rules.Occurrence, row: Event, base: str) -> Happening:
    return Happening(
        title=row.title,
        url=f"{base}{row.slug}/",
        summary=row.summary,
        place=row.place,
        start=occurrence.start,
        end=occurrence.end,
        last_day=occurrence.last_day,
        whole_days=row.start_time is None,
        cancelled=row.cancelled,
    )


def upcoming(count: int, base: str) -> list[Happening]:
    """The next ones, those that take place now first; what is over is gone, from the cache as well."""
    cache_tags.tag("events")
    now = local_now()
    found = _between(now, now + datetime.timedelta(days=UPCOMING_DAYS))[:count]
    _true_until(occurrence.end for occurrence, _row in found)
    return [happening(occurrence, row, base) for occurrence, row in found]


def _true_until(ends: Iterable[datetime.datetime]) -> None:
    caching.true_until(*(timezone.make_aware(end) for end in ends))


def calendar(first: datetime.date, base: str, *, upcoming: bool) -> Calendar:
    """A month: its grid, and the list of what is still to come (of all its events, for another month)."""
    weeks = rules.month_weeks(first.year, first.month)
    begin = datetime.datetime.combine(weeks[0][0], datetime.time())
    end = datetime.datetime.combine(weeks[-1][-1] + datetime.timedelta(days=1), datetime.time())
    now = local_now()
    reach = max(end, now + datetime.timedelta(days=UPCOMING_DAYS)) if upcoming else end
    found = _between(begin, reach)
    counts: dict[datetime.date, int] = {}
    for occurrence, _row in found:
        for day in rules.covered(occurrence):
            counts[day] = counts.get(day, 0) + 1
    if upcoming:
        listed = [(occurrence, row) for occurrence, row in found if occurrence.end > now][:MOST]
        _true_until(occurrence.end for occurrence, _row in listed)
    else:
        listed = [(o, row) for o, row in found if o.start.date() < _next_month(first) and o.last_day >= first]
    caching.true_until(now.date() + datetime.timedelta(days=1))  # "today" in the grid
    before, after = rules.months_around(first.year, first.month)
    return Calendar(
        month=first,
        weeks=tuple(
            tuple(Day(day, day.month == first.month, day == now.date(), counts.get(day, 0)) for day in week)
            for week in weeks
        ),
        happenings=tuple(happening(occurrence, row, base) for occurrence, row in listed),
        upcoming=upcoming,
        previous_url=f"?thang={before}",
        next_url=f"?thang={after}",
    )


def _next_month(first: datetime.date) -> datetime.date:
    return (first + datetime.timedelta(days=32)).replace(day=1)


def event(slug: str, base: str) -> EventPage | None:
    row = Event.objects.filter(slug=slug, is_public=True).first()
    if row is None:
        return None
    cache_tags.tag("events", f"event:{row.pk}")
    now = local_now()
    timing = row.timing
    coming = list(_first(rules.occurrences(timing, now, now + datetime.timedelta(days=366)), 7))
    shown = coming[0] if coming else rules.next_occurrence(timing, now)
    over = shown is None
    shown = shown or rules.Occurrence(timing.start, timing.end)
    if not over:
        _true_until([shown.end])
    return EventPage(
        row=row,
        now=happening(shown, row, base),
        following=tuple(happening(occurrence, row, base) for occurrence in coming[1:]),
        over=over,
        ics_url=f"{base}{row.slug}/ical/",
    )


def _first(found: Iterable[rules.Occurrence], count: int) -> Iterable[rules.Occurrence]:
    for place, occurrence in enumerate(found):
        if place >= count:
            return
        yield occurrence


def head(page: EventPage, crumbs: list[Crumb], request: HttpRequest) -> heads.Head:
    portal = require_portal()
    site = portal_view(portal)
    zone = timezone.get_current_timezone()
    status = "EventCancelled" if page.row.cancelled else "EventScheduled"
    thing: dict[str, Any] = {
        "@type": "Event",
        "name": page.row.title,
        "startDate": page.now.start.date().isoformat()
        if page.now.whole_days
        else page.now.start.replace(tzinfo=zone).isoformat(),
        "endDate": page.now.last_day.isoformat()
        if page.now.whole_days
        else page.now.end.replace(tzinfo=zone).isoformat(),
        "eventStatus": f"https://schema.org/{status}",
        "location": {"@type": "Place", "name": page.row.place or site.name, "address": page.row.place or site.address},
        "organizer": {"@type": "Organization", "name": site.name, "url": f"{heads.origin(portal)}/"},
    }
    if page.row.summary:
        thing["description"] = page.row.summary
    return heads.of_page(
        portal, site, path=page.now.url, title=page.row.title, description=page.row.summary or page.row.title,
        subject=f"event-{page.row.pk}", card=card(page.row), crumbs=crumbs, things=[thing], changed=page.row.changed_at,
    )  # fmt: skip


def card(row: Event) -> tuple[str, str]:
    """What the share card says: title, and day with place."""
    return row.title, " · ".join(filter(None, (f"{row.first_day:%d/%m/%Y}", row.place)))[:60]


def base_url(request: Any = None) -> str:
    page = CalendarPage.objects.live().defer("body").first()
    return (page.get_url(request) or "") if page is not None else ""
