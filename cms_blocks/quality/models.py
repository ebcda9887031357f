"""How many findings each portal has: numbers alone, one row a portal, in public, for the department."""

from __future__ import annotations

from typing import ClassVar

from django.db import models


class PortalQuality(models.Model):
    portal = models.OneToOneField("tenants.Portal", models.CASCADE, related_name="+")
    pages = models.PositiveIntegerField()
    broken_links = models.PositiveIntegerField()
    missing_alt = models.PositiveIntegerField()
    hints = models.PositiveIntegerField()
    stale = models.PositiveIntegerField()
    checked_at = models.DateTimeField()

    class Meta:
        default_permissions: ClassVar[tuple[str, ...]] = ()
