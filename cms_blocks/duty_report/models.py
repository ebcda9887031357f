"""One row in public per portal: what of its publication duty is done. Written by a task of the portal, read by the
department; no request ever reads another portal's schema."""

from __future__ import annotations

from django.db import models


class Completeness(models.Model):
    """`states`: code of the item → state ("done", "old", "draft", "missing")."""

    portal = models.OneToOneField("tenants.Portal", models.CASCADE, related_name="+", db_constraint=False)
    states = models.JSONField(default=dict)
    done = models.PositiveSmallIntegerField(default=0)
    total = models.PositiveSmallIntegerField(default=0)
    counted_at = models.DateTimeField(auto_now=True)

    class Meta:
        ordering = ["portal_id"]
