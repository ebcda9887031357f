"""The staff of the school: roles, lessons, homeroom classes."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from school_services.errors import Conflict, Invalid
from school_services.identity import rules as identity_rules
from school_services.identity import services as identity
from school_services.identity.models import Role
from school_services.rosters import assignments, selectors

from . import life_texts
from .access import Desk, desk_view, number


def _act(request: HttpRequest, desk: Desk) -> str:
    """Do what the form asks; returns what to say."""
    what: dict[str, Any] = {"actor": desk.actor, "unit_id": desk.unit_id}
    data, action = request.POST, request.POST.get("action", "")
    if action == "add":
        identity.take_on(
            **what,
            login=data.get("login", "")[:150],
            full_name=data.get("full_name", "")[:120],
            kind=data.get("kind", ""),
        )
        return _("Added. Who has no password yet gets one by “Forgot the password”.")
    if action == "end-role":
        identity.end_role(**what, role_id=number(data.get("role", "")))
        return _("The role is ended from today on.")
    if action == "assign":
        assignments.assign(
            **what,
            user_id=number(data.get("user", "")),
            class_group_id=number(data.get("group", "")),
            subject_id=number(data.get("subject", "")),
        )
        return _("Assigned. The teacher finds the class under “My work”.")
    if action == "end-lesson":
        assignments.end_assignment(**what, assignment_id=number(data.get("lesson", "")))
        return _("The assignment is ended from today on.")
    assignments.set_homeroom(
        **what, class_group_id=number(data.get("group", "")), user_id=number(data.get("user", "")) or None
    )
    return _("The homeroom teacher is set.")


@desk_view
def staff(request: HttpRequest, desk: Desk) -> HttpResponse:
    problem = ""
    if request.method == "POST":
        try:
            messages.success(request, _act(request, desk))
        except (Conflict, Invalid) as error:
            problem = life_texts.of_error(error)
        else:
            return redirect("desk:staff")
    year = selectors.current_year()
    members = assignments.staff(actor=desk.actor, unit_id=desk.unit_id, year=year)
    given = {kind for own in Role.Kind.values if desk.has(own) for kind in identity_rules.GRANTS.get(own, ())}
    classes = selectors.classes(actor=desk.actor, unit_id=desk.unit_id, year=year)
    context = {
        "year": year.code,
        "members": members,
        "teachers": [member for member in members if member.teaches],
        "classes": classes,
        "without": [line for line in classes if not line.homeroom],
        "subjects": selectors.subjects_of(desk.unit_id),
        "kinds": [(value, label) for value, label in Role.Kind.choices if value in given],
        "problem": problem,
        "typed": request.POST if problem else {},
    }
    return render(request, "desk/staff.html", context, status=422 if problem else 200)
