"""“Large file”, in Wagtail's administration: choose and send it to S3, then say what it is."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe
from wagtail.admin import messages
from wagtail.admin.auth import require_admin_access
from wagtail.documents import get_document_model
from wagtail.models import Collection
from wagtail.permissions import policy_registry

from tenants.uploads import Refused

from . import direct

TICKET = "phieu"


class NameForm(forms.Form):
    title = forms.CharField(label=gettext_lazy("Title"), max_length=200)
    collection = forms.ModelChoiceField(Collection.objects.none(), label=gettext_lazy("Collection"), empty_label=None)

    def __init__(self, collections: Any, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["collection"]
        field.queryset = collections
        self.fields["collection"].initial = collections.first()


def may_add(user: Any) -> bool:
    return bool(policy_registry.get_by_type(get_document_model()).user_has_permission(user, "add"))


def _collections(user: Any) -> Any:
    policy = policy_registry.get_by_type(get_document_model())
    return policy.collections_user_has_permission_for(user, "add")


def _allowed(request: HttpRequest) -> None:
    if not direct.possible():
        raise Http404
    if not may_add(request.user):
        raise PermissionDenied


@require_admin_access
@require_safe
def send(request: HttpRequest) -> HttpResponse:
    _allowed(request)
    given = direct.ticket(_pk(request))
    then = request.build_absolute_uri(f"{reverse('media_files:large_name')}?{TICKET}={given}")
    context: dict[str, Any] = {}
    try:
        context["address"], context["fields"] = direct.form(given, _pk(request), then)
    except Refused as refusal:
        context["refusal"] = " ".join(refusal.messages)
    response = TemplateResponse(request, "media_files/large.html", context)
    response["Cache-Control"] = "private, no-store"
    return response


@require_admin_access
@require_http_methods(["GET", "HEAD", "POST"])
def name(request: HttpRequest) -> HttpResponse:
    """S3 sends the browser here when it has the whole file."""
    _allowed(request)
    given = request.GET.get(TICKET, "")
    form = NameForm(_collections(request.user), request.POST or None)
    try:
        found = direct.waiting(given, _pk(request))
        if request.method == "POST" and form.is_valid():
            values = form.cleaned_data
            document = direct.take(
                given,
                request.user,
                title=values["title"],
                filename=values["title"],
                collection=values["collection"],
            )
            messages.success(request, _("“%(name)s” is among the documents.") % {"name": document.title})
            return redirect("wagtaildocs:edit", document.pk)
    except Refused as refusal:
        messages.error(request, " ".join(refusal.messages))
        return redirect("media_files:large")
    return TemplateResponse(request, "media_files/large_name.html", {"form": form, "found": found})


def _pk(request: HttpRequest) -> int:
    assert request.user.pk is not None
    return int(request.user.pk)
