"""The audit trail: one call, explicit, in the same transaction as what it records."""

from __future__ import annotations

from collections.abc import Sequence

from tenants import context

from .actor import Actor
from .models import AuditEntry


def record(
    *,
    actor: Actor,
    action: str,
    unit_id: int,
    subject: str,
    subject_id: int | None = None,
    reason: str = "",
    allowed: bool = True,
) -> None:
    """Write one entry. A refusal (`allowed=False`) may concern a unit outside the scope: it is widened for the row."""
    entry = AuditEntry(
        unit_id=unit_id,
        actor_id=actor.user_id,
        action=action,
        subject=subject,
        subject_id=subject_id,
        reason=reason[:300],
        address=actor.address,
        allowed=allowed,
    )
    with context.scope((unit_id,), user=actor.user_id):
        entry.save(force_insert=True)


def record_many(*, actor: Actor, unit_id: int, subject: str, rows: Sequence[tuple[str, int]], reason: str = "") -> None:
    """One entry for each (action, subject id), in one statement; inside the scope of the unit."""
    AuditEntry.objects.bulk_create(
        [
            AuditEntry(
                unit_id=unit_id,
                actor_id=actor.user_id,
                action=action,
                subject=subject,
                subject_id=subject_id,
                reason=reason[:300],
                address=actor.address,
            )
            for action, subject_id in rows
        ],
        batch_size=1000,
    )
