"""Where official documents show beside their own pages: search, sitemap, share cards."""

from __future__ import annotations

import datetime
from collections.abc import Collection, Iterable

from cms_blocks import feeds, row_pages, share_cards
from search.sources import Findable

from . import selectors
from .models import OfficialDocument, RegistryPage

SOURCE = "document"
ONE_DAY = datetime.timedelta(days=1)


class DocumentSource:
    """Without a list that visitors may read no document has an address."""

    def ids(self) -> Iterable[int]:
        if not row_pages.public_path(RegistryPage):
            return []
        return OfficialDocument.objects.filter(is_public=True).values_list("pk", flat=True)

    def read(self, ids: Collection[int]) -> dict[int, Findable]:
        base = row_pages.public_path(RegistryPage)
        if not base:
            return {}
        return {
            official.pk: Findable(
                kind="document",
                title=f"{official.name}: {official.abstract}"[:300],
                path=f"{base}{official.slug}/",
                body="\n".join(filter(None, (official.abstract, official.field, official.signer))),
                number=official.number,
                issuer=official.issuer,
                date=official.issued_on,
                expires=official.expires_on - ONE_DAY if official.expires_on else None,  # search: the last day in force
            )
            for official in OfficialDocument.objects.filter(pk__in=ids, is_public=True).defer("finding")
        }


def addresses() -> list[tuple[str, datetime.datetime | None]]:
    """For the sitemap."""
    base = row_pages.public_path(RegistryPage)
    if not base:
        return []
    rows = OfficialDocument.objects.filter(is_public=True).order_by("pk").values_list("slug", "changed_at")
    return [(f"{base}{slug}/", changed) for slug, changed in rows]


def share_card(pk: int) -> tuple[str, str] | None:
    official = OfficialDocument.objects.filter(pk=pk, is_public=True).first()
    return selectors.card(official) if official is not None and row_pages.public_path(RegistryPage) else None


def connect() -> None:
    row_pages.connect(SOURCE, DocumentSource(), RegistryPage, {OfficialDocument: row_pages.own_id})
    feeds.register_addresses(addresses)
    share_cards.register("official", share_card)
