"""Files that were deleted or replaced, for 90 days."""

from __future__ import annotations

import datetime

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

DAYS_KEPT = 90


class KeptFile(models.Model):
    """One file that no picture or document has any more. `file`: its name in the storage, where it lies untouched.

    `row`: of a deleted one, everything needed to make the row again under its id (Django's JSON form), "" else.
    """

    class Kind(models.TextChoices):
        IMAGE = "image", _("Image")
        DOCUMENT = "document", _("Document")

    class Why(models.TextChoices):
        DELETED = "deleted", _("Deleted")
        REPLACED = "replaced", _("Replaced by a new version")

    kind = models.CharField(max_length=8, choices=Kind)
    why = models.CharField(max_length=8, choices=Why)
    object_id = models.BigIntegerField()
    title = models.CharField(max_length=255)
    file = models.CharField(max_length=255)
    size = models.BigIntegerField()
    row = models.TextField(blank=True, default="")
    tags = models.JSONField(default=list, blank=True)
    kept_at = models.DateTimeField(default=timezone.now)
    kept_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+")

    class Meta:
        verbose_name = _("Kept file")
        verbose_name_plural = _("Deleted files")
        ordering = ("-kept_at", "-pk")
        indexes = [models.Index(fields=["kept_at"], name="kept_by_age")]

    @property
    def gone_at(self) -> datetime.datetime:
        return self.kept_at + datetime.timedelta(days=DAYS_KEPT)
