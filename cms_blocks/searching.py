"""What search finds of a portal's pages, and which events in the editor write it anew (through the queue)."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import Any

from django.db.models import Q
from django.db.models.signals import post_delete, post_save
from wagtail.models import Page, PageViewRestriction
from wagtail.signals import page_published, page_slug_changed, page_unpublished, post_page_move

from search import sources
from search.sources import Findable
from search.tasks import changed

from .models import PortalPage

PAGE = "page"


class PageSource:
    """Published pages that everybody may read. Aliases are left out: their original is found."""

    def ids(self) -> Iterable[int]:
        return _public(Page.objects.filter(depth__gte=2)).values_list("pk", flat=True)

    def read(self, ids: Collection[int]) -> dict[int, Findable]:
        pages = _public(Page.objects.filter(pk__in=ids, depth__gte=2)).specific()
        return {page.pk: page.findable() for page in pages if isinstance(page, PortalPage)}


def _public(pages: Any) -> Any:
    return pages.live().public().filter(alias_of=None)


def key_of(page: Page) -> str:
    return f"{PAGE}:{page.pk}"


def on_page(sender: Any, instance: Page, **kwargs: Any) -> None:
    changed([key_of(instance)])


def on_section(sender: Any, instance: Page, **kwargs: Any) -> None:
    """Addresses changed, for a page and all below it."""
    changed(_below([instance.path]))


def on_restriction(sender: Any, instance: PageViewRestriction, **kwargs: Any) -> None:
    """Who may read a page and all below it changed; the page itself may be gone already."""
    page = Page.objects.filter(pk=instance.page_id).first()
    if page is not None:
        changed(_below([page.path]))


def _below(paths: Iterable[str]) -> list[str]:
    here = Q()
    for path in paths:
        here |= Q(path__startswith=path)
    return [f"{PAGE}:{pk}" for pk in Page.objects.filter(here, depth__gte=2).values_list("pk", flat=True)]


def connect() -> None:
    sources.register(PAGE, PageSource())
    for signal, name in ((page_published, "published"), (page_unpublished, "unpublished")):
        signal.connect(on_page, dispatch_uid=f"search.{name}")
    for signal, name in ((page_slug_changed, "slug"), (post_page_move, "move")):
        signal.connect(on_section, dispatch_uid=f"search.{name}")
    for signal, name in ((post_save, "saved"), (post_delete, "deleted")):
        signal.connect(on_restriction, sender=PageViewRestriction, dispatch_uid=f"search.restriction.{name}")
