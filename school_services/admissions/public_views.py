"""What anybody may open: seasons with their calendar and seats, tracking by code, results, the state of the service."""

from __future__ import annotations

import time
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils import timezone, translation
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_safe

from school_services.errors import Conflict, DomainError, Invalid, NotFound
from school_services.identity import throttle
from school_services.identity.actor import client_address
from tenants.middleware import portal_of

from . import gate, publishing, selectors, texts
from .pages import public
from .presenting import season_context

SHELL_SECONDS = 30.0
_LIMITED = {"too_many_guesses", "slow_number", "code_needed"}
_MARK = "<!--ket-qua-->"
_shells: dict[tuple[str, str], tuple[float, tuple[str, str]]] = {}


@require_safe
def index(request: HttpRequest) -> HttpResponse:
    """The seasons that concern this portal."""
    seasons = [_dressed(season) for season in selectors.seasons_for(portal_of(request).unit_id)]
    return public(render(request, "admissions/index.html", {"seasons": seasons}))


def _dressed(season: selectors.SeasonView) -> dict[str, Any]:
    return {"season": season, "phase": texts.PHASES[season.phase.value], "open": season.phase.value == "open"}


@require_safe
def season(request: HttpRequest, slug: str) -> HttpResponse:
    """Calendar, how it is counted, seats and last years' cutoffs; after the results their statistics and hashes."""
    try:
        view = selectors.season_for(portal_of(request).unit_id, slug)
    except NotFound:
        raise Http404 from None
    statistics = selectors.statistics_of(view)
    return public(render(request, "admissions/season.html", season_context(view, statistics)))


@csrf_exempt  # a lookup changes nothing, and the page is the same for everyone: it holds no token
@require_http_methods(["GET", "HEAD", "POST"])
def lookup(request: HttpRequest, slug: str) -> HttpResponse:
    """A result by candidate number and second factor. The form is public and cached; the answer is nobody else's."""
    portal = portal_of(request)
    if request.method != "POST":
        try:
            view = selectors.season_for(portal.unit_id, slug)
        except NotFound:
            raise Http404 from None
        return public(render(request, "admissions/lookup.html", {"season": view, "mark": ""}))
    number, factor = request.POST.get("number", "")[:20], request.POST.get("factor", "")[:20]
    answer: dict[str, Any] = {"number": number.strip(), "factor": factor}
    status = 200
    try:
        known = publishing.published(portal.unit_id, slug)
        if known is None:
            raise Conflict("not_published")
        found = publishing.lookup(
            known, number=number, factor=factor, address=client_address(request),
            ticket=request.POST.get("ticket", "")[:300],
        )  # fmt: skip
        answer |= _result(found)
    except DomainError as error:
        answer |= {"error": texts.of_error(error), "code": error.code, **error.data}
        status = 429 if error.code in _LIMITED else 422 if isinstance(error, Invalid) else 200
    with translation.override("vi"):
        body = str(render_to_string("admissions/lookup_result.html", answer))
        if request.headers.get("X-Portal-Island") != "1":
            before, after = _shell(request, portal.uid, slug)
            body = before + body + after
    response = HttpResponse(body, status=status)
    response["Cache-Control"] = "private, no-store"
    return response


def _result(body: dict[str, Any]) -> dict[str, Any]:
    return {
        "result": body,
        "barred": texts.BARRED.get(body["barred"], ""),
        "steps": [
            {"wish": wish, "name": name, "points": points, "needed": needed, "why": texts.WHY[step], "step": step}
            for wish, name, points, needed, step in body["steps"]
        ],
        "now": timezone.now(),
    }


def _shell(request: HttpRequest, uid: str, slug: str) -> tuple[str, str]:
    """The page around an answer, kept for seconds: on the busiest day it is rendered twice a minute, not per lookup."""
    made, parts = _shells.get((uid, slug), (0.0, ("", "")))
    if time.monotonic() - made < SHELL_SECONDS and made:
        return parts
    try:
        view = selectors.season_for(portal_of(request).unit_id, slug)
    except NotFound:
        raise Http404 from None
    page = render_to_string("admissions/lookup.html", {"season": view, "mark": _MARK}, request)
    before, _, after = page.partition(_MARK)
    if len(_shells) > 200:
        _shells.clear()
    _shells[uid, slug] = (time.monotonic(), (before, after))
    return before, after


@csrf_exempt  # a read, as above
@require_http_methods(["GET", "HEAD", "POST"])
def track(request: HttpRequest) -> HttpResponse:
    """The state of an application by the code of its receipt: no login, no name."""
    if request.method != "POST":
        return public(render(request, "admissions/track.html", {}))
    code = request.POST.get("code", "")[:30]
    context: dict[str, Any] = {"code": code}
    status = 200
    attempt = throttle.attempt("admissions.track", account=code.strip().upper(), address=client_address(request))
    if attempt is None:
        context["error"], status = texts.of_code("too_many_codes"), 429
    else:
        try:
            found = selectors.track(portal_of(request).unit_id, code)
            throttle.forgive(attempt)
            context |= {"found": found, "state": texts.STATES[found.state], "steps": dressed_steps(found.steps)}
        except NotFound as error:
            context["error"] = texts.of_error(error)
    response = render(request, "admissions/track.html", context, status=status)
    response["Cache-Control"] = "private, no-store"
    return response


def dressed_steps(steps: tuple[selectors.Step, ...]) -> list[dict[str, Any]]:
    return [{"text": texts.STEPS.get(step.kind, step.kind), "at": step.at, "note": step.note} for step in steps]


@require_safe
def status(request: HttpRequest) -> HttpResponse:
    """How the service is doing now: who waits, what is open. Counted from a small file, not from the database."""
    waiting, taken = gate.state()
    response = render(request, "admissions/status.html", {"waiting": waiting, "taken": taken, "rate": gate.rate()})
    response["Cache-Control"] = "public, max-age=0, s-maxage=5"
    return response
