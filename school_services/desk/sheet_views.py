"""The mark sheet as a workbook: download, hand in with a preview, undo."""

from __future__ import annotations

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import content_disposition_header
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_GET

from school_services.errors import Conflict, Invalid
from school_services.gradebook import sheet_imports, sheets
from school_services.rosters.models import Subject

from . import texts
from .access import Desk, desk_view

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
SHOWN = 400


class SheetForm(forms.Form):
    file = forms.FileField(
        label=gettext_lazy("Mark sheet"),
        help_text=gettext_lazy(
            "The Excel file you downloaded here. You may sort it, rename it and add columns; "
            "blank cells change nothing. You see every change before it is done."
        ),
        widget=forms.FileInput(attrs={"accept": ".xlsx,.csv"}),
    )


@require_GET
@desk_view
def download(request: HttpRequest, desk: Desk, group: int, subject: int, term: int) -> HttpResponse:
    name, content = sheets.workbook(
        actor=desk.actor, unit_id=desk.unit_id, class_group_id=group, subject_id=subject, term_id=term
    )
    disposition = content_disposition_header(True, name) or "attachment"
    return HttpResponse(content, content_type=XLSX, headers={"Content-Disposition": disposition})


@desk_view
def upload(request: HttpRequest, desk: Desk, group: int, subject: int, term: int) -> HttpResponse:
    """Choose a file; a good one leads to its preview, a bad one is answered line by line."""
    form = SheetForm(request.POST, request.FILES) if request.method == "POST" else SheetForm()
    what = {
        "actor": desk.actor,
        "unit_id": desk.unit_id,
        "class_group_id": group,
        "subject_id": subject,
        "term_id": term,
    }
    problems: list[str] = []
    recent = sheet_imports.recent(**what)  # type: ignore[arg-type]
    if request.method == "POST" and form.is_valid():
        file = form.cleaned_data["file"]
        try:
            found = sheet_imports.preview(**what, file_name=file.name or "", content=file.read())  # type: ignore[arg-type]
        except Invalid as error:
            form.add_error("file", texts.of_error(error))
        else:
            if found.batch_id is not None:
                return redirect("desk:sheet_batch", found.batch_id)
            problems = [texts.of_sheet_problem(problem) for problem in found.problems]
    context = {
        "form": form,
        "problems": problems[:SHOWN],
        "more": max(0, len(problems) - SHOWN),
        "recent": recent,
        "group": group,
        "subject": subject,
        "term": term,
    }
    return render(request, "desk/sheet.html", context, status=422 if form.errors or problems else 200)


@desk_view
def batch(request: HttpRequest, desk: Desk, pk: int) -> HttpResponse:
    """Old → new of every cell, then "take it in" or, for 30 days, "undo"."""
    problem, reason = "", request.POST.get("reason", "")
    if request.method == "POST":
        what = {"actor": desk.actor, "unit_id": desk.unit_id, "batch_id": pk, "reason": reason}
        try:
            if request.POST.get("action") == "undo":
                count = sheet_imports.undo(**what)  # type: ignore[arg-type]
                text = ngettext("Undone: %(count)d mark.", "Undone: %(count)d marks.", count)
            else:
                count = sheet_imports.apply(**what)  # type: ignore[arg-type]
                text = ngettext("Saved: %(count)d mark.", "Saved: %(count)d marks.", count)
        except (Conflict, Invalid) as error:
            problem = texts.of_error(error)
        else:
            messages.success(request, text % {"count": count})
            return redirect("desk:sheet_batch", pk)
    found, changes = sheet_imports.batch(actor=desk.actor, unit_id=desk.unit_id, batch_id=pk)
    context = {
        "batch": found,
        "subject": Subject.objects.get(pk=found.subject_id),
        "changes": changes[:SHOWN],
        "count": len(changes),
        "moved": sum(change.moved for change in changes),
        "more": max(0, len(changes) - SHOWN),
        "needs_reason": found.state == "done" or any(change.published for change in changes),
        "may_undo": sheet_imports.may_undo(found),
        "undo_days": sheet_imports.UNDO_DAYS,
        "problem": problem,
        "reason": reason,
    }
    return render(request, "desk/sheet_batch.html", context, status=422 if problem else 200)
