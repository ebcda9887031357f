from __future__ import annotations

from django.utils import timezone

from .models import PortalQuality


def record(*, portal_id: int, pages: int, broken_links: int, missing_alt: int, hints: int, stale: int) -> None:
    """The portal's numbers of tonight in place of yesterday's."""
    PortalQuality.objects.update_or_create(
        portal_id=portal_id,
        defaults={
            "pages": pages,
            "broken_links": broken_links,
            "missing_alt": missing_alt,
            "hints": hints,
            "stale": stale,
            "checked_at": timezone.now(),
        },
    )
