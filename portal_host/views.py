"""Small views of a portal that belong to no app: feed, sitemap, errors."""

from __future__ import annotations

from django.conf import settings
from django.db import connection
from django.http import HttpRequest, HttpResponse, HttpResponseBadRequest
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.utils import translation
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST
from django.views.decorators.http import require_safe as safe

from cms_blocks import caching
from tenants import cache_tags


@safe
def robots(request: HttpRequest) -> HttpResponse:
    host = request.get_host()
    body = f"User-agent: *\nDisallow: /admin/\nDisallow: /tai-khoan/\nDisallow: /_f/\nSitemap: {request.scheme}://{host}/sitemap.xml\n"
    return caching.public(HttpResponse(body, content_type="text/plain; charset=utf-8"))


@require_POST
def set_language(request: HttpRequest) -> HttpResponse:
    """Vietnamese or English for one's own pages (account, administration), kept in a cookie."""
    language = request.POST.get("language", "")
    if language not in dict(settings.LANGUAGES):
        return HttpResponseBadRequest("language")
    target = request.POST.get("next", "/")
    if not url_has_allowed_host_and_scheme(target, {request.get_host()}, request.is_secure()):
        target = "/"
    response = redirect(target)
    response.set_cookie(settings.LANGUAGE_COOKIE_NAME, language, samesite="Lax", max_age=365 * 24 * 3600)
    return response


@safe
def health(request: HttpRequest) -> HttpResponse:
    """200 while the database answers."""
    with connection.cursor() as cursor:
        cursor.execute("select 1")
    return HttpResponse("ok\n", content_type="text/plain")


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """404 in the portal's theme. Kept shortly by the front cache: bots ask for the same nothing again and again."""
    if getattr(request, "portal", None) is None:
        return plain_not_found(request, exception)
    cache_tags.tag_portal()
    cache_tags.tag("404")
    response = render(request, "404.html", status=404)
    path = request.path
    if request.method in {"GET", "HEAD"} and not path.startswith(
        ("/admin/", "/_f/", "/tai-khoan/", "/van-ban-tep/", "/ts/")
    ):
        response["Cache-Control"] = "public, max-age=0, s-maxage=30"
    return response


def plain_not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    return HttpResponse("404\n", status=404, content_type="text/plain; charset=utf-8")


def server_error(request: HttpRequest) -> HttpResponse:
    """No database, no context: whatever broke must not break this."""
    with translation.override("vi"):
        return HttpResponse(render_to_string("500.html"), status=500)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    return HttpResponse(render_to_string("403_csrf.html"), status=403)
