"""Writing marks: one bulk path for a cell, a pasted range and a whole form."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.utils import timezone

from school_services.errors import Conflict, DomainError, Invalid, NotFound, PermissionRefused
from school_services.identity import audit
from school_services.identity.actor import Actor
from school_services.identity.models import Role
from school_services.rosters.models import Enrolment, Subject, TeachingAssignment
from tenants import context, locks

from . import rules
from .models import Assessment, Mark

NO_MARK = 0  # version of a cell that is blank


@dataclass(frozen=True, slots=True)
class Entry:
    """What was typed into one cell, and the version (id of the mark, 0 for a blank) it was typed over.

    `version` None: whatever is there now.
    """

    column: int
    student: int
    text: str
    version: int | None = None


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of an `Entry`: the cell as it is now, and the error that kept the entry out, if any."""

    column: int
    student: int
    text: str
    version: int
    error: DomainError | None = None
    changed: bool = False


def require_teacher(actor: Actor, unit_id: int, class_group_id: int, subject_id: int, action: str) -> None:
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
    refuse(actor, unit_id, class_group_id, action)


def require_principal(actor: Actor, unit_id: int, class_group_id: int, action: str) -> None:
    if not actor.has(unit_id, Role.Kind.PRINCIPAL):
        refuse(actor, unit_id, class_group_id, action)


def refuse(actor: Actor, unit_id: int, class_group_id: int, action: str) -> None:
    """Raises `PermissionRefused`, with the refusal in the audit trail."""
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


def read(text: str, kind: str) -> tuple[Decimal | None, str, str]:
    """(value, comment, status) of what was typed: "8,5", "Đ"/"CĐ", "VP" (missed: 0), "M" (exempt). Raises `Invalid`."""
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


def show(value: Decimal | None, comment: str, status: str) -> str:
    """A mark as it is read and typed: "8,5", "Đ", "CĐ", "VP", "M"."""
    if status == rules.CellStatus.EXEMPT:
        return "M"
    if status == rules.CellStatus.MISSED_ZERO:
        return "VP"
    if comment:
        return "Đ" if comment == rules.Comment.DAT else "CĐ"
    return decimal_comma(value)


def decimal_comma(value: Decimal | None) -> str:
    """8.5 → "8,5", 7.0 → "7,0"."""
    return "" if value is None else f"{value:.1f}".replace(".", ",")


def text_of(mark: Mark | None) -> str:
    return "" if mark is None else show(mark.value, mark.comment, mark.status)


def is_locked(column: Assessment) -> bool:
    """Locked now: closed, and not reopened for the present."""
    reopened = column.reopened_until is not None and column.reopened_until > timezone.now()
    return column.locked_at is not None and not reopened


def record_mark(
    *, actor: Actor, unit_id: int, assessment_id: int, student_id: int, text: str, reason: str = ""
) -> Mark | None:
    """Record, correct or (by a blank) take away one mark. Raises what `save` reports for the cell."""
    with context.scope((unit_id,), user=actor.user_id):
        column = Assessment.objects.filter(pk=assessment_id, unit_id=unit_id).first()
    if column is None:
        raise NotFound("assessment")
    (outcome,) = save(
        actor=actor,
        unit_id=unit_id,
        class_group_id=column.class_group_id,
        subject_id=column.subject_id,
        entries=[Entry(assessment_id, student_id, text)],
        reason=reason,
    )
    if outcome.error is not None:
        raise outcome.error
    with context.scope((unit_id,), user=actor.user_id):
        return Mark.objects.filter(unit_id=unit_id, pk=outcome.version).first()


def save(
    *,
    actor: Actor,
    unit_id: int,
    class_group_id: int,
    subject_id: int,
    entries: Sequence[Entry],
    reason: str = "",
    over_lock: bool = False,
    all_or_nothing: bool = False,
) -> list[Outcome]:
    """Save cells of a class and subject; a constant number of queries. Each cell stands for itself: good ones are kept.

    With `all_or_nothing` the first cell that is refused is raised, and no cell is written.

    Errors in the outcomes: `NotFound("assessment"|"student")`, `Invalid` (format, scale), `Conflict`:
    "changed_meanwhile" (somebody wrote the cell after `version`), "column_locked", "reason_needed" (a published mark
    changes with a reason only). `over_lock` is the principal's, for an approved request. Raises `PermissionRefused`.
    """
    if over_lock:
        require_principal(actor, unit_id, class_group_id, "record_mark")
    else:
        require_teacher(actor, unit_id, class_group_id, subject_id, "record_mark")
    wanted = {(entry.column, entry.student): entry for entry in entries}
    with transaction.atomic(), context.scope((unit_id,), user=actor.user_id):
        locks.hold(f"gradebook.marks:{unit_id}:{class_group_id}:{subject_id}")
        columns = {
            column.pk: column
            for column in Assessment.objects.select_related("subject").filter(
                unit_id=unit_id,
                class_group_id=class_group_id,
                subject_id=subject_id,
                pk__in={entry.column for entry in entries},
            )
        }
        pupils = set(
            Enrolment.objects.filter(
                unit_id=unit_id, class_group_id=class_group_id, student_id__in={entry.student for entry in entries}
            ).values_list("student_id", flat=True)
        )
        rows = Mark.objects.filter(unit_id=unit_id, assessment_id__in=columns, superseded_at__isnull=True)
        current = {(mark.assessment_id, mark.student_id): mark for mark in rows.filter(student_id__in=pupils)}
        sent_before = _sent_before(actor, unit_id, wanted, current)
        errors: dict[tuple[int, int], DomainError] = {}
        fresh: dict[tuple[int, int], Mark | None] = {}
        for key, entry in wanted.items():
            if key in sent_before:
                continue
            try:
                mark = _judge(entry, columns.get(entry.column), pupils, current.get(key), reason, over_lock)
            except DomainError as error:
                errors[key] = error
                continue
            if mark is not current.get(key):
                fresh[key] = mark
        if errors and all_or_nothing:
            raise next(iter(errors.values()))
        now = timezone.now()
        gone = [current[key].pk for key in fresh if key in current]
        if gone:
            Mark.objects.filter(unit_id=unit_id, pk__in=gone).update(superseded_at=now)
        new = [mark for mark in fresh.values() if mark is not None]
        for mark in new:
            mark.unit_id, mark.recorded_by_id, mark.recorded_at = unit_id, actor.user_id, now
        Mark.objects.bulk_create(new, batch_size=1000)
        audit.record_many(
            actor=actor,
            unit_id=unit_id,
            subject="rosters.student",
            reason=reason,
            rows=[("correct_mark" if key in current else "record_mark", key[1]) for key in fresh],
        )
    return [_outcome(key, {**current, **fresh}.get(key), errors.get(key), key in fresh) for key in wanted]


def _sent_before(
    actor: Actor, unit_id: int, wanted: dict[tuple[int, int], Entry], current: dict[tuple[int, int], Mark]
) -> set[tuple[int, int]]:
    """Cells whose entry was saved already by this actor and comes again, because its answer was lost on the way.

    What followed the version it was typed over has its text: whatever became of the cell since, this is no conflict.
    One query, and only where versions differ.
    """
    late = {
        key: entry
        for key, entry in wanted.items()
        if key in current and entry.version is not None and entry.version < current[key].pk and entry.text.strip()
    }
    if not late:
        return set()
    found = set()
    rows = Mark.objects.select_related("assessment__subject").filter(
        unit_id=unit_id,
        assessment_id__in={column for column, _ in late},
        student_id__in={student for _, student in late},
    )
    seen: set[tuple[int, int]] = set()
    for mark in rows.order_by("pk"):
        key = (mark.assessment_id, mark.student_id)
        if key not in late or key in seen or mark.pk <= (late[key].version or NO_MARK):
            continue
        seen.add(key)
        try:
            same = read(late[key].text, mark.assessment.subject.kind) == (mark.value, mark.comment, mark.status)
        except Invalid:
            continue
        if same and mark.recorded_by_id == actor.user_id:
            found.add(key)
    return found


def _judge(
    entry: Entry, column: Assessment | None, pupils: set[int], current: Mark | None, reason: str, over_lock: bool
) -> Mark | None:
    """The mark that shall stand in the cell: `current` itself where nothing changes, None for a blank."""
    if column is None:
        raise NotFound("assessment")
    if entry.student not in pupils:
        raise NotFound("student")
    version = current.pk if current else NO_MARK
    mark: Mark | None = None
    if entry.text.strip():
        value, comment, status = read(entry.text, column.subject.kind)
        if current is not None and (current.value, current.comment, current.status) == (value, comment, status):
            return current
        mark = Mark(
            assessment=column,
            student_id=entry.student,
            value=value,
            comment=comment,
            status=status,
            reason=reason.strip()[:300],
        )
    elif current is None:
        return None
    if entry.version is not None and entry.version != version:
        raise Conflict("changed_meanwhile")
    if is_locked(column) and not over_lock:
        raise Conflict("column_locked")
    if current is not None and column.published_at and not reason.strip():
        raise Conflict("reason_needed")
    return mark


def _outcome(key: tuple[int, int], mark: Any, error: DomainError | None, changed: bool) -> Outcome:
    return Outcome(key[0], key[1], text_of(mark), mark.pk if mark else NO_MARK, error, changed)
