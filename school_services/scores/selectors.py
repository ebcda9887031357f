"""Reads of examination marks: files with their reports, and the figures of an examination."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from decimal import Decimal

from django.db import connection

from school_services.errors import NotFound
from school_services.identity.actor import Actor
from tenants import context

from .models import ScoreFile
from .services import require_officer
from .shapes import SUBJECTS


@dataclass(frozen=True, slots=True)
class SubjectFigures:
    """`spread`: mark → number of candidates, ascending. `mean` to four decimals."""

    code: str
    name: str
    count: int
    mean: Decimal
    spread: tuple[tuple[Decimal, int], ...]


def figures(*, actor: Actor, unit_id: int, exam_id: int) -> list[SubjectFigures]:
    """Count, mean and distribution of each subject, out of the table; one query."""
    require_officer(actor, unit_id, "read_scores")
    with context.scope((unit_id,), user=actor.user_id), connection.cursor() as cursor:
        cursor.execute(
            "select mark.key, mark.value::int, count(*) from scores_score s, jsonb_each(s.marks) as mark"
            " where s.unit_id = %s and s.exam_id = %s group by 1, 2 order by 1, 2",
            [unit_id, exam_id],
        )
        spread: dict[str, Counter[int]] = {}
        for code, value, count in cursor.fetchall():
            spread.setdefault(code, Counter())[value] = count
    return [
        SubjectFigures(
            code,
            SUBJECTS[code],
            counts.total(),
            (Decimal(sum(v * n for v, n in counts.items())) / counts.total() / 100).quantize(Decimal("0.0001")),
            tuple((Decimal(value) / 100, number) for value, number in sorted(counts.items())),
        )
        for code in SUBJECTS
        if (counts := spread.get(code))
    ]


def files(*, actor: Actor, unit_id: int, limit: int = 20) -> list[ScoreFile]:
    require_officer(actor, unit_id, "read_scores")
    with context.scope((unit_id,), user=actor.user_id):
        rows = ScoreFile.objects.filter(unit_id=unit_id).select_related("exam", "made_by").defer("content", "replaced")
        return list(rows.order_by("-made_at", "-pk")[:limit])


def file(*, actor: Actor, unit_id: int, file_id: int) -> ScoreFile:
    """Raises `PermissionRefused`, `NotFound("score_file")`."""
    require_officer(actor, unit_id, "read_scores")
    with context.scope((unit_id,), user=actor.user_id):
        rows = ScoreFile.objects.select_related("exam", "made_by").defer("content", "replaced")
        row = rows.filter(unit_id=unit_id, pk=file_id).first()
    if row is None:
        raise NotFound("score_file")
    return row
