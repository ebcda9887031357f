"""A mark sheet comes back: preview of every change (old → new), all or nothing, undo for 30 days."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import timedelta

from django.db import transaction
from django.utils import timezone

from school_services.errors import Conflict, Invalid, NotFound
from school_services.identity import audit
from school_services.identity.actor import Actor
from school_services.rosters import import_files
from school_services.rosters.models import Subject
from tenants import context

from . import grids, marks, sheet_rules, sheets
from .models import MarkBatch
from .sheet_rules import Change, Problem

UNDO_DAYS = 30


@dataclass(frozen=True, slots=True)
class Preview:
    """What a file would do; with problems it does nothing and has no batch."""

    batch_id: int | None
    changes: tuple[Change, ...]
    problems: tuple[Problem, ...]


def preview(
    *, actor: Actor, unit_id: int, class_group_id: int, subject_id: int, term_id: int, file_name: str, content: bytes
) -> Preview:
    """Compare a file with the book. Raises `PermissionRefused`, `NotFound`, `Invalid` for a file that is no sheet."""
    marks.require_teacher(actor, unit_id, class_group_id, subject_id, "import_marks")
    tables = import_files.read_tables(file_name, content)
    grid = grids.grid(
        actor=actor, unit_id=unit_id, class_group_id=class_group_id, subject_id=subject_id, term_id=term_id
    )
    kind = Subject.Kind.COMMENT if grid.comments_only else Subject.Kind.SCORE
    book = sheets.book_of(grid)
    found = sheet_rules.find(tables, book)
    past = grids.texts_of(actor=actor, unit_id=unit_id, versions=sheet_rules.versions_in(found) - {marks.NO_MARK})
    changes, problems = sheet_rules.compare(found, book, lambda text: marks.show(*marks.read(text, kind)), past)
    if problems:
        return Preview(None, tuple(changes), tuple(problems))
    with transaction.atomic(), context.scope((unit_id,), user=actor.user_id):
        batch = MarkBatch.objects.create(
            unit_id=unit_id,
            class_group_id=class_group_id,
            subject_id=subject_id,
            term_id=term_id,
            file_name=file_name[:200],
            changes={"rows": [asdict(change) for change in changes]},
            made_by_id=actor.user_id,
        )
        audit.record(
            actor=actor, action="preview_marks", unit_id=unit_id, subject="gradebook.markbatch", subject_id=batch.pk
        )
    return Preview(batch.pk, tuple(changes), ())


def _batch(actor: Actor, unit_id: int, batch_id: int, action: str) -> MarkBatch:
    """The batch, for who may write its class and subject. Raises `NotFound("mark_batch")`, `PermissionRefused`."""
    with context.scope((unit_id,), user=actor.user_id):
        batch = MarkBatch.objects.select_related("made_by").filter(unit_id=unit_id, pk=batch_id).first()
    marks.require_teacher(
        actor, unit_id, batch.class_group_id if batch else 0, batch.subject_id if batch else 0, action
    )
    if batch is None:
        raise NotFound("mark_batch")
    return batch


def _locked(actor: Actor, unit_id: int, batch_id: int) -> MarkBatch:
    with context.scope((unit_id,), user=actor.user_id):
        return MarkBatch.objects.select_for_update(of=("self",)).get(unit_id=unit_id, pk=batch_id)


def batch(*, actor: Actor, unit_id: int, batch_id: int) -> tuple[MarkBatch, tuple[Change, ...]]:
    """A batch and its changes. Audited. Raises `NotFound("mark_batch")`, `PermissionRefused`."""
    found = _batch(actor, unit_id, batch_id, "import_marks")
    with context.scope((unit_id,), user=actor.user_id):
        audit.record(
            actor=actor, action="read_marks", unit_id=unit_id, subject="gradebook.markbatch", subject_id=batch_id
        )
    return found, tuple(Change(**row) for row in found.changes["rows"])


def recent(
    *, actor: Actor, unit_id: int, class_group_id: int, subject_id: int, term_id: int, limit: int = 5
) -> list[MarkBatch]:
    """The newest sheets that were taken in, without their rows. Raises `PermissionRefused`."""
    marks.require_teacher(actor, unit_id, class_group_id, subject_id, "import_marks")
    with context.scope((unit_id,), user=actor.user_id):
        rows = MarkBatch.objects.select_related("made_by").filter(
            unit_id=unit_id, class_group_id=class_group_id, subject_id=subject_id, term_id=term_id
        )
        return list(rows.exclude(state=MarkBatch.State.PREVIEW).defer("changes").order_by("-made_at", "-pk")[:limit])


def may_undo(batch: MarkBatch) -> bool:
    """Done, and not longer ago than 30 days."""
    limit = timezone.now() - timedelta(days=UNDO_DAYS)
    return batch.state == MarkBatch.State.DONE and batch.done_at is not None and batch.done_at > limit


def apply(*, actor: Actor, unit_id: int, batch_id: int, reason: str = "") -> int:
    """Write every change of a preview, or none; returns how many.

    Raises `Conflict("batch_done")`, and what keeps a single cell out (`marks.save`): "changed_meanwhile" when one was
    written after the preview, "reason_needed" where families see the old mark.
    """
    _batch(actor, unit_id, batch_id, "import_marks")
    with transaction.atomic():
        found = _locked(actor, unit_id, batch_id)
        if found.state != MarkBatch.State.PREVIEW:
            raise Conflict("batch_done")
        rows = [Change(**row) for row in found.changes["rows"]]
        outcomes = marks.save(
            actor=actor,
            unit_id=unit_id,
            class_group_id=found.class_group_id,
            subject_id=found.subject_id,
            entries=[marks.Entry(row.column, row.student, row.new, row.version) for row in rows],
            reason=reason,
            all_or_nothing=True,
        )
        found.changes["made"] = [outcome.version for outcome in outcomes]
        _close(actor, found, MarkBatch.State.DONE, "import_marks", reason)
    return len(rows)


def undo(*, actor: Actor, unit_id: int, batch_id: int, reason: str) -> int:
    """Put the old marks back where the imported ones still stand, all or nothing; returns how many.

    Raises `Conflict("batch_not_done"|"batch_too_old")`, `Invalid("reason_needed")`, and what `marks.save` refuses:
    "changed_meanwhile" when a mark was corrected since, "column_locked".
    """
    _batch(actor, unit_id, batch_id, "undo_import_marks")
    with transaction.atomic():
        found = _locked(actor, unit_id, batch_id)
        if found.state != MarkBatch.State.DONE:
            raise Conflict("batch_not_done")
        if not may_undo(found):
            raise Conflict("batch_too_old")
        if not reason.strip():
            raise Invalid("reason_needed")
        rows = [Change(**row) for row in found.changes["rows"]]
        marks.save(
            actor=actor,
            unit_id=unit_id,
            class_group_id=found.class_group_id,
            subject_id=found.subject_id,
            entries=[
                marks.Entry(row.column, row.student, row.old, version)
                for row, version in zip(rows, found.changes["made"], strict=True)
            ],
            reason=reason,
            all_or_nothing=True,
        )
        _close(actor, found, MarkBatch.State.UNDONE, "undo_import_marks", reason)
    return len(rows)


def _close(actor: Actor, batch: MarkBatch, state: str, action: str, reason: str) -> None:
    with context.scope((batch.unit_id,), user=actor.user_id):
        batch.state = state
        batch.done_at = batch.done_at or timezone.now()
        batch.save(update_fields=["state", "changes", "done_at"])
        audit.record(
            actor=actor,
            action=action,
            unit_id=batch.unit_id,
            subject="gradebook.markbatch",
            subject_id=batch.pk,
            reason=reason,
        )
