"""What every template of a portal is given: the portal's view and its menu; read only where they are used."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject
from wagtail.models import Page

from tenants import cache_tags, portal_memo
from tenants.context import PortalRef
from themes import views as theme
from themes.context import MenuItem, PortalView

from .languages.trees import DEFAULT, language_of_path
from .looks.models import current as current_look
from .looks.models import is_trying, logo_of
from .models import PortalSettings


def site(request: HttpRequest) -> dict[str, Any]:
    """Context processor: `site` (PortalView) and `menu` (list of MenuItem), lazily."""
    portal: PortalRef | None = getattr(request, "portal", None)
    if portal is None:
        return {}
    return {
        "site": SimpleLazyObject(lambda: portal_view(portal)),
        "menu": SimpleLazyObject(lambda: menu(request)),
    }


def portal_view(portal: PortalRef) -> PortalView:
    """Two queries and one for a logo, kept until the settings change."""
    cache_tags.tag("settings")
    if is_trying():
        return _portal_view(portal)  # what the editor of the look tries is nobody else's
    return portal_memo.remember("view", ("settings",), lambda: _portal_view(portal))


def _portal_view(portal: PortalRef) -> PortalView:
    chosen = PortalSettings.objects.first() or PortalSettings()
    look = current_look()
    choice = look.choice(portal)
    character, hue = choice.character.value, choice.hue
    letter = letter_of(portal.slug)
    return PortalView(
        name=portal.name,
        short_name=chosen.short_name or portal.name,
        kind=portal.kind,
        level=portal.level,
        character=character,
        hue=hue,
        slug=portal.slug,
        tagline=chosen.tagline,
        address=chosen.address,
        phone=chosen.phone,
        email=chosen.email,
        supervisor=chosen.supervisor,
        css_url=theme.css_url(choice),
        favicon_url=theme.favicon_url(character, hue, letter),
        hero_art_url=theme.art_url("hero", character, hue, portal.slug),
        card_art_url=theme.art_url("card", character, hue, portal.slug),
        choice=choice,
        logo=logo_of(look),
    )


def letter_of(slug: str) -> str:
    return slug.rpartition("-")[2][:1].upper() or "P"


def menu(request: HttpRequest) -> list[MenuItem]:
    """The sections shown in menus, of the language of the page: one query, kept until the menu changes."""
    cache_tags.tag("menu")
    language = language_of_path(request.path)
    entries = portal_memo.remember(f"menu:{language}", ("menu",), lambda: _menu_entries(request, language))
    return [MenuItem(title, url, active=bool(url) and request.path.startswith(url)) for title, url in entries]


def _menu_entries(request: HttpRequest, language: str) -> list[tuple[str, str]]:
    place = {"depth": 3} if language == DEFAULT else {"depth": 4, "url_path__startswith": f"/home/{language}/"}
    pages = Page.objects.filter(**place, live=True, show_in_menus=True).order_by("path")
    return [(page.title, page.get_url(request) or "") for page in pages]
