"""Which responses the caches in front may keep."""

from __future__ import annotations

from collections.abc import Callable

from django.conf import settings
from django.http import HttpResponse
from django.utils.module_loading import import_string

from tenants import isolation

PUBLIC = "public, max-age=0, s-maxage=300, stale-while-revalidate=86400, stale-if-error=86400"


def public(response: HttpResponse) -> HttpResponse:
    """The same bytes for everyone: kept by the front cache until a tag is purged, by an outer CDN for five minutes."""
    response["Cache-Control"] = PUBLIC
    return response


def purge(*names: str) -> None:
    """Drop the current portal's pages that carry one of these tags, in every process, at the commit."""
    purger: Callable[..., None] = import_string(settings.CACHE_PURGER)
    purger(*(isolation.cache_tag(name) for name in names))
