"""Pages of those who pay, and the door of the providers. Nothing here is ever cached or holds a name in its address."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec
from uuid import UUID

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render, resolve_url
from django.urls import reverse
from django.utils.http import urlencode
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_GET, require_http_methods, require_POST, require_safe

from school_services.errors import DomainError, NotFound
from school_services.identity import actor as actors
from school_services.identity.actor import Actor
from school_services.invoices import receipt_pdf
from school_services.invoices import selectors as invoices
from tenants import hosts
from tenants.middleware import portal_of

from . import selectors, services
from .closing import LABELS
from .error_texts import of_error
from .models import Intent
from .pictures import transfer_code
from .providers import PROVIDERS
from .providers.base import Incoming

P = ParamSpec("P")
MAX_NOTICE = 64 * 1024


def payer(
    view: Callable[Concatenate[HttpRequest, Actor, P], HttpResponse],
) -> Callable[Concatenate[HttpRequest, P], HttpResponse]:
    """A person who is logged in; an error of a service is a page that says what to do."""

    @never_cache
    @wraps(view)
    def inner(request: HttpRequest, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        actor = actors.of_request(request)
        if actor is None:
            return redirect(f"{resolve_url(settings.LOGIN_URL)}?{urlencode({'next': request.path})}")
        try:
            response = view(request, actor, *args, **kwargs)
        except NotFound:
            raise Http404 from None
        except DomainError as error:
            response = render(request, "payments/refused.html", {"message": of_error(error)}, status=error.status)
        response["Cache-Control"] = "private, no-store"
        return response

    return inner


@require_safe
@payer
def home(request: HttpRequest, actor: Actor) -> HttpResponse:
    return render(request, "payments/home.html", selectors.family_context(actor, _units(request)))


def _units(request: HttpRequest) -> tuple[int, ...] | None:
    """A school's portal shows its own children alone; an office's, those of all schools."""
    portal = portal_of(request)
    return (portal.unit_id,) if portal.kind == "school" else None


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 19 else 0


@require_POST
@payer
def start(request: HttpRequest, actor: Actor) -> HttpResponse:
    """Bills and a provider; any amount that a client sends is not even read."""
    portal = portal_of(request)

    def addresses(intent: Intent) -> tuple[str, str]:
        origin = hosts.origin(portal)
        return (
            f"{origin}{reverse('pay:back', args=[intent.public_id])}",
            f"{origin}{reverse('pay:notice', args=[intent.provider])}",
        )

    intent = services.start(
        actor=actor,
        unit_id=_number(request.POST.get("unit", "")),
        bill_ids=[_number(text) for text in request.POST.getlist("bill")[:50]],
        provider=request.POST.get("provider", "")[:12],
        addresses=addresses,
        address=actor.address,
    )
    return redirect("pay:show", intent.public_id)


@require_safe
@payer
def show(request: HttpRequest, actor: Actor, pk: UUID) -> HttpResponse:
    """The QR code or the way to the provider, and what became of it."""
    view = selectors.intent_of(actor, pk)
    return render(request, "payments/show.html", {"view": view, "here": request.build_absolute_uri()})


@require_safe
@payer
def code(request: HttpRequest, actor: Actor, pk: UUID) -> HttpResponse:
    view = selectors.intent_of(actor, pk)
    if not view.payload:
        raise NotFound("intent")
    return HttpResponse(transfer_code(view.payload), content_type="image/svg+xml")


@require_GET
@payer
def state(request: HttpRequest, actor: Actor, pk: UUID) -> HttpResponse:
    view = selectors.intent_of(actor, pk)
    return JsonResponse({"state": view.state, "paid": view.paid})


@require_safe
@payer
def back(request: HttpRequest, actor: Actor, pk: UUID) -> HttpResponse:
    """The payer comes back from the provider. What the address says is not believed: the page shows what was booked."""
    view = selectors.intent_of(actor, pk)
    return redirect("pay:show", view.public_id)


@require_safe
@payer
def documents(request: HttpRequest, actor: Actor) -> HttpResponse:
    receipts, issued = invoices.family_documents(actor, unit_ids=_units(request))
    return render(request, "payments/documents.html", {"receipts": receipts, "invoices": issued})


@require_safe
@payer
def receipt(request: HttpRequest, actor: Actor, unit: int, pk: int) -> HttpResponse:
    return receipt_response(request, actor, unit, pk)


def receipt_response(request: HttpRequest, actor: Actor, unit_id: int, pk: int) -> HttpResponse:
    """The PDF of a receipt, inline. Raises `NotFound`."""
    view = invoices.own_receipt(actor, unit_id, pk)
    name, tax_code, address = invoices.issuer_name(unit_id)
    portal = portal_of(request)
    check_url = f"{hosts.origin(portal)}{reverse('pay:check')}?ma={view.code}"
    content = receipt_pdf.render(
        view,
        school=name or portal.name,
        tax_code=tax_code,
        address=address,
        way=LABELS.get(view.way, view.way),
        check_url=check_url,
    )
    response = HttpResponse(content, content_type="application/pdf")
    response["Content-Disposition"] = f'inline; filename="{view.name}.pdf"'
    return response


@require_safe
@payer
def invoice(request: HttpRequest, actor: Actor, unit: int, pk: int) -> HttpResponse:
    name, content = invoices.own_invoice(actor, unit, pk)
    response = HttpResponse(content, content_type="application/xml")
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


@never_cache
@require_safe
def check(request: HttpRequest) -> HttpResponse:
    """Is this receipt genuine? Number, amount and day; never a name."""
    code_text = request.GET.get("ma", "")[:20]
    found = invoices.check_code(portal_of(request).unit_id, code_text) if code_text else None
    response = render(request, "payments/check.html", {"code": code_text, "found": found})
    response["Cache-Control"] = "private, no-store"
    return response


@csrf_exempt
@never_cache
@require_http_methods(["GET", "POST"])
def notice(request: HttpRequest, provider: str) -> HttpResponse:
    """A provider's word about an order. The signature is its only credential."""
    if provider not in PROVIDERS:
        raise Http404
    if len(request.body) > MAX_NOTICE:
        return HttpResponse(status=413)
    incoming = Incoming(
        request.method or "", {key: str(value) for key, value in request.GET.items()}, request.body, request.headers
    )
    answer = services.handle_notice(provider=provider, portal_unit=portal_of(request).unit_id, incoming=incoming)
    return HttpResponse(answer.body, content_type=answer.content_type, status=answer.status)
