"""Django's side: sending purges, and the rule that what nobody called public is private."""

from __future__ import annotations

from collections.abc import Callable

from django.db import connection
from django.http import HttpRequest, HttpResponse
from django.utils.cache import patch_vary_headers

from .invalidation import CHANNEL, payloads


def purge(*tags: str) -> None:
    """Drop pages by tag in every process, when the current transaction commits."""
    with connection.cursor() as cursor:
        for payload in payloads(tags):
            cursor.execute("select pg_notify(%s, %s)", [CHANNEL, payload])


class FrontCacheHeaders:
    """Outermost: `private, no-store` unless a view said otherwise, and never public beside a cookie or a CSRF token."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        control = response.get("Cache-Control", "")
        if not control:
            response["Cache-Control"] = "private, no-store"
        elif "public" in control and (
            response.cookies or request.META.get("CSRF_COOKIE_NEEDS_UPDATE") or _session_read(request)
        ):
            response["Cache-Control"] = "private, no-store"
            patch_vary_headers(response, ["Cookie"])
        return response


def _session_read(request: HttpRequest) -> bool:
    session = getattr(request, "session", None)
    return bool(session is not None and session.accessed)
