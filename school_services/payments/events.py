"""Verified notices of providers, each noted once."""

from __future__ import annotations

from django.db import connection
from django.utils import timezone

from .models import Intent
from .providers.base import Notice


def note(provider: str, unit_id: int, notice: Notice, *, outcome: str, intent: Intent | None = None) -> int | None:
    """Note a notice once; None when this transaction of the provider was noted before. Inside the scope of the unit."""
    with connection.cursor() as cursor:
        cursor.execute(
            "insert into payments_event (unit_id, provider, provider_txn, intent_id, amount, outcome, content,"
            " received_at) values (%s, %s, %s, %s, %s, %s, %s, %s)"
            " on conflict (unit_id, provider, provider_txn) do nothing returning id",
            [
                unit_id, provider, notice.provider_txn[:120], intent.pk if intent else None, notice.amount, outcome,
                notice.content[:200], timezone.now(),
            ],
        )  # fmt: skip
        row = cursor.fetchone()
    return int(row[0]) if row else None
