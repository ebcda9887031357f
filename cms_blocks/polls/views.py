"""Voting (never stored) and results (public, half a minute old at most)."""

from __future__ import annotations

from typing import Any

from django import forms
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from cms_blocks.visitors import VisitorForm, may_send, visitor_view
from school_services.errors import Conflict
from tenants import cache_tags
from tenants.middleware import portal_of

from . import selectors, services
from .models import Poll

MOST = 60  # of one address in a quarter of an hour: two classes behind one line
COOKIE, REMEMBERED = "phieu", 30


class VoteForm(VisitorForm):
    def __init__(self, poll: Poll, *args: Any, **kwargs: Any) -> None:
        self.purpose = f"polls.{poll.pk}"
        super().__init__(*args, **kwargs)
        choices = [(str(pk), text) for pk, text in poll.options.order_by("sort_order", "pk").values_list("pk", "text")]
        self.fields["option"] = forms.ChoiceField(label=poll.question, choices=choices, widget=forms.RadioSelect)


def _voted(request: HttpRequest) -> list[str]:
    """Polls this browser has voted in: a cookie of /binh-chon/ alone, set by a vote and by nothing else."""
    return [part for part in request.COOKIES.get(COOKIE, "").split(".") if part.isdigit()][:REMEMBERED]


@visitor_view
@require_http_methods(["GET", "HEAD", "POST"])
def vote(request: HttpRequest, pk: int) -> HttpResponse:
    portal_of(request)
    poll = get_object_or_404(Poll, pk=pk)
    island = request.headers.get("X-Portal-Island") == "1"
    template = "polls/part.html" if island else "polls/vote.html"
    voted = _voted(request)
    if not poll.open or str(pk) in voted:
        context = {"poll": poll, "results": selectors.results(poll), "voted": str(pk) in voted}
        return render(request, template, context)
    form = VoteForm(poll, request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid() and form.ticket is not None:
        if may_send(form.purpose, request, most=MOST):
            try:
                services.vote(poll_id=pk, option_id=int(form.cleaned_data["option"]), nonce=form.ticket.nonce)
            except Conflict:
                form.add_error(None, _("The poll has just closed: this vote was not counted."))
            else:
                response = redirect("polls:results", pk)
                response.set_cookie(
                    COOKIE,
                    ".".join([str(pk), *voted][:REMEMBERED]),
                    max_age=365 * 24 * 3600,
                    path=request.path.rpartition(f"{pk}/")[0],
                    httponly=True,
                    samesite="Lax",
                    secure=settings.ENVIRONMENT.https,
                )
                return response
        else:
            form.refuse_for_now()
    return render(request, template, {"poll": poll, "form": form}, status=422 if form.errors else 200)


@require_safe
def results(request: HttpRequest, pk: int) -> HttpResponse:
    portal_of(request)
    cache_tags.tag_portal()
    poll = get_object_or_404(Poll, pk=pk)
    cache_tags.tag(poll.tag, "menu")
    response = render(request, "polls/vote.html", {"poll": poll, "results": selectors.results(poll)})
    response["Cache-Control"] = "public, max-age=0, s-maxage=30, stale-while-revalidate=60"
    return response
