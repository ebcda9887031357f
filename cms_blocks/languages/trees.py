"""Which language a page is in, and its versions in others (docs/decisions: one tree below the home page per language).

The language is the first part of the address (`/en/…`): no query. Versions share `translation_key`: one query.
"""

from __future__ import annotations

from typing import Any

from django.conf import settings
from wagtail.models import Page

from tenants import cache_tags, portal_memo

DEFAULT = settings.LANGUAGE_CODE
OTHERS = {code: name for code, name in settings.LANGUAGES if code != DEFAULT}


def language_of_path(path: str) -> str:
    """Of an address below the host: `/en/about/` → en."""
    first = path.lstrip("/").partition("/")[0]
    return first if first in OTHERS else DEFAULT


def language_of(page: Any) -> str:
    """Of a page by its stored path, whose first part is the home page's."""
    return language_of_path(page.url_path.lstrip("/").partition("/")[2]) if page.url_path else DEFAULT


def _has_others() -> bool:
    """Whether the portal has a published tree of another language; most have none."""
    trees = Page.objects.filter(depth=3, slug__in=OTHERS, live=True)
    return portal_memo.remember("languages", ("pages",), trees.exists)


def versions(page: Any, request: Any = None) -> tuple[tuple[str, str, str], ...]:
    """(code, name, path) of the published versions of a page, itself included; () when there is only itself."""
    if not page.pk or not _has_others():
        return ()
    found = {}
    for other in Page.objects.filter(translation_key=page.translation_key, live=True).order_by("path"):
        cache_tags.tag(f"page:{other.pk}")
        found[language_of(other)] = other.get_url(request) or ""
    if len(found) < 2:
        return ()
    return tuple((code, name, found[code]) for code, name in settings.LANGUAGES if code in found)
