"""Setting up and proving a second factor, at /tai-khoan/xac-thuc/."""

from __future__ import annotations

import time
from typing import Any

import segno
from django import forms
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST

from school_services.errors import Conflict, DomainError, NotFound

from . import actor as actors
from . import second_factor, totp
from .actor import Actor

PROVED = "second_factor"  # in the session: when it was proved


class CodeForm(forms.Form):
    code = forms.CharField(
        label=_("Code from the app"),
        max_length=20,
        widget=forms.TextInput(
            attrs={"autocomplete": "one-time-code", "inputmode": "numeric", "autofocus": True, "spellcheck": "false"}
        ),
    )


class ChallengeForm(CodeForm):
    code = forms.CharField(
        label=_("Code from the app, or a recovery code"),
        max_length=20,
        widget=forms.TextInput(attrs={"autocomplete": "one-time-code", "autofocus": True, "spellcheck": "false"}),
    )


def errors() -> dict[str, str]:
    return {
        "code_wrong": _t("This code is not right, or it has been used. Wait for the next one and enter it. (XT-01)"),
        "too_many": _t("Too many wrong codes. Please come back in 15 minutes. (XT-02)"),
        "second_factor_lost": _t("The stored secret cannot be read. Ask the operator to take it off. (XT-03)"),
    }


def _actor(request: HttpRequest) -> Actor:
    actor = actors.of_request(request)
    assert actor is not None  # behind login_required
    return actor


def _target(request: HttpRequest) -> str:
    target = request.POST.get("next") or request.GET.get("next") or ""
    safe = url_has_allowed_host_and_scheme(target, {request.get_host()}, require_https=request.is_secure())
    return target if safe else reverse("account:home")


def proved(request: HttpRequest) -> bool:
    return PROVED in request.session


@never_cache
@login_required
@sensitive_post_parameters("code")
def challenge(request: HttpRequest) -> HttpResponse:
    """Ask for the second factor, once a session."""
    actor = _actor(request)
    if proved(request):
        return redirect(_target(request))
    form = ChallengeForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            second_factor.prove(actor=actor, code=form.cleaned_data["code"])
        except NotFound:
            return redirect("account:second_factor_setup")
        except DomainError as error:
            form.add_error("code", errors()[error.code])
        else:
            request.session.cycle_key()
            request.session[PROVED] = int(time.time())
            return redirect(_target(request))
    elif not second_factor.is_set_up(actor.user_id):
        return redirect("account:second_factor_setup")
    context = {"form": form, "next": _target(request)}
    return render(request, "identity/second_factor.html", context, status=422 if form.errors else 200)


@never_cache
@login_required
@sensitive_post_parameters("code")
def set_up(request: HttpRequest) -> HttpResponse:
    """Show the secret as a picture and as text, take the first code, hand out the recovery codes."""
    actor = _actor(request)
    form = CodeForm(request.POST or None)
    context: dict[str, Any] = {"form": form, "next": _target(request)}
    try:
        if request.method == "POST" and form.is_valid():
            codes = second_factor.confirm(actor=actor, code=form.cleaned_data["code"])
            request.session.cycle_key()
            request.session[PROVED] = int(time.time())
            return render(request, "identity/second_factor_codes.html", context | {"codes": codes})
        secret = second_factor.begin(actor=actor)
    except Conflict as conflict:
        if conflict.code == "second_factor_set":
            left = second_factor.codes_left(actor.user_id)
            return render(request, "identity/second_factor_set.html", context | {"left": left})
        form.add_error("code", errors()[conflict.code])
        secret = second_factor.begin(actor=actor)
    except DomainError as error:
        form.add_error("code", errors()[error.code])
        secret = second_factor.begin(actor=actor)
    address = totp.address(secret, account=request.user.get_username(), issuer=second_factor.ISSUER)
    # Black on white whatever the theme: cameras want it so.
    picture = segno.make(address, micro=False).svg_data_uri(scale=5, border=4, dark="#000", light="#fff")
    context |= {"picture": picture, "secret": totp.as_text(secret)}
    return render(request, "identity/second_factor_setup.html", context, status=422 if form.errors else 200)


@never_cache
@login_required
@require_POST
def renew(request: HttpRequest) -> HttpResponse:
    """New recovery codes, for who has proved the second factor in this session."""
    if not proved(request):
        return redirect("account:second_factor")
    codes = second_factor.renew_codes(actor=_actor(request))
    return render(request, "identity/second_factor_codes.html", {"codes": codes, "next": _target(request)})
