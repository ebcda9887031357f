"""A portal as an app on a phone: its manifest, its mark as PNG, and a page that is there without a network.

The worker keeps that one page and what it is drawn with, nothing else: no page of a portal is ever older than the
network says, and nothing of a person lies on a shared phone.
"""

from __future__ import annotations

import hashlib
import json

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.templatetags.static import static
from django.urls import reverse
from django.views.decorators.http import require_safe

from cms_blocks import caching, share_cards
from cms_blocks.context import letter_of, portal_view
from tenants import cache_tags
from tenants.middleware import portal_of
from themes.colour import hexadecimal
from themes.context import PortalView
from themes.tokens import Character, Choice, palette
from themes.views import art_url

ICONS = (192, 512)
SHORT = 12  # letters below a symbol on a phone


def _site(request: HttpRequest) -> PortalView:
    portal = portal_of(request)
    cache_tags.tag_portal()
    return portal_view(portal)


def _choice(site: PortalView) -> Choice:
    return site.choice or Choice(Character(site.character), site.hue)


def icon_mark(site: PortalView) -> str:
    """Changes with what the mark is drawn from."""
    drawn = f"{share_cards.VERSION}:{site.slug}:{site.character}:{site.hue}"
    return hashlib.blake2b(drawn.encode(), digest_size=4).hexdigest()


@require_safe
def manifest(request: HttpRequest) -> HttpResponse:
    site = _site(request)
    colours = palette(Character(site.character), site.hue, dark=False, strength=_choice(site).strength)
    value = {
        "id": "/",
        "name": site.name,
        "short_name": site.short_name if len(site.short_name) <= SHORT else _initials(site.name),
        "description": site.tagline,
        "lang": "vi",
        "dir": "ltr",
        "start_url": "/",
        "scope": "/",
        "display": "standalone",
        "theme_color": hexadecimal(colours["surface"]),
        "background_color": hexadecimal(colours["surface"]),
        "icons": [
            {
                "src": reverse("app_icon", args=[side, icon_mark(site)]),
                "sizes": f"{side}x{side}",
                "type": "image/png",
                "purpose": purpose,
            }
            for side in ICONS
            for purpose in ("any", "maskable")
        ],
    }
    body = json.dumps({name: kept for name, kept in value.items() if kept}, ensure_ascii=False)
    return caching.public(HttpResponse(body, content_type="application/manifest+json; charset=utf-8"))


def _initials(name: str) -> str:
    """“Trường THPT Lý Thường Kiệt” → “THPT LTK”: what is written in capitals stays, other words give their first."""
    words = name.removeprefix("Trường ").split()
    head = [word for word in words if word.isupper()]
    rest = "".join(word[0] for word in words if not word.isupper() and word[0].isalpha()).upper()
    return " ".join([*head, rest])[:SHORT].strip() or name[:SHORT]


@require_safe
def icon(request: HttpRequest, side: str, mark: str) -> HttpResponse:
    site = _site(request)
    if mark != icon_mark(site):
        raise Http404
    response = HttpResponse(share_cards.draw_mark(letter_of(site.slug), site, int(side)), content_type="image/png")
    response["Cache-Control"] = "public, max-age=31536000, s-maxage=31536000, immutable"
    return response


@require_safe
def offline(request: HttpRequest) -> HttpResponse:
    """Stands by itself: no menu, no search, no link that would need the network."""
    _site(request)
    return caching.public(render(request, "portal_host/offline.html"))


@require_safe
def service_worker(request: HttpRequest) -> HttpResponse:
    site = _site(request)
    page = reverse("offline")
    kept = [
        page,
        site.css_url,
        static("themes/base.css"),
        *(art_url("spot", site.character, site.hue, "broken", night=night) for night in (False, True)),
    ]
    drawn_from = json.dumps([kept, site.name, site.phone, site.email])
    version = hashlib.blake2b(drawn_from.encode(), digest_size=6).hexdigest()
    context = {"kept": json.dumps(kept), "page": page, "version": version}
    response = render(request, "portal_host/service_worker.js", context, content_type="text/javascript; charset=utf-8")
    return caching.public(response)
