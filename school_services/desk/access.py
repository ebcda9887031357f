"""Who enters the work area of a school, and what they read when a service refuses."""

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
from tenants.middleware import portal_of

from . import texts

P = ParamSpec("P")


@dataclass(frozen=True, slots=True)
class Desk:
    """A member of staff at the desk of the portal's own unit."""

    actor: Actor
    unit_id: int

    def has(self, *kinds: str) -> bool:
        return self.actor.has(self.unit_id, *kinds)


def desk_view(
    view: Callable[Concatenate[HttpRequest, Desk, P], HttpResponse],
) -> Callable[Concatenate[HttpRequest, P], HttpResponse]:
    """Staff of this unit alone; a visitor logs in first. A service's refusal is a page (or JSON) that says why."""

    @never_cache
    @wraps(view)
    def inner(request: HttpRequest, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        actor = actors.of_request(request)
        wants_json = request.headers.get("Accept") == "application/json"
        if actor is None:
            if wants_json:
                return JsonResponse({"message": texts.of_code("logged_out")}, status=401)
            return redirect(f"{resolve_url(settings.LOGIN_URL)}?{urlencode({'next': request.path})}")
        unit_id = portal_of(request).unit_id
        try:
            if unit_id not in actor.units():
                raise PermissionRefused("desk")
            return view(request, Desk(actor, unit_id), *args, **kwargs)
        except DomainError as error:
            message = texts.of_error(error)
            if wants_json:
                return JsonResponse({"code": error.code, "message": message}, status=error.status)
            return render(request, "desk/refused.html", {"message": message}, status=error.status)

    return inner


def number(value: Any) -> int:
    """A positive id out of a form, 0 for anything else: no such row."""
    text = str(value)
    return int(text) if text.isascii() and text.isdigit() and len(text) < 19 else 0
