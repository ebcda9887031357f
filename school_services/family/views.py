"""“Con tôi”: the timeline of all one's children, one child's record, consents, and the export."""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from school_services.errors import DomainError, Invalid
from school_services.identity import actor as actors
from school_services.identity.actor import Actor
from school_services.rosters import guardians
from school_services.rosters import services as rosters
from school_services.rosters.consent_rules import Purpose

from . import texts, timeline

P = ParamSpec("P")


def family_view(
    view: Callable[Concatenate[HttpRequest, Actor, P], HttpResponse],
) -> Callable[Concatenate[HttpRequest, P], HttpResponse]:
    """For who is logged in; a refusal is a page that says why, the same for an absent child and somebody else's."""

    @never_cache
    @login_required
    @wraps(view)
    def inner(request: HttpRequest, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        actor = actors.of_request(request)
        assert actor is not None
        try:
            return view(request, actor, *args, **kwargs)
        except DomainError as error:
            status = 404 if error.status in {403, 404} else error.status
            return render(request, "family/refused.html", {"message": texts.of_error(error)}, status=status)

    return inner


@require_GET
@family_view
def home(request: HttpRequest, actor: Actor) -> HttpResponse:
    found = timeline.timeline(actor)
    links, units = found.seen
    rosters.mark_seen(actor=actor, link_ids=links, unit_ids=units)
    return render(request, "family/home.html", {"timeline": found})


@require_GET
@family_view
def child(request: HttpRequest, actor: Actor, unit: int, student: int) -> HttpResponse:
    found = timeline.record(actor, unit_id=unit, student_id=student)
    consents = [(line, texts.PURPOSES[line.purpose]) for line in found.consents]
    accesses = [(line, texts.of_action(line.action)) for line in found.accesses]
    return render(
        request,
        "family/child.html",
        {"record": found, "child": found.child, "consents": consents, "accesses": accesses},
    )


@require_POST
@family_view
def consent(request: HttpRequest, actor: Actor, unit: int, student: int) -> HttpResponse:
    """Agree to one purpose, or withdraw: one button each."""
    try:
        purpose = Purpose(request.POST.get("purpose", ""))
    except ValueError:
        raise Invalid("purpose") from None
    what = {"actor": actor, "unit_id": unit, "student_id": student, "purpose": purpose}
    try:
        if request.POST.get("action") == "withdraw":
            guardians.withdraw_consent(**what)  # type: ignore[arg-type]
            messages.success(request, _("Withdrawn. From now on the school may not do this any more."))
        else:
            guardians.give_consent(**what, child_agrees=request.POST.get("child") == "1")  # type: ignore[arg-type]
            messages.success(request, _("Noted. You can withdraw at any time."))
    except DomainError as error:
        if error.status not in {409, 422} and error.code != "consent":
            raise
        messages.error(request, texts.of_error(error))
    return redirect("family:child", unit, student)


@require_POST
@family_view
def export(request: HttpRequest, actor: Actor, unit: int, student: int) -> HttpResponse:
    """All data about the child as a file. Posted, so that no link alone makes one."""
    data = json.dumps(timeline.export(actor, unit_id=unit, student_id=student), ensure_ascii=False, indent=1)
    disposition = content_disposition_header(True, "du-lieu-cua-con.json") or "attachment"
    return HttpResponse(data, content_type="application/json", headers={"Content-Disposition": disposition})
