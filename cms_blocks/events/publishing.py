"""Where events show beside their own pages: search, sitemap, share cards; and what a change drops from the caches."""

from __future__ import annotations

import datetime
from collections.abc import Collection, Iterable
from typing import Any

from django.db.models.signals import post_delete, post_save
from django.utils.html import strip_tags

from cms_blocks import feeds, row_pages, share_cards
from cms_blocks.purging import purge_tags
from search.sources import Findable

from . import selectors
from .models import CalendarPage, Event

SOURCE = "event"


class EventSource:
    def ids(self) -> Iterable[int]:
        if not row_pages.public_path(CalendarPage):
            return []
        return Event.objects.filter(is_public=True).values_list("pk", flat=True)

    def read(self, ids: Collection[int]) -> dict[int, Findable]:
        base = row_pages.public_path(CalendarPage)
        if not base:
            return {}
        return {
            row.pk: Findable(
                kind="event",
                title=row.title,
                path=f"{base}{row.slug}/",
                body="\n".join(filter(None, (row.summary, row.place, strip_tags(row.text)))),
                date=row.first_day,
            )
            for row in Event.objects.filter(pk__in=ids, is_public=True)
        }


def addresses() -> list[tuple[str, datetime.datetime | None]]:
    base = row_pages.public_path(CalendarPage)
    if not base:
        return []
    rows = Event.objects.filter(is_public=True).order_by("pk").values_list("slug", "changed_at")
    return [(f"{base}{slug}/", changed) for slug, changed in rows]


def share_card(pk: int) -> tuple[str, str] | None:
    row = Event.objects.filter(pk=pk, is_public=True).first()
    return selectors.card(row) if row is not None and row_pages.public_path(CalendarPage) else None


def on_event(sender: Any, instance: Event, **kwargs: Any) -> None:
    purge_tags("events", "404", f"event:{instance.pk}")


def connect() -> None:
    row_pages.connect(SOURCE, EventSource(), CalendarPage, {Event: row_pages.own_id})
    feeds.register_addresses(addresses)
    share_cards.register(SOURCE, share_card)
    for signal, name in ((post_save, "saved"), (post_delete, "deleted")):
        signal.connect(on_event, sender=Event, dispatch_uid=f"events.{name}")
