"""The queue before applying: turns by `queue.Gate`, signed for one account, kept in a host-only cookie.

Below the limit nobody notices it. Above it, a page tells the position and comes back by itself; a turn lets its account
in for half an hour and no other: the cookie is signed for the portal and names the account.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from functools import lru_cache, wraps
from pathlib import Path
from typing import Concatenate, ParamSpec

from django.conf import settings
from django.core import signing
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from school_services.identity.actor import Actor
from tenants import isolation

from . import queue

P = ParamSpec("P")
COOKIE, SALT = "luot", "admissions.turn"
INSIDE_SECONDS = 30 * 60
LONGEST_SECONDS = 12 * 3600


@lru_cache(maxsize=1)
def _gate() -> queue.Gate:
    return queue.Gate(
        Path(settings.ENVIRONMENT.data_dir) / "admissions.gate",
        rate=settings.ADMISSIONS_RATE,
        burst=settings.ADMISSIONS_BURST,
    )


def rate() -> float:
    return float(settings.ADMISSIONS_RATE)


def state() -> tuple[int, int]:
    return _gate().state(time.time())


def _turn_of(request: HttpRequest, actor: Actor) -> float | None:
    try:
        user, at = isolation.unsign(request.COOKIES.get(COOKIE, ""), salt=SALT, max_age=LONGEST_SECONDS)
    except (signing.BadSignature, ValueError, TypeError):
        return None
    if user != actor.user_id or not isinstance(at, float):
        return None
    # Who filled in a form for an hour still hands it in: his turn came.
    return at if request.method == "POST" or time.time() <= at + INSIDE_SECONDS else None


def queued(
    view: Callable[Concatenate[HttpRequest, Actor, P], HttpResponse],
) -> Callable[Concatenate[HttpRequest, Actor, P], HttpResponse]:
    """Let in, or tell how many are before."""

    @wraps(view)
    def inner(request: HttpRequest, actor: Actor, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        now = time.time()
        at = _turn_of(request, actor)
        made = None
        if at is None:
            made = _gate().take(now)
            at = made.at
        if at <= now:
            response = view(request, actor, *args, **kwargs)
        else:
            position = queue.waiting(at, now, rate=rate())
            context = {"position": position, "minutes": max(1, round((at - now) / 60)), "seconds": round(at - now)}
            response = render(request, "admissions/waiting.html", context, status=503)
            response["Refresh"] = str(max(3, min(30, round(at - now) + 1)))
            response["Retry-After"] = response["Refresh"]
        if made is not None:
            response.set_cookie(
                COOKIE, isolation.sign([actor.user_id, at], salt=SALT), max_age=LONGEST_SECONDS, httponly=True,
                samesite="Lax", secure=request.is_secure(),
            )  # fmt: skip
        return response

    return inner
