"""Entering marks: the grid as a form, its background saves, columns, and changes behind a lock."""

from __future__ import annotations

import datetime
import json
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.dateparse import parse_date
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_POST

from school_services.errors import Conflict, Invalid
from school_services.gradebook import changes, grids, marks, services, sheet_imports
from school_services.gradebook.marks import Entry, Outcome
from school_services.identity.models import Role
from school_services.rosters.models import Subject, Term

from . import texts
from .access import Desk, desk_view, number

MAX_CELLS = 3000  # a form of a large class; a request with more is no form of ours


def _address(group: int, subject: int, term: int) -> str:
    return reverse("desk:grid", args=[group, subject, term])


@desk_view
def grid(request: HttpRequest, desk: Desk, group: int, subject: int, term: int) -> HttpResponse:
    """The grid. Posted, it is a form of all cells: those that were not touched are left alone."""
    refused: list[Outcome] = []
    typed: dict[tuple[int, int], str] = {}
    reason = request.POST.get("reason", "")
    if request.method == "POST":
        entries = _entries_of_form(request.POST)
        typed = {(entry.column, entry.student): entry.text for entry in entries}
        outcomes = marks.save(
            actor=desk.actor,
            unit_id=desk.unit_id,
            class_group_id=group,
            subject_id=subject,
            entries=_touched(desk, entries),
            reason=reason,
        )
        refused = [outcome for outcome in outcomes if outcome.error]
        saved = sum(outcome.changed for outcome in outcomes)
        if not refused:
            messages.success(
                request, ngettext("%(count)d cell saved.", "%(count)d cells saved.", saved) % {"count": saved}
            )
            return redirect(_address(group, subject, term))
    view = grids.grid(actor=desk.actor, unit_id=desk.unit_id, class_group_id=group, subject_id=subject, term_id=term)
    problems = {(o.column, o.student): texts.of_error(o.error) for o in refused if o.error}
    return render(
        request,
        "desk/grid.html",
        {
            "grid": view,
            "owner": desk.actor.user_id,
            "rows": [_row(row, problems, typed) for row in view.rows],
            "first_gap": _first_gap(view, number(request.GET.get("thieu", ""))),
            "batches": sheet_imports.recent(
                actor=desk.actor, unit_id=desk.unit_id, class_group_id=group, subject_id=subject, term_id=term
            )
            if view.may_write
            else [],
            "problems": [
                (row.full_name, cell.column.name, problems[cell.column.id, row.student_id])
                for row in view.rows
                for cell in row.cells
                if (cell.column.id, row.student_id) in problems
            ],
            "reason": reason,
            "principal": desk.has(Role.Kind.PRINCIPAL),
            "needs_reason": any(column.published_at and not column.locked for column in view.columns),
        },
        status=422 if refused else 200,
    )


def _row(row: grids.Row, problems: dict[tuple[int, int], str], typed: dict[tuple[int, int], str]) -> dict[str, Any]:
    keys = [(cell.column.id, row.student_id) for cell in row.cells]
    cells = [
        {
            "cell": cell,
            "name": f"c.{key[0]}.{key[1]}.{cell.version}",
            "text": typed[key] if key in problems else cell.text,
            "problem": problems.get(key, ""),
        }
        for key, cell in zip(keys, row.cells, strict=True)
    ]
    return {"row": row, "cells": cells}


def _first_gap(view: grids.Grid, column: int) -> str:
    """Name of the first blank input of a column, which a link "3 students lack GK" leads to."""
    for row in view.rows:
        for cell in row.cells:
            if cell.column.id == column and not cell.text and not cell.column.locked:
                return f"c.{column}.{row.student_id}.{cell.version}"
    return ""


def _entries_of_form(data: Any) -> list[Entry]:
    """Fields "c.<column>.<student>.<version>"."""
    found = []
    for name, text in data.items():
        parts = name.split(".")
        if len(parts) == 4 and parts[0] == "c":
            column, student, version = (number(part) for part in parts[1:])
            found.append(Entry(column, student, text[:20], version))
    return found[:MAX_CELLS]


def _touched(desk: Desk, entries: list[Entry]) -> list[Entry]:
    """Without those whose text is that of the version they were shown with."""
    shown = grids.texts_of(actor=desk.actor, unit_id=desk.unit_id, versions={e.version for e in entries if e.version})
    return [entry for entry in entries if entry.text.strip() != shown.get(entry.version or 0, "")]


@require_POST
@desk_view
def save(request: HttpRequest, desk: Desk, group: int, subject: int, term: int) -> HttpResponse:
    """Cells in the background: {"cells": [{column, student, text, version}], "reason"} → what became of each."""
    try:
        data = json.loads(request.body)
        entries = [
            Entry(number(c["column"]), number(c["student"]), str(c["text"])[:20], number(c["version"]))
            for c in data["cells"][:MAX_CELLS]
        ]
        reason = str(data.get("reason", ""))
    except (ValueError, KeyError, TypeError, AttributeError):
        raise Invalid("request_format") from None
    outcomes = marks.save(
        actor=desk.actor,
        unit_id=desk.unit_id,
        class_group_id=group,
        subject_id=subject,
        entries=entries,
        reason=reason,
    )
    results = grids.averages(
        actor=desk.actor,
        unit_id=desk.unit_id,
        class_group_id=group,
        subject_id=subject,
        term_id=term,
        students={outcome.student for outcome in outcomes if outcome.changed},
    )
    return JsonResponse(
        {
            "cells": [
                {
                    "column": outcome.column,
                    "student": outcome.student,
                    "text": outcome.text,
                    "version": outcome.version,
                    "code": outcome.error.code if outcome.error else "",
                    "message": texts.of_error(outcome.error) if outcome.error else "",
                }
                for outcome in outcomes
            ],
            "averages": {str(student): text for student, text in results.items()},
        }
    )


@require_POST
@desk_view
def act(request: HttpRequest, desk: Desk, group: int, subject: int, term: int) -> HttpResponse:
    """Open the columns, publish, lock, reopen: one button each."""
    what = {"actor": desk.actor, "unit_id": desk.unit_id, "class_group_id": group}
    action, reason = request.POST.get("action"), request.POST.get("reason", "")
    one = number(request.POST.get("column", "")) or None
    if action == "open":
        found = Subject.objects.filter(pk=subject).first(), Term.objects.select_related("year").filter(pk=term).first()
        if found[0] is None or found[1] is None:
            raise Invalid("request_format")
        services.open_columns(**what, subject=found[0], term=found[1])  # type: ignore[arg-type]
        messages.success(request, _("The columns are open. You can enter marks now."))
    elif action == "publish":
        count = services.publish(**what, subject_id=subject, term_id=term, assessment_id=one)  # type: ignore[arg-type]
        messages.success(
            request,
            ngettext("Families see %(count)d more column.", "Families see %(count)d more columns.", count)
            % {"count": count},
        )
    elif action == "lock":
        services.lock_columns(**what, subject_id=subject, term_id=term, reason=reason, assessment_id=one)  # type: ignore[arg-type]
        messages.success(request, _("The columns are locked. Changes are asked for and decided by the principal."))
    elif action == "reopen":
        day = parse_date(request.POST.get("until", "")) or datetime.date.min
        end = timezone.make_aware(datetime.datetime.combine(max(day, datetime.date(2000, 1, 1)), datetime.time.max))
        services.reopen_columns(
            actor=desk.actor,
            unit_id=desk.unit_id,
            class_group_id=group,
            subject_id=subject,
            term_id=term,
            until=end,
            reason=reason,
            assessment_id=one,
        )
        messages.success(request, _("The columns are open until the end of that day."))
    else:
        raise Invalid("request_format")
    return redirect(_address(group, subject, term))


@desk_view
def ask(request: HttpRequest, desk: Desk, column: int, student: int) -> HttpResponse:
    """Ask for a change in a locked column: the new mark and the reason."""
    cell = changes.locked_cell(actor=desk.actor, unit_id=desk.unit_id, column_id=column, student_id=student)
    problem, text, reason = "", request.POST.get("text", ""), request.POST.get("reason", "")
    if request.method == "POST":
        try:
            services.request_change(
                actor=desk.actor,
                unit_id=desk.unit_id,
                assessment_id=column,
                student_id=student,
                text=text[:20],
                reason=reason,
            )
        except (Conflict, Invalid) as error:
            problem = _("Write the reason of the change.") if error.code == "reason_needed" else texts.of_error(error)
        else:
            messages.success(request, _("The principal has your request. You see the decision here."))
            return redirect("desk:requests")
    context = {"cell": cell, "text": text, "reason": reason, "problem": problem}
    return render(request, "desk/ask.html", context, status=422 if problem else 200)


@require_GET
@desk_view
def history(request: HttpRequest, desk: Desk, column: int, student: int) -> HttpResponse:
    """Every value that stood in a cell: who, when, why, by whose approval."""
    found = changes.history(actor=desk.actor, unit_id=desk.unit_id, column_id=column, student_id=student)
    return render(request, "desk/history.html", {"history": found, "cell": found.cell})


@require_GET
@desk_view
def requests(request: HttpRequest, desk: Desk) -> HttpResponse:
    """Changes that wait: the principal decides, a teacher sees her own."""
    rows = changes.open_requests(actor=desk.actor, unit_id=desk.unit_id)
    return render(request, "desk/requests.html", {"rows": rows, "principal": desk.has(Role.Kind.PRINCIPAL)})


@require_POST
@desk_view
def decide(request: HttpRequest, desk: Desk, pk: int) -> HttpResponse:
    approve = request.POST.get("decision") == "approve"
    services.decide_change(
        actor=desk.actor, unit_id=desk.unit_id, request_id=pk, approve=approve, note=request.POST.get("note", "")
    )
    messages.success(
        request, _("Approved: the new mark stands, the old one stays in the history.") if approve else _("Refused.")
    )
    return redirect("desk:requests")
