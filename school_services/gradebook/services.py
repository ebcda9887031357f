"""Writes of the gradebook: columns, marks, publishing."""

from __future__ import annotations

from decimal import Decimal

from django.db import transaction
from django.utils import timezone

from school_services.errors import Conflict, Invalid, NotFound, PermissionRefused
from school_services.identity import audit
from school_services.identity.actor import Actor
from school_services.identity.models import Role
from school_services.rosters.models import Enrolment, Subject, TeachingAssignment, Term
from tenants import context

from . import rules
from .models import Assessment, Mark


def _require_teacher(actor: Actor, unit_id: int, class_group_id: int, subject_id: int, action: str) -> None:
    """The teacher of this class and subject, or the principal. A refusal is audited, then `PermissionRefused`."""
    if actor.has(unit_id, Role.Kind.PRINCIPAL):
        return
    if actor.has(unit_id, Role.Kind.TEACHER):
        with context.scope((unit_id,), user=actor.user_id):
            if TeachingAssignment.objects.filter(
                unit_id=unit_id,
                teacher_id=actor.user_id,
                class_group_id=class_group_id,
                subject_id=subject_id,
                valid_to__isnull=True,
            ).exists():
                return
    audit.record(
        actor=actor,
        action=action,
        unit_id=unit_id,
        subject="rosters.classgroup",
        subject_id=class_group_id,
        reason="refused",
        allowed=False,
    )
    raise PermissionRefused(action)


def open_columns(*, actor: Actor, unit_id: int, class_group_id: int, subject: Subject, term: Term) -> list[Assessment]:
    """The columns of a class in a subject and term, by the regulation: TX by periods a year, one GK, one CK."""
    _require_teacher(actor, unit_id, class_group_id, subject.pk, "open_columns")
    rules.ruleset_for(term.year.first_year)
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


def record_mark(
    *, actor: Actor, unit_id: int, assessment_id: int, student_id: int, text: str, reason: str = ""
) -> Mark:
    """Record or correct one mark: `text` is "8,5", "Đ"/"CĐ" for comment subjects, "VP" for missed (0), "M" for exempt.

    Raises `PermissionRefused`, `NotFound`, `Invalid` (format, scale), `Conflict("reason_needed")` for a correction of a
    published mark without a reason.
    """
    with transaction.atomic(), context.scope((unit_id,), user=actor.user_id):
        assessment = (
            Assessment.objects.select_related("subject")
            .select_for_update(of=("self",))
            .filter(pk=assessment_id, unit_id=unit_id)
            .first()
        )
    if assessment is None:
        raise NotFound("assessment")
    _require_teacher(actor, unit_id, assessment.class_group_id, assessment.subject_id, "record_mark")
    value, comment, status = _read(text, assessment.subject.kind)
    with transaction.atomic(), context.scope((unit_id,), user=actor.user_id):
        Assessment.objects.select_for_update(of=("self",)).get(pk=assessment_id)
        enrolled = Enrolment.objects.filter(
            unit_id=unit_id, student_id=student_id, class_group_id=assessment.class_group_id
        )
        if not enrolled.exists():
            raise NotFound("student")
        current = Mark.objects.filter(
            unit_id=unit_id, assessment_id=assessment_id, student_id=student_id, superseded_at__isnull=True
        ).first()
        if current is not None:
            if (current.value, current.comment, current.status) == (value, comment, status):
                return current
            if assessment.published_at and not reason.strip():
                raise Conflict("reason_needed")
            Mark.objects.filter(pk=current.pk).update(superseded_at=timezone.now())
        mark = Mark.objects.create(
            unit_id=unit_id,
            assessment_id=assessment_id,
            student_id=student_id,
            value=value,
            comment=comment,
            status=status,
            reason=reason.strip()[:300],
            recorded_by_id=actor.user_id,
            recorded_at=timezone.now(),
        )
        audit.record(
            actor=actor,
            action="correct_mark" if current else "record_mark",
            unit_id=unit_id,
            subject="rosters.student",
            subject_id=student_id,
            reason=reason,
        )
    return mark


def _read(text: str, kind: str) -> tuple[Decimal | None, str, str]:
    word = text.strip().upper()
    if word == "M":
        return None, "", rules.CellStatus.EXEMPT.value
    if kind == Subject.Kind.COMMENT:
        comment = {"Đ": rules.Comment.DAT, "D": rules.Comment.DAT, "CĐ": rules.Comment.CHUA_DAT}.get(word)
        if word == "VP":
            return None, rules.Comment.CHUA_DAT.value, rules.CellStatus.MISSED_ZERO.value
        if comment is None:
            raise Invalid("comment_format", text=text[:20])
        return None, comment.value, rules.CellStatus.RECORDED.value
    if word == "VP":
        return Decimal(0), "", rules.CellStatus.MISSED_ZERO.value
    return rules.parse_mark(text), "", rules.CellStatus.RECORDED.value


def publish(*, actor: Actor, unit_id: int, class_group_id: int, subject_id: int, term_id: int) -> int:
    """Let families see the columns that have marks; returns how many became visible."""
    _require_teacher(actor, unit_id, class_group_id, subject_id, "publish_marks")
    with transaction.atomic(), context.scope((unit_id,), user=actor.user_id):
        columns = Assessment.objects.filter(
            unit_id=unit_id,
            class_group_id=class_group_id,
            subject_id=subject_id,
            term_id=term_id,
            published_at__isnull=True,
        )
        with_marks = Mark.objects.filter(unit_id=unit_id, assessment__in=columns).values("assessment")
        count = Assessment.objects.filter(unit_id=unit_id, pk__in=with_marks).update(published_at=timezone.now())
        audit.record(
            actor=actor,
            action="publish_marks",
            unit_id=unit_id,
            subject="rosters.classgroup",
            subject_id=class_group_id,
        )
    return count
