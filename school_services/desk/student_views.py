"""A student's life at the office's desk: taken in, moved, corrected, sent to another school, let go."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.utils.translation import pgettext_lazy as in_context

from school_services.errors import Conflict, Invalid
from school_services.gradebook import moves
from school_services.rosters import enrolling, lifecycle, lives, people, selectors
from school_services.rosters.models import PolicyCase, Student
from school_services.rosters.national_rules import FIELDS, show
from tenants import context as places

from . import life_texts
from .access import Desk, desk_view, number


class Day(forms.DateField):
    """A day as people write it here."""

    def __init__(self, label: Any) -> None:
        super().__init__(
            label=label,
            input_formats=["%d/%m/%Y", "%Y-%m-%d"],
            help_text=gettext_lazy("Day/month/year, for example 05/09/2026."),
            initial=timezone.localdate,
            widget=forms.DateInput(format="%d/%m/%Y", attrs={"autocomplete": "off", "class": "short"}),
            error_messages={"invalid": gettext_lazy("Write the date as day/month/year, for example 05/09/2026.")},
        )


class DayReason(forms.Form):
    day = Day(gettext_lazy("From which day"))
    reason = forms.CharField(label=gettext_lazy("Reason or paper it rests on"), max_length=300)


class ClassDay(forms.Form):
    """Needs the classes one may choose from."""

    class_group_id = forms.TypedChoiceField(label=gettext_lazy("Class"), coerce=int)
    day = Day(gettext_lazy("From which day"))

    def __init__(self, *args: Any, classes: list[tuple[int, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["class_group_id"].choices = classes  # type: ignore[attr-defined]


class ClassDayReason(ClassDay):
    reason = forms.CharField(label=gettext_lazy("Reason or paper it rests on"), max_length=300)


class PersonForm(forms.Form):
    code = forms.CharField(label=gettext_lazy("Student code"), max_length=20)
    full_name = forms.CharField(label=gettext_lazy("Full name"), max_length=120)
    birth_date = forms.CharField(
        label=gettext_lazy("Date of birth"), max_length=10, help_text=gettext_lazy("For example 05/09/2014.")
    )
    gender = forms.ChoiceField(label=gettext_lazy("Gender"), choices=Student.Gender.choices)
    moet_code = forms.CharField(
        label=gettext_lazy("Code in the national database"), max_length=20, required=False
    )  # fmt: skip

    def person(self) -> enrolling.Identity:
        return enrolling.Identity(**{name: self.cleaned_data[name] for name in PersonForm.base_fields})


class NewStudent(PersonForm, ClassDay):
    pass


class Correction(PersonForm):
    reason = forms.CharField(label=gettext_lazy("Reason or paper it rests on"), max_length=300)


class Number(forms.Form):
    number = forms.CharField(
        label=gettext_lazy("Personal number"),
        max_length=20,
        required=False,
        help_text=gettext_lazy(
            "12 digits, checked against gender and year of birth; kept sealed. Blank takes it away."
        ),
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
    )


class Purpose(forms.Form):
    purpose = forms.CharField(
        label=in_context("reading a personal number", "What for"),
        max_length=200,
        help_text=gettext_lazy("The family can read who opened the number, when and what for."),
    )


class Assessed(forms.Form):
    assessed = forms.BooleanField(
        label=gettext_lazy("Assessed by marks and levels (no tick: disability, individual plan alone)"), required=False
    )
    reason = forms.CharField(label=gettext_lazy("Reason or paper it rests on"), max_length=300)


class Case(forms.Form):
    kind = forms.ChoiceField(label=gettext_lazy("Policy case"), choices=PolicyCase.Kind.choices)
    valid_from = Day(gettext_lazy("From which day"))
    evidence = forms.CharField(
        label=gettext_lazy("Evidence"), max_length=200, help_text=gettext_lazy("Number and date of the decision.")
    )


class Profile(forms.Form):
    """One field for each national column but the personal number."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for column in FIELDS:
            if column.kind == "number":
                continue
            if column.is_yes_no:
                choices = [("", "–"), ("1", _("yes")), ("0", _("no"))]
                self.fields[column.code] = forms.ChoiceField(label=column.heading, choices=choices, required=False)
            else:
                self.fields[column.code] = forms.CharField(label=column.heading, max_length=120, required=False)


class Arrival(ClassDay):
    code = forms.CharField(
        label=gettext_lazy("Transfer code"),
        max_length=24,
        help_text=gettext_lazy("From the paper of the school that the student comes from, for example 12-ABCDEFGH23."),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    student_code = forms.CharField(label=gettext_lazy("Student code at this school"), max_length=20)
    field_order = ("code", "student_code", "class_group_id", "day")


@dataclass(frozen=True, slots=True)
class Action:
    """Something the office does with one student: its form, what it calls, what it says afterwards."""

    name: str
    title: Any
    button: Any
    form: type[forms.Form]
    call: Callable[[dict[str, Any], dict[str, Any]], Any]
    done: Any = ""
    when: str = "always"  # "enrolled", "away"


def _correct(what: dict[str, Any], data: dict[str, Any]) -> None:
    person = enrolling.Identity(**{name: data[name] for name in PersonForm.base_fields})
    enrolling.correct(**what, person=person, reason=data["reason"])


ACTIONS = (
    Action("lop", gettext_lazy("Change class"), gettext_lazy("Move to this class"), ClassDayReason,
           lambda what, data: moves.change_class(**what, **data),
           gettext_lazy("Moved, with the marks of the year."), "enrolled"),
    Action("chuyen", gettext_lazy("Move to another school"), gettext_lazy("Make the transfer code"), DayReason,
           lambda what, data: moves.prepare_transfer(**what, **data), "", "enrolled"),
    Action("thoi", gettext_lazy("Leave school"), gettext_lazy("Note that the student leaves"), DayReason,
           lambda what, data: lifecycle.leave(**what, **data),
           gettext_lazy("Noted. The record stays."), "enrolled"),
    Action("lai", gettext_lazy("Come back"), gettext_lazy("Take in again"), ClassDayReason,
           lambda what, data: lifecycle.come_back(**what, **data),
           gettext_lazy("The student is in the class again."), "away"),
    Action("sua", gettext_lazy("Correct personal data"), gettext_lazy("Save the correction"), Correction, _correct,
           gettext_lazy("Corrected.")),
    Action("ho-so", gettext_lazy("Family, home and other data"), gettext_lazy("Save the data"), Profile,
           lambda what, data: people.set_profile(**what, values=data), gettext_lazy("Saved.")),
    Action("so", gettext_lazy("Enter the personal number"), gettext_lazy("Seal and save"), Number,
           lambda what, data: people.set_citizen_id(**what, **data), gettext_lazy("Saved, sealed.")),
    Action("xem-so", gettext_lazy("Read the personal number"), gettext_lazy("Show it once"), Purpose,
           lambda what, data: people.reveal_citizen_id(**what, **data)),
    Action("danh-gia", gettext_lazy("Disability: how the student is assessed"), gettext_lazy("Save"), Assessed,
           lambda what, data: people.set_assessed(**what, **data), gettext_lazy("Noted.")),
    Action("dien", gettext_lazy("Add a policy case"), gettext_lazy("Add"), Case,
           lambda what, data: people.open_case(**what, **data), gettext_lazy("Noted.")),
)  # fmt: skip


def _classes(desk: Desk) -> list[tuple[int, str]]:
    year = selectors.current_year()
    return [(line.id, line.name) for line in selectors.classes(actor=desk.actor, unit_id=desk.unit_id, year=year)]


def _form(action: Action, classes: list[tuple[int, str]], initial: dict[str, Any], data: Any = None) -> forms.Form:
    extra: dict[str, Any] = {"classes": classes} if issubclass(action.form, ClassDay) else {}
    return action.form(data, prefix=action.name, initial=initial, **extra)


@desk_view
def student(request: HttpRequest, desk: Desk, pk: int) -> HttpResponse:
    """What the office keeps of one student, and everything it may do, each one form."""
    what = {"actor": desk.actor, "unit_id": desk.unit_id, "student_id": pk}
    asked = request.POST.get("action", "")
    bound: forms.Form | None = None
    shown: dict[str, str] = {}
    if request.method == "POST" and asked == "het-dien":
        case = number(request.POST.get("case", ""))
        people.close_case(actor=desk.actor, unit_id=desk.unit_id, case_id=case, valid_to=timezone.localdate())
        messages.success(request, _("The policy case is ended."))
        return redirect("desk:student", pk)
    if request.method == "POST":
        action = next((action for action in ACTIONS if action.name == asked), None)
        if action is None:
            return redirect("desk:student", pk)
        bound = _form(action, _classes(desk), {}, request.POST)
        if bound.is_valid():
            try:
                answer = action.call(what, bound.cleaned_data)
            except (Conflict, Invalid) as error:
                bound.add_error(None, life_texts.of_error(error))
            else:
                if action.done:
                    messages.success(request, str(action.done))
                    return redirect("desk:student", pk)
                shown, bound = {action.name.replace("-", "_"): answer or _("No number is kept.")}, None
    return _student_page(request, desk, what, asked, bound, shown)


def _student_page(
    request: HttpRequest, desk: Desk, what: dict[str, Any], asked: str, bound: forms.Form | None, shown: dict[str, str]
) -> HttpResponse:
    person = people.person(**what)
    classes = _classes(desk)
    with places.scope((desk.unit_id,), user=desk.actor.user_id):
        steps = lives.steps([desk.unit_id], [person.id])
    initial = {name: getattr(person, name) for name in ("code", "full_name", "moet_code", "assessed")} | {
        "birth_date": person.birth_date.strftime("%d/%m/%Y"),
        "gender": person.gender_code,
        **person.profile,
    }
    state = "enrolled" if person.class_name else "away"
    actions = [
        (action, bound if bound is not None and action.name == asked else _form(action, classes, initial))
        for action in ACTIONS
        if action.when in {"always", state}
    ]
    more = [(c.heading, show(c, person.profile[c.code])) for c in FIELDS if person.profile.get(c.code)]
    context = {
        "person": person,
        "more": more,
        "steps": steps,
        "actions": actions,
        "asked": asked if bound else "",
        "shown": shown,
        "days": lifecycle.TRANSFER_DAYS,
    }
    return render(request, "desk/student.html", context, status=422 if bound is not None else 200)


@desk_view
def enrol(request: HttpRequest, desk: Desk) -> HttpResponse:
    """One new student; a whole list comes by the import."""
    form = NewStudent(request.POST or None, classes=_classes(desk))
    if request.method == "POST" and form.is_valid():
        try:
            pk = enrolling.enrol(
                actor=desk.actor,
                unit_id=desk.unit_id,
                person=form.person(),
                class_group_id=form.cleaned_data["class_group_id"],
                day=form.cleaned_data["day"],
            )
        except (Conflict, Invalid) as error:
            form.add_error(None, life_texts.of_error(error))
        else:
            messages.success(request, _("The student is in the class. Give the family a code to link the account."))
            return redirect("desk:student", pk)
    context = {"form": form, "title": _("New student"), "lead": "", "button": _("Take the student in")}
    return render(request, "desk/student_form.html", context, status=422 if form.errors else 200)


@desk_view
def arrive(request: HttpRequest, desk: Desk) -> HttpResponse:
    """A student of another school, by the code that the family brings: the acceptance of this school."""
    form = Arrival(request.POST or None, classes=_classes(desk))
    if request.method == "POST" and form.is_valid():
        try:
            found = moves.accept_transfer(actor=desk.actor, unit_id=desk.unit_id, **form.cleaned_data)
        except (Conflict, Invalid) as error:
            form.add_error(None, life_texts.of_error(error))
        else:
            text = _("Taken in from %(school)s. Finished terms came along as results of that school.")
            messages.success(request, text % {"school": found.came_from})
            return redirect("desk:student", found.student_id)
    context = {
        "form": form,
        "title": _("Take in from another school"),
        "lead": _("The other school ends its enrolment on the same day and keeps its part of the record."),
        "button": _("Take the student in"),
    }
    return render(request, "desk/student_form.html", context, status=422 if form.errors else 200)
