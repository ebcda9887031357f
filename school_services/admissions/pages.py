"""Who enters which pages of admissions, and what is read when a service refuses."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import Any, Concatenate, ParamSpec

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render, resolve_url
from django.utils.http import urlencode
from django.views.decorators.cache import never_cache

from school_services.errors import DomainError, PermissionRefused
from school_services.identity import actor as actors
from school_services.identity.actor import Actor
from tenants import cache_tags
from tenants.middleware import portal_of

from . import texts

P = ParamSpec("P")
View = Callable[Concatenate[HttpRequest, Actor, P], HttpResponse]

PUBLIC_SECONDS = 15


def public(response: HttpResponse) -> HttpResponse:
    """The same bytes for everyone, for seconds: a season turns at its minute, and nobody is there to purge."""
    cache_tags.tag_portal()
    cache_tags.tag("admissions")
    response["Cache-Control"] = (
        f"public, max-age=0, s-maxage={PUBLIC_SECONDS}, stale-while-revalidate=60, stale-if-error=3600"
    )
    return response


def wants_json(request: HttpRequest) -> bool:
    return request.headers.get("Accept") == "application/json"


def refused(request: HttpRequest, error: DomainError) -> HttpResponse:
    """What happened, why, what to do: a page, or JSON for a script."""
    message = texts.of_error(error)
    if wants_json(request):
        return JsonResponse({"code": error.code, "message": message}, status=error.status)
    return render(request, "admissions/refused.html", {"message": message}, status=error.status)


def member(view: View[P]) -> Callable[Concatenate[HttpRequest, P], HttpResponse]:
    """Somebody who is logged in; a visitor logs in first and comes back."""

    @never_cache
    @wraps(view)
    def inner(request: HttpRequest, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        portal_of(request)
        actor = actors.of_request(request)
        if actor is None:
            if wants_json(request):
                return JsonResponse({"code": "logged_out", "message": texts.of_code("logged_out")}, status=401)
            return redirect(f"{resolve_url(settings.LOGIN_URL)}?{urlencode({'next': request.path})}")
        try:
            return view(request, actor, *args, **kwargs)
        except DomainError as error:
            return refused(request, error)

    return inner


@dataclass(frozen=True, slots=True)
class Desk:
    """An officer at the desk of the portal's own unit, which holds the seasons."""

    actor: Actor
    unit_id: int

    def what(self, **more: Any) -> dict[str, Any]:
        """Arguments of every service of the desk."""
        return {"actor": self.actor, "unit_id": self.unit_id, **more}


def desk(
    view: Callable[Concatenate[HttpRequest, Desk, P], HttpResponse],
) -> Callable[Concatenate[HttpRequest, P], HttpResponse]:
    """Staff of the portal's unit; each service asks for its role again."""

    def inner(request: HttpRequest, actor: Actor, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        unit_id = portal_of(request).unit_id
        if unit_id not in actor.units():
            raise PermissionRefused("desk")
        return view(request, Desk(actor, unit_id), *args, **kwargs)

    return member(wraps(view)(inner))


def number(text: Any) -> int:
    """A positive id out of a form, 0 for anything else: no such row."""
    value = str(text)
    return int(value) if value.isascii() and value.isdigit() and len(value) < 19 else 0
