"""The inbox of a person, what it allows, the way out of letters, and carriers' reports."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from school_services.errors import Conflict, Invalid, NotFound, PermissionRefused
from school_services.identity import actor as actors
from school_services.identity.actor import Actor
from tenants.middleware import portal_of

from . import inbox as box
from . import preferences, receipts, texts, threads
from .providers import PROVIDERS
from .rules import Channel

MAX_REPORT = 100_000


def _actor(request: HttpRequest) -> Actor:
    actor = actors.of_request(request)
    assert actor is not None
    return actor


@require_GET
@never_cache
@login_required
def inbox(request: HttpRequest) -> HttpResponse:
    """Messages of all schools, thirty a page."""
    number = request.GET.get("trang", "1")
    page = int(number) if number.isascii() and number.isdigit() and 0 < len(number) < 5 else 1
    page = max(1, page)
    letters, unread = box.letters(_actor(request), start=(page - 1) * box.PAGE, limit=box.PAGE + 1)
    context = {
        "letters": letters[: box.PAGE],
        "unread": unread,
        "newer": page - 1,
        "older": page + 1 if len(letters) > box.PAGE else 0,
    }
    return render(request, "messaging/inbox.html", context)


@require_GET
@never_cache
@login_required
def letter(request: HttpRequest, pk: int) -> HttpResponse:
    try:
        found = box.open_letter(actor=_actor(request), pk=pk)
    except NotFound:
        raise Http404 from None
    return render(request, "messaging/letter.html", {"letter": found})


@require_http_methods(["GET", "POST"])
@never_cache
@login_required
def preferences_page(request: HttpRequest) -> HttpResponse:
    """A box for each channel of each school; saved school by school."""
    actor = _actor(request)
    if request.method == "POST":
        unit = request.POST.get("school", "")
        wanted = {way: way.value in request.POST.getlist("ways") for way in Channel}
        try:
            preferences.say(actor=actor, unit_id=int(unit) if unit.isascii() and unit.isdigit() else 0, wanted=wanted)
        except NotFound:
            raise Http404 from None
        messages.success(request, _("Noted. You can change this at any time."))
        return redirect("messaging:preferences")
    return render(request, "messaging/preferences.html", {"schools": preferences.schools(actor), "ways": list(Channel)})


@require_http_methods(["GET", "POST"])
@never_cache
@login_required
def thread(request: HttpRequest, unit: int, student: int) -> HttpResponse:
    """With the homeroom teacher, about one's own child; another's and none are the same 404."""
    who = {"actor": _actor(request), "unit_id": unit, "student_id": student}
    problem = ""
    try:
        if request.method == "POST":
            try:
                threads.write_as_family(**who, text=request.POST.get("text", ""))  # type: ignore[arg-type]
                return redirect(request.path)
            except (Invalid, Conflict) as error:
                problem = str(texts.ERRORS[error.code])
        found = threads.of_family(**who)  # type: ignore[arg-type]
    except (NotFound, PermissionRefused):
        raise Http404 from None
    context = {"thread": found, "problem": problem, "text": request.POST.get("text", "")}
    return render(request, "messaging/thread.html", context, status=422 if problem else 200)


@csrf_exempt  # one-click from a mail program (RFC 8058): the signed token is the permission
@require_http_methods(["GET", "POST"])
@never_cache
def leave(request: HttpRequest, token: str) -> HttpResponse:
    """No more of one channel of one school; asked on a page, done by the button or by the mail program."""
    done = request.method == "POST"
    if (preferences.leave(token) if done else preferences.read_leave(token)) in (None, False):
        return render(request, "messaging/leave.html", {"unknown": True}, status=404)
    return render(request, "messaging/leave.html", {"done": done})


@csrf_exempt
@require_POST
def receipt(request: HttpRequest, channel: str) -> HttpResponse:
    """A carrier's report for the school of this portal."""
    if channel not in {way.value for way in PROVIDERS}:
        raise Http404
    if int(request.headers.get("Content-Length") or 0) > MAX_REPORT:
        return HttpResponse(status=413)
    result = receipts.take(portal_of(request).unit_id, Channel(channel), request.body, request.headers)
    return HttpResponse(result, status=403 if result == receipts.UNSIGNED else 200, content_type="text/plain")
