"""The editor of the look: a form, the home page beside it as it would be, and whether it can be read."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect
from django.template.loader import render_to_string
from django.template.response import TemplateResponse
from django.utils.module_loading import import_string
from django.utils.translation import gettext as _
from django.utils.translation import override
from django.views.decorators.http import require_safe
from wagtail.admin.auth import permission_required
from wagtail.log_actions import log

from cms_blocks.models import HomePage
from tenants import isolation
from tenants.context import require_portal
from themes.colour import hexadecimal
from themes.tokens import check, nearest, palette

from .forms import HUES, LookForm
from .models import Look, current, trying

may_change = permission_required("looks.change_look")


def _saved() -> Look:
    return Look.objects.select_related("logo").first() or Look()


@may_change
def edit(request: HttpRequest) -> HttpResponse:
    portal = require_portal()
    form = LookForm(request.POST or None, instance=_saved(), portal=portal)
    if request.method == "POST":
        if form.is_valid():
            with transaction.atomic():
                look = form.save()
                log(instance=look, action="wagtail.edit", user=request.user)
                _drop_pages()
            messages.success(request, _("The new look is on all pages."))
            return redirect("looks:edit")
        messages.error(request, _("The look was not saved: see the marked fields."))
    saved = _saved().choice(portal)
    swatches = [
        (hue, hexadecimal(palette(saved.character, hue, dark=False, strength=saved.strength)["accent"])) for hue in HUES
    ]
    return TemplateResponse(
        request, "looks/edit.html", {"form": form, "swatches": swatches, "verdict": _verdict(form, portal)},
        status=422 if form.errors else 200,
    )  # fmt: skip


def _drop_pages() -> None:
    """All pages link to the new style: the whole portal leaves the front cache."""
    import_string(settings.CACHE_PURGER)(isolation.portal_tag(require_portal().uid))


def _candidate(data: Any, portal: Any) -> tuple[LookForm, Look]:
    """The look of half-made input: what cannot be understood stays as it is saved."""
    form = LookForm(data, instance=_saved(), portal=portal)
    form.full_clean()
    look = _saved()
    for name in ("hue", "strength", "accent", "character", "pairing", "header", "logo"):
        if name in form.cleaned_data:
            setattr(look, name, form.cleaned_data[name])
    accent = str(data.get("accent", "")).lower()
    if "accent" in form.errors and len(accent) == 7:
        look.accent = accent if all(c in "0123456789abcdef" for c in accent[1:]) and accent[0] == "#" else ""
    look.sections = form.instance.sections
    return form, look


def _verdict(form: LookForm, portal: Any) -> str:
    """HTML: readable or not, and the nearest colour that is."""
    look = form.instance
    choice = look.choice(portal)
    failures = check(choice)
    better = nearest(choice) if failures and choice.accent else ""
    light, dark = _samples(choice)
    return render_to_string(
        "looks/verdict.html", {"failures": failures, "better": better, "light": light, "dark": dark}
    )


def _samples(choice: Any) -> tuple[dict[str, str], dict[str, str]]:
    """Light and dark colours as hexadecimal text, for the samples."""
    found = []
    for dark in (False, True):
        colours = palette(choice.character, choice.hue, dark=dark, strength=choice.strength, accent=choice.accent)
        found.append({name.replace("-", "_"): hexadecimal(rgb) for name, rgb in colours.items()})
    return found[0], found[1]


@may_change
@require_safe
def judge(request: HttpRequest) -> HttpResponse:
    """Whether the colours asked for can be read; JSON for the editor."""
    portal = require_portal()
    form, look = _candidate(request.GET, portal)
    form.instance = look
    return JsonResponse({"ok": not check(look.choice(portal)), "html": _verdict(form, portal)})


@may_change
@require_safe
def preview(request: HttpRequest) -> HttpResponse:
    """The home page with the look asked for; nothing is saved and nothing is kept by any cache."""
    home = HomePage.objects.live().first()
    if home is None:
        raise Http404
    _form, look = _candidate(request.GET, require_portal()) if request.GET else (None, current())
    request.is_preview = True  # type: ignore[attr-defined]
    with trying(look), override("vi"):
        response = home.serve(request)
        if hasattr(response, "render"):
            response.render()
    response["Cache-Control"] = "private, no-store"
    return response
