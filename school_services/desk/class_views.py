"""The homeroom teacher's and the principal's pages of a class: reports, levels and comments, results of the year."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from school_services.errors import Conflict, Invalid
from school_services.gradebook import carrying, phrase_rules, phrases, remarks, reports, words, years
from school_services.gradebook.models import CarriedResult
from school_services.identity.models import Role

from . import texts
from .access import Desk, desk_view, number

MAX_ROWS = 100


def _students(request: HttpRequest) -> list[int]:
    """The students whose version came along in a form."""
    return [number(name.partition(".")[2]) for name in request.POST if name.startswith("version.")][:MAX_ROWS]


def _filled(request: HttpRequest, names: dict[int, str], grade: int) -> dict[int, str]:
    """Comments with the chosen phrase put in for the students that were ticked: shown, not saved."""
    text = request.POST.get("phrase", "")[:300]
    chosen = {number(value) for value in request.POST.getlist("fill")}
    return {
        student: " ".join(
            part for part in (request.POST.get(f"comment.{student}", ""), phrase_rules.fit(text, name, grade)) if part
        )
        for student, name in names.items()
        if student in chosen and text
    }


@desk_view
def homeroom(request: HttpRequest, desk: Desk, group: int, term: int) -> HttpResponse:
    """Conduct, absences and a comment for each student; saved together, shown to families when published."""
    what = {"actor": desk.actor, "unit_id": desk.unit_id, "class_group_id": group, "term_id": term}
    problem, at, typed, filled = "", 0, {}, {}
    action = request.POST.get("action", "")
    if request.method == "POST" and action == "publish":
        count = reports.publish(**what)  # type: ignore[arg-type]
        text = ngettext("Families see %(count)d more report.", "Families see %(count)d more reports.", count)
        messages.success(request, text % {"count": count})
        return redirect("desk:homeroom", group, term)
    if request.method == "POST":
        entries = [
            reports.Entry(
                student,
                request.POST.get(f"conduct.{student}", ""),
                request.POST.get(f"absences.{student}", ""),
                request.POST.get(f"comment.{student}", ""),
                number(request.POST.get(f"version.{student}", "")),
            )
            for student in _students(request)
        ]
        typed = {entry.student: entry for entry in entries}
        if action != "fill":
            try:
                count = reports.save(**what, entries=entries)  # type: ignore[arg-type]
            except (Conflict, Invalid) as error:
                problem, at = texts.of_error(error), error.data.get("student", 0)
            else:
                text = ngettext("%(count)d report saved.", "%(count)d reports saved.", count)
                messages.success(request, text % {"count": count})
                return redirect("desk:homeroom", group, term)
    sheet = reports.sheet(**what)  # type: ignore[arg-type]
    if action == "fill":
        filled = _filled(request, {line.student_id: line.full_name for line in sheet.lines}, 6)
    rows = [
        {
            "line": line,
            "entry": typed.get(line.student_id, line),
            "comment": filled.get(line.student_id, typed.get(line.student_id, line).comment),
            "problem": problem if line.student_id == at else "",
        }
        for line in sheet.lines
    ]
    context = {
        "sheet": sheet,
        "rows": rows,
        "problem": problem,
        "levels": list(reversed(words.LEVELS.items())),
        "phrases": phrases.phrases(actor=desk.actor, unit_id=desk.unit_id),
    }
    return render(request, "desk/homeroom.html", context, status=422 if problem else 200)


@desk_view
def remark(request: HttpRequest, desk: Desk, group: int, topic: str, period: int) -> HttpResponse:
    """Levels, tests and comments of a subject, or the traits or areas of the homeroom teacher, in one period."""
    what = {"actor": desk.actor, "unit_id": desk.unit_id, "class_group_id": group, "topic": topic, "period": period}
    problem, at, action = "", 0, request.POST.get("action", "")
    if request.method == "POST" and action == "publish":
        count = remarks.publish(**what)  # type: ignore[arg-type]
        text = ngettext("Families see %(count)d more entry.", "Families see %(count)d more entries.", count)
        messages.success(request, text % {"count": count})
        return redirect("desk:remark", group, topic, period)
    sheet = remarks.sheet(**what)  # type: ignore[arg-type]
    typed: dict[tuple[int, str], remarks.Entry] = {}
    if request.method == "POST":
        typed = {
            (line.student_id, cell.item): _remark_entry(request.POST, line.student_id, cell)
            for line in sheet.lines
            for cell in line.cells
        }
        if action != "fill":
            try:
                count = remarks.save(**what, entries=list(typed.values()))  # type: ignore[arg-type]
            except (Conflict, Invalid) as error:
                problem, at = texts.of_error(error), error.data.get("student", 0)
            else:
                text = ngettext("%(count)d entry saved.", "%(count)d entries saved.", count)
                messages.success(request, text % {"count": count})
                return redirect("desk:remark", group, topic, period)
    filled: dict[int, str] = {}
    if action == "fill":
        names = {line.student_id: line.full_name for line in sheet.lines}
        filled = _fill_remarks(request, names, sheet.grade, topic)
    items = {item.code: item for item in sheet.items}
    rows = [
        {
            "line": line,
            "problem": problem if line.student_id == at else "",
            "cells": [
                {
                    "item": items[cell.item],
                    "version": cell.version,
                    "shown": typed.get((line.student_id, cell.item), cell),
                    "comment": filled.get(line.student_id, typed.get((line.student_id, cell.item), cell).comment),
                }
                for cell in line.cells
            ],
        }
        for line in sheet.lines
    ]
    context = {
        "sheet": sheet,
        "rows": rows,
        "topic": topic,
        "problem": problem,
        "period": words.period(period),
        "periods": [(value, words.period(value)) for value in words.PERIODS],
        "comments": any(item.comment for item in sheet.items),
        "phrases": phrases.phrases(actor=desk.actor, unit_id=desk.unit_id, item=topic),
    }
    return render(request, "desk/remark.html", context, status=422 if problem else 200)


def _remark_entry(data: Any, student: int, cell: remarks.Cell) -> remarks.Entry:
    key = f"{student}.{cell.item}"
    version = data.get(f"version.{key}")
    return remarks.Entry(
        student,
        cell.item,
        data.get(f"level.{key}", cell.level)[:4],
        data.get(f"test.{key}", cell.test)[:6],
        data.get(f"comment.{key}", cell.comment),
        cell.version if version is None else number(version),
    )


def _fill_remarks(request: HttpRequest, names: dict[int, str], grade: int, topic: str) -> dict[int, str]:
    text = request.POST.get("phrase", "")[:300]
    chosen = {number(value) for value in request.POST.getlist("fill")}
    return {
        student: " ".join(
            part
            for part in (
                request.POST.get(f"comment.{student}.{topic}", ""),
                phrase_rules.fit(text, names[student], grade),
            )
            if part
        )
        for student in chosen & names.keys()
        if text
    }


@require_POST
@desk_view
def phrase(request: HttpRequest, desk: Desk) -> HttpResponse:
    """Keep a phrase, or delete one; back to where it was used."""
    if request.POST.get("action") == "delete":
        phrases.delete(actor=desk.actor, unit_id=desk.unit_id, phrase_id=number(request.POST.get("id", "")))
        messages.success(request, _("The phrase is gone."))
    else:
        phrases.add(
            actor=desk.actor,
            unit_id=desk.unit_id,
            text=request.POST.get("text", ""),
            item=request.POST.get("item", ""),
            for_school=request.POST.get("school") == "1",
        )
        messages.success(request, _("The phrase is kept."))
    return redirect("desk:home")


@desk_view
def year(request: HttpRequest, desk: Desk, group: int) -> HttpResponse:
    """The class at the year's end: what is missing, what a judgement would say, what stands."""
    problem, action = "", request.POST.get("action", "")
    what = {"actor": desk.actor, "unit_id": desk.unit_id, "class_group_id": group}
    if request.method == "POST":
        try:
            _act(request, desk, action, what)
        except (Conflict, Invalid) as error:
            problem = texts.of_error(error)
        else:
            return redirect("desk:year", group)
    found = years.overview(**what)  # type: ignore[arg-type]
    rows = [
        {
            "line": line,
            "standing": found.standing.get(line.student_id),
            "now": {
                key: words.result(line.values[key]) for key in ("conduct", "study", "study_after", "decision", "title")
            },
            "changed": line.student_id in found.standing
            and any(getattr(found.standing[line.student_id], key) != value for key, value in line.values.items()),
        }
        for line in found.lines
    ]
    context = {
        "judgement": found,
        "rows": rows,
        "problem": problem,
        "complete": sum(1 for line in found.lines if not line.missing),
        "kinds": CarriedResult.Kind.choices,
        "principal": desk.has(Role.Kind.PRINCIPAL),
        "unpublished": sum(1 for row in found.standing.values() if row.published_at is None),
    }
    return render(request, "desk/year.html", context, status=422 if problem else 200)


def _act(request: HttpRequest, desk: Desk, action: str, what: dict[str, Any]) -> None:
    if action == "judge":
        count = years.judge(**what, reason=request.POST.get("reason", ""))
        text = ngettext("%(count)d result written.", "%(count)d results written.", count)
        messages.success(request, text % {"count": count})
    elif action == "publish":
        count = years.publish(**what)
        text = ngettext("Families see %(count)d result.", "Families see %(count)d results.", count)
        messages.success(request, text % {"count": count})
    else:
        carrying.carry(
            actor=desk.actor,
            unit_id=desk.unit_id,
            student_id=number(request.POST.get("student", "")),
            year_id=number(request.POST.get("year", "")),
            item=request.POST.get("item", "").strip().upper()[:16],
            kind=request.POST.get("kind", ""),
            text=request.POST.get("text", "")[:8],
            source=request.POST.get("source", ""),
        )
        messages.success(request, _("Noted. Judge the class again when everything is there."))
