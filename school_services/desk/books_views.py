"""The books: statements and what fits nothing, providers' files, the end of a day."""

from __future__ import annotations

import datetime

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.dateparse import parse_date
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from school_services.errors import Conflict, DomainError, Invalid
from school_services.payments import closing, provider_days, reconciliation

from . import texts
from .access import Desk, desk_view
from .money_forms import CloseForm, ProviderDayForm, StatementForm


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
        except (Conflict, Invalid) as error:
            form.add_error("file", texts.of_error(error))
        else:
            messages.success(
                request,
                _("%(matched)d matched, %(known)d known already, %(parked)d to be assigned.")
                % {"matched": done.matched, "known": done.known, "parked": done.parked},
            )
            return redirect("desk:money:reconcile")
    return _reconcile(request, desk, form)


def _reconcile(request: HttpRequest, desk: Desk, form: StatementForm, wrong: tuple[int, str] = (0, "")) -> HttpResponse:
    """The page; `wrong`: the money (event) whose bill code was not found, and what to say."""
    context = {
        "form": form,
        "lines": reconciliation.exceptions(actor=desk.actor, unit_id=desk.unit_id),
        "events": reconciliation.parked_events(actor=desk.actor, unit_id=desk.unit_id),
        "differences": len(provider_days.differences(actor=desk.actor, unit_id=desk.unit_id)),
        "providers": [(name, closing.LABELS[name]) for name in reconciliation.SETTLING],
        "accountant": desk.has("accountant"),
        "wrong_id": wrong[0],
        "wrong": wrong[1],
        "typed": request.POST.get("ref", "")[:20],
    }
    return render(request, "desk/money/reconcile.html", context, status=422 if form.errors or wrong[0] else 200)


@require_POST
@desk_view
def assign(request: HttpRequest, desk: Desk, pk: int) -> HttpResponse:
    """To a family's bill, or as the money that a provider paid out. A wrong code is said beside the line."""
    try:
        if provider := request.POST.get("provider", "")[:8]:
            reconciliation.settle(actor=desk.actor, unit_id=desk.unit_id, event_id=pk, provider=provider)
            messages.success(request, _("Booked as the provider's payout."))
        else:
            reconciliation.assign(
                actor=desk.actor, unit_id=desk.unit_id, event_id=pk, bill_ref=request.POST.get("ref", "")[:20]
            )
            messages.success(request, _("Assigned. The family has its receipt."))
    except DomainError as error:
        if error.code != "bill":
            raise
        return _reconcile(request, desk, StatementForm(), wrong=(pk, texts.of_error(error)))
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
        except (Conflict, Invalid) as error:
            form.add_error(None, texts.of_error(error))
        else:
            messages.success(request, _("The day is closed."))
            return redirect(f"{request.path}?ngay={chosen:%Y-%m-%d}")
    view = closing.day(actor=desk.actor, unit_id=desk.unit_id, day=chosen)
    context = {
        "view": view,
        "form": form,
        "flagged": closing.flagged(actor=desk.actor, unit_id=desk.unit_id, day=chosen) if view.flagged else [],
        "differences": len(provider_days.differences(actor=desk.actor, unit_id=desk.unit_id)),
        "accountant": desk.has("accountant"),
    }
    return render(request, "desk/money/day.html", context, status=422 if form.errors else 200)


@desk_view
def provider_day(request: HttpRequest, desk: Desk) -> HttpResponse:
    """A provider's file of a day against our books; what differs waits below."""
    yesterday = timezone.localdate() - datetime.timedelta(days=1)
    posted = request.method == "POST"
    form = ProviderDayForm(request.POST, request.FILES) if posted else ProviderDayForm(initial={"day": yesterday})
    if posted and form.is_valid():
        file = form.cleaned_data["file"]
        try:
            done = provider_days.import_day(
                actor=desk.actor, unit_id=desk.unit_id, provider=form.cleaned_data["provider"],
                day=form.cleaned_data["day"], file_name=file.name or "", content=file.read(),
            )  # fmt: skip
        except (Conflict, Invalid) as error:
            form.add_error("day" if error.code == "day" else "file", texts.of_error(error))
        else:
            text = _("%(agreed)d agree; %(theirs)d only at the provider, %(ours)d only in our books, %(other)d differ.")
            counts = {
                "agreed": done.agreed, "theirs": done.theirs_only, "ours": done.ours_only, "other": done.different,
            }  # fmt: skip
            messages.success(request, text % counts)
            return redirect("desk:money:provider_day")
    context = {
        "form": form,
        "lines": provider_days.differences(actor=desk.actor, unit_id=desk.unit_id),
        "accountant": desk.has("accountant"),
    }
    return render(request, "desk/money/provider_day.html", context, status=422 if form.errors else 200)


@require_POST
@desk_view
def resolve(request: HttpRequest, desk: Desk, pk: int) -> HttpResponse:
    provider_days.resolve(actor=desk.actor, unit_id=desk.unit_id, line_id=pk, note=request.POST.get("note", ""))
    messages.success(request, _("Noted."))
    return redirect("desk:money:provider_day")
