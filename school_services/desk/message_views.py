"""Messages of the school in the work area: write, look, approve, see what became of them."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET

from school_services.errors import DomainError
from school_services.messaging import campaigns, threads
from school_services.messaging import texts as words

from . import texts
from .access import Desk, desk_view, number


class MessageForm(forms.Form):
    circle = forms.ChoiceField(label=gettext_lazy("To whom"))
    title = forms.CharField(label=gettext_lazy("Title"), max_length=120)
    body = forms.CharField(
        label=gettext_lazy("Text of the message"), max_length=2000, widget=forms.Textarea(attrs={"rows": 8})
    )
    paid = forms.BooleanField(
        label=gettext_lazy("Also by Zalo or SMS, to those who agreed; the school pays for it"), required=False
    )
    alert = forms.BooleanField(
        label=gettext_lazy("Alert: goes out at once, at night too (storm, closure)"), required=False
    )

    def __init__(self, *args: Any, choices: list[campaigns.Choice], may_alert: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["circle"].choices = [  # type: ignore[attr-defined]
            ("", _("Choose …")),
            *((f"{one.audience}:{one.pk}", _named(one)) for one in choices),
        ]
        if not may_alert:
            del self.fields["alert"]


def _named(choice: campaigns.Choice) -> str:
    name = words.circle(choice.audience, choice.name, choice.pk)
    return name[:1].upper() + name[1:]


@require_GET
@desk_view
def listed(request: HttpRequest, desk: Desk) -> HttpResponse:
    cost = campaigns.cost_of_month(actor=desk.actor, unit_id=desk.unit_id, day=timezone.localdate())
    context = {
        "lines": [
            (line, words.STATES[line.state]) for line in campaigns.listed(actor=desk.actor, unit_id=desk.unit_id)
        ],
        "cost": [(words.CHANNELS[channel], amount) for channel, amount in cost.items()],
        "total": sum(cost.values()),
    }
    return render(request, "desk/messages.html", context)


@desk_view
def write(request: HttpRequest, desk: Desk) -> HttpResponse:
    """A draft, then the page that says to how many it goes."""
    more: dict[str, Any] = {
        "choices": campaigns.choices(actor=desk.actor, unit_id=desk.unit_id),
        "may_alert": desk.has(*campaigns.HEADS),
    }
    form = MessageForm(request.POST, **more) if request.method == "POST" else MessageForm(**more)
    if request.method == "POST" and form.is_valid():
        audience, _sep, circle = form.cleaned_data["circle"].partition(":")
        try:
            pk = campaigns.write(
                actor=desk.actor,
                unit_id=desk.unit_id,
                audience=audience,
                circle=number(circle),
                title=form.cleaned_data["title"],
                body=form.cleaned_data["body"],
                paid=form.cleaned_data["paid"],
                alert=form.cleaned_data.get("alert", False),
            )
        except DomainError as error:
            form.add_error(None, texts.of_error(error))
        else:
            return redirect("desk:message", pk)
    context = {"form": form, "none": not more["choices"]}
    return render(request, "desk/message_new.html", context, status=422 if form.errors else 200)


@desk_view
def show(request: HttpRequest, desk: Desk, pk: int) -> HttpResponse:
    """The sentence “it goes to 86 people”, the text as it is sent, then the button; afterwards what became of it."""
    problem = ""
    if request.method == "POST":
        try:
            _act(request, desk, pk)
        except DomainError as error:
            if error.status in {403, 404}:
                raise
            problem = texts.of_error(error)
        else:
            return redirect("desk:message", pk)
    found = campaigns.preview(actor=desk.actor, unit_id=desk.unit_id, pk=pk)
    channels = [(words.CHANNELS[row[0]], *row[1:]) for row in found.figures.by_channel] if found.figures else []
    context = {
        "preview": found,
        "campaign": found.campaign,
        "state": words.STATES[found.campaign.state],
        "channels": channels,
        "problem": problem,
    }
    return render(request, "desk/message.html", context, status=422 if problem else 200)


def _act(request: HttpRequest, desk: Desk, pk: int) -> None:
    who: dict[str, Any] = {"actor": desk.actor, "unit_id": desk.unit_id, "pk": pk}
    people = number(request.POST.get("people", ""))
    action = request.POST.get("action", "")
    if action == "send":
        sent = campaigns.submit(**who, people=people)
        messages.success(request, _("Sent.") if sent else _("Handed in. The principal reads it and sends it."))
    elif action in {"approve", "refuse"}:
        campaigns.decide(**who, approve=action == "approve", people=people, answer=request.POST.get("note", ""))
        messages.success(request, _("Sent.") if action == "approve" else _("Refused."))


@require_GET
@desk_view
def threads_of_class(request: HttpRequest, desk: Desk) -> HttpResponse:
    rows = threads.waiting(actor=desk.actor, unit_id=desk.unit_id)
    return render(request, "desk/threads.html", {"rows": rows})


@desk_view
def thread(request: HttpRequest, desk: Desk, student: int) -> HttpResponse:
    """With one family; for the homeroom teacher alone."""
    who: dict[str, Any] = {"actor": desk.actor, "unit_id": desk.unit_id, "student_id": student}
    problem = ""
    if request.method == "POST":
        try:
            threads.write_as_teacher(**who, text=request.POST.get("text", ""))
        except DomainError as error:
            if error.status in {403, 404}:
                raise
            problem = texts.of_error(error)
        else:
            return redirect(request.path)
    shown = {"thread": threads.of_teacher(**who), "problem": problem, "text": request.POST.get("text", "")}
    return render(request, "desk/thread.html", shown, status=422 if problem else 200)
