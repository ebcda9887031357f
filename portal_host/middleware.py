"""What visitors and editors get in each state of a portal, and the policy of Wagtail's own pages."""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import urlencode

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import translation
from wagtail.contrib.redirects.middleware import RedirectMiddleware

from school_services.identity import second_factor, second_factor_views

GetResponse = Callable[[HttpRequest], HttpResponse]

_READING = {"GET", "HEAD", "OPTIONS"}
_SESSION = ("/tai-khoan/dang-nhap/", "/tai-khoan/dang-xuat/")
_LOOKS = ("/static/", "/_theme/", "/_art/")
_EDITORS = ("/admin/", "/tai-khoan/", *_LOOKS)

# Wagtail's admin and userbar are third-party pages with inline style; ours have the strict policy.
ADMIN_POLICY = {
    "style-src": ["'self'", "'unsafe-inline'"],
    "script-src": ["'self'", "'unsafe-inline'"],
    "img-src": ["'self'", "data:", "blob:"],
    "frame-src": ["'self'"],
    "worker-src": ["'self'", "blob:"],
}


def admin_policy() -> dict[str, list[str]]:
    """Editors' forms may go to S3 too: large files are sent there straight."""
    store = settings.ENVIRONMENT.s3
    if not store.bucket:
        return ADMIN_POLICY
    return ADMIN_POLICY | {"form-action": ["'self'", store.origin]}


class PortalStateMiddleware:
    """active: everything. read_only: reads. suspended: visitors 503, editors may look. retired: 410 for all.

    Public pages are in the default language whatever the visitor's cookie says: they are the same for everyone.
    """

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        portal = getattr(request, "portal", None)
        if portal is not None and portal.state != "active":
            refusal = self._refusal(request, portal.state)
            if refusal is not None:
                return refusal
        response = self.get_response(request)
        if request.path.startswith("/admin/"):
            response._csp_update = admin_policy()  # type: ignore[attr-defined]
        return response

    def _refusal(self, request: HttpRequest, state: str) -> HttpResponse | None:
        path = request.path
        if state == "retired" and not path.startswith(_LOOKS):
            return _answer("themes/retired.html", 410)
        if request.method not in _READING and not path.startswith(_SESSION):
            return _answer("themes/read_only.html", 503)
        if state == "suspended" and not path.startswith(_EDITORS):
            return _answer("themes/suspended.html", 503)
        return None


class SecondFactorMiddleware:
    """The editor opens for who has proved a second factor in this session, where the account has one.

    An account without one is led to set it up, from the day of `SECOND_FACTOR_FROM` on; before, the editor reminds.
    """

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.path.startswith("/admin/") and not getattr(request, "is_dummy", False):
            gate = self._gate(request)
            if gate is not None:
                return gate
        return self.get_response(request)

    def _gate(self, request: HttpRequest) -> HttpResponse | None:
        if not request.user.is_authenticated or second_factor_views.is_proved(request):
            return None
        if getattr(request, "portal", None) is None or not request.user.has_perm("wagtailadmin.access_admin"):
            return None
        target = urlencode({"next": request.get_full_path() if request.method == "GET" else "/admin/"})
        if second_factor.is_set_up(request.user.pk):
            return redirect(f"{reverse('account:second_factor')}?{target}")
        if second_factor.is_due():
            return redirect(f"{reverse('account:second_factor_setup')}?{target}")
        return None


class PortalRedirectMiddleware(RedirectMiddleware):  # type: ignore[misc]
    """Wagtail's redirects, in portals alone: the operator's host has no such table."""

    def process_response(self, request: HttpRequest, response: HttpResponse) -> HttpResponse:
        if getattr(request, "portal", None) is None:
            return response
        answer: HttpResponse = super().process_response(request, response)
        return answer


def _answer(template: str, status: int) -> HttpResponse:
    with translation.override("vi"):
        response = HttpResponse(render_to_string(template), status=status)
    response["Cache-Control"] = "private, no-store"
    if status == 503:
        response["Retry-After"] = "3600"
    return response
