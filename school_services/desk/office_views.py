"""The school office: students, the import with its preview, codes for families."""

from __future__ import annotations

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_GET, require_POST

from school_services.errors import DomainError, Invalid
from school_services.rosters import error_texts, exports, imports, national_rules, selectors, services

from . import texts
from .access import Desk, desk_view, number

PAGE = 50
SHOWN_CHANGES = 200
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


class ImportForm(forms.Form):
    file = forms.FileField(
        label=gettext_lazy("File of students"),
        help_text=gettext_lazy(
            "Excel (.xlsx) or CSV with the columns Mã học sinh, Họ và tên, Ngày sinh, Giới tính, Lớp; "
            "or a OneRoster set (.zip). "
            "Nothing is changed before you have seen the preview."
        ),
        widget=forms.FileInput(attrs={"accept": ".xlsx,.csv,.zip"}),
    )


@require_GET
@desk_view
def students(request: HttpRequest, desk: Desk) -> HttpResponse:
    """Search by name or code, with or without marks; a class by its link."""
    text, group = request.GET.get("q", "")[:80], number(request.GET.get("lop", ""))
    page = max(1, min(number(request.GET.get("trang", "1")), 10_000))
    year = selectors.current_year()
    found, total = selectors.students(
        actor=desk.actor, unit_id=desk.unit_id, text=text, class_group_id=group, start=(page - 1) * PAGE, limit=PAGE
    )
    context = {
        "classes": selectors.classes(actor=desk.actor, unit_id=desk.unit_id, year=year),
        "students": found,
        "total": total,
        "text": text,
        "group": group,
        "page": page,
        "pages": -(-total // PAGE),
        "year": year.code,
    }
    return render(request, "desk/students.html", context)


@require_POST
@desk_view
def export_roster(request: HttpRequest, desk: Desk) -> HttpResponse:
    """The roster for another system. Posted, so that no link alone makes one."""
    what = {"actor": desk.actor, "unit_id": desk.unit_id, "year": selectors.current_year()}
    if request.POST.get("kind") == "xlsx":
        data, name, kind = exports.national(**what), "hoc-sinh.xlsx", XLSX  # type: ignore[arg-type]
    else:
        data, name, kind = exports.one_roster(**what), "oneroster.zip", "application/zip"  # type: ignore[arg-type]
    return HttpResponse(data, content_type=kind, headers={"Content-Disposition": f'attachment; filename="{name}"'})


@desk_view
def import_file(request: HttpRequest, desk: Desk) -> HttpResponse:
    """Choose a file; a good one leads to its preview, a bad one is answered line by line."""
    form = ImportForm(request.POST, request.FILES) if request.method == "POST" else ImportForm()
    problems: list[str] = []
    if request.method == "POST" and form.is_valid():
        file = form.cleaned_data["file"]
        try:
            preview = imports.preview(
                actor=desk.actor,
                unit_id=desk.unit_id,
                file_name=file.name or "",
                content=file.read(),
                year=selectors.current_year(),
            )
        except Invalid as error:
            form.add_error("file", texts.of_error(error))
        else:
            if preview.batch_id is not None:
                return redirect("desk:import_batch", preview.batch_id)
            problems = [error_texts.of_problem(problem) for problem in preview.problems]
    context = {
        "form": form,
        "problems": problems[:SHOWN_CHANGES],
        "more": max(0, len(problems) - SHOWN_CHANGES),
        "recent": imports.recent(actor=desk.actor, unit_id=desk.unit_id),
    }
    return render(request, "desk/import.html", context, status=422 if form.errors or problems else 200)


@desk_view
def import_batch(request: HttpRequest, desk: Desk, pk: int) -> HttpResponse:
    """Every change of a file, then "do it" or, later, "undo"."""
    if request.method == "POST":
        what = {"actor": desk.actor, "unit_id": desk.unit_id, "batch_id": pk}
        try:
            if request.POST.get("action") == "undo":
                count = imports.undo(**what)  # type: ignore[arg-type]
                text = ngettext("Undone: %(count)d student.", "Undone: %(count)d students.", count)
            else:
                count = imports.apply(**what)  # type: ignore[arg-type]
                text = ngettext("Done: %(count)d student.", "Done: %(count)d students.", count)
            messages.success(request, text % {"count": count})
        except DomainError as error:
            if error.status != 409:
                raise
            messages.error(request, texts.of_error(error))
        return redirect("desk:import_batch", pk)
    batch, preview = imports.batch(actor=desk.actor, unit_id=desk.unit_id, batch_id=pk)
    names = {
        "full_name": _("Full name"),
        "birth_date": _("Date of birth"),
        "gender": _("Gender"),
        "class_name": _("Class"),
    }
    changes = [
        {
            "code": change.code,
            "name": change.after["full_name"],
            "new": not change.before,
            "lines": [
                (label, change.before.get(field, ""), change.after[field])
                for field, label in names.items()
                if change.before.get(field, "") != change.after[field]
            ]
            + [
                (
                    column.heading,
                    national_rules.show(column, change.before.get(column.code, "")),
                    national_rules.show(column, change.after[column.code]),
                )
                for column in national_rules.FIELDS
                if change.before.get(column.code, "") != change.after.get(column.code, "")
            ],
        }
        for change in preview.changes[:SHOWN_CHANGES]
    ]
    context = {
        "batch": batch,
        "changes": changes,
        "count": len(preview.changes),
        "added": preview.added,
        "changed": len(preview.changes) - preview.added,
        "more": max(0, len(preview.changes) - SHOWN_CHANGES),
    }
    return render(request, "desk/import_batch.html", context)


@require_POST
@desk_view
def link_codes(request: HttpRequest, desk: Desk, group: int) -> HttpResponse:
    """A sheet to print and cut: one code for each family of the class. Shown once; only hashes are kept."""
    codes = services.issue_link_codes(actor=desk.actor, unit_id=desk.unit_id, class_group_id=group)
    return render(request, "desk/link_codes.html", {"codes": codes, "days": services.CODE_DAYS})
