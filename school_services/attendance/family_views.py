"""Leave for one's own child: what was asked, what became of it, and the form."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django import forms
from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render, resolve_url
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache

from school_services.errors import DomainError, NotFound
from school_services.identity import actor as actors
from school_services.rosters import selectors as rosters
from tenants.middleware import portal_of

from . import leaves

TEXTS = {
    "leave_days": gettext_lazy("The last day must not come before the first; at most 30 days, from three days ago on."),
    "leave_reason": gettext_lazy("Write the reason in a few words, for example: fever, family matter."),
    "leave_sessions": gettext_lazy("Choose the morning, the afternoon or the whole day."),
    "leave_open": gettext_lazy("Leave has been asked for one of these days already. See the list below."),
    "leave_decided": gettext_lazy("The teacher has decided meanwhile: it can no longer be taken back."),
}


class LeaveForm(forms.Form):
    first_day = forms.DateField(
        label=gettext_lazy("First day"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )
    last_day = forms.DateField(
        label=gettext_lazy("Last day"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )
    sessions = forms.ChoiceField(
        label=gettext_lazy("Part of the day"),
        choices=[
            ("SC", gettext_lazy("Whole day")),
            ("S", gettext_lazy("Morning")),
            ("C", gettext_lazy("Afternoon")),
        ],
    )
    reason = forms.CharField(label=gettext_lazy("Reason"), max_length=300)


@never_cache
def child_leaves(request: HttpRequest, student: int) -> HttpResponse:
    """Another's child and none are the same 404; a visitor logs in first."""
    actor = actors.of_request(request)
    if actor is None:
        return redirect(f"{resolve_url(settings.LOGIN_URL)}?{urlencode({'next': request.path})}")
    today = timezone.localdate()
    start: dict[str, Any] = {"first_day": today, "last_day": today}
    form = LeaveForm(request.POST) if request.method == "POST" else LeaveForm(initial=start)
    try:
        child = rosters.child(actor, student)
        if child.unit_id != portal_of(request).unit_id:
            raise NotFound("student")  # the page of another school's portal
        if request.method == "POST" and request.POST.get("withdraw", "").isdigit():
            leaves.withdraw(actor=actor, student_id=student, request_id=int(request.POST["withdraw"][:18]))
            messages.success(request, _("The request has been taken back."))
            return redirect(request.path)
        if request.method == "POST" and form.is_valid():
            leaves.ask(actor=actor, student_id=student, **form.cleaned_data)
            messages.success(request, _("Sent. The homeroom teacher decides, and you read it here."))
            return redirect(request.path)
    except NotFound:
        raise Http404 from None
    except DomainError as error:
        form.add_error(None, TEXTS[error.code])
    context = {"child": child, "form": form, "leaves": leaves.of_child(actor=actor, student_id=student)}
    return render(request, "attendance/leave.html", context, status=422 if form.errors else 200)
