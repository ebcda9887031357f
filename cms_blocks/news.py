"""News cards: one query for the pages, one for their pictures, whatever the number."""

from __future__ import annotations

from typing import Any

from wagtail.images import get_image_model

from tenants import cache_tags
from themes.context import NewsCard

CARD_SPEC = "fill-640x400|format-webp"


def cards(pages: Any, request: Any = None) -> list[NewsCard]:
    """Cards of news pages (a queryset of NewsPage)."""
    pages = list(pages.defer("body"))
    cache_tags.tag("news", *(f"page:{page.pk}" for page in pages))
    renditions = _renditions([page.image_id for page in pages if page.image_id])
    return [
        NewsCard(
            title=page.title,
            url=page.get_url(request) or "",
            date=page.date,
            summary=page.intro,
            image=renditions.get(page.image_id),
        )
        for page in pages
    ]


def _renditions(image_ids: list[int]) -> dict[int, Any]:
    """Image id → rendition of a card; made at the first use, found in one query afterwards."""
    if not image_ids:
        return {}
    images = get_image_model().objects.filter(pk__in=image_ids).prefetch_renditions(CARD_SPEC)
    return {image.pk: image.get_rendition(CARD_SPEC) for image in images}


def latest_cards(count: int, request: Any = None) -> list[NewsCard]:
    """The newest published articles of this portal."""
    from .models import NewsPage

    return cards(NewsPage.objects.live().public().order_by("-date", "-pk")[:count], request)
