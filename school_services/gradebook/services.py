"""Writes of the gradebook: columns, publishing, locks, and changes behind a lock."""

from __future__ import annotations

import datetime

from django.db import IntegrityError, transaction
from django.db.models import QuerySet
from django.utils import timezone

from school_services.errors import Conflict, Invalid, NotFound
from school_services.identity import audit
from school_services.identity.actor import Actor
from school_services.rosters.models import ClassGroup, Enrolment, Subject, Term
from tenants import context

from . import marks, regimes, rules
from .models import Assessment, ChangeRequest, Mark


def open_columns(*, actor: Actor, unit_id: int, class_group_id: int, subject: Subject, term: Term) -> list[Assessment]:
    """The columns of a class in a subject and term, by the regulation: TX by periods a year, one GK, one CK.

    Raises `PermissionRefused`, `NotFound("class")`, `Invalid("no_rules")`, `Invalid("no_marks")` below secondary.
    """
    marks.require_teacher(actor, unit_id, class_group_id, subject.pk, "open_columns")
    with context.scope((unit_id,), user=actor.user_id):
        grade = (
            ClassGroup.objects.filter(unit_id=unit_id, pk=class_group_id, year=term.year_id)
            .values_list("grade", flat=True)
            .first()
        )
    if grade is None:
        raise NotFound("class")
    if regimes.regime_for(grade, term.year.first_year).scheme is not regimes.Scheme.SECONDARY:
        raise Invalid("no_marks")
    count = rules.tx_count(subject.periods) if subject.kind == Subject.Kind.SCORE else 2
    wanted = [(rules.ColumnKind.TX, i + 1) for i in range(count)]
    wanted += [(rules.ColumnKind.GK, 1), (rules.ColumnKind.CK, 1)]
    with transaction.atomic(), context.scope((unit_id,), user=actor.user_id):
        Assessment.objects.bulk_create(
            [
                Assessment(
                    unit_id=unit_id,
                    class_group_id=class_group_id,
                    subject=subject,
                    term=term,
                    kind=kind.value,
                    ordinal=ordinal,
                )
                for kind, ordinal in wanted
            ],
            ignore_conflicts=True,
        )
        audit.record(
            actor=actor, action="open_columns", unit_id=unit_id, subject="rosters.classgroup", subject_id=class_group_id
        )
        return list(
            Assessment.objects.filter(unit_id=unit_id, class_group_id=class_group_id, subject=subject, term=term)
        )


def _columns(
    unit_id: int, class_group_id: int, subject_id: int, term_id: int, assessment_id: int | None
) -> QuerySet[Assessment]:
    """The columns of a class in a subject and term, or one of them."""
    rows = Assessment.objects.filter(
        unit_id=unit_id, class_group_id=class_group_id, subject_id=subject_id, term_id=term_id
    )
    return rows if assessment_id is None else rows.filter(pk=assessment_id)


def publish(
    *,
    actor: Actor,
    unit_id: int,
    class_group_id: int,
    subject_id: int,
    term_id: int,
    assessment_id: int | None = None,
) -> int:
    """Let families see the columns that have marks, or one of them; returns how many became visible."""
    marks.require_teacher(actor, unit_id, class_group_id, subject_id, "publish_marks")
    with transaction.atomic(), context.scope((unit_id,), user=actor.user_id):
        columns = _columns(unit_id, class_group_id, subject_id, term_id, assessment_id).filter(
            published_at__isnull=True
        )
        with_marks = Mark.objects.filter(unit_id=unit_id, assessment__in=columns, superseded_at__isnull=True).values(
            "assessment"
        )
        count = Assessment.objects.filter(unit_id=unit_id, pk__in=with_marks).update(published_at=timezone.now())
        audit.record(
            actor=actor,
            action="publish_marks",
            unit_id=unit_id,
            subject="rosters.classgroup",
            subject_id=class_group_id,
        )
    return count


def lock_columns(
    *,
    actor: Actor,
    unit_id: int,
    class_group_id: int,
    subject_id: int,
    term_id: int,
    reason: str = "",
    assessment_id: int | None = None,
) -> int:
    """Khóa sổ of a subject in a term, or of one column, by its teacher or the principal; returns how many were open."""
    marks.require_teacher(actor, unit_id, class_group_id, subject_id, "lock_columns")
    with transaction.atomic(), context.scope((unit_id,), user=actor.user_id):
        rows = _columns(unit_id, class_group_id, subject_id, term_id, assessment_id)
        rows.filter(locked_at__isnull=False).update(reopened_until=None)
        count = rows.filter(locked_at__isnull=True).update(
            locked_at=timezone.now(), locked_by=actor.user_id, lock_reason=reason.strip()[:200]
        )
        audit.record(
            actor=actor,
            action="lock_columns",
            unit_id=unit_id,
            subject="rosters.classgroup",
            subject_id=class_group_id,
            reason=reason,
        )
    return count


def reopen_columns(
    *,
    actor: Actor,
    unit_id: int,
    class_group_id: int,
    subject_id: int,
    term_id: int,
    until: datetime.datetime,
    reason: str,
    assessment_id: int | None = None,
) -> int:
    """Open locked columns again until a moment; the principal's. Raises `Invalid("reopen_past"|"reason_needed")`."""
    marks.require_principal(actor, unit_id, class_group_id, "reopen_columns")
    if until <= timezone.now():
        raise Invalid("reopen_past")
    if not reason.strip():
        raise Invalid("reason_needed")
    with transaction.atomic(), context.scope((unit_id,), user=actor.user_id):
        rows = _columns(unit_id, class_group_id, subject_id, term_id, assessment_id)
        count = rows.filter(locked_at__isnull=False).update(reopened_until=until)
        audit.record(
            actor=actor,
            action="reopen_columns",
            unit_id=unit_id,
            subject="rosters.classgroup",
            subject_id=class_group_id,
            reason=reason,
        )
    return count


def request_change(
    *, actor: Actor, unit_id: int, assessment_id: int, student_id: int, text: str, reason: str
) -> ChangeRequest:
    """Ask for a change in a locked column. Raises `NotFound`, `Invalid` (format, "reason_needed"),
    `Conflict("not_locked"|"request_open"|"no_change")`, `PermissionRefused`.
    """
    with context.scope((unit_id,), user=actor.user_id):
        column = Assessment.objects.select_related("subject").filter(pk=assessment_id, unit_id=unit_id).first()
    if column is None:
        raise NotFound("assessment")
    marks.require_teacher(actor, unit_id, column.class_group_id, column.subject_id, "request_change")
    wanted = marks.show(*marks.read(text, column.subject.kind))
    if not reason.strip():
        raise Invalid("reason_needed")
    if not marks.is_locked(column):
        raise Conflict("not_locked")
    try:
        with transaction.atomic(), context.scope((unit_id,), user=actor.user_id):
            if not Enrolment.objects.filter(
                unit_id=unit_id, student_id=student_id, class_group_id=column.class_group_id
            ).exists():
                raise NotFound("student")
            mark = Mark.objects.filter(
                unit_id=unit_id, assessment=column, student_id=student_id, superseded_at__isnull=True
            ).first()
            if marks.text_of(mark) == wanted:
                raise Conflict("no_change")
            row = ChangeRequest.objects.create(
                unit_id=unit_id,
                assessment=column,
                student_id=student_id,
                mark=mark,
                text=wanted,
                reason=reason.strip()[:300],
                requested_by_id=actor.user_id,
            )
            audit.record(
                actor=actor,
                action="request_change",
                unit_id=unit_id,
                subject="rosters.student",
                subject_id=student_id,
                reason=reason,
            )
    except IntegrityError:
        raise Conflict("request_open") from None
    return row


def decide_change(*, actor: Actor, unit_id: int, request_id: int, approve: bool, note: str = "") -> ChangeRequest:
    """The principal approves (the mark changes, both values stay) or refuses (with a note).

    Raises `PermissionRefused`, `NotFound("request")`, `Invalid("note_needed")`, `Conflict`: "request_decided",
    "own_request" (nobody approves what he asked for), "changed_meanwhile" (another mark than the one asked about).
    """
    marks.require_principal(actor, unit_id, 0, "decide_change")
    with transaction.atomic(), context.scope((unit_id,), user=actor.user_id):
        row = (
            ChangeRequest.objects.select_for_update(of=("self",))
            .select_related("assessment")
            .filter(pk=request_id, unit_id=unit_id)
            .first()
        )
        if row is None:
            raise NotFound("request")
        if row.decided_at is not None:
            raise Conflict("request_decided")
        if row.requested_by_id == actor.user_id:
            raise Conflict("own_request")
        if not approve and not note.strip():
            raise Invalid("note_needed")
        if approve:
            (outcome,) = marks.save(
                actor=actor,
                unit_id=unit_id,
                class_group_id=row.assessment.class_group_id,
                subject_id=row.assessment.subject_id,
                entries=[marks.Entry(row.assessment_id, row.student_id, row.text, row.mark_id or marks.NO_MARK)],
                reason=row.reason,
                over_lock=True,
            )
            if outcome.error is not None:
                raise outcome.error
        row.decided_by_id, row.decided_at = actor.user_id, timezone.now()
        row.approved, row.note = approve, note.strip()[:300]
        row.save(update_fields=["decided_by", "decided_at", "approved", "note"])
        audit.record(
            actor=actor,
            action="approve_change" if approve else "refuse_change",
            unit_id=unit_id,
            subject="rosters.student",
            subject_id=row.student_id,
            reason=note or row.reason,
        )
    return row
