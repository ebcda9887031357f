"""Wagtail's page view, told the site: a portal has one, whatever name it was called by."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from wagtail.views import serve as wagtail_serve

from tenants.middleware import portal_of

from .sites import portal_site


def serve(request: HttpRequest, path: str) -> HttpResponse:
    portal_of(request)
    request._wagtail_site = portal_site()  # type: ignore[attr-defined]  # where Site.find_for_request looks first
    response: HttpResponse = wagtail_serve(request, path)
    return response
