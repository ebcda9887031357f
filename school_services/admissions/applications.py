"""Writes on applications by families: draft, documents, submission, withdrawal. Schools' lists: `class_lists`.

A form has a token of its own, made where it is filled in: sent twice, over a bad line or by two taps, it is one
application and one receipt. Until the deadline a submitted application is changed by submitting again.
"""

from __future__ import annotations

import datetime
import hashlib
import json
import uuid
from dataclasses import dataclass, fields
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone

from school_services.errors import Conflict, Invalid, NotFound
from school_services.identity.actor import Actor
from tenants import context

from . import season as rules
from .access import season_of
from .models import Application, Choice, Document, Event, Season

S = Application.State
MAX_BYTES, MAX_DOCUMENTS = 5 * 1024 * 1024, 12
ELSEWHERE = "ngoài địa bàn"  # an area of no school of the season
_MAGIC = (
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"%PDF-", "application/pdf"),
)


@dataclass(frozen=True, slots=True)
class Form:
    """What a family fills in. Lists are codes of the season; `direct` a ground of direct admission, "" for none."""

    full_name: str = ""
    birth_date: datetime.date | None = None
    gender: str = ""
    pupil_code: str = ""
    school_name: str = ""
    class_name: str = ""
    area: str = ""
    phone: str = ""
    wishes: tuple[str, ...] = ()
    groups: tuple[str, ...] = ()
    prizes: tuple[str, ...] = ()
    direct: str = ""
    special_needs: bool = False
    record: int = 0
    student_ref: int | None = None


_LISTS = {"wishes", "groups", "prizes"}


def _fill(row: Application, form: Form) -> None:
    for field in fields(form):
        value = getattr(form, field.name)
        setattr(row, field.name, list(value) if field.name in _LISTS else value)
    row.set_name(form.full_name)
    row.pupil_code = form.pupil_code.strip().upper()


def of_row(row: Application) -> Form:
    """The form as it is stored."""
    values: dict[str, Any] = {field.name: getattr(row, field.name) for field in fields(Form)}
    return Form(**(values | {name: tuple(values[name]) for name in _LISTS}))


def lacks(
    plan: rules.Plan, form: Form, choices: dict[str, tuple[str, list[str]]], documents: set[str], today: datetime.date
) -> list[tuple[str, str]]:
    """(field, code) of everything that keeps the form from being submitted. `choices`: code → (stream, areas)."""
    found = [
        (name, "missing")
        for name in ("full_name", "birth_date", "gender", "pupil_code", "school_name", "phone")
        if not getattr(form, name) and not (name == "school_name" and plan.grade == 1)
    ]
    if form.birth_date and not 3 <= today.year - form.birth_date.year <= 25:
        found.append(("birth_date", "birth_date"))
    if (plan.own_area or plan.method is rules.Method.AREA) and not form.area:
        found.append(("area", "missing"))
    if not form.wishes:
        found.append(("wishes", "missing"))
    if len(form.wishes) > plan.wishes:
        found.append(("wishes", "too_many_wishes"))
    if len(set(form.wishes)) != len(form.wishes):
        found.append(("wishes", "wish_twice"))
    for code in form.wishes:
        if code not in choices:
            found.append(("wishes", "unknown_choice"))
        elif plan.own_area and form.area and form.area not in choices[code][1]:
            found.append(("wishes", "foreign_area"))
    found += [("groups", "unknown_group") for code in form.groups if code not in plan.priority]
    found += [("prizes", "unknown_prize") for code in form.prizes if code not in plan.prize]
    if form.direct and form.direct not in plan.direct:
        found.append(("direct", "unknown_group"))
    asked = plan.documents_for(priority=bool(form.groups), prize=bool(form.prizes), direct=bool(form.direct))
    found += [
        (f"doc-{rule.code}", "document_missing") for rule in asked if rule.required and rule.code not in documents
    ]
    return found


def open_season_of(unit_id: int, season_id: int) -> Season:
    season = season_of(unit_id, season_id)
    phase = season.phase(timezone.now())
    if phase is rules.Phase.BEFORE:
        raise Conflict("season_not_open")
    if phase is not rules.Phase.OPEN:
        raise Conflict("season_closed")
    return season


def mine(actor: Actor, unit_id: int, *, lock: bool = True, **what: object) -> Application:
    """The actor's own application, locked. Absent and somebody else's are the same `NotFound("application")`."""
    rows = Application.objects.filter(unit_id=unit_id, guardian_id=actor.user_id, **what)
    found = (rows.select_for_update(of=("self",)) if lock else rows).first()
    if found is None:
        raise NotFound("application")
    return found


def save_draft(*, actor: Actor, unit_id: int, season_id: int, token: uuid.UUID, form: Form) -> Application:
    """Keep what is filled in so far, complete or not. A submitted application is changed by `submit` alone.

    Raises `Conflict("season_not_open"|"season_closed"|"already_submitted")`, `NotFound` for another's token.
    """
    with transaction.atomic(), context.scope((unit_id,), user=actor.user_id):
        season = open_season_of(unit_id, season_id)
        row, _ = Application.objects.select_for_update(of=("self",)).get_or_create(
            unit_id=unit_id, season=season, token=token, defaults={"guardian_id": actor.user_id}
        )
        if row.guardian_id != actor.user_id:
            raise NotFound("application")
        if row.state != S.DRAFT:
            raise Conflict("already_submitted")
        _fill(row, form)
        row.save()
        return row


def add_document(*, actor: Actor, unit_id: int, application_id: int, kind: str, data: bytes) -> Document:
    """A photo or PDF, at most 5 MB; the same bytes twice are one document.

    Allowed while the season is open, and as long as the office has asked for more. Raises `Invalid("document_size"|
    "document_kind"|"document_format")`, `Conflict("too_many_documents"|"season_closed")`, `NotFound`.
    """
    if not 0 < len(data) <= MAX_BYTES:
        raise Invalid("document_size", limit=MAX_BYTES)
    kinds = [name for magic, name in _MAGIC if data.startswith(magic)]
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        kinds = ["image/webp"]
    if not kinds:
        raise Invalid("document_format")
    with transaction.atomic(), context.scope((unit_id,), user=actor.user_id):
        row = mine(actor, unit_id, pk=application_id)
        if row.state != S.NEEDS_MORE:
            open_season_of(unit_id, row.season_id)
        if kind not in {rule.code for rule in row.season.rules.documents}:
            raise Invalid("document_kind")
        digest = hashlib.sha256(data).hexdigest()
        found = Document.objects.filter(unit_id=unit_id, application=row, kind=kind, sha256=digest).first()
        if found is not None:
            return found
        if Document.objects.filter(unit_id=unit_id, application=row).count() >= MAX_DOCUMENTS:
            raise Conflict("too_many_documents")
        made = Document.objects.create(
            unit_id=unit_id, application=row, kind=kind, content_type=kinds[0], size=len(data), sha256=digest, data=data
        )
        if row.state == S.NEEDS_MORE:
            row.state = S.SUBMITTED
            row.save(update_fields=["state", "updated_at"])
            event(row, "added", actor)
        return made


def remove_document(*, actor: Actor, unit_id: int, document_id: int) -> None:
    """Of a draft, or until the deadline. Raises `NotFound`, `Conflict("season_closed")`."""
    with transaction.atomic(), context.scope((unit_id,), user=actor.user_id):
        found = Document.objects.filter(
            unit_id=unit_id, pk=document_id, application__guardian_id=actor.user_id
        ).select_related("application").first()  # fmt: skip
        if found is None:
            raise NotFound("document")
        open_season_of(unit_id, found.application.season_id)
        found.delete()


def submit(*, actor: Actor, unit_id: int, season_id: int, token: uuid.UUID, form: Form) -> Application:
    """Hand in, or hand in again before the deadline. Idempotent: equal content gives the receipt that is there.

    Raises `Invalid("incomplete", fields=[(field, code)])`, `Conflict("season_not_open"|"season_closed"|"child_twice"|
    "not_changeable")`, `NotFound`.
    """
    try:
        with transaction.atomic(), context.scope((unit_id,), user=actor.user_id):
            season = open_season_of(unit_id, season_id)
            row, _ = Application.objects.select_for_update(of=("self",)).get_or_create(
                unit_id=unit_id, season=season, token=token, defaults={"guardian_id": actor.user_id}
            )
            if row.guardian_id != actor.user_id:
                raise NotFound("application")
            return hand_in(actor, season, row, form)
    except IntegrityError:
        raise Conflict("child_twice") from None


def choices_of(season: Season) -> dict[str, tuple[str, list[str]]]:
    rows = Choice.objects.filter(unit_id=season.unit_id, season=season).values_list("code", "stream", "areas")
    return {code: (stream, areas) for code, stream, areas in rows}


def hand_in(actor: Actor, season: Season, row: Application, form: Form, *, by_school: bool = False) -> Application:
    if row.state not in {S.DRAFT, S.SUBMITTED, S.NEEDS_MORE, S.WITHDRAWN}:
        raise Conflict("not_changeable")
    papers = dict(
        Document.objects.filter(unit_id=season.unit_id, application=row).order_by("kind").values_list("kind", "sha256")
    )
    plan = season.rules
    # A school vouches for the papers that it has seen; a family shows them.
    seen = {rule.code for rule in plan.documents} if by_school else set(papers)
    missing = lacks(plan, form, choices_of(season), seen, timezone.localdate())
    if missing:
        raise Invalid("incomplete", fields=missing)
    _fill(row, form)
    if row.receipt and row.state == S.SUBMITTED and row.receipt == receipt_of(row, papers):
        return row
    again = row.version > 0
    row.version += 1
    row.state = S.SUBMITTED
    row.submitted_at = timezone.now()
    row.receipt = receipt_of(row, papers)
    row.bonus_checked = False
    row.save()
    event(row, "changed" if again else "submitted", actor)
    return row


def receipt_of(row: Application, papers: dict[str, str]) -> str:
    """SHA-256 of what was handed in, its documents and its version: whoever holds the content can recompute it."""
    content = {
        field.name: str(value) if isinstance(value := getattr(row, field.name), datetime.date) else value
        for field in fields(Form)
    }
    content |= {"code": row.code, "version": row.version, "documents": sorted(papers.items())}
    return hashlib.sha256(json.dumps(content, ensure_ascii=False, sort_keys=True).encode()).hexdigest()


def withdraw(*, actor: Actor, unit_id: int, application_id: int) -> Application:
    """Take an application back before the deadline. Raises `NotFound`, `Conflict`."""
    with transaction.atomic(), context.scope((unit_id,), user=actor.user_id):
        row = mine(actor, unit_id, pk=application_id)
        open_season_of(unit_id, row.season_id)
        if row.state not in {S.SUBMITTED, S.NEEDS_MORE, S.DRAFT}:
            raise Conflict("not_changeable")
        row.state = S.WITHDRAWN
        row.save(update_fields=["state", "updated_at"])
        event(row, "withdrawn", actor)
        return row


def confirm(*, actor: Actor, unit_id: int, application_id: int) -> Application:
    """Confirm the seat before its deadline. Raises `NotFound`, `Conflict("no_seat"|"confirm_closed")`."""
    from .models import Seat

    with transaction.atomic(), context.scope((unit_id,), user=actor.user_id):
        row = mine(actor, unit_id, pk=application_id)
        if row.season.phase(timezone.now()) is not rules.Phase.RESULTS:
            raise Conflict("confirm_closed")
        if not Seat.objects.filter(unit_id=unit_id, season_id=row.season_id, application=row).exists():
            raise Conflict("no_seat")
        if row.confirmed_at is None:
            row.confirmed_at = timezone.now()
            row.save(update_fields=["confirmed_at", "updated_at"])
            event(row, "confirmed", actor)
        return row


def event(row: Application, kind: str, actor: Actor, note: str = "") -> None:
    Event.objects.create(unit_id=row.unit_id, application=row, kind=kind, note=note[:500], actor_id=actor.user_id)
