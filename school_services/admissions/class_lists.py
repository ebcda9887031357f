"""A lower secondary school hands in for its class in one list; a family's later change is not overwritten by it."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass, replace

from django.db import IntegrityError, transaction
from django.utils import timezone

from school_services.errors import Conflict, DomainError, Invalid, NotFound
from school_services.identity import audit
from school_services.identity.actor import Actor
from school_services.rosters.models import Guardianship
from tenants import context

from .access import SENDERS, require
from .applications import Form, choices_of, event, hand_in, mine, of_row, open_season_of
from .models import Application, Season

S = Application.State


@dataclass(frozen=True, slots=True)
class Outcome:
    """Of one line of a class list: the application's code, or why it was not taken.

    `offered`: the family had changed it since; theirs stands, and the school's is laid beside it for them.
    """

    line: int
    code: str = ""
    error: DomainError | None = None
    offered: bool = False


def submit_class(
    *, actor: Actor, unit_id: int, season_id: int, sender_id: int, rows: Sequence[tuple[uuid.UUID, Form]]
) -> list[Outcome]:
    """A lower secondary school hands in for its class: each line stands or fails alone, sent again it is the same.

    What a family changed or withdrew after the school's last list stays: the school's line is offered to the family.
    Raises `PermissionRefused` (not this school's office), `Conflict("season_not_open"|"season_closed")`.
    """
    require(actor, sender_id, "submit_class", *SENDERS, season_id=season_id)
    outcomes = []
    families = _families(actor, sender_id, [form.student_ref for _, form in rows if form.student_ref])
    with transaction.atomic(), context.scope((unit_id,), user=actor.user_id):
        season = open_season_of(unit_id, season_id)
        for line, (token, form) in enumerate(rows):
            try:
                with transaction.atomic():
                    row, _ = Application.objects.select_for_update(of=("self",)).get_or_create(
                        unit_id=unit_id,
                        season=season,
                        token=token,
                        defaults={"sender_id": sender_id, "guardian_id": families.get(form.student_ref)},
                    )
                    if row.sender_id != sender_id:
                        raise NotFound("application")
                    theirs = row.version > row.school_version or row.state == S.WITHDRAWN
                    if theirs and _differs(row, form):
                        _offer(actor, season, row, form)
                        outcomes.append(Outcome(line, row.code, offered=True))
                        continue
                    if not theirs:
                        row = hand_in(actor, season, row, form, by_school=True)
                        row.school_version, row.offered = row.version, None
                        row.save(update_fields=["school_version", "offered"])
                outcomes.append(Outcome(line, row.code))
            except IntegrityError:
                outcomes.append(Outcome(line, error=Conflict("child_twice")))
            except DomainError as error:
                outcomes.append(Outcome(line, error=error))
    audit.record(
        actor=actor, action="submit_class", unit_id=sender_id, subject="admissions.season", subject_id=season_id
    )
    return outcomes


_OFFERED = ("wishes", "phone", "class_name", "school_name")  # what a class list says


def _differs(row: Application, form: Form) -> bool:
    stored = of_row(row)
    return row.state == S.WITHDRAWN or any(getattr(stored, name) != getattr(form, name) for name in _OFFERED)


def _offer(actor: Actor, season: Season, row: Application, form: Form) -> None:
    """Lay the school's line beside what the family made: they see both and decide."""
    unknown = set(form.wishes) - choices_of(season).keys()
    if unknown or not form.wishes:
        raise Invalid("incomplete", fields=[("wishes", "unknown_choice" if unknown else "missing")])
    values = {name: list(value) if isinstance(value := getattr(form, name), tuple) else value for name in _OFFERED}
    if (row.offered or {}).get("values") == values:
        return
    row.offered = {"values": values, "at": timezone.now().isoformat(timespec="minutes")}
    row.save(update_fields=["offered", "updated_at"])
    event(row, "offered", actor)


def answer_offer(*, actor: Actor, unit_id: int, application_id: int, take: bool) -> Application:
    """The family takes over the school's later list, or keeps its own. Idempotent.

    Raises `NotFound`, `Conflict("season_closed"|"not_changeable")`, `Invalid("incomplete")`.
    """
    with transaction.atomic(), context.scope((unit_id,), user=actor.user_id):
        row = mine(actor, unit_id, pk=application_id)
        if not row.offered:
            return row
        if take:
            season = open_season_of(unit_id, row.season_id)
            values = row.offered["values"]
            form = replace(of_row(row), **(values | {"wishes": tuple(values["wishes"])}))
            row = hand_in(actor, season, row, form, by_school=True)
        row.offered = None
        row.save(update_fields=["offered", "updated_at"])
        event(row, "took_offer" if take else "kept_own", actor)
        return row


def _families(actor: Actor, sender_id: int, students: list[int]) -> dict[int | None, int]:
    """Student → the account that was linked first: that family follows, changes and confirms what the school sent."""
    with context.scope((sender_id,), user=actor.user_id):
        links = Guardianship.objects.filter(unit_id=sender_id, student_id__in=students, ended_at__isnull=True)
        return dict(links.order_by("-linked_at", "-pk").values_list("student_id", "user_id"))
