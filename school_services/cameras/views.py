"""The watching page, its state, and the live files, each behind the gate."""

from __future__ import annotations

from urllib.parse import urlencode

from csp.decorators import csp_update
from django.conf import settings
from django.contrib.auth.decorators import login_required
from django.http import FileResponse, HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.shortcuts import redirect, render, resolve_url
from django.utils import timezone
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from school_services.errors import NotFound
from school_services.identity import actor as actors
from tenants.middleware import portal_of

from . import family, gate, streams
from .rules import Answer

WHY = {
    "closed": gettext_lazy("The camera is closed now. It opens again at the times that the school has set."),
    "paused": gettext_lazy("The teacher has stopped the picture."),
    "consent": gettext_lazy("You have not agreed to the class camera. Agree on your child's page, then come back."),
    "class": gettext_lazy("This is not the class of your child."),
    "unknown": gettext_lazy("This is not the class of your child."),
}


@require_safe
@never_cache
@login_required
def mine(request: HttpRequest) -> HttpResponse:
    actor = actors.of_request(request)
    assert actor is not None
    cameras = family.cameras(actor, unit_id=portal_of(request).unit_id)
    return render(request, "cameras/mine.html", {"cameras": cameras})


@csp_update({"media-src": ["blob:"]})  # type: ignore[arg-type] # hls.js gives the picture to the player as a MediaSource
@require_safe
@never_cache
def watch(request: HttpRequest, camera: str) -> HttpResponse:
    """The picture, or in plain words why there is none. A visitor logs in first."""
    actor = actors.of_request(request)
    if actor is None:
        return redirect(f"{resolve_url(settings.LOGIN_URL)}?{urlencode({'next': request.path})}")
    unit_id = portal_of(request).unit_id
    found = gate.of_request(request, unit_id, camera)
    try:
        log = family.watched(actor, unit_id=unit_id, public_id=camera)
    except NotFound:
        log = []
    context = {
        "camera": camera,
        "decision": found,
        "allowed": found.answer is Answer.ALLOWED,
        "why": WHY.get(found.why, ""),
        "viewer": actor.name,
        "now": timezone.localtime(),
        "log": log,
    }
    return render(request, "cameras/watch.html", context, status=200 if context["allowed"] else 403)


@require_safe
@never_cache
def state(request: HttpRequest, camera: str) -> JsonResponse:
    """Asked by the page every few seconds: a player that has pictures in store stops too."""
    found = gate.of_request(request, portal_of(request).unit_id, camera)
    words = " ".join(str(part) for part in (WHY.get(found.why, ""), found.reason) if part)
    return JsonResponse({"allowed": found.answer is Answer.ALLOWED, "why": words}, status=found.answer.value)


@require_safe
def live(request: HttpRequest, camera: str, name: str) -> HttpResponseBase:
    """A playlist or segment: 401 nobody, 403 not now or not yours, 404 not there yet."""
    found = gate.of_request(request, portal_of(request).unit_id, camera)
    response: HttpResponseBase
    if found.answer is not Answer.ALLOWED:
        response = HttpResponse(status=found.answer.value)
    elif settings.CAMERA_ACCEL:
        response = HttpResponse(headers={"X-Accel-Redirect": f"{settings.CAMERA_ACCEL}{camera}/{name}"})
        response["Content-Type"] = streams.TYPES[name.rpartition(".")[2]]
    else:
        try:
            file = (streams.root() / camera / name).open("rb")
        except OSError:
            response = HttpResponse(status=404)
        else:
            response = FileResponse(file, content_type=streams.TYPES[name.rpartition(".")[2]])
    response["Cache-Control"] = "private, no-store"
    return response


@require_safe
def allowed(request: HttpRequest, camera: str) -> HttpResponse:
    """For nginx `auth_request`: 204, 401 or 403, for a camera whatever the file's name."""
    found = gate.of_request(request, portal_of(request).unit_id, camera)
    response = HttpResponse(status=204 if found.answer is Answer.ALLOWED else found.answer.value)
    response["Cache-Control"] = "private, no-store"
    return response
