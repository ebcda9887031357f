"""Class cameras in the work area: stop and resume by one press, who watches, add, log."""

from __future__ import annotations

import datetime
import re
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_POST

from school_services.attendance import registers
from school_services.attendance.access import LEADERS
from school_services.cameras import registry
from school_services.errors import DomainError, Invalid

from . import texts
from .access import Desk, desk_view, number

REASONS = (
    gettext_lazy("The children sleep"),
    gettext_lazy("The children change clothes"),
    gettext_lazy("A child is unwell"),
)
_TIME = re.compile(r"(\d{1,2})[:hg](\d{2})\s*[-–]\s*(\d{1,2})[:hg](\d{2})")


class CameraForm(forms.Form):
    group = forms.ChoiceField(label=gettext_lazy("Class"))
    name = forms.CharField(label=gettext_lazy("Name"), max_length=80)
    place = forms.CharField(label=gettext_lazy("Place"), max_length=120, required=False)
    source = forms.CharField(
        label=gettext_lazy("Address of the camera"),
        max_length=500,
        help_text=gettext_lazy("rtsp://…, the second (small) stream. It is kept sealed and shown to nobody."),
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )
    times = forms.CharField(
        label=gettext_lazy("Open for families, Monday to Friday"),
        max_length=200,
        initial="09:00-09:30, 15:00-15:30",
        help_text=gettext_lazy("Not while the children sleep or change."),
    )
    transcode = forms.BooleanField(label=gettext_lazy("The camera sends H.265"), required=False)

    def __init__(self, *args: Any, classes: list[tuple[int, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["group"].choices = [("", _("Choose …")), *classes]  # type: ignore[attr-defined]


def _times(text: str) -> list[tuple[str, datetime.time, datetime.time]]:
    found = []
    for part in filter(None, (piece.strip() for piece in text.split(","))):
        match = _TIME.fullmatch(part)
        if match is None:
            raise Invalid("camera_times")
        try:
            start, end = (
                datetime.time(int(match[1]), int(match[2])),
                datetime.time(int(match[3]), int(match[4])),
            )
        except ValueError:
            raise Invalid("camera_times") from None
        found.append(("23456", start, end))
    if not found:
        raise Invalid("camera_times")
    return found


@require_GET
@desk_view
def cameras(request: HttpRequest, desk: Desk) -> HttpResponse:
    context = {
        "cameras": registry.listed(actor=desk.actor, unit_id=desk.unit_id),
        "reasons": REASONS,
        "leader": desk.has(*LEADERS),
    }
    return render(request, "desk/cameras.html", context)


@desk_view
def add(request: HttpRequest, desk: Desk) -> HttpResponse:
    days = registers.my_classes(actor=desk.actor, unit_id=desk.unit_id, day=timezone.localdate())
    classes = [(day.group_id, day.name) for day in days]
    form = CameraForm(request.POST if request.method == "POST" else None, classes=classes)
    if request.method == "POST" and form.is_valid():
        values = form.cleaned_data
        try:
            registry.add(
                actor=desk.actor,
                unit_id=desk.unit_id,
                group_id=number(values["group"]),
                name=values["name"],
                place=values["place"],
                source=values["source"],
                open_times=_times(values["times"]),
                transcode=values["transcode"],
            )
        except DomainError as error:
            if error.status == 403:
                raise
            form.add_error(None, texts.of_error(error))
        else:
            messages.success(request, _("The camera is added. Families who agreed can watch while it is open."))
            return redirect("desk:cameras")
    return render(request, "desk/camera_new.html", {"form": form}, status=422 if form.errors else 200)


@require_POST
@desk_view
def act(request: HttpRequest, desk: Desk, pk: int) -> HttpResponse:
    """Stop with a reason, resume; for the leaders switch off and on."""
    who: dict[str, Any] = {"actor": desk.actor, "unit_id": desk.unit_id, "camera_id": pk}
    action = request.POST.get("action", "")
    try:
        if action == "pause":
            registry.pause(**who, reason=request.POST.get("other", "").strip() or request.POST.get("reason", ""))
            messages.success(request, _("Stopped. Every player ends within ten seconds."))
        elif action == "resume":
            registry.resume(**who)
            messages.success(request, _("The picture is on again while the camera is open."))
        elif action in {"on", "off"}:
            registry.set_enabled(**who, enabled=action == "on")
    except DomainError as error:
        if error.status in {403, 404}:
            raise
        messages.error(request, texts.of_error(error))
    return redirect("desk:cameras")


@require_GET
@desk_view
def log(request: HttpRequest, desk: Desk, pk: int) -> HttpResponse:
    camera, rows = registry.log(actor=desk.actor, unit_id=desk.unit_id, camera_id=pk)
    return render(request, "desk/camera_log.html", {"camera": camera, "rows": rows})
