"""Which responses the caches in front may keep."""

from __future__ import annotations

from django.http import HttpResponse

PUBLIC = "public, max-age=0, s-maxage=300, stale-while-revalidate=86400, stale-if-error=86400"


def public(response: HttpResponse) -> HttpResponse:
    """The same bytes for everyone: kept by the front cache until a tag is purged, by an outer CDN for five minutes."""
    response["Cache-Control"] = PUBLIC
    return response
