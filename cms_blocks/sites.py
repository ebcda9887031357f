"""The portal's one site and what every page asks of it, read once until a change drops it."""

from __future__ import annotations

import copy
from typing import Any

from django.contrib.contenttypes.models import ContentType
from wagtail.models import Page, PageViewRestriction, Site

from tenants import portal_memo


def portal_site() -> Site:
    """The portal's site with its home page; a copy, as routing may end at the home page and serve it."""
    kept = portal_memo.remember("site", ("pages",), _read)
    own = copy.copy(kept)
    own._state = copy.copy(kept._state)
    own._state.fields_cache = {"root_page": copy.copy(kept.root_page)}
    return own


def _read() -> Site:
    found = Site.objects.select_related("root_page").get()
    found.root_page = found.root_page.specific
    return found


def page_where(**conditions: Any) -> Page | None:
    """The first page of these conditions, as its own type: two queries, the first for two numbers."""
    found = Page.objects.filter(**conditions).values_list("pk", "content_type").first()
    kind = ContentType.objects.get_for_id(found[1]).model_class() if found else None
    return kind._default_manager.get(pk=found[0]) if found and kind else None  # type: ignore[no-any-return]


def any_restricted() -> bool:
    """Whether any page of the portal is for members or behind a password; most portals have none."""
    return portal_memo.remember("restricted", ("restrictions",), PageViewRestriction.objects.exists)


def public(pages: Any) -> Any:
    """Those of a page queryset that everybody may read: Wagtail's `public()`, unasked where nothing is restricted."""
    return pages.public() if any_restricted() else pages
