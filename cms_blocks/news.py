"""News cards: one query for the pages, one for their pictures, whatever the number."""

from __future__ import annotations

import datetime
from typing import Any

from django.db.models import Case, DateField, Exists, F, OuterRef, When
from django.utils import timezone
from wagtail.images import get_image_model

from tenants import cache_tags
from themes.context import NewsCard

from . import caching, sites

# As NewsCard names them: image, narrow, avif, avif_narrow.
CARD_SPECS = tuple(f"fill-{size}|format-{kind}" for kind in ("webp", "avif") for size in ("640x400", "320x200"))
SHOWN = ("title", "url_path", "date", "intro", "image", "featured_until")  # what a card needs of its page


def cards(pages: Any, request: Any = None) -> list[NewsCard]:
    """Cards of news pages (a queryset or list of NewsPage)."""
    pages = list(pages if isinstance(pages, list) else pages.only(*SHOWN))
    cache_tags.tag("news", *(f"page:{page.pk}" for page in pages))
    renditions = _renditions([page.image_id for page in pages if page.image_id])
    return [
        NewsCard(
            title=page.title,
            url=page.get_url(request) or "",
            date=page.date,
            summary=page.intro,
            **renditions.get(page.image_id, {"image": None}),
        )
        for page in pages
    ]


def _renditions(image_ids: list[int]) -> dict[int, dict[str, Any]]:
    """Image id → the sizes of a card; made at the first use, found in one query afterwards."""
    if not image_ids:
        return {}
    images = get_image_model().objects.filter(pk__in=image_ids).prefetch_renditions(*CARD_SPECS)
    names = ("image", "narrow", "avif", "avif_narrow")
    found = {image.pk: image.get_renditions(*CARD_SPECS) for image in images}
    return {
        pk: {name: sizes[spec] for name, spec in zip(names, CARD_SPECS, strict=True)} for pk, sizes in found.items()
    }


def latest_cards(count: int, request: Any = None) -> list[NewsCard]:
    """The newest published articles of this portal; one that leads until some day stands first."""
    from .models import NewsPage

    today = timezone.localdate()
    leads = Case(When(featured_until__gte=today, then=F("date")), default=None, output_field=DateField())
    ordered = sites.public(NewsPage.objects.live()).order_by(leads.desc(nulls_last=True), "-date", "-pk")
    pages = list(ordered.only(*SHOWN)[:count])
    one_day = datetime.timedelta(days=1)
    caching.true_until(*(page.featured_until + one_day for page in pages if page.featured_until))
    return cards(pages, request)


def related(page: Any, count: int, request: Any = None) -> list[NewsCard]:
    """Others of the same category, newest first; of all where it has none."""
    from .models import NewsPage

    others = sites.public(NewsPage.objects.live()).exclude(pk=page.pk).order_by("-date", "-pk")
    if page.category_id:
        others = others.filter(category_id=page.category_id)
    return cards(list(others.only(*SHOWN)[:count]), request)


def categories() -> list[Any]:
    """Those that have news, in the portal's order: one query."""
    from .models import NewsCategory, NewsPage

    cache_tags.tag("news")
    return list(NewsCategory.objects.filter(Exists(NewsPage.objects.filter(category=OuterRef("pk"), live=True))))
