"""Django's side: what is not called public is private, and public never beside a cookie, a session or a CSRF token."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.middleware.csrf import get_token
from django.test import RequestFactory

from portal_host.front_cache.django import FrontCacheHeaders, cacheable
from portal_host.front_cache.responses import lifetime

PUBLIC = "public, max-age=0, s-maxage=60, stale-while-revalidate=86400, stale-if-error=86400"


def through(view: Callable[[HttpRequest], Any], request: HttpRequest | None = None) -> Any:
    return FrontCacheHeaders(view)(request or RequestFactory().get("/"))


def test_cacheable_is_what_the_front_cache_keeps() -> None:
    response = through(lambda _: cacheable(HttpResponse("x")))
    assert response["Cache-Control"] == PUBLIC
    assert lifetime("200 OK", list(response.items()), b"x", {}) == (60, 86_400)
    response = cacheable(HttpResponse("x"), max_age=5, s_maxage=10, stale_while_revalidate=20)
    assert lifetime("200 OK", list(response.items()), b"x", {}) == (10, 20)


def test_silence_is_private_and_a_view_s_word_stays() -> None:
    assert through(lambda _: HttpResponse("x"))["Cache-Control"] == "private, no-store"

    def view(_: HttpRequest) -> HttpResponse:
        return HttpResponse("x", headers={"Cache-Control": "private, max-age=9"})

    assert through(view)["Cache-Control"] == "private, max-age=9"


def _cookie(request: HttpRequest) -> HttpResponse:
    response = HttpResponse("x")
    response.set_cookie("a", "b")
    return response


def _new_token(request: HttpRequest) -> HttpResponse:
    get_token(request)
    return HttpResponse("x")


def _token_of_a_cookie(request: HttpRequest) -> HttpResponse:
    request.META["CSRF_COOKIE"] = "a" * 32  # as CsrfViewMiddleware leaves it: get_token then marks nothing
    return HttpResponse(f'<input name="csrfmiddlewaretoken" value="{get_token(request)}">')


class _Session:
    accessed = modified = False


def _session(name: str) -> Callable[[HttpRequest], HttpResponse]:
    def view(request: HttpRequest) -> HttpResponse:
        request.session = _Session()  # type: ignore[assignment]
        setattr(request.session, name, True)
        return HttpResponse("x")

    return view


@pytest.mark.parametrize("view", [_cookie, _new_token, _token_of_a_cookie, _session("accessed"), _session("modified")])
def test_public_beside_something_personal_is_turned_private(view: Callable[[HttpRequest], HttpResponse]) -> None:
    response = through(lambda request: cacheable(view(request)))
    assert response["Cache-Control"] == "private, no-store"
    assert response["Vary"] == "Cookie"


def test_a_stream_is_not_read() -> None:
    def view(_: HttpRequest) -> Any:
        return cacheable(StreamingHttpResponse(iter([b"a", b"b"])))  # type: ignore[arg-type]

    assert b"".join(through(view).streaming_content) == b"ab"
