"""A lower secondary school hands in for a class, in one list."""

from __future__ import annotations

import uuid
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import ngettext

from school_services.errors import PermissionRefused
from school_services.identity.actor import Actor
from school_services.rosters import selectors as rosters
from tenants.middleware import portal_of

from . import class_lists, selectors, texts
from .access import SENDERS
from .applications import Form
from .pages import member

_NAMESPACE = uuid.UUID("5b0f9f3e-6a2f-5d0e-9a55-0c6b8f1d2a10")
LARGEST_CLASS = 80


@member
def send(request: HttpRequest, actor: Actor, slug: str) -> HttpResponse:
    """Choose a class, give each pupil wishes, send: a line that is refused says why, the others are in."""
    portal = portal_of(request)
    if not actor.has(portal.unit_id, *SENDERS):
        raise PermissionRefused("desk")
    season = selectors.season_for(portal.unit_id, slug)
    group = (
        int(text)
        if (text := (request.POST.get("lop") or request.GET.get("lop", ""))).isdigit() and len(text) < 19
        else 0
    )
    classes = rosters.classes(actor=actor, unit_id=portal.unit_id, year=rosters.current_year())
    lines: list[dict[str, Any]] = []
    sent = {line.student_ref: line for line in _sent(actor, season, portal.unit_id)}
    if any(line.id == group for line in classes):
        pupils, _ = rosters.students(actor=actor, unit_id=portal.unit_id, class_group_id=group, limit=LARGEST_CLASS)
        lines = [_line(request, season, pupil, sent.get(pupil.id)) for pupil in pupils]
    if request.method == "POST" and lines:
        _send(request, actor, season, portal.unit_id, portal.name, lines)
        sent = {line.student_ref: line for line in _sent(actor, season, portal.unit_id)}
    names = {choice.code: choice.name for choice in season.choices}
    for line in lines:
        found = sent.get(line["pupil"].id)
        line["state"] = texts.STATES[found.state][0] if found else ""
        line["theirs"] = [names.get(code, code) for code in found.wishes] if found and found.changed else []
        line["withdrawn"] = found is not None and found.state == "withdrawn"
        line["offered"] = found is not None and found.offered
    context = {
        "season": season, "classes": classes, "group": group, "lines": lines, "sent": len(sent),
        "ranks": range(1, season.plan.wishes + 1), "open": season.phase.value == "open",
    }  # fmt: skip
    return render(request, "admissions/class.html", context)


def _sent(actor: Actor, season: selectors.SeasonView, unit_id: int) -> list[selectors.SentLine]:
    return selectors.sent_by_school(actor=actor, unit_id=season.unit_id, season_id=season.id, sender_id=unit_id)


def _line(
    request: HttpRequest, season: selectors.SeasonView, pupil: rosters.StudentLine, sent: selectors.SentLine | None
) -> dict[str, Any]:
    """A pupil with what is typed now, else with what stands."""
    stands = (*(sent.wishes if sent else ()), *("",) * season.plan.wishes)
    wishes = [
        request.POST.get(f"w.{pupil.id}.{rank}", stands[rank - 1])[:16] for rank in range(1, season.plan.wishes + 1)
    ]
    return {
        "pupil": pupil,
        "wishes": list(enumerate(wishes, 1)),
        "phone": request.POST.get(f"p.{pupil.id}", sent.phone if sent else "")[:20],
        "error": "",
        "code": sent.code if sent else "",
    }


def _send(
    request: HttpRequest,
    actor: Actor,
    season: selectors.SeasonView,
    unit_id: int,
    school: str,
    lines: list[dict[str, Any]],
) -> None:
    chosen = [line for line in lines if any(code for _, code in line["wishes"])]
    rows = []
    for line in chosen:
        pupil = line["pupil"]
        # One token a pupil and season: the class sent again is the same applications.
        token = uuid.uuid5(_NAMESPACE, f"{season.id}:{unit_id}:{pupil.id}")
        rows.append(
            (
                token,
                Form(
                    full_name=pupil.full_name, birth_date=pupil.birth_date, gender=pupil.gender, pupil_code=pupil.code,
                    school_name=school, class_name=pupil.class_name, phone=line["phone"], student_ref=pupil.id,
                    wishes=tuple(code for _, code in line["wishes"] if code),
                ),
            )
        )  # fmt: skip
    outcomes = class_lists.submit_class(
        actor=actor, unit_id=season.unit_id, season_id=season.id, sender_id=unit_id, rows=rows
    )
    documents = {rule.code: rule.name for rule in season.plan.documents}
    for line, outcome in zip(chosen, outcomes, strict=True):
        line["code"] = outcome.code or line["code"]
        if outcome.error is not None:
            found = texts.missing(outcome.error.data.get("fields", []), documents)
            line["error"] = "; ".join(f"{f['label']}: {f['text']}" for f in found) or texts.of_error(outcome.error)
    kept = sum(1 for outcome in outcomes if outcome.offered)
    if kept:
        text = ngettext(
            "%(count)d family has changed its application since: theirs stands, and they see yours beside it.",
            "%(count)d families have changed their applications since: theirs stand, and they see yours beside it.",
            kept,
        )
        messages.warning(request, text % {"count": kept})
    done = sum(1 for outcome in outcomes if outcome.code and not outcome.offered)
    if done:
        messages.success(
            request, ngettext("%(count)d application is in.", "%(count)d applications are in.", done) % {"count": done}
        )
