"""Whose account takes the money: the school's own, else that of a body above it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.db import transaction

from school_services import sealing
from school_services.errors import Invalid
from school_services.fees.access import require_accountant, require_reader
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


@dataclass(frozen=True, slots=True)
class Wants:
    """What a provider needs to know of a merchant: names of settings, names of secrets."""

    settings: tuple[str, ...]
    secrets: tuple[str, ...]


CALLED = ("pay_url", "api_url", "base_url")
WANTS = {
    "vietqr": Wants(("bin", "account", "holder", "bank", "app_url"), ("notify",)),
    "vnpay": Wants(("tmn_code", "pay_url", "api_url"), ("hash",)),
    "vnpt": Wants(("service_id", "api_url"), ("key",)),
    "momo": Wants(("partner_code", "base_url"), ("access", "secret")),
    "stripe": Wants((), ("api", "webhook")),
}
PROVIDER_HOSTS = (".vnpayment.vn", ".vnpay.vn", ".momo.vn", ".vnpt.vn", ".vnptpay.vn", ".vnpt-invoice.com.vn")
OPTIONAL = frozenset({"app_url", "notify"})


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
    wants = WANTS.get(provider)
    if wants is not None and any(url and not _is_safe(str(url)) for name, url in config.items() if name in CALLED):
        raise Invalid("merchant_url")
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
        now = {**kept, **{k: v for k, v in secrets.items() if v}}
        if wants is not None and active:
            missing = [name for name in wants.settings if not config.get(name) and name not in OPTIONAL]
            missing += [name for name in wants.secrets if not now.get(name) and name not in OPTIONAL]
            if missing:
                raise Invalid("merchant_incomplete")
        sealed = sealing.seal(now, unit_id=unit_id, purpose=purpose)
        row.config, row.sealed, row.surcharge, row.place, row.active = config, sealed, surcharge, place, active
        row.save()
        audit.record(
            actor=actor, action="save_merchant", unit_id=unit_id, subject="payments.merchant", subject_id=row.pk
        )
    return row


def _is_safe(url: str) -> bool:
    """Our server calls these addresses: the providers' own, over HTTPS; in the demo and tests also this machine's."""
    parts = urlsplit(url)
    host = parts.hostname or ""
    if settings.ENVIRONMENT.mode != "production" and host in {"localhost", "127.0.0.1"}:
        return True
    return parts.scheme == "https" and f".{host}".endswith(PROVIDER_HOSTS)


@dataclass(frozen=True, slots=True)
class MerchantView:
    """A provider on the settings page. `kept`: the secrets that are sealed, by name. `above`: set by a body above."""

    provider: str
    label: str
    config: dict[str, Any]
    kept: tuple[str, ...]
    surcharge: int
    place: int
    active: bool
    there: bool
    above: bool


def settings_page(*, actor: Actor, unit_id: int) -> list[MerchantView]:
    """Every provider, set up or not; no secret leaves the seal. Raises `PermissionRefused`."""
    require_reader(actor, unit_id, "list_merchants")
    with context.scope(scope_of(unit_id), user=actor.user_id):
        rows = list(Merchant.objects.filter(unit_id__in=scope_of(unit_id), provider__in=[*WANTS]))
    own = {row.provider: row for row in rows if row.unit_id == unit_id}
    higher = {row.provider for row in rows if row.unit_id != unit_id and row.active}
    found = []
    for place, provider in enumerate(WANTS):
        row = own.get(provider)
        try:
            kept = sealing.unseal(row.sealed, unit_id=unit_id, purpose=f"merchant:{provider}") if row else {}
        except sealing.Unreadable:  # sealed under a key that is gone: they are entered anew
            kept = {}
        found.append(
            MerchantView(
                provider,
                str(Merchant.Provider(provider).label),
                row.config if row else {},
                tuple(sorted(kept)),
                row.surcharge if row else 0,
                row.place if row else place,
                row.active if row else True,
                row is not None,
                row is None and provider in higher,
            )  # fmt: skip
        )
    return found
