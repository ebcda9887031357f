"""Rows that a page shows at addresses of their own (documents, events, people): what search, sitemap and share cards
need of that page, and which changes write the entries anew. The page gone, private or moved: all its rows with it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from django.db.models import Model
from django.db.models.signals import post_delete, post_save
from wagtail.models import Page, PageViewRestriction
from wagtail.signals import page_published, page_slug_changed, page_unpublished, post_page_move

from search import sources
from search.tasks import rebuild, refresh
from tenants import context, tasks

# Of a row: the ids of the entries that its change concerns; None for all.
Concerned = Callable[[Any], Iterable[int] | None]


def public_path(page_type: type[Page]) -> str:
    """Path of the page of this type that everybody may read, "" where there is none."""
    page = page_type.objects.live().public().defer("body").first()
    parts = page.get_url_parts() if page is not None else None
    return parts[2] if parts else ""


def own_id(row: Model) -> Iterable[int]:
    return (row.pk,)


def connect(name: str, source: sources.Source, page_type: type[Page], rows: Mapping[type[Model], Concerned]) -> None:
    """Register `source` under `name`, and write its entries anew when rows or the page change."""
    sources.register(name, source)

    def on_row(sender: Any, instance: Model, **kwargs: Any) -> None:
        if not _searched():
            return
        ids = rows[sender](instance)
        if ids is None:
            everything()
        else:
            tasks.defer(refresh, keys=[f"{name}:{pk}" for pk in ids])

    def everything() -> None:
        tasks.defer(rebuild, queueing_lock="search.rebuild")

    def on_page(sender: Any, instance: Page, **kwargs: Any) -> None:
        if _searched() and isinstance(instance, page_type):
            everything()

    def on_section(sender: Any, instance: Page, **kwargs: Any) -> None:
        if _searched() and page_type.objects.filter(path__startswith=instance.path).exists():
            everything()

    def on_restriction(sender: Any, instance: PageViewRestriction, **kwargs: Any) -> None:
        page = Page.objects.filter(pk=instance.page_id).first()
        if page is not None:
            on_section(sender, page)

    for model in rows:
        for signal, when in ((post_save, "saved"), (post_delete, "deleted")):
            signal.connect(on_row, sender=model, weak=False, dispatch_uid=f"rows.{name}.{model.__name__}.{when}")
    for signal, when in ((page_published, "published"), (page_unpublished, "unpublished")):
        signal.connect(on_page, weak=False, dispatch_uid=f"rows.{name}.{when}")
    for signal, when in ((page_slug_changed, "slug"), (post_page_move, "move")):
        signal.connect(on_section, weak=False, dispatch_uid=f"rows.{name}.{when}")
    for signal, when in ((post_save, "saved"), (post_delete, "deleted")):
        signal.connect(
            on_restriction, sender=PageViewRestriction, weak=False, dispatch_uid=f"rows.{name}.restriction.{when}"
        )


def _searched() -> bool:
    """Nobody searches the template."""
    portal = context.current_portal()
    return portal is not None and portal.uid != context.TEMPLATE_UID
