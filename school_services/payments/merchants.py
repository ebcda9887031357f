"""Whose account takes the money: the school's own, else that of a body above it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db import transaction

from school_services import sealing
from school_services.errors import Invalid
from school_services.fees.access import require_accountant
from school_services.identity import audit
from school_services.identity.actor import Actor
from school_services.identity.selectors import units_above
from tenants import context

from .models import Merchant
from .protocols import vietqr
from .providers import PROVIDERS
from .providers.base import Credentials


@dataclass(frozen=True, slots=True)
class Choice:
    """A way to pay as the payer sees it; `surcharge` is what the provider takes on top."""

    provider: str
    label: str
    surcharge: int


def scope_of(unit_id: int) -> tuple[int, ...]:
    """The school and the bodies above it: where its merchants stand."""
    return units_above(unit_id)


def usable(unit_id: int) -> list[Merchant]:
    """One merchant a provider, the nearest; inside `scope_of(unit_id)`."""
    order = {unit: place for place, unit in enumerate(scope_of(unit_id))}
    rows = Merchant.objects.filter(unit_id__in=order, active=True, provider__in=[*PROVIDERS])
    nearest: dict[str, Merchant] = {}
    for row in sorted(rows, key=lambda row: order[row.unit_id]):
        nearest.setdefault(row.provider, row)
    return sorted(nearest.values(), key=lambda row: (row.place, row.provider))


def choices(unit_id: int) -> list[Choice]:
    with context.scope(scope_of(unit_id)):
        return [Choice(row.provider, str(row.get_provider_display()), row.surcharge) for row in usable(unit_id)]


def credentials(merchant: Merchant) -> Credentials:
    secrets = sealing.unseal(merchant.sealed, unit_id=merchant.unit_id, purpose=f"merchant:{merchant.provider}")
    return Credentials(merchant.config, secrets)


def save_merchant(
    *,
    actor: Actor,
    unit_id: int,
    provider: str,
    config: dict[str, Any],
    secrets: dict[str, str],
    surcharge: int = 0,
    place: int = 0,
    active: bool = True,
) -> Merchant:
    """Make or change a merchant; secrets left empty keep what is sealed. Raises `Invalid("merchant")`."""
    require_accountant(actor, unit_id, "save_merchant")
    if provider not in Merchant.Provider or surcharge < 0:
        raise Invalid("merchant")
    if provider == "vietqr":
        try:
            vietqr.build(bin_code=str(config.get("bin", "")), account=str(config.get("account", "")), amount=1)
        except vietqr.Unbuildable:
            raise Invalid("merchant") from None
    with transaction.atomic(), context.scope((unit_id,), user=actor.user_id):
        row = Merchant.objects.select_for_update(of=("self",)).filter(unit_id=unit_id, provider=provider).first()
        row = row or Merchant(unit_id=unit_id, provider=provider)
        purpose = f"merchant:{provider}"
        kept = sealing.unseal(row.sealed, unit_id=unit_id, purpose=purpose)
        sealed = sealing.seal({**kept, **{k: v for k, v in secrets.items() if v}}, unit_id=unit_id, purpose=purpose)
        row.config, row.sealed, row.surcharge, row.place, row.active = config, sealed, surcharge, place, active
        row.save()
        audit.record(
            actor=actor, action="save_merchant", unit_id=unit_id, subject="payments.merchant", subject_id=row.pk
        )
    return row
