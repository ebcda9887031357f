"""What makes one bill unlike another: reliefs by decision, days of attendance, another price for a class."""

from __future__ import annotations

import datetime

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.dateparse import parse_date
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_POST

from school_services.errors import Conflict, Invalid
from school_services.fees import desk_selectors, issuing, services
from school_services.rosters import selectors as rosters

from . import texts
from .access import Desk, desk_view, number
from .money_forms import PriceForm, ReliefForm


@require_GET
@desk_view
def reliefs(request: HttpRequest, desk: Desk) -> HttpResponse:
    """Every relief of the school, those in force first."""
    context = {"lines": desk_selectors.reliefs(actor=desk.actor, unit_id=desk.unit_id)}
    return render(request, "desk/money/reliefs.html", context | {"accountant": desk.has("accountant")})


@desk_view
def relief(request: HttpRequest, desk: Desk, pk: int) -> HttpResponse:
    """The reliefs of one student: grant and end."""
    kinds = desk_selectors.kinds_in_use(desk.unit_id, rosters.current_year().pk)
    ending = request.POST.get("action") == "end"
    form = ReliefForm(
        None if ending else request.POST or None, kinds=kinds, initial={"valid_from": timezone.localdate()}
    )
    problem = ""
    try:
        if ending:
            last = parse_date(request.POST.get("last", "")[:10]) or timezone.localdate()
            services.end_relief(
                actor=desk.actor, unit_id=desk.unit_id, relief_id=number(request.POST.get("relief", "")), last_day=last
            )
            messages.success(request, _("Ended. Bills that were issued stay as they are."))
            return redirect("desk:money:relief", pk)
        if request.method == "POST" and form.is_valid():
            data = form.cleaned_data
            services.grant_relief(
                actor=desk.actor, unit_id=desk.unit_id, student_id=pk, decision=data["decision"],
                percent=data["percent"] or 0, amount=data["amount"] or 0, kind_id=data["kind"],
                valid_from=data["valid_from"], valid_to=data["valid_to"],
            )  # fmt: skip
            messages.success(request, _("Granted. It counts in every round that falls due on one of these days."))
            return redirect("desk:money:relief", pk)
    except (Conflict, Invalid) as error:
        problem = texts.of_error(error)
        if not ending:
            form.add_error(None, problem)
            problem = ""
    name, code = desk_selectors.student_head(actor=desk.actor, unit_id=desk.unit_id, student_id=pk)
    context = {
        "student": pk, "name": name, "code": code, "form": form, "problem": problem,
        "lines": desk_selectors.reliefs(actor=desk.actor, unit_id=desk.unit_id, student_id=pk),
        "accountant": desk.has("accountant"), "today": timezone.localdate(),
    }  # fmt: skip
    return render(request, "desk/money/relief.html", context, status=422 if problem or form.errors else 200)


def _last_month() -> tuple[datetime.date, datetime.date]:
    last = timezone.localdate().replace(day=1) - datetime.timedelta(days=1)
    return last.replace(day=1), last


@desk_view
def days(request: HttpRequest, desk: Desk, pk: int) -> HttpResponse:
    """Days to be charged of one class at a time, beside what the register says."""
    first, last = _last_month()
    first = parse_date(request.GET.get("tu", "")[:10]) or first
    last = parse_date(request.GET.get("den", "")[:10]) or last
    problem = ""
    if request.method == "POST":
        counts = {number(name[2:]): str(text) for name, text in request.POST.items() if name.startswith("d.")}
        try:
            if not all(text.isascii() and text.isdigit() and len(text) < 3 for text in counts.values()):
                raise Invalid("days")
            issuing.set_days(
                actor=desk.actor, unit_id=desk.unit_id, round_id=pk, days={k: int(text) for k, text in counts.items()}
            )
        except (Conflict, Invalid) as error:
            problem = texts.of_error(error)
        else:
            text = ngettext("%(count)d student saved.", "%(count)d students saved.", len(counts))
            messages.success(request, text % {"count": len(counts)})
            return redirect(request.get_full_path())
    view = desk_selectors.class_days(
        actor=desk.actor, unit_id=desk.unit_id, round_id=pk, class_id=number(request.GET.get("lop", "")),
        first=first, last=max(first, last),
    )  # fmt: skip
    context = {"view": view, "problem": problem, "from_register": request.GET.get("so") == "1"}
    return render(request, "desk/money/days.html", context, status=422 if problem else 200)


@require_POST
@desk_view
def class_price(request: HttpRequest, desk: Desk, pk: int) -> HttpResponse:
    """Another price for one class in a round that is being prepared."""
    year = rosters.current_year().pk
    form = PriceForm(
        request.POST,
        kinds=desk_selectors.kinds_in_use(desk.unit_id, year),
        groups=desk_selectors.classes(desk.unit_id, year),
    )
    if not form.is_valid():
        raise Invalid("price")
    data = form.cleaned_data
    issuing.set_price(
        actor=desk.actor, unit_id=desk.unit_id, round_id=pk, kind_id=data["kind"], class_id=data["group"],
        price=data["price"],
    )  # fmt: skip
    messages.success(request, _("Saved. Nothing is sent before you issue the round."))
    return redirect("desk:money:round", pk)
