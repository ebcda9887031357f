"""Pages for visitors: published answers (public, cached), asking and following a question (never stored)."""

from __future__ import annotations

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from cms_blocks import caching
from cms_blocks.visitors import may_send, visitor_view
from tenants import cache_tags
from tenants.middleware import portal_of
from themes.context import Crumb, Pager

from . import selectors, services
from .forms import AskForm, TrackForm
from .models import PublicAnswer

PER_PAGE = 20
# Of one address in a quarter of an hour: a family behind one line, not a machine.
MOST_QUESTIONS, MOST_CODES = 5, 12


@require_safe
def index(request: HttpRequest) -> HttpResponse:
    portal_of(request)
    cache_tags.tag_portal()
    cache_tags.tag("menu")
    page = Paginator(selectors.answers(), PER_PAGE).get_page(request.GET.get("page"))
    pager = Pager(
        page.number,
        page.paginator.num_pages,
        f"?page={page.previous_page_number()}" if page.has_previous() else "",
        f"?page={page.next_page_number()}" if page.has_next() else "",
    )
    context = {"answers": selectors.cards(page), "pager": pager, "crumbs": [Crumb("", "/")]}
    return caching.public(render(request, "questions/index.html", context))


@require_safe
def answer(request: HttpRequest, pk: int) -> HttpResponse:
    portal_of(request)
    cache_tags.tag_portal()
    cache_tags.tag("menu")
    entry = get_object_or_404(selectors.answers(), pk=pk)
    assert isinstance(entry, PublicAnswer)
    return caching.public(render(request, "questions/answer.html", {"entry": entry}))


@visitor_view
@require_http_methods(["GET", "HEAD", "POST"])
def ask(request: HttpRequest) -> HttpResponse:
    """The form; and after it the code, on the answer itself: a code in an address would stay in histories."""
    portal_of(request)
    form = AskForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid() and form.ticket is not None:
        if may_send(AskForm.purpose, request, most=MOST_QUESTIONS):
            values = form.cleaned_data
            question = services.ask(
                nonce=form.ticket.nonce,
                title=values["title"],
                text=values["text"],
                name=values["name"],
                email=values["email"],
            )
            return render(request, "questions/sent.html", {"question": question})
        form.refuse_for_now()
    return render(request, "questions/ask.html", {"form": form}, status=422 if form.errors else 200)


@visitor_view
@require_http_methods(["GET", "HEAD", "POST"])
def track(request: HttpRequest) -> HttpResponse:
    """State and answer of a question, for who has its code."""
    portal_of(request)
    form = TrackForm(request.POST if request.method == "POST" else None)
    standing = None
    if request.method == "POST" and form.is_valid():
        if may_send("questions.track", request, most=MOST_CODES):
            standing = selectors.standing(form.cleaned_data["code"])
            if standing is None:
                form.add_error(
                    "code", _("There is no question with this code here. Please compare it letter by letter.")
                )
        else:
            form.add_error("code", _("Many codes were tried from your address. Please come back in 15 minutes."))
    context = {"form": form, "standing": standing}
    return render(request, "questions/track.html", context, status=422 if form.errors else 200)
