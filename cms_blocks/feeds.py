"""For other programs: RSS and Atom of the news (all or of one category), share cards, sitemap."""

from __future__ import annotations

import datetime
from collections.abc import Callable

from django.http import Http404, HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.utils.feedgenerator import Atom1Feed, Rss201rev2Feed
from django.views.decorators.http import require_safe
from wagtail.models import Page

from tenants import cache_tags, hosts
from tenants.middleware import portal_of

from . import caching, share_cards, sites
from .context import portal_view
from .models import NewsCategory, NewsPage, PortalPage

_FOREVER = "public, max-age=31536000, s-maxage=31536000, immutable"
ENTRIES = 20
# Addresses in one sitemap file: the protocol allows 50,000; fewer are read sooner.
CHUNK = 5000

Addresses = Callable[[], list[tuple[str, datetime.datetime | None]]]
_addresses: list[Addresses] = []


def register_addresses(source: Addresses) -> None:
    """`source()` gives (path, last change) of everything public that is no page, of the current portal."""
    _addresses.append(source)


@require_safe
def feed(request: HttpRequest, atom: bool = False) -> HttpResponse:
    """The newest articles; `?chuyen-muc=` narrows them to one category."""
    portal = portal_of(request)
    cache_tags.tag_portal()
    cache_tags.tag("news", "settings")
    base = hosts.beside(request, portal.primary_host)
    pages = sites.public(NewsPage.objects.live()).select_related("category").order_by("-date", "-pk")
    title, suffix = portal.name, ""
    if "chuyen-muc" in request.GET:
        category = NewsCategory.objects.filter(slug=request.GET["chuyen-muc"]).first()
        if category is None:
            raise Http404
        pages, title, suffix = (
            pages.filter(category=category),
            f"{category.name} – {portal.name}",
            f"?chuyen-muc={category.slug}",
        )
    builder = Atom1Feed if atom else Rss201rev2Feed
    address = base + request.path + suffix
    out = builder(title=title, link=f"{base}/", description=title, language="vi", feed_url=address, feed_guid=address)
    for page in pages.defer("body")[:ENTRIES]:
        url = base + (page.get_url(request) or "/")
        cache_tags.tag(f"page:{page.pk}")
        out.add_item(
            title=page.title,
            link=url,
            description=page.intro,
            pubdate=page.first_published_at,
            updateddate=page.last_published_at,
            unique_id=url,
            categories=[page.category.name] if page.category else [],
        )
    kind = "atom" if atom else "rss"
    return caching.public(HttpResponse(out.writeString("utf-8"), content_type=f"application/{kind}+xml; charset=utf-8"))


@require_safe
def sitemap(request: HttpRequest) -> HttpResponse:
    """All public addresses; an index of parts where they are more than one file should hold (`?page=`)."""
    portal = portal_of(request)
    cache_tags.tag_portal()
    cache_tags.tag("menu", "news", "pages", "registry", "events")
    base = hosts.beside(request, portal.primary_host)
    pages = sites.public(Page.objects.live()).filter(depth__gte=2).order_by("path")
    urls = [(page.get_url(request) or "/", page.last_published_at) for page in pages]
    for source in _addresses:
        urls += source()
    asked = request.GET.get("page", "")
    parts = max(1, -(-len(urls) // CHUNK))
    if asked and (not asked.isdigit() or not 1 <= int(asked) <= parts):
        raise Http404
    if asked or parts == 1:
        place = int(asked or 1) - 1
        chosen = [(base + path, changed) for path, changed in urls[place * CHUNK : (place + 1) * CHUNK]]
        body = render_to_string("cms_blocks/sitemap.xml", {"urls": chosen})
    else:
        body = render_to_string(
            "cms_blocks/sitemap_index.xml", {"parts": [f"{base}/sitemap.xml?page={n}" for n in range(1, parts + 1)]}
        )
    return caching.public(HttpResponse(body, content_type="application/xml"))


@require_safe
def share_card(request: HttpRequest, subject: str, pk: int, mark: str) -> HttpResponse:
    """The card of what is public now. An old address gets today's card, but is not kept."""
    portal = portal_of(request)
    cache_tags.tag_portal()
    cache_tags.tag("settings", f"{subject}:{pk}")
    said = share_cards.says(subject, pk)
    if said is None:
        raise Http404
    site = portal_view(portal)
    response = HttpResponse(share_cards.draw(*said, site), content_type="image/png")
    response["Cache-Control"] = _FOREVER if mark == share_cards.mark(*said, site) else "public, max-age=0, s-maxage=60"
    response["X-Content-Type-Options"] = "nosniff"
    return response


def _page_card(pk: int) -> tuple[str, str] | None:
    page = sites.public(Page.objects.live()).filter(pk=pk).first()
    specific = page.specific_deferred if page is not None else None
    if not isinstance(specific, PortalPage):
        return None
    return specific.card()


share_cards.register("page", _page_card)
