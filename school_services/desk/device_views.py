"""Terminals in the work area: how they are, add, switch, give pupils their numbers."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_POST

from school_services.attendance import adms, badges, devices
from school_services.attendance.models import Device
from school_services.errors import DomainError

from . import texts
from .access import Desk, desk_view


class DeviceForm(forms.Form):
    maker = forms.ChoiceField(label=gettext_lazy("Kind"), choices=Device.Maker.choices)
    serial = forms.CharField(
        label=gettext_lazy("Serial number"),
        max_length=40,
        help_text=gettext_lazy("On the back of the terminal, for example CJZU210560001."),
    )
    name = forms.CharField(label=gettext_lazy("Name"), max_length=80)
    place = forms.CharField(label=gettext_lazy("Place"), max_length=120, required=False)


def address(request: HttpRequest, device: Device) -> tuple[str, str]:
    """What is typed into the terminal: its address, and a key where the protocol has one."""
    if device.maker == Device.Maker.ZKTECO:
        return request.build_absolute_uri("/"), ""
    if device.maker == Device.Maker.HIKVISION:
        return request.build_absolute_uri(reverse("attendance:isapi", args=[device.serial, devices.key_of(device)])), ""
    return request.build_absolute_uri(reverse("attendance:events", args=[device.serial])), devices.key_of(device)


@desk_view
def terminals(request: HttpRequest, desk: Desk) -> HttpResponse:
    form = DeviceForm(request.POST if request.method == "POST" else None)
    shown: tuple[str, str] | None = None
    if request.method == "POST" and form.is_valid():
        try:
            device = devices.add_device(actor=desk.actor, unit_id=desk.unit_id, **form.cleaned_data)
        except DomainError as error:
            if error.status == 403:
                raise
            form.add_error(None, texts.of_error(error))
        else:
            shown = address(request, device)
            form = DeviceForm()
    context = {
        "devices": devices.list_devices(actor=desk.actor, unit_id=desk.unit_id),
        "badges": badges.figures(desk.unit_id),
        "form": form,
        "shown": shown,
    }
    return render(request, "desk/devices.html", context, status=422 if form.errors else 200)


@require_POST
@desk_view
def act(request: HttpRequest, desk: Desk, pk: int) -> HttpResponse:
    who: dict[str, Any] = {"actor": desk.actor, "unit_id": desk.unit_id, "device_id": pk}
    action = request.POST.get("action", "")
    if action in {"on", "off"}:
        devices.set_enabled(**who, enabled=action == "on")
    elif action == "again":
        start = timezone.localtime().replace(hour=0, minute=0, second=0, microsecond=0)
        devices.send_command(**who, text=adms.query_attlog(start, timezone.localtime()))
        messages.success(request, _("The terminal is asked for today's records again."))
    elif action == "names":
        count = badges.send_names(**who)
        messages.success(
            request,
            ngettext("{count} name is sent.", "{count} names are sent.", count).format(count=count),
        )
    return redirect("desk:devices")


@require_POST
@desk_view
def give(request: HttpRequest, desk: Desk) -> HttpResponse:
    """Pupils without a number get their code as number."""
    count = badges.give(actor=desk.actor, unit_id=desk.unit_id)
    note = ngettext("{count} student has a number now.", "{count} students have a number now.", count)
    messages.success(request, note.format(count=count))
    return redirect("desk:devices")
