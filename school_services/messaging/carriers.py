"""Whose account carries a message: the school's own, else that of a body above it."""

from __future__ import annotations

from typing import Any

from django.db import transaction

from school_services import sealing
from school_services.errors import Invalid, PermissionRefused
from school_services.identity import audit
from school_services.identity.actor import Actor
from school_services.identity.models import Role
from school_services.identity.selectors import units_above
from tenants import context

from .models import Carrier
from .providers import PROVIDERS
from .rules import Channel


def usable(unit_id: int) -> dict[Channel, Carrier]:
    """The nearest account of each channel that needs one."""
    order = {unit: place for place, unit in enumerate(units_above(unit_id))}
    with context.scope(order):
        rows = Carrier.objects.filter(unit_id__in=order, active=True, channel__in=[c.value for c in PROVIDERS])
        nearest: dict[Channel, Carrier] = {}
        for row in sorted(rows, key=lambda row: order[row.unit_id]):
            nearest.setdefault(Channel(row.channel), row)
    return nearest


def secrets(carrier: Carrier) -> dict[str, str]:
    return sealing.unseal(carrier.sealed, unit_id=carrier.unit_id, purpose=_purpose(carrier.channel))


def _purpose(channel: str) -> str:
    return f"carrier:{channel}"


def save(
    *, actor: Actor, unit_id: int, channel: Channel, config: dict[str, Any], secrets: dict[str, str], price: int
) -> Carrier:
    """Make or change an account; secrets left empty keep what is sealed. For the principal and officers.

    Raises `PermissionRefused`, `Invalid("carrier")`.
    """
    if not actor.has(unit_id, Role.Kind.PRINCIPAL, Role.Kind.OFFICER):
        audit.record(actor=actor, action="save_carrier", unit_id=unit_id, subject="messaging.carrier", allowed=False)
        raise PermissionRefused("save_carrier")
    if channel not in PROVIDERS or price < 0:
        raise Invalid("carrier")
    with transaction.atomic(), context.scope((unit_id,), user=actor.user_id):
        row = Carrier.objects.select_for_update(of=("self",)).filter(unit_id=unit_id, channel=channel.value).first()
        row = row or Carrier(unit_id=unit_id, channel=channel.value)
        kept = sealing.unseal(row.sealed, unit_id=unit_id, purpose=_purpose(channel))
        given = {name: value for name, value in secrets.items() if value}
        row.sealed = sealing.seal({**kept, **given}, unit_id=unit_id, purpose=_purpose(channel))
        row.config, row.price = config, price
        row.save()
        audit.record(
            actor=actor, action="save_carrier", unit_id=unit_id, subject="messaging.carrier", subject_id=row.pk
        )
    return row


def renew_token(carrier: Carrier, used: str) -> str:
    """A fresh access token of Zalo. Its refresh token works once: one process renews, others find it renewed.

    Raises `providers.base.Refused` when Zalo gives none.
    """
    with transaction.atomic(), context.scope((carrier.unit_id,)):
        row = Carrier.objects.select_for_update(of=("self",)).get(unit_id=carrier.unit_id, pk=carrier.pk)
        kept = secrets(row)
        if kept.get("access_token", "") != used:
            return kept["access_token"]
        fresh = PROVIDERS[Channel.ZALO].renew(row.config, kept)
        row.sealed = sealing.seal({**kept, **fresh}, unit_id=row.unit_id, purpose=_purpose(row.channel))
        row.save(update_fields=["sealed"])
    return fresh["access_token"]
