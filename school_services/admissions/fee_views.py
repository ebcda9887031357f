"""The fee of one's application: its state, the ways to pay, the QR code."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods

from school_services.errors import DomainError, NotFound
from school_services.identity.actor import Actor
from school_services.payments.models import Merchant
from school_services.payments.pictures import transfer_code
from tenants import hosts
from tenants.middleware import portal_of

from . import season_fees, selectors, texts
from .models import FeeOrder
from .pages import member


@require_http_methods(["GET", "POST"])
@member
def fee(request: HttpRequest, actor: Actor, pk: int) -> HttpResponse:
    """What is owed and what became of it; a POST begins to pay by one provider."""
    view = selectors.my_application(actor, pk)
    message = ""
    if request.method == "POST":
        portal = portal_of(request)

        def addresses(order: FeeOrder) -> tuple[str, str]:
            origin = hosts.origin(portal)
            here = reverse("admissions:fee", args=[pk])
            return f"{origin}{here}", f"{origin}{reverse('pay:notice', args=[order.provider])}"

        try:
            season_fees.start(
                actor=actor, unit_id=view.row.unit_id, application_id=pk, provider=request.POST.get("provider", "")[:8],
                addresses=addresses, address=actor.address,
            )  # fmt: skip
            return redirect("admissions:fee", pk)
        except DomainError as error:
            if error.status not in {404, 409}:
                raise
            message = texts.of_error(error)
    labels = dict(Merchant.Provider.choices)
    order = view.fee.order
    context = {
        "view": view, "fee": view.fee, "state": texts.FEE_STATES[view.fee.state], "message": message,
        "ways": [] if view.fee.paid or view.fee.state == "none" else season_fees.ways(view.row.unit_id),
        "label": labels.get(order.provider, "") if order else "",
    }  # fmt: skip
    return render(request, "admissions/fee.html", context, status=409 if message else 200)


@require_GET
@member
def fee_code(request: HttpRequest, actor: Actor, pk: int) -> HttpResponse:
    """The QR code of the transfer, as SVG."""
    view = selectors.my_application(actor, pk)
    if not view.fee.payload:
        raise NotFound("application")
    response = HttpResponse(transfer_code(view.fee.payload), content_type="image/svg+xml")
    response["Cache-Control"] = "private, no-store"
    return response


@require_GET
@member
def fee_state(request: HttpRequest, actor: Actor, pk: int) -> HttpResponse:
    view = selectors.my_application(actor, pk)
    return JsonResponse({"state": view.fee.state, "paid": view.fee.paid})
