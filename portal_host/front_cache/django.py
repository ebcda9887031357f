"""Django's side: sending purges, and the rule that what nobody called public is private."""

from __future__ import annotations

from collections.abc import Callable

from django.db import connection
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.utils.cache import patch_vary_headers

from .invalidation import notify
from .responses import CSRF_FIELD

PRIVATE = "private, no-store"


def purge(*tags: str) -> None:
    """Drop pages by tag in every process, when the current transaction commits."""
    with connection.cursor() as cursor:
        notify(cursor, tags)


def cacheable(
    response: HttpResponse, *, max_age: int = 0, s_maxage: int = 60, stale_while_revalidate: int = 86_400
) -> HttpResponse:
    """Mark as the same bytes for everyone. Seconds: in browsers, in the front cache and a CDN, and stale after that."""
    response["Cache-Control"] = (
        f"public, max-age={max_age}, s-maxage={s_maxage}, stale-while-revalidate={stale_while_revalidate},"
        f" stale-if-error={stale_while_revalidate}"
    )
    return response


class FrontCacheHeaders:
    """Outermost: `private, no-store` unless a view said otherwise, and never public beside a cookie or a CSRF token."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        control = response.get("Cache-Control", "")
        if not control:
            response["Cache-Control"] = PRIVATE
        elif "public" in control and (response.cookies or _csrf_used(request, response) or _session_used(request)):
            response["Cache-Control"] = PRIVATE
            patch_vary_headers(response, ["Cookie"])
        return response


def _csrf_used(request: HttpRequest, response: HttpResponseBase) -> bool:
    """Django marks only a new token; one that came with the visitor's cookie is seen in the page alone."""
    if request.META.get("CSRF_COOKIE_NEEDS_UPDATE"):
        return True
    return isinstance(response, HttpResponse) and CSRF_FIELD in response.content


def _session_used(request: HttpRequest) -> bool:
    session = getattr(request, "session", None)
    return bool(session is not None and (session.accessed or session.modified))
