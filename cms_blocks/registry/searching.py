"""What search finds of official documents, and which changes write it anew (through the queue)."""

from __future__ import annotations

import datetime
from collections.abc import Collection, Iterable
from typing import Any

from django.db.models.signals import post_delete, post_save
from wagtail.models import Page
from wagtail.signals import page_published, page_slug_changed, page_unpublished, post_page_move

from cms_blocks import feeds, share_cards
from search import sources
from search.sources import Findable
from search.tasks import rebuild, refresh
from tenants import context, tasks

from . import selectors
from .models import OfficialDocument, RegistryPage

SOURCE = "document"
ONE_DAY = datetime.timedelta(days=1)


def home() -> RegistryPage | None:
    """The list that visitors may read, if there is one: without it no document has an address."""
    page: RegistryPage | None = RegistryPage.objects.live().public().defer("body").first()
    return page


class DocumentSource:
    def ids(self) -> Iterable[int]:
        if home() is None:
            return []
        return OfficialDocument.objects.filter(is_public=True).values_list("pk", flat=True)

    def read(self, ids: Collection[int]) -> dict[int, Findable]:
        page = home()
        parts = page.get_url_parts() if page is not None else None
        if not parts:
            return {}
        return {
            official.pk: Findable(
                kind="document",
                title=f"{official.name}: {official.abstract}"[:300],
                path=f"{parts[2]}{official.slug}/",
                body="\n".join(filter(None, (official.abstract, official.field, official.signer))),
                number=official.number,
                issuer=official.issuer,
                date=official.issued_on,
                expires=official.expires_on - ONE_DAY if official.expires_on else None,  # search: the last day in force
            )
            for official in OfficialDocument.objects.filter(pk__in=ids, is_public=True).defer("finding")
        }


def _searched() -> bool:
    portal = context.current_portal()
    return portal is not None and portal.uid != context.TEMPLATE_UID


def on_document(sender: Any, instance: OfficialDocument, **kwargs: Any) -> None:
    if _searched():
        tasks.defer(refresh, keys=[f"{SOURCE}:{instance.pk}"])


def on_page(sender: Any, instance: Page, **kwargs: Any) -> None:
    """The list came, went or moved: with it the address of every document."""
    if _searched() and issubclass(sender or type(instance), RegistryPage):
        tasks.defer(rebuild, queueing_lock="search.rebuild")


def on_move(sender: Any, instance: Page, **kwargs: Any) -> None:
    if _searched() and RegistryPage.objects.filter(path__startswith=instance.path).exists():
        tasks.defer(rebuild, queueing_lock="search.rebuild")


def addresses() -> list[tuple[str, datetime.datetime | None]]:
    """For the sitemap."""
    base = selectors.base_url()
    if not base:
        return []
    rows = OfficialDocument.objects.filter(is_public=True).order_by("pk").values_list("slug", "changed_at")
    return [(f"{base}{slug}/", changed) for slug, changed in rows]


def share_card(pk: int) -> tuple[str, str] | None:
    official = OfficialDocument.objects.filter(pk=pk, is_public=True).first() if home() else None
    return selectors.card(official) if official is not None else None


def connect() -> None:
    sources.register(SOURCE, DocumentSource())
    feeds.register_addresses(addresses)
    share_cards.register("official", share_card)
    for signal, name in ((post_save, "saved"), (post_delete, "deleted")):
        signal.connect(on_document, sender=OfficialDocument, dispatch_uid=f"search.official.{name}")
    for signal, name in ((page_published, "published"), (page_unpublished, "unpublished")):
        signal.connect(on_page, dispatch_uid=f"search.registry.{name}")
    for signal, name in ((page_slug_changed, "slug"), (post_page_move, "move")):
        signal.connect(on_move, dispatch_uid=f"search.registry.{name}")
