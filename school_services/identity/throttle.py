"""Attempts that may be guesses (login, link code, reset mail): so many per account and per address, then a pause.

An attempt is counted before it is judged, under a lock of its keys, so that a hundred guesses sent at once are no more
than five. One that proves right is forgiven. Only hashes are kept.
"""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import dataclass
from datetime import timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import Count
from django.utils import timezone

from tenants import locks

from . import rules
from .models import LoginFailure


@dataclass(frozen=True, slots=True)
class Attempt:
    """One attempt that has been counted."""

    rows: tuple[int, ...]
    account: str


def _key(purpose: str, kind: str, value: str) -> str:
    text = f"{purpose}:{kind}:{value}"
    return hmac.new(str(settings.SECRET_KEY).encode(), text.encode(), hashlib.sha256).hexdigest()


def attempt(
    purpose: str,
    *,
    account: str,
    address: str,
    per_account: int = rules.MAX_PER_ACCOUNT,
    per_address: int = rules.MAX_PER_ADDRESS,
    window: int = rules.WINDOW_SECONDS,
) -> Attempt | None:
    """Count one attempt; None when the account or the address has had its share of the last quarter of an hour.

    `window`: other seconds than those, a day at most.
    """
    limits = {_key(purpose, "account", account): per_account}
    place = rules.network(address)
    if place:
        limits[_key(purpose, "address", place)] = per_address
    since = timezone.now() - timedelta(seconds=window)
    with transaction.atomic():
        locks.hold(*limits)
        failed = LoginFailure.objects.filter(at__gte=since, key__in=list(limits))
        counts = dict(failed.values_list("key").annotate(count=Count("pk")))
        if any(counts.get(key, 0) >= limit for key, limit in limits.items()):
            return None
        rows = LoginFailure.objects.bulk_create([LoginFailure(key=key) for key in limits])
    return Attempt(tuple(row.pk for row in rows), _key(purpose, "account", account))


def failures(purpose: str, *, account: str, window: int = rules.WINDOW_SECONDS) -> int:
    """How many attempts of this account are counted in the last seconds."""
    since = timezone.now() - timedelta(seconds=window)
    return LoginFailure.objects.filter(key=_key(purpose, "account", account), at__gte=since).count()


def forgive(made: Attempt) -> None:
    """The attempt was right: it does not count, and neither do the slips of the same account before it."""
    LoginFailure.objects.filter(pk__in=made.rows).delete()
    LoginFailure.objects.filter(key=made.account).delete()


def forget(purpose: str, *, account: str) -> None:
    """The account has proved itself in another way (a link by mail): its pause is over."""
    LoginFailure.objects.filter(key=_key(purpose, "account", account)).delete()
