"""Who takes the money and who issues invoices: merchants at the providers, the issuer and its key."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from school_services.errors import Conflict, Invalid
from school_services.invoices import selectors as invoices
from school_services.invoices import services as invoice_services
from school_services.payments import merchants
from tenants import hosts
from tenants.middleware import portal_of

from . import texts
from .access import Desk, desk_view
from .money_forms import IssuerForm, MerchantForm

MAX_KEY = 64 * 1024


@require_GET
@desk_view
def providers(request: HttpRequest, desk: Desk) -> HttpResponse:
    """The ways to pay and what each still needs."""
    rows = merchants.settings_page(actor=desk.actor, unit_id=desk.unit_id)
    return render(request, "desk/money/providers.html", {"rows": rows, "accountant": desk.has("accountant")})


@desk_view
def provider(request: HttpRequest, desk: Desk, slug: str) -> HttpResponse:
    """The account at one provider. Secrets go in and never come out."""
    rows = {row.provider: row for row in merchants.settings_page(actor=desk.actor, unit_id=desk.unit_id)}
    if slug not in rows:
        raise Http404
    view = rows[slug]
    form = MerchantForm(request.POST or None, view=view)
    if request.method == "POST" and form.is_valid():
        try:
            merchants.save_merchant(
                actor=desk.actor, unit_id=desk.unit_id, provider=slug, place=view.place, **form.values()
            )
        except (Conflict, Invalid) as error:
            form.add_error(None, texts.of_error(error))
        else:
            messages.success(request, _("Saved. Families can choose it from now on."))
            return redirect("desk:money:providers")
    notice = f"{hosts.origin(portal_of(request))}{reverse('pay:notice', args=[slug])}"
    context = {"view": view, "form": form, "notice": notice, "accountant": desk.has("accountant")}
    return render(request, "desk/money/provider.html", context, status=422 if form.errors else 200)


def _first(view: invoices.IssuerView | None) -> dict[str, Any]:
    if view is None:
        return {}
    return {
        "name": view.name, "tax_code": view.tax_code, "address": view.address, "phone": view.phone,
        "provider_tax_code": view.provider_tax_code, "sender": view.sender, **view.config,
    }  # fmt: skip


@desk_view
def issuer(request: HttpRequest, desk: Desk) -> HttpResponse:
    """The school's data on invoices, its signing key, and how they are sent."""
    view = invoices.issuer_page(actor=desk.actor, unit_id=desk.unit_id)
    posted = request.method == "POST"
    form = IssuerForm(request.POST, request.FILES) if posted else IssuerForm(initial=_first(view))
    if posted and form.is_valid():
        try:
            _save(desk, form.cleaned_data)
        except (Conflict, Invalid) as error:
            field = {"key": "key", "key_owner": "key", "tax_code": "tax_code"}.get(error.code)
            form.add_error(field, texts.of_error(error))
        else:
            messages.success(request, _("Saved."))
            return redirect("desk:money:issuer")
    context = {"view": view, "form": form, "accountant": desk.has("accountant")}
    return render(request, "desk/money/issuer.html", context, status=422 if form.errors else 200)


def _save(desk: Desk, data: dict[str, Any]) -> None:
    key = token = login = None
    if data["key"] is not None:
        key = (data["key"].read(MAX_KEY), data["secret"])
    elif data["token"]:
        token = (data["token"], data["secret"])
    names = ("account", "password", "user", "user_password")
    if all(data[name] for name in names):
        login = {name: data[name] for name in names}
    kept = ("template", "code", "own", "publish_url", "portal_url")
    invoice_services.save_issuer(
        actor=desk.actor, unit_id=desk.unit_id, name=data["name"], tax_code=data["tax_code"].strip(),
        address=data["address"], phone=data["phone"], provider_tax_code=data["provider_tax_code"].strip(),
        sender=data["sender"], key=key, token=token, login=login, config={name: data[name] for name in kept},
    )  # fmt: skip
