"""The office that runs a season: checking, rooms, marks, runs, results."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_POST

from school_services.errors import Conflict, Invalid

from . import office, processing, publishing, remarks, runs, scoring, season_fees, seasons, selectors, texts
from .family_views import file_response
from .models import Run
from .pages import Desk, desk, number
from .placement import TiePolicy
from .public_views import dressed_steps

PAGE = 50


@require_GET
@desk
def home(request: HttpRequest, desk: Desk) -> HttpResponse:
    return render(request, "admissions/office/home.html", {"seasons": office.office_seasons(**desk.what())})


@require_GET
@desk
def season(request: HttpRequest, desk: Desk, pk: int) -> HttpResponse:
    """All of a season on one page: what waits first, then each step in its order."""
    found = office.office_season(**desk.what(season_id=pk))
    names = {choice.code: choice.name for choice in found.view.choices}
    context = {
        "found": found,
        "season": found.row,
        "phase": texts.PHASES[found.view.phase.value],
        "problems": [(texts.PROBLEMS.get(p.code, p.code), p.what, p.warning) for p in found.problems],
        "counts": [(code, texts.STATES[code][0], found.counts.get(code, 0)) for code in texts.STATES],
        "waiting": found.counts.get("submitted", 0),
        "runs": [_run(row) for row in found.runs],
        "different": [(row, selectors.text_of(row.first), selectors.text_of(row.second)) for row in found.different],
        "remarks": [(row, selectors.text_of(row.mark), selectors.text_of(row.before)) for row in found.remarks],
        "revisions": [(row, remarks.shown(row, names)) for row in found.revisions],
        "ties": [policy.value for policy in TiePolicy],
        "me": desk.actor.user_id,
    }
    return render(request, "admissions/office/season.html", context)


def _run(row: Run) -> dict[str, Any]:
    return {
        "row": row,
        "gaps": "; ".join(scoring.shown(gap) for gap in row.parameters["gaps"]),
        "tie": row.parameters["tie"],
        "short": row.result_hash[:12],
        "inputs": row.inputs_hash[:12],
    }


@desk
def applications(request: HttpRequest, desk: Desk, pk: int) -> HttpResponse:
    """The list, with one decision for many."""
    if request.method == "POST":
        ids = [number(text) for text in request.POST.getlist("ho-so")][:500]
        try:
            count = processing.review(
                **desk.what(application_ids=ids), decision=request.POST.get("decision", ""),
                note=request.POST.get("note", ""),
            )  # fmt: skip
            messages.success(request, ngettext("%(count)d decided.", "%(count)d decided.", count) % {"count": count})
        except (Conflict, Invalid) as error:
            messages.error(request, texts.of_error(error))
        return redirect(request.get_full_path())
    state = request.GET.get("tinh-trang", "")
    text = request.GET.get("q", "")[:80]
    page = max(1, number(request.GET.get("trang", "1")) or 1)
    found = office.office_list(
        **desk.what(season_id=pk), state=state if state in texts.STATES else "", text=text,
        start=(page - 1) * PAGE, limit=PAGE, unpaid=state == "chua-nop",
    )  # fmt: skip
    context = {
        "season_id": pk, "unpaid": found.unpaid,
        "lines": [
            {"row": row, "state": texts.STATES[row.state][0], "fee": found.fees[row.pk],
             "fee_state": texts.FEE_STATES[found.fees[row.pk].state][0]}
            for row in found.rows
        ],
        "counts": [(c, texts.STATES[c][0], found.counts.get(c, 0)) for c in texts.STATES if c != "draft"],
        "state": state, "text": text, "total": found.total, "page": page, "pages": -(-found.total // PAGE),
    }  # fmt: skip
    return render(request, "admissions/office/applications.html", context)


@desk
def application(request: HttpRequest, desk: Desk, pk: int) -> HttpResponse:
    """One application with its papers, and the decision."""
    if request.method == "POST":
        try:
            if request.POST.get("decision") == "cash":
                season_fees.take_cash(**desk.what(application_id=pk))
                messages.success(request, _("The fee is booked as paid in cash."))
                return redirect("admissions:office_application", pk)
            processing.review(
                **desk.what(application_ids=[pk]), decision=request.POST.get("decision", ""),
                note=request.POST.get("note", ""),
            )  # fmt: skip
            messages.success(request, _("Decided. The family sees it at once."))
            return redirect("admissions:office_application", pk)
        except (Conflict, Invalid) as error:
            messages.error(request, texts.of_error(error))
    view = office.office_application(**desk.what(application_id=pk))
    names = {rule.code: rule.name for rule in view.season.plan.documents}
    context = {
        "view": view, "state": texts.STATES[view.row.state], "fee_state": texts.FEE_STATES[view.fee.state],
        "steps": dressed_steps(view.steps),
        "papers": [(paper, names.get(paper.kind, paper.kind)) for paper in view.papers],
        "direct": view.season.plan.direct.get(view.row.direct, ""),
    }  # fmt: skip
    return render(request, "admissions/office/application.html", context)


@require_GET
@desk
def document(request: HttpRequest, desk: Desk, pk: int) -> HttpResponse:
    kind, data = selectors.document(desk.actor, pk, unit_id=desk.unit_id)
    return file_response(kind, data)


@require_GET
@desk
def rooms(request: HttpRequest, desk: Desk, pk: int) -> HttpResponse:
    """Room lists, or candidate cards, to print: one room a page."""
    site = request.GET.get("diem-thi", "")[:16]
    found = office.rooms(**desk.what(season_id=pk), site=site)
    template = "admissions/office/cards.html" if request.GET.get("kieu") == "the" else "admissions/office/rooms.html"
    view = office.office_season(**desk.what(season_id=pk)).view
    return render(request, template, {"rooms": found, "season": view})


@desk
def entry(request: HttpRequest, desk: Desk, pk: int, paper: str, entry: int) -> HttpResponse:
    """One bag of anonymous papers: codes and marks, nothing else; the other person's entry is not shown."""
    bag = request.POST.get("tui") or request.GET.get("tui", "")
    problems: dict[str, str] = {}
    typed: dict[str, str] = {}
    if request.method == "POST":
        typed = {
            name[2:]: str(text) for name, text in request.POST.items() if name.startswith("m.") and str(text).strip()
        }
        outcomes = processing.enter_marks(**desk.what(season_id=pk), paper=paper, entry=entry, marks=typed)
        problems = {o.code: texts.of_error(o.error) for o in outcomes if o.error}
        saved = len(outcomes) - len(problems)
        if saved:
            messages.success(
                request, ngettext("%(count)d mark kept.", "%(count)d marks kept.", saved) % {"count": saved}
            )
    lines, bags = office.entry_sheet(**desk.what(season_id=pk), paper=paper, entry=entry, bag=bag[:8])
    shown = [
        {"line": line, "text": typed.get(line.code, line.mine) if line.code in problems else line.mine,
         "problem": problems.get(line.code, "")}
        for line in lines
    ]  # fmt: skip
    context = {
        "season_id": pk, "paper": paper, "entry": entry, "lines": shown, "bags": bags,
        "bag": lines[0].code.partition("-")[0] if lines else "",
    }  # fmt: skip
    return render(request, "admissions/office/entry.html", context, status=422 if problems else 200)


@require_GET
@desk
def compare(request: HttpRequest, desk: Desk, pk: int) -> HttpResponse:
    """Runs side by side: quota, cutoff and admitted of each school."""
    found = office.office_season(**desk.what(season_id=pk))
    wanted = {number(text) for text in request.GET.getlist("lan")}
    chosen = [row for row in found.runs if row.pk in wanted][:4] or found.runs[:2]
    names = {choice.code: choice.name for choice in found.view.choices}
    lines = [
        {
            "name": names.get(line["code"], line["code"]),
            "cells": [{**o, "cutoff": scoring.shown(o["cutoff"])} if o else None for o in line["runs"]],
            "differs": len({str(o and (o["cutoff"], o["admitted"])) for o in line["runs"]}) > 1,
        }
        for line in runs.compare(chosen)
    ]
    return render(
        request, "admissions/office/compare.html",
        {"season": found.row, "runs": [_run(row) for row in chosen], "lines": lines},
    )  # fmt: skip


@require_POST
@desk
def act(request: HttpRequest, desk: Desk, pk: int) -> HttpResponse:
    """Everything that changes a season, one button each."""
    try:
        message = _act(request, desk, pk)
        if message:
            messages.success(request, message)
    except (Conflict, Invalid) as error:
        messages.error(request, texts.of_error(error))
        for line in texts.problems(error.data.get("problems", [])):
            messages.error(request, line)
    return redirect("admissions:office_season", pk)


def _act(request: HttpRequest, desk: Desk, pk: int) -> str:
    data, what = request.POST, desk.what(season_id=pk)
    match data.get("action"):
        case "open":
            seasons.open_season(**what)
            return _("The season is open by its calendar.")
        case "seat":
            count = processing.seat_candidates(**what)
            text = ngettext(
                "%(count)d candidate has a number and a seat.", "%(count)d candidates have numbers and seats.", count
            )
            return text % {"count": count}

        case "lock":
            processing.lock_marks(**what)
            return _("The marks are locked.")
        case "resolve":
            processing.resolve(
                **what, paper=data.get("paper", ""), code=data.get("code", ""), text=data.get("text", ""),
                note=data.get("note", ""),
            )  # fmt: skip
            return _("Decided; both entries stay in the record.")
        case "announce":
            digest = runs.announce_inputs(**what)
            return _("Announced: %(hash)s") % {"hash": digest}
        case "run":
            gaps = [scoring.hundredths(text) for text in data.get("gaps", "").split(";") if text.strip()]
            row = runs.run(
                **what, label=data.get("label", ""), round_number=number(data.get("round")) or 1,
                tie=data.get("tie", ""), gaps=gaps or None,
            )  # fmt: skip
            return _("Placed %(admitted)d of %(all)d in %(seconds)s s.") % {
                "admitted": row.admitted, "all": row.candidates, "seconds": row.seconds,
            }  # fmt: skip
        case "sign":
            signed = runs.sign(**desk.what(run_id=number(data.get("run"))))
            return _("Approved with two signatures.") if signed.approved_at else _("Signed. A second person signs now.")
        case "prepare":
            made_snapshot = publishing.prepare(**what)
            return _("Prepared %(count)d results; they open at the minute in the calendar.") % {
                "count": made_snapshot.entries
            }
        case "remark":
            processing.decide_remark(
                **desk.what(mark_id=number(data.get("mark"))), text=data.get("text", ""), note=data.get("note", "")
            )
            return _("The new mark stands beside the old one.")
        case "revise":
            drafted = remarks.draft(**what)
            moves = sum(line["moves"] for line in drafted.changes)
            text = ngettext("%(count)d result changes.", "%(count)d results change.", moves)
            return text % {"count": moves} + " " + _("Look at the list; two persons sign it.")
        case "sign_revision":
            done = remarks.sign(**desk.what(revision_id=number(data.get("revision"))))
            if done.approved_at:
                return _("Approved with two signatures. Prepare the results again to publish them.")
            return _("Signed. A second person signs now.")
    raise Invalid("entry")
