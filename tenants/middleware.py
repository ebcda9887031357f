"""Host name → portal, once, for the whole request."""

from __future__ import annotations

from collections.abc import Callable

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, HttpResponsePermanentRedirect

from . import context, hosts

GetResponse = Callable[[HttpRequest], HttpResponse]


class PortalMiddleware:
    """Enter the portal of the request's host; the operator's host gets the platform; an unknown host is 404.

    The media host is nowhere: its views enter the portal whose uid is in the address.

    Wagtail's preview sends a made-up request (`is_dummy`) with another Host through the whole stack: it stays in the
    portal that asked for it.
    """

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if getattr(request, "is_dummy", False):
            request.portal = context.require_portal()  # type: ignore[attr-defined]
            return self.get_response(request)
        host = hosts.normalise(request.get_host())
        if host == settings.OPERATOR_HOST:
            request.portal = None  # type: ignore[attr-defined]
            request.urlconf = settings.OPERATOR_URLCONF  # type: ignore[attr-defined]
            with context.platform():
                return self.get_response(request)
        if host == settings.MEDIA_HOST:
            request.portal = None  # type: ignore[attr-defined]
            request.urlconf = settings.MEDIA_URLCONF  # type: ignore[attr-defined]
            return self.get_response(request)
        entry = hosts.resolve(host)
        if entry is None:
            response = HttpResponse("404 Không có cổng thông tin ở địa chỉ này.\n", "text/plain; charset=utf-8", 404)
            response["Cache-Control"] = "public, max-age=0, s-maxage=30"
            return response
        if entry.redirect_to and request.method in {"GET", "HEAD"}:
            target = f"{hosts.beside(request, entry.redirect_to)}{request.get_full_path()}"
            response = HttpResponsePermanentRedirect(target)
            response["Cache-Control"] = "public, max-age=0, s-maxage=300"
            return response
        request.portal = entry.portal  # type: ignore[attr-defined]
        with context.enter(entry.portal):
            return self.get_response(request)


def portal_of(request: HttpRequest) -> context.PortalRef:
    """The portal of this request. Raises `Http404` on the operator's host."""
    portal: context.PortalRef | None = getattr(request, "portal", None)
    if portal is None:
        raise Http404
    return portal
