"""The cash desk: find a student, take money, print; refunds and write-offs with their approval."""

from __future__ import annotations

import uuid

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from school_services.errors import Conflict, Invalid
from school_services.fees import desk_selectors
from school_services.fees import selectors as fees
from school_services.fees import services as fee_services
from school_services.invoices import selectors as invoices
from school_services.payments import refunds, services
from school_services.payments import selectors as payments
from school_services.payments.views import receipt_response
from tenants import context as place

from . import texts
from .access import Desk, desk_view, number
from .money_forms import DongField


@require_GET
@desk_view
def find(request: HttpRequest, desk: Desk) -> HttpResponse:
    """By name, student code or bill code; a single hit opens at once."""
    text = request.GET.get("q", "")[:80]
    found = fees.find_students(actor=desk.actor, unit_id=desk.unit_id, text=text)
    relief = request.GET.get("viec") == "giam"
    if len(found) == 1:
        return redirect("desk:money:relief" if relief else "desk:money:account", found[0][0])
    return render(request, "desk/money/find.html", {"text": text, "students": found, "relief": relief})


def _amount(text: str) -> int:
    try:
        return DongField().clean(text) or 0
    except ValidationError:
        raise Invalid("amount") from None


@desk_view
def account(request: HttpRequest, desk: Desk, pk: int) -> HttpResponse:
    """One student's bills; cash in, money back, debt written off."""
    problem = ""
    if request.method == "POST":
        try:
            return _act(request, desk, pk)
        except (Conflict, Invalid) as error:
            problem = texts.of_error(error)
    view = fees.student_account(actor=desk.actor, unit_id=desk.unit_id, student_id=pk)
    context = {
        "view": view,
        "token": uuid.uuid4(),
        "paid_lines": desk_selectors.paid_lines(
            actor=desk.actor, unit_id=desk.unit_id, bill_ids=[bill.id for bill in view.bills if bill.owed <= 0]
        ),
        "reliefs": [
            line
            for line in desk_selectors.reliefs(actor=desk.actor, unit_id=desk.unit_id, student_id=pk)
            if not line.ended
        ],
        "refundable": payments.refundable(actor=desk.actor, unit_id=desk.unit_id, student_id=pk),
        "accountant": desk.has("accountant"),
        "problem": problem,
    }
    return render(request, "desk/money/account.html", context, status=422 if problem else 200)


def _act(request: HttpRequest, desk: Desk, pk: int) -> HttpResponse:
    action, reason = request.POST.get("action"), request.POST.get("reason", "")
    if action == "cash":
        try:
            token = uuid.UUID(request.POST.get("token", ""))
        except ValueError:
            raise Invalid("request_format") from None
        amount = _amount(request.POST.get("amount", ""))
        intent = services.take_cash(actor=desk.actor, unit_id=desk.unit_id, student_id=pk, amount=amount, token=token)
        with place.scope((desk.unit_id,), user=desk.actor.user_id):
            receipt_id = invoices.receipt_with_memo(desk.unit_id, intent.txn_ref)
        messages.success(request, _("Taken. The receipt is open for printing."))
        return redirect("desk:money:receipt", receipt_id) if receipt_id else redirect("desk:money:account", pk)
    if action in {"refund", "pay_back"}:
        line = number(request.POST.get("line", "")) if action == "pay_back" else None
        way, _sep, intent_id = request.POST.get("way", "").partition(":")
        refunds.request_refund(
            actor=desk.actor, unit_id=desk.unit_id, student_id=pk, amount=_amount(request.POST.get("amount", "")),
            way=way[:8], reason=reason, intent_id=number(intent_id) or None, line_id=line,
        )  # fmt: skip
    elif action == "write_off":
        fee_services.request_write_off(
            actor=desk.actor, unit_id=desk.unit_id, bill_id=number(request.POST.get("bill", "")), reason=reason
        )
    else:
        raise Invalid("request_format")
    messages.success(request, _("The principal has your request."))
    return redirect("desk:money:account", pk)


@require_GET
@desk_view
def receipt(request: HttpRequest, desk: Desk, pk: int) -> HttpResponse:
    return receipt_response(request, desk.actor, desk.unit_id, pk)


@require_GET
@desk_view
def requests(request: HttpRequest, desk: Desk) -> HttpResponse:
    """Refunds and write-offs: what waits first."""
    rows = refunds.open_refunds(actor=desk.actor, unit_id=desk.unit_id)
    context = {
        "refunds": rows,
        "write_offs": fees.open_write_offs(actor=desk.actor, unit_id=desk.unit_id),
        "principal": desk.has("principal"),
        "waiting": sum(row.state == "asked" for row in rows),
    }
    return render(request, "desk/money/requests.html", context)


@require_POST
@desk_view
def decide(request: HttpRequest, desk: Desk, what: str, pk: int) -> HttpResponse:
    approve = request.POST.get("decision") == "approve"
    if what == "hoan":
        refunds.decide_refund(actor=desk.actor, unit_id=desk.unit_id, refund_id=pk, approve=approve)
    elif what == "xoa-no":
        fee_services.decide_write_off(actor=desk.actor, unit_id=desk.unit_id, write_off_id=pk, approve=approve)
    else:
        raise Http404
    messages.success(request, _("Approved and booked.") if approve else _("Refused."))
    return redirect("desk:money:requests")
