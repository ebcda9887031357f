"""One cell of the gradebook and what became of it: its lock, its history, and the changes that are asked for."""

from __future__ import annotations

import datetime
from dataclasses import dataclass

from school_services.errors import NotFound
from school_services.identity import audit
from school_services.identity.actor import Actor
from school_services.identity.models import Role
from school_services.rosters.models import Enrolment
from tenants import context

from . import grids, marks
from .models import Assessment, ChangeRequest, Mark


@dataclass(frozen=True, slots=True)
class Request:
    """A change somebody asks for in a locked column."""

    id: int
    student: str
    class_name: str
    subject_name: str
    column: str
    old: str
    new: str
    reason: str
    requested_by: str
    requested_at: datetime.datetime
    own: bool


@dataclass(frozen=True, slots=True)
class LockedCell:
    """A cell that only a request changes."""

    student_id: int
    student: str
    class_group_id: int
    class_name: str
    subject_id: int
    subject_name: str
    term_id: int
    column: grids.Column
    text: str


def locked_cell(*, actor: Actor, unit_id: int, column_id: int, student_id: int) -> LockedCell:
    """A cell with its lock, for who may write it. Raises `NotFound`, `PermissionRefused`; audited."""
    with context.scope((unit_id,), user=actor.user_id):
        row = (
            Assessment.objects.select_related("class_group", "subject", "locked_by")
            .filter(unit_id=unit_id, pk=column_id)
            .first()
        )
        if row is None:
            raise NotFound("assessment")
        marks.require_teacher(actor, unit_id, row.class_group_id, row.subject_id, "read_marks")
        enrolment = (
            Enrolment.objects.select_related("student")
            .filter(unit_id=unit_id, class_group_id=row.class_group_id, student_id=student_id)
            .first()
        )
        if enrolment is None:
            raise NotFound("student")
        mark = Mark.objects.filter(
            unit_id=unit_id, assessment=row, student_id=student_id, superseded_at__isnull=True
        ).first()
        audit.record(
            actor=actor, action="read_marks", unit_id=unit_id, subject="rosters.student", subject_id=student_id
        )
    return LockedCell(
        student_id=student_id,
        student=enrolment.student.full_name,
        class_group_id=row.class_group_id,
        class_name=row.class_group.name,
        subject_id=row.subject_id,
        subject_name=row.subject.name,
        term_id=row.term_id,
        column=grids.column_of(row, 1 if mark else 0),
        text=marks.text_of(mark),
    )


@dataclass(frozen=True, slots=True)
class Version:
    """One value that stood in a cell. `asked_by` and `approved_by`: where it came through a lock."""

    text: str
    reason: str
    recorded_by: str
    recorded_at: datetime.datetime
    superseded_at: datetime.datetime | None
    asked_by: str = ""
    approved_by: str = ""


@dataclass(frozen=True, slots=True)
class History:
    """Every value of a cell, the newest first, and the requests that were refused."""

    cell: LockedCell
    versions: tuple[Version, ...]
    refused: tuple[tuple[str, str, str, str], ...]


def history(*, actor: Actor, unit_id: int, column_id: int, student_id: int) -> History:
    """What stood in a cell, who wrote it, when and why. Audited. Raises `NotFound`, `PermissionRefused`."""
    cell = locked_cell(actor=actor, unit_id=unit_id, column_id=column_id, student_id=student_id)
    with context.scope((unit_id,), user=actor.user_id):
        rows = (
            Mark.objects.select_related("recorded_by")
            .filter(unit_id=unit_id, assessment_id=column_id, student_id=student_id)
            .order_by("-recorded_at", "-pk")
        )
        requests = list(
            ChangeRequest.objects.select_related("requested_by", "decided_by").filter(
                unit_id=unit_id, assessment_id=column_id, student_id=student_id, decided_at__isnull=False
            )
        )
        # An approval writes its mark and its own decision in one transaction, a moment apart.
        approved = {(row.text, row.reason): row for row in requests if row.approved}
        versions = []
        for mark in rows:
            request = approved.get((marks.text_of(mark), mark.reason))
            versions.append(
                Version(
                    text=marks.text_of(mark),
                    reason=mark.reason,
                    recorded_by=mark.recorded_by.full_name if mark.recorded_by else "",
                    recorded_at=mark.recorded_at,
                    superseded_at=mark.superseded_at,
                    asked_by=request.requested_by.full_name if request else "",
                    approved_by=request.decided_by.full_name if request and request.decided_by else "",
                )
            )
    refused = tuple(
        (row.text, row.reason, row.note, row.decided_by.full_name if row.decided_by else "")
        for row in requests
        if not row.approved
    )
    return History(cell, tuple(versions), refused)


def open_requests(*, actor: Actor, unit_id: int) -> list[Request]:
    """Changes that wait for a decision: all of the school for the principal, else the actor's own."""
    with context.scope((unit_id,), user=actor.user_id):
        rows = ChangeRequest.objects.select_related(
            "student", "assessment__class_group", "assessment__subject", "mark", "requested_by"
        ).filter(unit_id=unit_id, decided_at__isnull=True)
        if not actor.has(unit_id, Role.Kind.PRINCIPAL):
            rows = rows.filter(requested_by_id=actor.user_id)
        return [
            Request(
                id=row.pk,
                student=row.student.full_name,
                class_name=row.assessment.class_group.name,
                subject_name=row.assessment.subject.name,
                column=grids.column_name(row.assessment.kind, row.assessment.ordinal),
                old=marks.text_of(row.mark),
                new=row.text,
                reason=row.reason,
                requested_by=row.requested_by.full_name,
                requested_at=row.requested_at,
                own=row.requested_by_id == actor.user_id,
            )
            for row in rows.order_by("-requested_at")
        ]
