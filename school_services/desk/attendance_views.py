"""Registers and leaves in the work area."""

from __future__ import annotations

import datetime
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_POST

from school_services.attendance import leaves, registers, today
from school_services.attendance import notices as told
from school_services.attendance.access import LEADERS
from school_services.attendance.models import NoticeSetting
from school_services.attendance.rules import State
from school_services.errors import DomainError, Invalid
from tenants import context

from . import texts
from .access import Desk, desk_view

CHOICES = (State.PRESENT, State.LATE, State.EXCUSED, State.UNEXCUSED)


def _day(text: str) -> datetime.date:
    try:
        return datetime.date.fromisoformat(text)
    except ValueError:
        raise Http404 from None


@require_GET
@desk_view
def classes(request: HttpRequest, desk: Desk) -> HttpResponse:
    """The classes whose register is mine to take, today or on the day of `?ngay=`; the leaves that wait."""
    now = timezone.localdate()
    day = _day(request.GET.get("ngay") or now.isoformat())
    shown = {
        "day": day,
        "today": now,
        "before": day - datetime.timedelta(days=1),
        "after": day + datetime.timedelta(days=1) if day < now else None,
        "classes": registers.my_classes(actor=desk.actor, unit_id=desk.unit_id, day=day),
        "leaves": leaves.waiting(actor=desk.actor, unit_id=desk.unit_id),
        "leader": desk.has(*LEADERS),
        "settings": notices_of_school(desk) if desk.has(*LEADERS) else None,
    }
    return render(request, "desk/attendance.html", shown)


def notices_of_school(desk: Desk) -> NoticeSetting:
    with context.scope((desk.unit_id,), user=desk.actor.user_id):
        return told.settings_of(desk.unit_id)


@require_POST
@desk_view
def notices(request: HttpRequest, desk: Desk) -> HttpResponse:
    """What families are told besides absences."""
    told.set_notices(
        actor=desk.actor,
        unit_id=desk.unit_id,
        late="late" in request.POST,
        arrivals="arrivals" in request.POST,
    )
    messages.success(request, _("Saved."))
    return redirect("desk:attendance")


@require_GET
@desk_view
def meals(request: HttpRequest, desk: Desk) -> HttpResponse:
    """Portions of a day, class by class."""
    day = _day(request.GET.get("ngay") or timezone.localdate().isoformat())
    rows = today.meals(actor=desk.actor, unit_id=desk.unit_id, day=day)
    shown = {
        "day": day,
        "rows": rows,
        "total": sum(row.meals for row in rows),
        "open": [row.class_name for row in rows if not row.sure],
    }
    return render(request, "desk/meals.html", shown)


@desk_view
def register(request: HttpRequest, desk: Desk, group: int, day: str, session: str) -> HttpResponse:
    """One class, one session: everybody is present until somebody says otherwise."""
    which: dict[str, Any] = {"group_id": group, "day": _day(day), "session": session.upper()}
    problem = ""
    if request.method == "POST":
        try:
            states = _states(request)
            count = registers.take(
                actor=desk.actor, unit_id=desk.unit_id, states=states, reason=request.POST.get("reason", ""), **which
            )
        except DomainError as error:
            problem = texts.of_error(error)
        else:
            note = ngettext("Saved. {count} student changed.", "Saved. {count} students changed.", count)
            messages.success(request, note.format(count=count))
            return redirect(request.path)
    sheet = registers.sheet(actor=desk.actor, unit_id=desk.unit_id, **which)
    chosen = request.POST if problem else {}
    rows = [(row, chosen.get(f"s{row.student_id}", row.state.value)) for row in sheet.rows]
    shown = {"sheet": sheet, "rows": rows, "choices": CHOICES, "problem": problem, "reason": chosen.get("reason", "")}
    return render(request, "desk/register.html", shown, status=422 if problem else 200)


def _states(request: HttpRequest) -> dict[int, State]:
    found = {}
    for name, value in request.POST.items():
        if name[:1] == "s" and name[1:].isascii() and name[1:].isdigit() and len(name) < 20:
            if value not in State._value2member_map_:
                raise Invalid("register_state")
            found[int(name[1:])] = State(value)
    return found


@require_POST
@desk_view
def close(request: HttpRequest, desk: Desk, day: str) -> HttpResponse:
    count = registers.close_day(actor=desk.actor, unit_id=desk.unit_id, day=_day(day))
    note = ngettext("{count} register is closed.", "{count} registers are closed.", count)
    messages.success(request, note.format(count=count))
    return redirect("desk:attendance")


@require_POST
@desk_view
def decide(request: HttpRequest, desk: Desk, pk: int) -> HttpResponse:
    """Approve or refuse a leave; without a word of why a refusal is not taken."""
    try:
        leaves.decide(
            actor=desk.actor,
            unit_id=desk.unit_id,
            request_id=pk,
            approve=request.POST.get("decision") == "approve",
            answer=request.POST.get("note", ""),
        )
    except DomainError as error:
        if error.status in {403, 404}:
            raise
        messages.error(request, texts.of_error(error))
    else:
        messages.success(request, _("Decided. The family reads it on its page."))
    return redirect("desk:attendance")
