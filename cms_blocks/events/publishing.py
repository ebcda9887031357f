"""Where events show beside their own pages: search, sitemap, share cards; and what a change drops from the caches."""

from __future__ import annotations

import datetime
from collections.abc import Collection, Iterable
from typing import Any

from django.db.models.signals import post_delete, post_save
from django.utils.html import strip_tags
from wagtail.models import Page
from wagtail.signals import page_published, page_slug_changed, page_unpublished, post_page_move

from cms_blocks import feeds, share_cards
from cms_blocks.purging import purge_tags
from search import sources
from search.sources import Findable
from search.tasks import rebuild, refresh
from tenants import context, tasks

from . import selectors
from .models import CalendarPage, Event

SOURCE = "event"


def home() -> CalendarPage | None:
    page: CalendarPage | None = CalendarPage.objects.live().public().defer("body").first()
    return page


class EventSource:
    def ids(self) -> Iterable[int]:
        return Event.objects.filter(is_public=True).values_list("pk", flat=True) if home() else []

    def read(self, ids: Collection[int]) -> dict[int, Findable]:
        page = home()
        parts = page.get_url_parts() if page is not None else None
        if not parts:
            return {}
        return {
            row.pk: Findable(
                kind="event",
                title=row.title,
                path=f"{parts[2]}{row.slug}/",
                body="\n".join(filter(None, (row.summary, row.place, strip_tags(row.text)))),
                date=row.first_day,
            )
            for row in Event.objects.filter(pk__in=ids, is_public=True)
        }


def addresses() -> list[tuple[str, datetime.datetime | None]]:
    base = selectors.base_url()
    if not base:
        return []
    rows = Event.objects.filter(is_public=True).order_by("pk").values_list("slug", "changed_at")
    return [(f"{base}{slug}/", changed) for slug, changed in rows]


def share_card(pk: int) -> tuple[str, str] | None:
    row = Event.objects.filter(pk=pk, is_public=True).first() if home() else None
    return selectors.card(row) if row is not None else None


def _searched() -> bool:
    portal = context.current_portal()
    return portal is not None and portal.uid != context.TEMPLATE_UID


def on_event(sender: Any, instance: Event, **kwargs: Any) -> None:
    purge_tags("events", "404", f"event:{instance.pk}")
    if _searched():
        tasks.defer(refresh, keys=[f"{SOURCE}:{instance.pk}"])


def on_page(sender: Any, instance: Page, **kwargs: Any) -> None:
    if _searched() and isinstance(instance, CalendarPage):
        tasks.defer(rebuild, queueing_lock="search.rebuild")


def on_move(sender: Any, instance: Page, **kwargs: Any) -> None:
    if _searched() and CalendarPage.objects.filter(path__startswith=instance.path).exists():
        tasks.defer(rebuild, queueing_lock="search.rebuild")


def connect() -> None:
    sources.register(SOURCE, EventSource())
    feeds.register_addresses(addresses)
    share_cards.register(SOURCE, share_card)
    for signal, name in ((post_save, "saved"), (post_delete, "deleted")):
        signal.connect(on_event, sender=Event, dispatch_uid=f"events.{name}")
    for signal, name in ((page_published, "published"), (page_unpublished, "unpublished")):
        signal.connect(on_page, dispatch_uid=f"events.page.{name}")
    for signal, name in ((page_slug_changed, "slug"), (post_page_move, "move")):
        signal.connect(on_move, dispatch_uid=f"events.page.{name}")
