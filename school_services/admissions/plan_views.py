"""The office makes a season and edits its plan; what contradicts itself is named before it opens."""

from __future__ import annotations

import datetime
from typing import Any

from django.contrib import messages
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.text import slugify
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from school_services.errors import Conflict, DomainError, Invalid
from school_services.names import fold

from . import cutoff_files, forms, office, plan_forms, scoring, seasons, texts
from . import season as rules
from .pages import Desk, desk, number

_MOMENTS = ("opens_at", "closes_at", "results_at", "remark_until", "confirm_until")


@desk
def new(request: HttpRequest, desk: Desk) -> HttpResponse:
    """A season from last year's, or from the usual one of its kind. The editor comes next."""
    known = office.office_seasons(**desk.what())
    year = timezone.localdate().year + 1
    typed: dict[str, Any] = {
        "name": "",
        "slug": "",
        "year": str(year),
        "kind": f"copy-{known[0].pk}" if known else "exam",
    }
    errors: dict[str, str] = {}
    status = 200
    if request.method == "POST":
        typed = {name: " ".join(request.POST.get(name, "").split())[:160] for name in typed}
        slug = slugify(typed["slug"]) or slugify(fold(typed["name"]))[:40]
        errors = _lacks(typed, {f"copy-{row.pk}" for row in known})
        if not errors:
            try:
                made = _made(desk, typed, slug)
                messages.success(request, _("The season is made as a draft: nobody else sees it yet."))
                return redirect("admissions:office_settings", made)
            except (Conflict, Invalid) as error:
                errors["slug" if error.code == "season_slug" else "name"] = texts.of_error(error)
        status = 422
    copies = [{"pk": row.pk, "name": row.name, "copy": f"copy-{row.pk}"} for row in known]
    context = {"typed": typed, "errors": errors, "known": copies, "kinds": texts.KINDS.items()}
    return render(request, "admissions/office/new.html", context, status=status)


def _lacks(typed: dict[str, Any], copies: set[str]) -> dict[str, str]:
    found = {}
    if not typed["name"]:
        found["name"] = str(texts.FIELDS["missing"])
    if typed["kind"] not in {*plan_forms.KINDS, *copies}:
        found["kind"] = str(texts.FIELDS["missing"])
    if not 2020 <= number(typed["year"]) <= timezone.localdate().year + 3:
        found["year"] = str(texts.PLACES["year"])
    return found


def _made(desk: Desk, typed: dict[str, Any], slug: str) -> int:
    kind, _dash, old = typed["kind"].partition("-")
    what = desk.what(slug=slug, name=typed["name"])
    if kind == "copy":
        return seasons.copy(**what, season_id=number(old), year=number(typed["year"])).pk
    return seasons.create(**what, year=number(typed["year"]), plan=plan_forms.KINDS[kind]).pk


@desk
def settings(request: HttpRequest, desk: Desk, pk: int) -> HttpResponse:
    """All of the plan while it is a draft; of an open season the days and the seats."""
    found = office.office_season(**desk.what(season_id=pk))
    if found.row.state != found.row.State.DRAFT:
        return _days(request, desk, found)
    known = {choice.code: _stored(choice) for choice in found.view.choices}
    shown = plan_forms.fields(found.row.plan, known.values())
    moments = {name: getattr(found.row, name) for name in (*_MOMENTS, "exam_on", "keep_until")}
    errors: dict[str, str] = {}
    name = found.row.name
    if request.method == "POST":
        typed = plan_forms.read(request.POST, found.row.plan, known)
        moments = _moments(request)
        name = " ".join(request.POST.get("name", "").split())[:160]
        errors = {field: str(texts.PLACES[code]) for field, code in typed.errors.items()}
        if not name:
            errors["name"] = str(texts.FIELDS["missing"])
        if not errors:
            try:
                return _save(request, desk, pk, typed, moments, name)
            except (Conflict, Invalid) as error:
                errors["name"] = texts.of_error(error)
        shown = plan_forms.as_typed(request.POST)
    context = {
        "season": found.row, "name": name, "f": plan_forms.marked(shown, errors), "errors": errors, "moments": moments,
        "problems": texts.placed_problems(found.problems), "methods": texts.METHODS.items(), "ties": texts.TIES.items(),
        "whens": texts.WHENS.items(), "examined": shown["method"] in {"exam", "combined"},
        "recorded": shown["method"] in {"record", "combined"}, "by_area": shown["method"] == "area",
        "lines": [(texts.place_of(field), text) for field, text in errors.items()],
    }  # fmt: skip
    return render(request, "admissions/office/plan.html", context, status=422 if errors else 200)


def _stored(choice: Any) -> dict[str, Any]:
    return {
        "code": choice.code, "name": choice.name, "stream": choice.stream, "quota": choice.quota,
        "areas": list(choice.areas), "school_id": choice.school_id,
        "history": [{"year": year, "quota": quota, "cutoff": line} for year, quota, line in choice.history],
    }  # fmt: skip


def _moments(request: HttpRequest) -> dict[str, Any]:
    data = request.POST
    found: dict[str, Any] = {name: forms.moment_of(data.get(name, "")) for name in _MOMENTS}
    return found | {name: forms.date_of(data.get(name, "")) for name in ("exam_on", "keep_until")}


def _calendar(moments: dict[str, Any]) -> rules.Calendar:
    return rules.Calendar(**{name: moments[name] for name in (*_MOMENTS, "exam_on")})


def _save(
    request: HttpRequest, desk: Desk, pk: int, typed: plan_forms.Typed, moments: dict[str, Any], name: str
) -> HttpResponse:
    keep: datetime.date | None = moments["keep_until"]
    seasons.set_plan(
        **desk.what(season_id=pk), plan=typed.plan, calendar=_calendar(moments), name=name, keep_until=keep
    )
    seasons.set_choices(**desk.what(season_id=pk), choices=typed.choices)
    match request.POST.get("action"):
        case "schools":
            count = seasons.add_schools(**desk.what(season_id=pk))
            text = ngettext("%(count)d school added.", "%(count)d schools added.", count)
            messages.success(request, text % {"count": count} + " " + _("Write the seats of each."))
            return redirect("admissions:office_settings", pk)
        case "open":
            try:
                seasons.open_season(**desk.what(season_id=pk))
            except DomainError as error:
                if error.code != "contradictions":
                    raise
                messages.error(request, texts.of_error(error))
                return redirect("admissions:office_settings", pk)
            messages.success(request, _("The season is open by its calendar."))
            return redirect("admissions:office_season", pk)
    messages.success(request, _("Kept."))
    return redirect("admissions:office_settings", pk)


def _days(request: HttpRequest, desk: Desk, found: office.OfficeSeason) -> HttpResponse:
    """Of an open season: its days, how long its data is kept, and the seats."""
    if request.method == "POST":
        moments = _moments(request)
        try:
            seasons.set_plan(
                **desk.what(season_id=found.row.pk), plan=found.row.plan, calendar=_calendar(moments),
                keep_until=moments["keep_until"],
            )  # fmt: skip
            seasons.set_choices(
                **desk.what(season_id=found.row.pk),
                choices=[
                    _stored(c) | {"quota": number(request.POST.get(f"quota.{c.code}", c.quota))}
                    for c in found.view.choices
                ],
            )
            messages.success(request, _("Kept."))
            return redirect("admissions:office_season", found.row.pk)
        except (Conflict, Invalid) as error:
            messages.error(request, texts.of_error(error))
            for line in texts.problems(error.data.get("problems", [])):
                messages.error(request, line)
    return render(request, "admissions/office/settings.html", {"found": found, "season": found.row})


@desk
def cutoffs(request: HttpRequest, desk: Desk, pk: int) -> HttpResponse:
    """Cutoffs of earlier years from a file or pasted: right rows are taken over, wrong ones named and kept typed."""
    found = office.office_season(**desk.what(season_id=pk))
    faults: list[cutoff_files.Fault] = []
    typed = ""
    if request.method == "POST":
        typed = request.POST.get("lines", "")[:200_000]
        file = request.FILES.get("file")
        if isinstance(file, UploadedFile) and file.size and file.size <= 1_000_000:
            typed = file.read().decode("utf-8-sig", "replace")
        names = {choice.code: choice.name for choice in found.view.choices}
        lines, faults = cutoff_files.read(typed, names, before=found.row.year)
        if lines:
            count = seasons.add_history(**desk.what(season_id=pk), lines=lines)
            text = ngettext("%(count)d school changed.", "%(count)d schools changed.", count)
            messages.success(request, text % {"count": count})
        if not faults:
            return redirect("admissions:office_cutoffs", pk)
        found = office.office_season(**desk.what(season_id=pk))
        wrong = {fault.row for fault in faults}
        typed = "\n".join(line for row, line in enumerate(typed.splitlines(), 1) if row in wrong)
    context = {
        "season": found.row, "typed": typed,
        "faults": [(fault.row, texts.FAULTS[fault.code], fault.what) for fault in faults[:200]],
        "known": [
            (choice.name, [(year, scoring.shown(line)) for year, _quota, line in choice.history if line is not None])
            for choice in found.view.choices
        ],
    }  # fmt: skip
    return render(request, "admissions/office/cutoffs.html", context, status=422 if faults else 200)
