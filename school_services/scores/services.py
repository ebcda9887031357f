"""Taking in files of examination marks: preview, all or nothing, undo. Written by officers of the unit alone."""

from __future__ import annotations

import zlib
from collections import Counter
from dataclasses import asdict
from typing import Any

from django.db import connection, transaction
from psycopg.types.json import Jsonb

from school_services.errors import Conflict, Invalid, NotFound, PermissionRefused
from school_services.identity import audit
from school_services.identity.actor import Actor
from school_services.identity.models import Role
from tenants import context, locks

from . import shapes
from .models import Exam, Score, ScoreFile

SHOWN_PROBLEMS = 200
BATCH = 10_000


def require_officer(actor: Actor, unit_id: int, action: str) -> None:
    """Raises `PermissionRefused`, audited, unless the actor is an officer of the unit."""
    if not actor.has(unit_id, Role.Kind.OFFICER):
        audit.record(
            actor=actor, action=action, unit_id=unit_id, subject="scores.exam", reason="refused", allowed=False
        )
        raise PermissionRefused(action)


def _note(actor: Actor, unit_id: int, action: str, exam_id: int, reason: str = "") -> None:
    audit.record(actor=actor, action=action, unit_id=unit_id, subject="scores.exam", subject_id=exam_id, reason=reason)


def _present(unit_id: int, exam_id: int) -> dict[str, dict[str, int]]:
    return dict(Score.objects.filter(unit_id=unit_id, exam_id=exam_id).values_list("number", "marks"))


def statistics(rows: dict[str, dict[str, int]]) -> dict[str, dict[str, Any]]:
    """Subject → count, mean of the marks, and how many have each mark (in hundredths)."""
    spread: dict[str, Counter[int]] = {}
    for marks in rows.values():
        for subject, value in marks.items():
            spread.setdefault(subject, Counter())[value] += 1
    return {subject: summary(counts) for subject, counts in spread.items()}


def summary(counts: Counter[int]) -> dict[str, Any]:
    total = counts.total()
    mean = sum(value * count for value, count in counts.items()) / total / 100 if total else 0.0
    return {"count": total, "mean": round(mean, 4), "spread": {str(value): counts[value] for value in sorted(counts)}}


def preview(*, actor: Actor, unit_id: int, name: str, year: int, file_name: str, content: bytes) -> ScoreFile:
    """Read a file and say what it would change, and which lines it cannot take; nothing else is written.

    Raises `PermissionRefused`, `Invalid("scores_exam")`, and what `shapes.parse` raises.
    """
    require_officer(actor, unit_id, "preview_scores")
    name = " ".join(name.split())[:120]
    if not name or not 2000 <= year <= 2100:
        raise Invalid("scores_exam")
    parsed = shapes.parse(content)
    with transaction.atomic(), context.scope((unit_id,), user=actor.user_id):
        exam, _ = Exam.objects.get_or_create(unit_id=unit_id, year=year, name=name)
        present = _present(unit_id, exam.pk)
        same = sum(1 for number, marks in parsed.rows.items() if present.get(number) == marks)
        changed = sum(1 for number in parsed.rows if number in present) - same
        report = {
            "shape": parsed.shape,
            "lines": parsed.lines,
            "candidates": len(parsed.rows),
            "same": same,
            "changed": changed,
            "added": len(parsed.rows) - same - changed,
            "passed_over": parsed.passed_over,
            "problem_count": len(parsed.problems),
            "problems": [asdict(problem) for problem in parsed.problems[:SHOWN_PROBLEMS]],
            "subjects": {code: {k: v for k, v in row.items() if k != "spread"}
                         for code, row in statistics(parsed.rows).items()},
        }  # fmt: skip
        row = ScoreFile.objects.create(
            unit_id=unit_id,
            exam=exam,
            file_name=file_name[:200],
            content=zlib.compress(content, 1),
            report=report,
            made_by_id=actor.user_id,
        )
        _note(actor, unit_id, "preview_scores", exam.pk, file_name)
    return row


def _locked(unit_id: int, file_id: int) -> ScoreFile:
    locks.hold(f"scores:{unit_id}")
    row = ScoreFile.objects.select_for_update(of=("self",)).filter(unit_id=unit_id, pk=file_id).first()
    if row is None:
        raise NotFound("score_file")
    return row


def apply(*, actor: Actor, unit_id: int, file_id: int, leave_out: bool = False) -> int:
    """Do what the preview showed; returns the number of candidates added or changed. The same file again changes none.

    `leave_out`: without the lines that have problems; else one of them keeps the file out (`Conflict("scores_bad")`).
    Raises `PermissionRefused`, `NotFound("score_file")`, `Conflict("scores_done")`.
    """
    require_officer(actor, unit_id, "import_scores")
    with transaction.atomic(), context.scope((unit_id,), user=actor.user_id):
        row = _locked(unit_id, file_id)
        if row.state != ScoreFile.State.PREVIEW:
            raise Conflict("scores_done")
        parsed = shapes.parse(zlib.decompress(bytes(row.content)))
        if parsed.problems and not leave_out:
            raise Conflict("scores_bad")
        before = {
            number: [marks, file]
            for number, marks, file in Score.objects.filter(unit_id=unit_id, exam_id=row.exam_id).values_list(
                "number", "marks", "file_id"
            )
        }
        fresh = {n: marks for n, marks in parsed.rows.items() if n not in before or before[n][0] != marks}
        _write(unit_id, row, fresh)
        row.replaced = {number: before[number] for number in fresh if number in before}
        row.report = row.report | {"written": len(fresh), "left_out": len(parsed.problems)}
        row.content, row.state = b"", ScoreFile.State.DONE
        row.save(update_fields=["replaced", "report", "content", "state"])
        _note(actor, unit_id, "import_scores", row.exam_id, row.file_name)
    return len(fresh)


def _write(unit_id: int, row: ScoreFile, fresh: dict[str, dict[str, int]]) -> None:
    """Insert or replace in bulk. COPY does not work on a table with row security; arrays do, at its speed."""
    items = list(fresh.items())
    with connection.cursor() as cursor:
        for start in range(0, len(items), BATCH):
            part = items[start : start + BATCH]
            cursor.execute(
                "insert into scores_score (unit_id, exam_id, file_id, number, marks)"
                " select %s, %s, %s, number, marks from unnest(%s::text[], %s::jsonb[]) as given (number, marks)"
                " on conflict (unit_id, exam_id, number)"
                " do update set marks = excluded.marks, file_id = excluded.file_id",
                [unit_id, row.exam_id, row.pk, [number for number, _ in part], [Jsonb(marks) for _, marks in part]],
            )


def undo(*, actor: Actor, unit_id: int, file_id: int) -> int:
    """Put back what a file changed; returns the number of candidates.

    Raises `PermissionRefused`, `NotFound("score_file")`, `Conflict`: "scores_not_done", "scores_changed" when a later
    file wrote over this one.
    """
    require_officer(actor, unit_id, "undo_scores")
    with transaction.atomic(), context.scope((unit_id,), user=actor.user_id):
        row = _locked(unit_id, file_id)
        if row.state != ScoreFile.State.DONE:
            raise Conflict("scores_not_done")
        rows = Score.objects.filter(unit_id=unit_id, exam_id=row.exam_id, file=row)
        count = rows.count()
        if count != row.report["written"]:
            raise Conflict("scores_changed")
        rows.exclude(number__in=list(row.replaced)).delete()
        for file in {file for _, file in row.replaced.values()}:
            old = ScoreFile(pk=file, exam_id=row.exam_id)
            _write(unit_id, old, {n: marks for n, (marks, owner) in row.replaced.items() if owner == file})
        row.state = ScoreFile.State.UNDONE
        row.save(update_fields=["state"])
        _note(actor, unit_id, "undo_scores", row.exam_id, row.file_name)
    return count
