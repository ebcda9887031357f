"""Filling in a form: a page of its own, or an island in the page that embeds it. Never stored, no cookie."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from cms_blocks.visitors import may_send, visitor_view
from school_services.errors import Conflict
from tenants.middleware import portal_of

from . import rules, services
from .models import Form
from .visitor_form import ComposedForm

MOST = 40  # of one address in a quarter of an hour: a class behind one line


@visitor_view
@require_http_methods(["GET", "HEAD", "POST"])
def fill(request: HttpRequest, pk: int) -> HttpResponse:
    portal_of(request)
    form = get_object_or_404(Form, pk=pk)
    standing = form.standing()
    island = request.headers.get("X-Portal-Island") == "1"
    template = "forms/fields.html" if island else "forms/fill.html"
    if standing != rules.OPEN:
        return render(request, template, {"composed": form, "standing": standing}, status=200 if island else 410)
    if request.method != "POST":
        return render(request, template, {"composed": form, "standing": standing, "form": ComposedForm(form)})
    filled = ComposedForm(form, request.POST, request.FILES)
    if filled.is_valid() and filled.ticket is not None:
        if may_send(filled.purpose, request, most=MOST):
            try:
                services.submit(form_id=form.pk, nonce=filled.ticket.nonce, values=filled.cleaned_data)
            except Conflict as closed:
                filled.add_error(None, _("The form has just closed: this was not sent."))
                standing = closed.code
            else:
                return redirect("forms:sent", form.pk)
        else:
            filled.refuse_for_now()
    filled.keep_files()
    return render(request, template, {"composed": form, "standing": standing, "form": filled}, status=422)


@visitor_view
@require_http_methods(["GET", "HEAD"])
def sent(request: HttpRequest, pk: int) -> HttpResponse:
    """The confirmation, the same for everybody."""
    portal_of(request)
    return render(request, "forms/sent.html", {"composed": get_object_or_404(Form, pk=pk)})
