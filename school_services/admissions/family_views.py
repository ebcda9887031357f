"""A family's own: applications, the form with its documents, the receipt, and what follows the results."""

from __future__ import annotations

import io
import uuid
from typing import Any

import segno
from django.contrib import messages
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from school_services.errors import Conflict, DomainError, Invalid, NotFound
from school_services.identity.actor import Actor
from tenants.middleware import portal_of

from . import applications, class_lists, forms, processing, scoring, selectors, texts
from . import season as rules
from .gate import queued
from .pages import member, wants_json
from .public_views import dressed_steps

SHORT_HASH = 16


@require_GET
@member
def mine(request: HttpRequest, actor: Actor) -> HttpResponse:
    """The actor's applications, and the seasons one can apply to now."""
    views = selectors.my_applications(actor)
    seasons = [s for s in selectors.seasons_for(portal_of(request).unit_id) if s.phase is rules.Phase.OPEN]
    lines = [{"view": view, "state": texts.STATES[view.row.state]} for view in views]
    return render(request, "admissions/mine.html", {"lines": lines, "seasons": seasons})


@require_GET
@member
@queued
def start(request: HttpRequest, actor: Actor, slug: str) -> HttpResponse:
    """For which child: those whose records are ours are filled in, another one is written by hand."""
    season = selectors.season_for(portal_of(request).unit_id, slug)
    if season.phase is not rules.Phase.OPEN:
        raise Conflict("season_not_open" if season.phase is rules.Phase.BEFORE else "season_closed")
    children = [(child, uuid.uuid4()) for child in selectors.prefills(actor)]
    return render(request, "admissions/start.html", {"season": season, "children": children, "token": uuid.uuid4()})


@member
@queued
def form(request: HttpRequest, actor: Actor, slug: str, token: uuid.UUID) -> HttpResponse:
    """The form of one application. `token` names it from the first tap on: sent again, it is the same one."""
    season = selectors.season_for(portal_of(request).unit_id, slug)
    row = next((v.row for v in selectors.my_applications(actor) if v.row.token == token), None)
    children = selectors.prefills(actor)
    if request.method == "POST":
        return _receive(request, actor, season, token, children)
    if row is not None:
        filled = applications.of_row(row)
    else:
        child = next((c for c in children if str(c.student_id) == request.GET.get("con")), None)
        filled = forms.prefilled(child, "") if child else applications.Form()
    return _page(request, actor, season, token, filled, [])


def _page(
    request: HttpRequest,
    actor: Actor,
    season: selectors.SeasonView,
    token: uuid.UUID,
    filled: applications.Form,
    missing: list[tuple[str, str]],
    message: str = "",
) -> HttpResponse:
    row = next((v.row for v in selectors.my_applications(actor) if v.row.token == token), None)
    papers = selectors.my_application(actor, row.pk).papers if row else ()
    names = {rule.code: rule.name for rule in season.plan.documents}
    lines = texts.missing(missing, names)
    errors = {line["field"]: line["text"] for line in lines}
    documents = [
        {
            "rule": rule,
            "papers": [p for p in papers if p.kind == rule.code],
            "error": errors.get(f"doc-{rule.code}", ""),
        }
        for rule in season.plan.documents
    ]
    context = {
        "season": season,
        "token": token,
        "row": row,
        "documents": documents,
        "missing": lines,
        "errors": errors,
        "message": message,
        "owner": actor.user_id,
        "areas": sorted({area for choice in season.choices for area in choice.areas}),
        "elsewhere": applications.ELSEWHERE,
        "priority": [(code, scoring.shown(points)) for code, points in season.plan.priority.items()],
        "prizes": [(code, scoring.shown(points)) for code, points in season.plan.prize.items()],
        **forms.fields(filled, season.plan.wishes),
    }
    return render(request, "admissions/form.html", context, status=422 if missing or message else 200)


def _receive(
    request: HttpRequest,
    actor: Actor,
    season: selectors.SeasonView,
    token: uuid.UUID,
    children: list[selectors.Prefill],
) -> HttpResponse:
    """Draft (also by the background) or submission. Files of the form without JavaScript are added first."""
    filled = forms.vouched(forms.read(request.POST, season.plan.wishes), children)
    what: dict[str, Any] = {"actor": actor, "unit_id": season.unit_id, "season_id": season.id, "token": token}
    try:
        row = _draft(what, filled)
        for name, file in request.FILES.items():
            if name.startswith("doc-") and isinstance(file, UploadedFile) and file.size:
                applications.add_document(
                    actor=actor, unit_id=season.unit_id, application_id=row, kind=name[4:], data=_bytes(file)
                )
        if request.POST.get("action") != "submit":
            if wants_json(request):
                return JsonResponse({"saved": True, "application": row})
            messages.success(request, _("The draft is kept. Go on from any device."))
            return redirect("admissions:form", season.slug, token)
        made = applications.submit(**what, form=filled)
    except Invalid as error:
        if error.code == "incomplete":
            return _page(request, actor, season, token, filled, error.data["fields"])
        return _page(request, actor, season, token, filled, [], texts.of_error(error))
    except Conflict as error:
        if wants_json(request):
            raise
        return _page(request, actor, season, token, filled, [], texts.of_error(error))
    return redirect("admissions:receipt", made.pk)


def _bytes(file: Any) -> bytes:
    if file.size > applications.MAX_BYTES:
        raise Invalid("document_size", limit=applications.MAX_BYTES)
    data: bytes = file.read()
    return data


def _draft(what: dict[str, Any], filled: applications.Form) -> int:
    """Id of the application: its draft saved, or as it stands when it has been submitted before."""
    try:
        return applications.save_draft(**what, form=filled).pk
    except Conflict as error:
        if error.code != "already_submitted":
            raise
    found = next(v.row.pk for v in selectors.my_applications(what["actor"]) if v.row.token == what["token"])
    return int(found)


@require_POST
@member
def add_document(request: HttpRequest, actor: Actor, pk: int) -> HttpResponse:
    """One photo in the background, sent again until it arrives: the same bytes are one document."""
    view = selectors.my_application(actor, pk)
    kind, file = request.POST.get("kind", ""), request.FILES.get("file")
    if file is None:
        raise Invalid("document_size", limit=applications.MAX_BYTES)
    made = applications.add_document(
        actor=actor, unit_id=view.row.unit_id, application_id=pk, kind=kind, data=_bytes(file)
    )
    if wants_json(request):
        return JsonResponse({"id": made.pk, "size": made.size, "url": reverse("admissions:document", args=[made.pk])})
    return redirect("admissions:application", pk)


@require_GET
@member
def document(request: HttpRequest, actor: Actor, pk: int) -> HttpResponse:
    kind, data = selectors.document(actor, pk)
    return file_response(kind, data)


def file_response(kind: str, data: bytes) -> HttpResponse:
    """Bytes that somebody else made: shown in a frame without rights, never run."""
    response = HttpResponse(data, content_type=kind)
    response["Cache-Control"] = "private, no-store"
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Security-Policy"] = "default-src 'none'; sandbox"
    response["Content-Disposition"] = "attachment" if kind == "application/pdf" else "inline"
    return response


@require_POST
@member
def remove_document(request: HttpRequest, actor: Actor, pk: int) -> HttpResponse:
    for view in selectors.my_applications(actor):
        whole = selectors.my_application(actor, view.row.pk)
        if pk in {paper.id for paper in whole.papers}:
            applications.remove_document(actor=actor, unit_id=view.row.unit_id, document_id=pk)
            return redirect("admissions:form", view.season.slug, view.row.token)
    raise NotFound("document")


@require_GET
@member
def application(request: HttpRequest, actor: Actor, pk: int) -> HttpResponse:
    """State, steps, and after the results marks, seat and what can be done."""
    view = selectors.my_application(actor, pk)
    open_now = view.season.phase is rules.Phase.OPEN
    context = {
        "view": view,
        "state": texts.STATES[view.row.state],
        "steps": dressed_steps(view.steps),
        "may_change": open_now and view.row.state in {"draft", "submitted", "needs_more", "withdrawn"},
        "fee_state": texts.FEE_STATES[view.fee.state],
        "may_add": view.row.state == "needs_more",
        "documents": view.season.plan.documents,
        "offered": view.offered_names if open_now else [],
        "may_confirm": view.seat is not None
        and view.row.confirmed_at is None
        and view.season.phase is rules.Phase.RESULTS,
        "results": view.season.phase in {rules.Phase.RESULTS, rules.Phase.OVER},
    }
    return render(request, "admissions/application.html", context)


@require_GET
@member
def receipt(request: HttpRequest, actor: Actor, pk: int) -> HttpResponse:
    """To print or to keep as a picture: code, time, hash, and a QR code of code and hash. No name in the QR code."""
    view = selectors.my_application(actor, pk)
    if not view.row.receipt:
        raise NotFound("application")
    context = {
        "view": view,
        "groups": _grouped(view.row.receipt[:SHORT_HASH]),
        "code": _grouped(view.row.code),
    }
    return render(request, "admissions/receipt.html", context)


def _grouped(text: str) -> str:
    return "-".join(text[n : n + 4] for n in range(0, len(text), 4))


@require_GET
@member
def receipt_code(request: HttpRequest, actor: Actor, pk: int) -> HttpResponse:
    """The QR code of a receipt, as SVG."""
    view = selectors.my_application(actor, pk)
    if not view.row.receipt:
        raise NotFound("application")
    code = segno.make(f"TUYENSINH {view.row.code} {view.row.receipt[:SHORT_HASH]}", error="m", micro=False)
    picture = io.BytesIO()
    code.save(picture, kind="svg", omitsize=True)
    response = HttpResponse(picture.getvalue(), content_type="image/svg+xml")
    response["Cache-Control"] = "private, no-store"
    return response


@require_POST
@member
def act(request: HttpRequest, actor: Actor, pk: int) -> HttpResponse:
    """Withdraw, confirm the seat, ask for a second marking."""
    view = selectors.my_application(actor, pk)
    what: dict[str, Any] = {"actor": actor, "unit_id": view.row.unit_id, "application_id": pk}
    try:
        match request.POST.get("action"):
            case "withdraw":
                applications.withdraw(**what)
                messages.success(request, _("The application is withdrawn."))
            case "confirm":
                applications.confirm(**what)
                messages.success(request, _("The seat is confirmed. Keep this page or print it."))
            case "remark":
                processing.ask_remark(**what, paper=request.POST.get("paper", "")[:16])
                messages.success(request, _("The paper will be marked again. Both marks stay visible."))
            case "take_offer" | "keep_own" as answer:
                class_lists.answer_offer(**what, take=answer == "take_offer")
                messages.success(request, _("Decided. Your application stands as shown here."))
    except DomainError as error:
        if error.status != 409:
            raise
        messages.error(request, texts.of_error(error))
    return redirect("admissions:application", pk)
