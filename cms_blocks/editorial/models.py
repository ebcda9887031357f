"""What editors need around pages: a trash, review dates, findings. Tables of each portal."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _
from wagtail.models import Page

KEPT_DAYS = 90


class TrashRoot(Page):
    """Where deleted pages wait: beside the home page, below no site, so nothing in it has an address."""

    is_creatable = False
    parent_page_types: ClassVar[list[str]] = []
    subpage_types: ClassVar[list[str]] = []

    class Meta:
        verbose_name = _("Trash")


class TrashedPage(models.Model):
    """A deleted page with all below it; `live` holds the ids of those that were public."""

    page = models.OneToOneField(Page, models.CASCADE, related_name="+")
    parent = models.ForeignKey(Page, models.SET_NULL, null=True, related_name="+")
    slug = models.CharField(max_length=255)
    was_at = models.CharField(max_length=600)
    live = models.JSONField(default=list)
    below = models.PositiveIntegerField()
    deleted_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    deleted_at = models.DateTimeField(auto_now_add=True)
    erase_after = models.DateField()

    class Meta:
        default_permissions = ("delete",)


class ReviewDate(models.Model):
    """The day on which somebody looks whether a page is still right."""

    page = models.OneToOneField(Page, models.CASCADE, related_name="+")
    due = models.DateField(_("Review on"))
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+", verbose_name=_("Who reviews")
    )
    note = models.CharField(_("What to look at"), max_length=200, blank=True)
    reminded_for = models.DateField(null=True, editable=False)

    class Meta:
        default_permissions = ()
        indexes: ClassVar[list[models.Index]] = [models.Index(fields=["due"], name="review_due")]


class Finding(models.Model):
    """Something on a published page that its editor should look at; written anew every night."""

    class Kind(models.TextChoices):
        LINK = "link", _("Broken link")
        ALT = "alt", _("Picture without a description")
        HINT = "hint", _("Hard to use for some")
        STALE = "stale", _("Not changed for a year")

    page = models.ForeignKey(Page, models.CASCADE, related_name="+")
    kind = models.CharField(max_length=5, choices=Kind)
    code = models.CharField(max_length=20)
    detail = models.CharField(max_length=300, blank=True)

    class Meta:
        default_permissions = ()
        indexes: ClassVar[list[models.Index]] = [models.Index(fields=["kind", "page"], name="finding_kind")]
