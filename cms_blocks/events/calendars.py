"""iCalendar (RFC 5545) of a portal's events: a feed to subscribe to, and one event to add."""

from __future__ import annotations

import datetime

from django.http import Http404, HttpResponse
from django.utils import timezone
from django.utils.html import strip_tags
from icalendar import Calendar, Timezone, TimezoneStandard
from icalendar import Event as Component

from tenants import cache_tags, hosts
from tenants.context import PortalRef, require_portal

from . import rules
from .models import Event

ZONE = "Asia/Ho_Chi_Minh"
_PAST = datetime.timedelta(days=365)  # subscribers keep what was, for a year


def answer(base: str, slug: str = "") -> HttpResponse:
    portal = require_portal()
    rows = Event.objects.filter(is_public=True)
    if slug:
        rows = rows.filter(slug=slug)
    else:
        since = timezone.localdate() - _PAST
        rows = rows.exclude(repeat="", first_day__lt=since - rules.LONGEST).exclude(until__lt=since)
    found = list(rows.order_by("first_day", "pk"))
    if slug and not found:
        raise Http404
    cache_tags.tag(*(f"event:{row.pk}" for row in found))
    response = HttpResponse(write(portal, found, base, feed=not slug), content_type="text/calendar; charset=utf-8")
    response["Content-Disposition"] = f'inline; filename="{slug or portal.slug}.ics"'
    return response


def write(portal: PortalRef, rows: list[Event], base: str, *, feed: bool) -> bytes:
    calendar = Calendar()
    calendar.add("prodid", "-//Portal Host//vi")
    calendar.add("version", "2.0")
    calendar.add("calscale", "GREGORIAN")
    calendar.add("method", "PUBLISH")
    if feed:
        calendar.add("x-wr-calname", portal.name)
        calendar.add("x-wr-timezone", ZONE)
        calendar.add("refresh-interval", datetime.timedelta(hours=6), parameters={"VALUE": "DURATION"})
        calendar.add("x-published-ttl", "PT6H")
    calendar.add_component(vietnam())
    for row in rows:
        calendar.add_component(component(portal, row, base))
    return bytes(calendar.to_ical())


def vietnam() -> Timezone:
    """UTC+7 without summer time since 13/6/1975 (IANA tzdata, Asia/Ho_Chi_Minh)."""
    zone = Timezone()
    zone.add("tzid", ZONE)
    standard = TimezoneStandard()
    standard.add("dtstart", datetime.datetime(1975, 6, 13))  # noqa: DTZ001 - local by definition
    standard.add("tzoffsetfrom", datetime.timedelta(hours=8))
    standard.add("tzoffsetto", datetime.timedelta(hours=7))
    standard.add("tzname", "+07")
    zone.add_component(standard)
    return zone


def component(portal: PortalRef, row: Event, base: str) -> Component:
    """The UID holds the portal's, which never changes: a portal that gets another name keeps its subscribers."""
    timing = row.timing
    zone = timezone.get_current_timezone()
    event = Component()
    event.add("uid", f"{row.uid}@{portal.uid}.portal-host")
    event.add("sequence", row.sequence)
    event.add("dtstamp", row.changed_at.astimezone(datetime.UTC))
    event.add("last-modified", row.changed_at.astimezone(datetime.UTC))
    event.add("summary", row.title)
    if timing.whole_days:
        event.add("dtstart", timing.start.date())
        event.add("dtend", timing.end.date())
        event.add("transp", "TRANSPARENT")
    else:
        event.add("dtstart", timing.start.replace(tzinfo=zone))
        event.add("dtend", timing.end.replace(tzinfo=zone))
    rule = rules.recurrence(timing)
    if rule:
        if timing.until is not None and not timing.whole_days:
            # A rule of events with a time ends at a moment in UTC (RFC 5545 §3.3.10).
            last = datetime.datetime.combine(timing.until, datetime.time(23, 59, 59), zone)
            rule["UNTIL"] = last.astimezone(datetime.UTC)
        event.add("rrule", rule)
        for day in sorted(timing.skipped):
            skipped = datetime.datetime.combine(day, timing.start.time(), zone)
            event.add("exdate", day if timing.whole_days else skipped)
    if row.place:
        event.add("location", row.place)
    description = "\n\n".join(filter(None, (row.summary, strip_tags(row.text.replace("</p>", "</p>\n")).strip())))
    if description:
        event.add("description", description)
    event.add("url", f"{hosts.origin(portal)}{base}{row.slug}/")
    event.add("status", "CANCELLED" if row.cancelled else "CONFIRMED")
    return event
