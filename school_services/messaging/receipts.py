"""Delivery reports of carriers: verified, taken once, never backwards."""

from __future__ import annotations

from collections.abc import Mapping

from django.db import transaction
from django.utils import timezone

from tenants import context

from . import carriers, dispatch
from .models import Delivery
from .providers import PROVIDERS
from .providers.base import Account, Refused
from .rules import Channel

TAKEN, STRANGE, UNSIGNED = "taken", "strange", "unsigned"


def take(unit_id: int, channel: Channel, body: bytes, headers: Mapping[str, str]) -> str:
    """Note what a carrier reports for a school; returns what it came to. A report that it failed opens the next way."""
    with context.scope((unit_id,)):
        carrier = carriers.usable(unit_id).get(channel)
        if carrier is None:
            return UNSIGNED
        try:
            receipt = PROVIDERS[channel].read_receipt(Account(carrier.config, carriers.secrets(carrier)), body, headers)
        except Refused:
            return UNSIGNED
        if receipt is None:
            return TAKEN
        with transaction.atomic():
            row = (
                Delivery.objects.select_for_update(of=("self",))
                .filter(unit_id=unit_id, client_id=receipt.client_id, channel=channel.value)
                .first()
            )
            if row is None:
                return STRANGE
            if row.state in {Delivery.State.DELIVERED, Delivery.State.FAILED}:
                return TAKEN
            now = timezone.now()
            row.state = Delivery.State.DELIVERED if receipt.ok else Delivery.State.FAILED
            row.received_at = now if receipt.ok else None
            row.error = "" if receipt.ok else receipt.error[:60]
            if receipt.ok and not row.cost:  # it had been “unknown”: it was taken after all
                row.cost = row.parts * carrier.price
            row.save(update_fields=["state", "received_at", "error", "cost"])
            if not receipt.ok:
                dispatch.next_way(unit_id, [row], now)
    return TAKEN
