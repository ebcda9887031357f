"""Timetable of a class and exam dates, at the office's desk."""

from __future__ import annotations

import datetime
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.dates import WEEKDAYS
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from school_services.errors import Conflict, DomainError, Invalid
from school_services.rosters import schedules, selectors
from school_services.rosters.models import SchoolYear

from . import life_texts
from .access import Desk, desk_view, number
from .student_views import Day


class WeekForm(forms.Form):
    valid_from = Day(gettext_lazy("Holds from"))
    room = forms.CharField(label=gettext_lazy("Room of the class"), max_length=20, required=False)


class ExamForm(forms.Form):
    """Needs the classes (id, name, grade) and subjects one may choose from."""

    where = forms.ChoiceField(label=gettext_lazy("For"))
    subject = forms.TypedChoiceField(label=gettext_lazy("Subject"), coerce=int)
    label = forms.CharField(
        label=gettext_lazy("Name of the test"), max_length=60, initial=gettext_lazy("End-of-term test")
    )
    day = Day(gettext_lazy("Day"))
    time = forms.TimeField(
        label=gettext_lazy("Begins at"),
        input_formats=["%H:%M", "%Hh%M"],
        help_text=gettext_lazy("For example 7:30."),
        error_messages={"invalid": gettext_lazy("Write the time as hours:minutes, for example 7:30.")},
        widget=forms.TimeInput(format="%H:%M", attrs={"class": "short", "autocomplete": "off"}),
    )
    minutes = forms.IntegerField(
        label=gettext_lazy("Minutes"), min_value=5, max_value=240, initial=45,
        widget=forms.NumberInput(attrs={"class": "short"}),
    )  # fmt: skip
    room = forms.CharField(label=gettext_lazy("Room of the test"), max_length=20, required=False)

    def __init__(self, data: Any, *, where: list[tuple[str, str]], subjects: list[tuple[int, str]]) -> None:
        super().__init__(data)
        self.fields["where"].choices = where  # type: ignore[attr-defined]
        self.fields["subject"].choices = subjects  # type: ignore[attr-defined]


@desk_view
def timetable(request: HttpRequest, desk: Desk, group: int) -> HttpResponse:
    """A week of choices, day by day; what is chosen holds from a day on, what held before stays in the past."""
    found = schedules.week(actor=desk.actor, unit_id=desk.unit_id, class_group_id=group)
    cells, problem = found.cells, ""
    form = WeekForm(request.POST or None, initial={"room": found.room})
    if request.method == "POST":
        cells = {
            (weekday, period): subject
            for weekday in schedules.WEEKDAYS
            for period in schedules.PERIODS
            if (subject := number(request.POST.get(f"t{weekday}.{period}", "")))
        }
        if form.is_valid():
            try:
                count = schedules.set_week(
                    actor=desk.actor, unit_id=desk.unit_id, class_group_id=group, cells=cells, **form.cleaned_data
                )
            except (Conflict, Invalid) as error:
                problem = _problem(error)
            else:
                text = ngettext("Saved: %(count)d lesson a week.", "Saved: %(count)d lessons a week.", count)
                messages.success(request, text % {"count": count})
                return redirect("desk:timetable", group)
    days = [
        (WEEKDAYS[weekday - 2], [(f"t{weekday}.{p}", p, cells.get((weekday, p))) for p in schedules.PERIODS])
        for weekday in schedules.WEEKDAYS
    ]
    context = {"week": found, "days": days, "form": form, "problem": problem}
    return render(request, "desk/timetable.html", context, status=422 if problem or form.errors else 200)


def _problem(error: DomainError) -> str:
    if error.code == "teacher_busy":
        text = _("%(name)s teaches %(other)s on %(day)s, period %(period)d, already. Move one of the two lessons.")
        return text % (error.data | {"day": WEEKDAYS[error.data["weekday"] - 2]})
    return life_texts.of_error(error)


@desk_view
def exams(request: HttpRequest, desk: Desk) -> HttpResponse:
    """The exams ahead, one more, or one less."""
    year = selectors.current_year()
    what: dict[str, Any] = {"actor": desk.actor, "unit_id": desk.unit_id}
    if request.method == "POST" and request.POST.get("action") == "remove":
        schedules.remove_exam(**what, exam_id=number(request.POST.get("exam", "")))
        messages.success(request, _("The exam is off the calendar."))
        return redirect("desk:exams")
    form = _exam_form(request, desk, year)
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        grade, _dot, group = data["where"].partition(".")
        start = timezone.make_aware(datetime.datetime.combine(data["day"], data["time"]))
        exam = schedules.NewExam(
            int(grade), number(group) or None, data["subject"], data["label"], start, data["minutes"], data["room"]
        )
        try:
            schedules.add_exam(**what, year=year, exam=exam)
        except (Conflict, Invalid) as error:
            form.add_error(None, life_texts.of_error(error))
        else:
            messages.success(request, _("The exam is on the calendar; families see it."))
            return redirect("desk:exams")
    context = {"exams": schedules.exams(**what, year=year), "form": form}
    return render(request, "desk/exams.html", context, status=422 if form.errors else 200)


def _exam_form(request: HttpRequest, desk: Desk, year: SchoolYear) -> ExamForm:
    lines = selectors.classes(actor=desk.actor, unit_id=desk.unit_id, year=year)
    grades = sorted({line.grade for line in lines})
    where = [(f"{grade}", _("Grade %(grade)d, all classes") % {"grade": grade}) for grade in grades]
    where += [(f"{line.grade}.{line.id}", line.name) for line in lines]
    subjects = [(subject.pk, subject.name) for subject in selectors.subjects_of(desk.unit_id)]
    return ExamForm(request.POST or None, where=where, subjects=subjects)
