"""Closing a class at the year's end: who goes up, repeats, completes."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext_lazy, ngettext

from school_services.errors import Conflict, Invalid
from school_services.gradebook import moves
from school_services.rosters import lifecycle

from . import life_texts
from .access import Desk, desk_view

CHOICES = {
    "up": gettext_lazy("goes up"),
    "repeating": gettext_lazy("repeats the grade"),
    "completed": gettext_lazy("has completed the programme"),
}


@desk_view
def begin_year(request: HttpRequest, desk: Desk, group: int) -> HttpResponse:
    """Every student of the class gets one of three ways; what the year's result says is chosen beforehand."""
    found = moves.year_end(actor=desk.actor, unit_id=desk.unit_id, class_group_id=group)
    problem = ""
    chosen = {line.student_id: line.suggestion for line in found.lines}
    typed = {"up_to": found.up_to, "repeat_in": found.repeat_in}
    if request.method == "POST" and found.next_year is not None:
        chosen = {line.student_id: request.POST.get(f"s{line.student_id}", "") for line in found.lines}
        typed = {name: request.POST.get(name, "").strip()[:20] for name in typed}
        ways = {way: [pk for pk, value in chosen.items() if value == way] for way in CHOICES}
        try:
            count = lifecycle.begin_year(
                actor=desk.actor,
                unit_id=desk.unit_id,
                class_group_id=group,
                year=found.next_year,
                up=ways["up"],
                repeating=ways["repeating"],
                completed=ways["completed"],
                up_to=typed["up_to"],
                repeat_in=typed["repeat_in"],
            )
        except (Conflict, Invalid) as error:
            problem = life_texts.of_error(error)
        else:
            text = ngettext("%(count)d student has been placed.", "%(count)d students have been placed.", count)
            messages.success(request, text % {"count": count})
            return redirect("desk:students")
    rows = [(line, chosen[line.student_id]) for line in found.lines]
    context = {"end": found, "rows": rows, "typed": typed, "problem": problem, "choices": list(CHOICES.items())}
    return render(request, "desk/begin_year.html", context, status=422 if problem else 200)
