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
from . import passkeys, second_factor, totp
from .actor import Actor

PROVED = "second_factor"  # in the session: when it was proved
ASKED = "passkey_asked"  # in the session: what a key was asked to sign
LAYOUT = "themes/account.html"  # the operator's site has another


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
        "passkey_wrong": _t("This key was not accepted. Try again, or use a code. (XT-04)"),
        "passkeys_full": _t("An account has at most ten keys. Take one away first. (XT-05)"),
        "passkey": _t("This key is not there any more. (XT-06)"),
        "second_factor_lost": _t("The stored secret cannot be read. Ask the operator to take it off. (XT-03)"),
    }


def actor_of(request: HttpRequest) -> Actor:
    actor = actors.of_request(request)
    assert actor is not None  # behind login_required
    return actor


def _target(request: HttpRequest) -> str:
    target = request.POST.get("next") or request.GET.get("next") or ""
    safe = url_has_allowed_host_and_scheme(target, {request.get_host()}, require_https=request.is_secure())
    return target if safe else reverse("account:home")


def passkey_place(request: HttpRequest) -> passkeys.Place:
    return passkeys.place(request.get_host(), secure=request.is_secure())


def _remember(request: HttpRequest) -> None:
    request.session.cycle_key()
    request.session[PROVED] = int(time.time())


def is_proved(request: HttpRequest) -> bool:
    return PROVED in request.session


@never_cache
@login_required
@sensitive_post_parameters("code")
def challenge(request: HttpRequest, layout: str = LAYOUT) -> HttpResponse:
    """Ask for the second factor, once a session: a key where the account has one for this site, or a code."""
    actor, at = actor_of(request), passkey_place(request)
    if is_proved(request):
        return redirect(_target(request))
    by_key = request.method == "POST" and "answer" in request.POST
    form = ChallengeForm(None if by_key else request.POST or None)
    refusal = ""
    try:
        if by_key:
            asked = request.session.pop(ASKED, None)
            passkeys.prove(actor=actor, at=at, state=asked, answer=request.POST["answer"])
            _remember(request)
            return redirect(_target(request))
        if request.method == "POST" and form.is_valid():
            second_factor.prove(actor=actor, code=form.cleaned_data["code"])
            _remember(request)
            return redirect(_target(request))
    except NotFound:
        return redirect("account:second_factor_setup")
    except DomainError as error:
        if by_key:
            refusal = errors()[error.code]
        else:
            form.add_error("code", errors()[error.code])
    if request.method != "POST" and not second_factor.is_set_up(actor.user_id):
        return redirect("account:second_factor_setup")
    context: dict[str, Any] = {"form": form, "next": _target(request), "layout": layout, "refusal": refusal}
    found = passkeys.challenge(user_id=actor.user_id, at=at)
    if found is not None:
        context["options"], request.session[ASKED] = found
    return render(request, "identity/second_factor.html", context, status=422 if form.errors or refusal else 200)


@never_cache
@login_required
@sensitive_post_parameters("code")
def set_up(request: HttpRequest, layout: str = LAYOUT) -> HttpResponse:
    """Show the secret as a picture and as text, take the first code, hand out the recovery codes."""
    actor = actor_of(request)
    form = CodeForm(request.POST or None)
    context: dict[str, Any] = {"form": form, "next": _target(request), "layout": layout}
    try:
        if request.method == "POST" and form.is_valid():
            codes = second_factor.confirm(actor=actor, code=form.cleaned_data["code"])
            _remember(request)
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
def renew(request: HttpRequest, layout: str = LAYOUT) -> HttpResponse:
    """New recovery codes, for who has proved the second factor in this session."""
    if not is_proved(request):
        return redirect("account:second_factor")
    codes = second_factor.renew_codes(actor=actor_of(request))
    context = {"codes": codes, "next": _target(request), "layout": layout}
    return render(request, "identity/second_factor_codes.html", context)
