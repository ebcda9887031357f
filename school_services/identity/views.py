"""Account pages of a portal: log in and out, password, linking a child, moving on to another portal."""

from __future__ import annotations

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import login as start_session
from django.contrib.auth import logout as end_session
from django.contrib.auth import update_session_auth_hash
from django.contrib.auth import views as auth_views
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse, reverse_lazy
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST

from school_services.errors import NotFound
from tenants import hosts
from tenants.middleware import portal_of

from . import services
from .forms import LoginForm, PasswordChangeForm, ResetForm, ResetRequestForm
from .tokens import reset_tokens

SIGN = "da"  # a plain cookie without content: "somebody is logged in", so that islands are asked for


def _target(request: HttpRequest) -> str:
    target = request.POST.get("next") or request.GET.get("next") or ""
    safe = url_has_allowed_host_and_scheme(
        target, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )
    return target if safe else reverse("account:home")


def _signed_in(response: HttpResponse) -> HttpResponse:
    response.set_cookie(
        SIGN, "1", max_age=settings.SESSION_COOKIE_AGE, samesite="Lax", secure=settings.ENVIRONMENT.https
    )
    return response


@never_cache
@sensitive_post_parameters("password")
def log_in(request: HttpRequest) -> HttpResponse:
    if request.user.is_authenticated:
        return _signed_in(redirect(_target(request)))
    form = LoginForm(request, request.POST or None)
    if request.method == "POST" and form.is_valid() and form.user is not None:
        start_session(request, form.user)
        return _signed_in(redirect(_target(request)))
    status = 422 if form.errors else 200
    return render(request, "identity/login.html", {"form": form, "next": _target(request)}, status=status)


@never_cache
@require_POST
def log_out(request: HttpRequest) -> HttpResponse:
    end_session(request)
    response = redirect("/")
    response.delete_cookie(SIGN)
    return response


@never_cache
@login_required
def home(request: HttpRequest) -> HttpResponse:
    others = [ref for ref in hosts.all_portals() if ref.pk != portal_of(request).pk and ref.state == "active"]
    return render(request, "identity/home.html", {"portals": others})


@never_cache
@login_required
@sensitive_post_parameters("old", "password1", "password2")
def change_password(request: HttpRequest) -> HttpResponse:
    form = PasswordChangeForm(request.user, request.POST or None)  # type: ignore[arg-type]
    if request.method == "POST" and form.is_valid():
        update_session_auth_hash(request, form.save())
        messages.success(request, _("Your password has been changed. Other devices are logged out."))
        return redirect("account:home")
    return render(request, "identity/password.html", {"form": form}, status=422 if form.errors else 200)


@never_cache
@login_required
@require_POST
def hand_off(request: HttpRequest) -> HttpResponse:
    """Continue in another portal: a single-use token, good for a minute, for that portal alone."""
    target = next((ref for ref in hosts.all_portals() if ref.slug == request.POST.get("portal")), None)
    if target is None or target.state != "active":
        raise Http404
    token = services.start_handoff(user=request.user, target=target)  # type: ignore[arg-type]
    return redirect(f"{hosts.beside(request, target.primary_host)}{reverse('account:receive')}?t={token}")


@never_cache
def receive(request: HttpRequest) -> HttpResponse:
    """The other end: shows whose account it is, and logs in on POST alone, so that a link cannot do it."""
    token = request.POST.get("t") or request.GET.get("t") or ""
    try:
        if request.method == "POST":
            user = services.redeem_handoff(token=token)
            start_session(request, user, backend="school_services.identity.backends.SectorAccountBackend")
            return _signed_in(redirect("account:home"))
        name = services.peek_handoff(token=token)
    except NotFound:
        return render(request, "identity/receive.html", {"spent": True}, status=404)
    response = render(request, "identity/receive.html", {"name": name, "token": token})
    response["Referrer-Policy"] = "no-referrer"
    return response


class PasswordReset(auth_views.PasswordResetView):
    template_name = "identity/reset.html"
    form_class = ResetRequestForm  # type: ignore[assignment]
    success_url = reverse_lazy("account:reset_sent")


class PasswordResetSent(auth_views.PasswordResetDoneView):
    template_name = "identity/reset_sent.html"


class PasswordResetConfirm(auth_views.PasswordResetConfirmView):
    template_name = "identity/reset_confirm.html"
    form_class = ResetForm
    success_url = reverse_lazy("account:login")
    token_generator = reset_tokens
