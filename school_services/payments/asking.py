"""Asking the providers: about orders without a word, and about those that their file of the day names."""

from __future__ import annotations

import logging
from collections.abc import Sequence

from django.db import transaction
from django.utils import timezone

from tenants import context

from . import merchants
from .intents import QUERY_AFTER, State
from .models import Intent
from .providers import PROVIDERS
from .providers.base import OK, BadNotice, Notice, ProviderFailed
from .services import book, order_of

logger = logging.getLogger(__name__)
SILENT = {"vietqr", "cash"}  # a bank and a drawer know no orders


def _asked(intent: Intent) -> Notice | None:
    """What the provider says of an order; None while it is undecided. Raises `ProviderFailed`, `BadNotice`."""
    with context.scope(merchants.scope_of(intent.unit_id)):
        credentials = merchants.credentials(intent.merchant)
    return PROVIDERS[intent.provider].query(credentials, order_of(intent))


def ask(*, unit_id: int, intent_ids: Sequence[int]) -> int:
    """Ask about these orders whatever their state; returns how many were paid. Raises `ProviderFailed`: ask later."""
    with context.scope(merchants.scope_of(unit_id)):
        rows = list(Intent.objects.select_related("merchant").filter(unit_id=unit_id, pk__in=list(intent_ids)[:200]))
    paid = 0
    for intent in rows:
        if intent.provider not in SILENT:
            notice = _asked(intent)
            paid += notice is not None and bool(notice.paid) and book(intent=intent, notice=notice) == OK
    return paid


def follow_up(*, unit_id: int) -> dict[str, int]:
    """Ask the providers about orders without a word for 15 minutes, and expire what is over. Returns counts."""
    now = timezone.now()
    counts = {"asked": 0, "paid": 0, "expired": 0}
    with context.scope(merchants.scope_of(unit_id)):
        rows = list(
            Intent.objects.select_related("merchant")
            .filter(unit_id=unit_id, state=State.PENDING, created_at__lt=now - QUERY_AFTER)
            .order_by("created_at")[:200]
        )
    for intent in rows:
        notice = None
        if intent.provider not in SILENT:
            try:
                notice = _asked(intent)
            except (ProviderFailed, BadNotice) as error:
                logger.warning("query at %s failed: %s", intent.provider, error.code)
                continue
            counts["asked"] += 1
        if notice is not None and book(intent=intent, notice=notice) == OK and notice.paid:
            counts["paid"] += 1
        elif notice is None and intent.expires_at < now:
            with transaction.atomic(), context.scope((unit_id,)):
                counts["expired"] += Intent.objects.filter(unit_id=unit_id, pk=intent.pk, state=State.PENDING).update(
                    state=State.EXPIRED
                )
    return counts
