"""The books: statements and what fits nothing, the end of a day, invoices."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.dateparse import parse_date
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from school_services.errors import DomainError
from school_services.fees import selectors as fees
from school_services.invoices import selectors as invoice_selectors
from school_services.invoices import services as invoice_services
from school_services.payments import closing, reconciliation

from . import texts
from .access import Desk, desk_view, number
from .money_forms import CloseForm, StatementForm


@desk_view
def reconcile(request: HttpRequest, desk: Desk) -> HttpResponse:
    """Import a statement; what fits nothing waits below, with a suggestion."""
    form = StatementForm(request.POST, request.FILES) if request.method == "POST" else StatementForm()
    if request.method == "POST" and form.is_valid():
        file = form.cleaned_data["file"]
        try:
            done = reconciliation.import_statement(
                actor=desk.actor, unit_id=desk.unit_id, file_name=file.name or "", content=file.read()
            )
        except DomainError as error:
            if error.status not in {409, 422}:
                raise
            form.add_error("file", texts.of_error(error))
        else:
            messages.success(
                request,
                _("%(matched)d matched, %(known)d known already, %(parked)d to be assigned.")
                % {"matched": done.matched, "known": done.known, "parked": done.parked},
            )
            return redirect("desk:money:reconcile")
    context = {
        "form": form,
        "lines": reconciliation.exceptions(actor=desk.actor, unit_id=desk.unit_id),
        "events": reconciliation.parked_events(actor=desk.actor, unit_id=desk.unit_id),
        "accountant": desk.has("accountant"),
    }
    return render(request, "desk/money/reconcile.html", context, status=422 if form.errors else 200)


@require_POST
@desk_view
def assign(request: HttpRequest, desk: Desk, pk: int) -> HttpResponse:
    reconciliation.assign(
        actor=desk.actor, unit_id=desk.unit_id, event_id=pk, bill_ref=request.POST.get("ref", "")[:12]
    )
    messages.success(request, _("Assigned. The family has its receipt."))
    return redirect("desk:money:reconcile")


@desk_view
def day(request: HttpRequest, desk: Desk) -> HttpResponse:
    """The day on one page, and its close."""
    chosen = parse_date(request.GET.get("ngay", "")) if len(request.GET.get("ngay", "")) == 10 else None
    chosen = chosen or timezone.localdate()
    form = CloseForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            closing.close(
                actor=desk.actor,
                unit_id=desk.unit_id,
                day=chosen,
                cash_counted=form.cleaned_data["counted"] or 0,
                note=form.cleaned_data["note"],
            )
        except DomainError as error:
            if error.status not in {409, 422}:
                raise
            form.add_error(None, texts.of_error(error))
        else:
            messages.success(request, _("The day is closed."))
            return redirect(f"{request.path}?ngay={chosen:%Y-%m-%d}")
    view = closing.day(actor=desk.actor, unit_id=desk.unit_id, day=chosen)
    context = {"view": view, "form": form, "accountant": desk.has("accountant")}
    return render(request, "desk/money/day.html", context, status=422 if form.errors else 200)


@desk_view
def invoices(request: HttpRequest, desk: Desk) -> HttpResponse:
    """Issue for the paid bills of a round; the list of what was issued."""
    problem = ""
    if request.method == "POST":
        try:
            count = invoice_services.issue_paid(
                actor=desk.actor, unit_id=desk.unit_id, round_id=number(request.POST.get("round", ""))
            )
        except DomainError as error:
            if error.status not in {409, 422}:
                raise
            problem = texts.of_error(error)
        else:
            messages.success(
                request, ngettext("%(count)d invoice signed.", "%(count)d invoices signed.", count) % {"count": count}
            )
            return redirect("desk:money:invoices")
    context = {
        "rounds": [r for r in fees.rounds(actor=desk.actor, unit_id=desk.unit_id) if r.state == "issued"],
        "invoices": invoice_selectors.invoices_of(actor=desk.actor, unit_id=desk.unit_id),
        "accountant": desk.has("accountant"),
        "problem": problem,
    }
    return render(request, "desk/money/invoices.html", context, status=422 if problem else 200)
