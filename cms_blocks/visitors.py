"""Forms that a visitor without an account sends: guarded without a cookie and without a third party.

The page with the form is not cached; it carries a ticket: signed for this portal and purpose, stamped with the time.
There is no session behind such a form, so there is nothing that a CSRF token could protect; a form of another site is
refused by what browsers say of themselves (`Sec-Fetch-Site`, `Origin`). Against machines: a field that people do not
see, a time below which nobody writes, and so many a quarter of an hour from one address.
"""

from __future__ import annotations

import functools
import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from django import forms
from django.core import signing
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.debug import sensitive_post_parameters

from school_services.identity import rules as identity_rules
from school_services.identity import throttle
from school_services.identity.actor import client_address
from tenants import context, isolation

FASTEST_SECONDS = 3
LONGEST_SECONDS = 6 * 3600
TICKET, TRAP = "ve", "trang_web"


@dataclass(frozen=True, slots=True)
class Ticket:
    """What a form was opened with: `nonce` makes a form that is sent twice count once."""

    nonce: str
    issued: int

    @property
    def age(self) -> float:
        return time.time() - self.issued


def issue(purpose: str) -> str:
    return isolation.sign([secrets.token_urlsafe(12), int(time.time())], salt=f"visitors.{purpose}")


def read(token: str, purpose: str) -> Ticket | None:
    """The ticket, or None for one that is not ours, of another portal or purpose, or too old."""
    try:
        nonce, issued = isolation.unsign(token, salt=f"visitors.{purpose}", max_age=LONGEST_SECONDS)
    except (signing.BadSignature, ValueError, TypeError):
        return None
    return Ticket(str(nonce), int(issued))


def may_send(purpose: str, request: HttpRequest, *, most: int) -> bool:
    """Count one sending from this address to this portal; False when it has had its share of a quarter of an hour."""
    place = identity_rules.network(client_address(request)) or "?"
    account = f"{context.require_portal().uid}:{place}"
    return throttle.attempt(purpose, account=account, address="", per_account=most) is not None


def visitor_view(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """A page that anybody may send to: never stored, no cookie, no form of another site."""

    @functools.wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if request.method == "POST" and _from_elsewhere(request):
            raise PermissionDenied("a form of another site")
        response = view(request, *args, **kwargs)
        response["Cache-Control"] = "private, no-store"
        response["X-Robots-Tag"] = "noindex"
        return response

    return csrf_exempt(sensitive_post_parameters()(guarded))


def _from_elsewhere(request: HttpRequest) -> bool:
    if request.headers.get("Sec-Fetch-Site", "same-origin") not in {"same-origin", "none"}:
        return True
    origin = request.headers.get("Origin", "")
    return bool(origin) and origin != "null" and urlsplit(origin).netloc != request.get_host()


class VisitorForm(forms.Form):
    """Base of such forms. On an error everything typed stays, and the ticket too unless it is worn out."""

    purpose = ""
    required_css_class = "required"

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.token: str = self.data.get(TICKET, "") if self.is_bound else issue(self.purpose)
        self.ticket = read(self.token, self.purpose)

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        if self.data.get(TRAP):
            raise forms.ValidationError(
                _("A field that must stay empty was filled in. Empty it and send again. (GM-01)")
            )
        if self.ticket is None:
            self.token = issue(self.purpose)
            raise forms.ValidationError(
                _("This page was open for too long. What you wrote is still here: please send it again. (GM-02)")
            )
        if self.ticket.age < FASTEST_SECONDS:
            raise forms.ValidationError(
                _("That was faster than people write. Please wait a few seconds and send again. (GM-03)")
            )
        return cleaned

    def refuse_for_now(self) -> None:
        """The address has sent enough for the moment."""
        self.add_error(
            None,
            _("Many messages came from your address. What you wrote is still here: send it in 15 minutes. (GM-04)"),
        )
