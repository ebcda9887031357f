"""Keys of an account, at /tai-khoan/xac-thuc/khoa/: seen, added and taken away by who has proved the second step."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from school_services.errors import Conflict, DomainError, NotFound

from . import passkeys
from .second_factor_views import LAYOUT, actor_of, errors, is_proved, passkey_place

STATE = "passkey_made"  # in the session: what the browser was asked


class KeyForm(forms.Form):
    name = forms.CharField(
        label=_("Name of the key"),
        max_length=60,
        help_text=_("So that you know it again, for example: office computer."),
    )


@never_cache
@login_required
@require_http_methods(["GET", "POST"])
def keys(request: HttpRequest, layout: str = LAYOUT) -> HttpResponse:
    if not is_proved(request):
        return redirect(f"{reverse('account:second_factor')}?next={request.path}")
    actor, at = actor_of(request), passkey_place(request)
    form = KeyForm(request.POST if "answer" in request.POST else None)
    refusal = ""
    if request.method == "POST":
        asked = request.session.pop(STATE, None)
        try:
            if "remove" in request.POST:
                passkeys.remove(actor=actor, key=_number(request.POST["remove"]))
                return redirect(request.path)
            if form.is_valid():
                answer = request.POST.get("answer", "")
                passkeys.add(actor=actor, at=at, state=asked, answer=answer, name=form.cleaned_data["name"])
                return redirect(request.path)
        except DomainError as error:
            refusal = errors()[error.code]
    context: dict[str, Any] = {"form": form, "keys": passkeys.keys(actor.user_id), "site": at.site, "layout": layout}
    context["refusal"] = refusal
    try:
        context["options"], request.session[STATE] = passkeys.begin(actor=actor, at=at)
    except NotFound:
        return redirect("account:second_factor_setup")
    except Conflict:
        context["full"] = True
    return render(request, "identity/passkeys.html", context, status=422 if form.errors or refusal else 200)


def _number(raw: str) -> int:
    """0 is nobody's key."""
    return int(raw) if raw.isascii() and raw.isdigit() and len(raw) < 18 else 0
