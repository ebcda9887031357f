"""E-invoices: issue for a round, read one, correct it as TT 91/2026 Điều 10 asks."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from school_services.errors import Conflict, Invalid
from school_services.fees import selectors as fees
from school_services.invoices import selectors, services

from . import texts
from .access import Desk, desk_view, number
from .money_forms import CorrectionForm


@desk_view
def invoices(request: HttpRequest, desk: Desk) -> HttpResponse:
    """Issue for the paid bills of a round; the list of what was issued."""
    problem = ""
    if request.method == "POST":
        try:
            count = services.issue_paid(
                actor=desk.actor, unit_id=desk.unit_id, round_id=number(request.POST.get("round", ""))
            )
        except (Conflict, Invalid) as error:
            problem = texts.of_error(error)
        else:
            messages.success(
                request, ngettext("%(count)d invoice signed.", "%(count)d invoices signed.", count) % {"count": count}
            )
            return redirect("desk:money:invoices")
    context = {
        "rounds": [r for r in fees.rounds(actor=desk.actor, unit_id=desk.unit_id) if r.state == "issued"],
        "invoices": selectors.invoices_of(actor=desk.actor, unit_id=desk.unit_id),
        "issuer": selectors.issuer_page(actor=desk.actor, unit_id=desk.unit_id),
        "accountant": desk.has("accountant"),
        "problem": problem,
    }
    return render(request, "desk/money/invoices.html", context, status=422 if problem else 200)


@desk_view
def invoice(request: HttpRequest, desk: Desk, pk: int) -> HttpResponse:
    """One invoice as it was signed, what was corrected since, and the correction that is allowed now."""
    view = selectors.invoice_page(actor=desk.actor, unit_id=desk.unit_id, invoice_id=pk)
    form = CorrectionForm(request.POST or None, allowed=view.forms)
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        try:
            made = services.correct(
                actor=desk.actor, unit_id=desk.unit_id, invoice_id=pk, wrong=data["wrong"],
                explanation=data["explanation"], form=data["form"], name=data["name"], address=data["address"],
                differences=form.differences(),
            )  # fmt: skip
        except (Conflict, Invalid) as error:
            form.add_error(None, texts.of_error(error))
        else:
            if isinstance(made, services.Invoice):
                messages.success(request, _("Signed: invoice %(number)d corrects this one.") % {"number": made.number})
                return redirect("desk:money:invoice", made.pk)
            messages.success(request, _("Form 04/SS-HĐĐT is noted. Tell the buyer; no new invoice is needed."))
            return redirect("desk:money:invoice", pk)
    context = {"view": view, "form": form, "accountant": desk.has("accountant")}
    return render(request, "desk/money/invoice.html", context, status=422 if form.errors else 200)
