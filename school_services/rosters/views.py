"""A guardian links a child with the school's code."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache

from school_services.errors import Invalid
from school_services.identity import actor as actors
from school_services.identity import throttle
from school_services.identity.forms import LinkCodeForm
from tenants.middleware import portal_of

from . import services


@never_cache
@login_required
def link_child(request: HttpRequest) -> HttpResponse:
    """Wrong codes count against the account and the address: guessing does not pay."""
    portal = portal_of(request)
    actor = actors.of_request(request)
    assert actor is not None
    form = LinkCodeForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        made = throttle.attempt("link", account=str(actor.user_id), address=actor.address)
        if made is None:
            form.add_error("code", _("Too many wrong codes. Please try again in 15 minutes. (Code LK-02)"))
        else:
            try:
                services.redeem_link_code(actor=actor, unit_id=portal.unit_id, code=form.cleaned_data["code"])
            except Invalid:
                form.add_error(
                    "code",
                    _("This code is not valid here. Check it, or ask the school office for a new one. (Code LK-01)"),
                )
            else:
                throttle.forgive(made)
                messages.success(request, _("The child is linked to your account."))
                return redirect("account:home")
    return render(request, "identity/link.html", {"form": form}, status=422 if form.errors else 200)
