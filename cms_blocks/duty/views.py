"""The report of a portal, the button that makes a page, the choice of another, and the department's table."""

from __future__ import annotations

from django import forms
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST
from wagtail.admin import messages
from wagtail.admin.auth import require_admin_access
from wagtail.admin.widgets import AdminPageChooser
from wagtail.models import Page

from tenants.middleware import portal_of

from . import items, selectors, services
from .models import DutyPage


class ChoiceForm(forms.Form):
    page = forms.ModelChoiceField(Page.objects.filter(depth__gte=2), widget=AdminPageChooser)


@require_admin_access
def report(request: HttpRequest) -> HttpResponse:
    portal = portal_of(request)
    lines = selectors.lines(portal)
    context = {
        "lines": [(line, ChoiceForm(prefix=line.item.code)) for line in lines],
        "done": sum(line.state is items.State.DONE for line in lines),
        "deadline": items.last_deadline(timezone.localdate()),
        "is_department": portal.kind == "department",
    }
    return TemplateResponse(request, "duty/admin/report.html", context)


def _item(request: HttpRequest, code: str) -> items.Item:
    """An item this portal owes, for somebody who may write pages."""
    if not request.user.has_perm("duty.add_dutypage"):
        raise PermissionDenied
    portal = portal_of(request)
    for item in items.items_for(portal.kind, portal.level, timezone.localdate()):
        if item.code == code:
            return item
    raise Http404


@require_admin_access
@require_POST
def make(request: HttpRequest, code: str) -> HttpResponse:
    item = _item(request, code)
    page = services.make_page(portal=portal_of(request), item=item, user=request.user)
    messages.success(request, _("The draft is ready. Fill in what is missing, then publish it."))
    return redirect("wagtailadmin_pages:edit", page.pk)


@require_admin_access
@require_POST
def choose(request: HttpRequest, code: str) -> HttpResponse:
    item = _item(request, code)
    form = ChoiceForm(request.POST, prefix=code)
    if form.is_valid():
        DutyPage.objects.update_or_create(item=item.code, defaults={"page": form.cleaned_data["page"]})
        messages.success(request, _("The page was noted for “%(item)s”.") % {"item": item.title})
    else:
        messages.error(request, _("Choose a page of this portal."))
    return redirect(reverse("duty_report"))


@require_admin_access
def sector(request: HttpRequest) -> HttpResponse:
    """The department's administrators alone."""
    if portal_of(request).kind != "department" or not request.user.has_perm("duty.view_dutypage"):
        raise PermissionDenied
    return TemplateResponse(request, "duty/admin/sector.html", {"lines": selectors.sector()})
