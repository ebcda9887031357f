from __future__ import annotations

import datetime
from dataclasses import dataclass

from django.db.models import Count, F, Sum

from .models import PortalQuality


@dataclass(frozen=True, slots=True)
class Quality:
    name: str
    pages: int
    broken_links: int
    missing_alt: int
    hints: int
    stale: int
    checked_at: datetime.datetime


_FIELDS = ("pages", "broken_links", "missing_alt", "hints", "stale", "checked_at")


def of_portal(portal_id: int) -> Quality | None:
    row = PortalQuality.objects.filter(portal_id=portal_id).values("portal__name", *_FIELDS).first()
    return _made(row) if row else None


def of_all() -> list[Quality]:
    """Most to mend first; portals that are open."""
    rows = PortalQuality.objects.filter(portal__state="active").annotate(
        weight=F("broken_links") + F("missing_alt") + F("hints") + F("stale")
    )
    return [_made(row) for row in rows.order_by("-weight", "portal__name").values("portal__name", *_FIELDS)]


def _made(row: dict[str, object]) -> Quality:
    return Quality(name=row.pop("portal__name"), **row)  # type: ignore[arg-type]


def total() -> dict[str, int]:
    sums = PortalQuality.objects.filter(portal__state="active").aggregate(
        portals=Count("pk"), broken_links=Sum("broken_links"), missing_alt=Sum("missing_alt"), stale=Sum("stale")
    )
    return {name: value or 0 for name, value in sums.items()}
