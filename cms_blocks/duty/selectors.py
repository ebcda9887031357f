"""Reads of the publication duty: this portal's items with their state; the sector's table from public."""

from __future__ import annotations

import datetime
from dataclasses import dataclass

from django.utils import timezone

from cms_blocks.duty_report.models import Completeness
from tenants import hosts
from tenants.context import PortalRef

from . import items
from .items import Item, State
from .models import DutyPage


@dataclass(frozen=True, slots=True)
class Line:
    """An item of this portal. `page_id`: 0 where there is none."""

    item: Item
    state: State
    page_id: int
    page_title: str
    changed: datetime.datetime | None


@dataclass(frozen=True, slots=True)
class PortalLine:
    """A portal in the sector's table; `percent` of its items done; `states` in the order of `codes`."""

    portal: PortalRef
    done: int
    total: int
    states: tuple[tuple[str, str], ...]
    counted_at: datetime.datetime | None

    @property
    def percent(self) -> int:
        return round(100 * self.done / self.total) if self.total else 0


def lines(portal: PortalRef) -> list[Line]:
    """One query."""
    day = timezone.localdate()
    known = {row.item: row.page for row in DutyPage.objects.select_related("page")}
    found = []
    for item in items.items_for(portal.kind, portal.level, day):
        page = known.get(item.code)
        changed = page.last_published_at if page is not None else None
        changed_on = timezone.localtime(changed).date() if changed else None
        state = items.state(item, day, exists=page is not None, live=bool(page and page.live), changed_on=changed_on)
        found.append(Line(item, state, page.pk if page else 0, page.title if page else "", changed))
    return found


def sector() -> list[PortalLine]:
    """Every portal that is open, the least complete first: one query in public."""
    rows = {row.portal_id: row for row in Completeness.objects.all()}
    found = []
    for ref in hosts.all_portals():
        if ref.state not in {"active", "read_only"}:
            continue
        row = rows.get(ref.pk)
        due = items.items_for(ref.kind, ref.level, timezone.localdate())
        states = tuple((item.title, row.states.get(item.code, "missing") if row else "missing") for item in due)
        found.append(PortalLine(ref, row.done if row else 0, len(due), states, row.counted_at if row else None))
    return sorted(found, key=lambda line: (line.percent, line.portal.name))
