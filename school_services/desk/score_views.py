"""Examination marks at the department's desk: a file with its preview, the figures of an examination."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext_lazy, ngettext

from school_services.errors import DomainError, Invalid
from school_services.scores import selectors, services, shapes

from . import score_texts
from .access import Desk, desk_view


class FileForm(forms.Form):
    name = forms.CharField(label=gettext_lazy("Examination"), max_length=120)
    year = forms.IntegerField(label=gettext_lazy("Year"), min_value=2000, max_value=2100)
    file = forms.FileField(
        label=gettext_lazy("File of marks"),
        help_text=gettext_lazy(
            "CSV or JSON with candidate numbers and no names. Nothing is changed before the preview."
        ),
        widget=forms.FileInput(attrs={"accept": ".csv,.json"}),
    )


@desk_view
def files(request: HttpRequest, desk: Desk) -> HttpResponse:
    form = FileForm(request.POST or None, request.FILES or None, initial={"year": timezone.localdate().year})
    earlier = selectors.files(actor=desk.actor, unit_id=desk.unit_id)
    if request.method == "POST" and form.is_valid():
        upload = form.cleaned_data["file"]
        try:
            row = services.preview(
                actor=desk.actor,
                unit_id=desk.unit_id,
                name=form.cleaned_data["name"],
                year=form.cleaned_data["year"],
                file_name=upload.name or "",
                content=upload.read(),
            )
        except Invalid as error:
            form.add_error("file", score_texts.of_error(error))
        else:
            return redirect("desk:score_file", row.pk)
    return render(request, "desk/scores.html", {"form": form, "files": earlier}, status=422 if form.errors else 200)


def _act(request: HttpRequest, what: dict[str, Any]) -> str:
    if request.POST.get("action") == "undo":
        count = services.undo(**what)
        return ngettext("Undone: %(count)d candidate.", "Undone: %(count)d candidates.", count) % {"count": count}
    count = services.apply(**what, leave_out=request.POST.get("leave_out") == "1")
    return ngettext("Done: %(count)d candidate.", "Done: %(count)d candidates.", count) % {"count": count}


@desk_view
def file(request: HttpRequest, desk: Desk, pk: int) -> HttpResponse:
    """What a file would change, and what keeps it out; afterwards the figures of the examination."""
    what: dict[str, Any] = {"actor": desk.actor, "unit_id": desk.unit_id, "file_id": pk}
    problem = ""
    if request.method == "POST":
        try:
            messages.success(request, _act(request, what))
        except DomainError as error:
            if error.status != 409:
                raise
            problem = score_texts.of_error(error)
        else:
            return redirect("desk:score_file", pk)
    row = selectors.file(**what)
    figures = selectors.figures(actor=desk.actor, unit_id=desk.unit_id, exam_id=row.exam_id)
    context = {
        "row": row,
        "report": row.report,
        "problems": [score_texts.of_problem(shapes.Problem(**found)) for found in row.report["problems"]],
        "more": row.report["problem_count"] - len(row.report["problems"]),
        "subjects": [(shapes.SUBJECTS[code], found) for code, found in row.report["subjects"].items()],
        "figures": [(entry, max(count for _mark, count in entry.spread)) for entry in figures],
        "problem": problem,
    }
    return render(request, "desk/score_file.html", context, status=409 if problem else 200)
