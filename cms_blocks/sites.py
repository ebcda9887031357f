"""The portal's one site and what every page asks of it, read once until a change drops it."""

from __future__ import annotations

import copy

from wagtail.models import PageViewRestriction, Site

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


def any_restricted() -> bool:
    """Whether any page of the portal is for members or behind a password; most portals have none."""
    return portal_memo.remember("restricted", ("restrictions",), PageViewRestriction.objects.exists)
