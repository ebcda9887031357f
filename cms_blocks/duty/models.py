"""Which page of this portal answers which item of the publication duty."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _
from wagtail.models import Page


class DutyPage(models.Model):
    """`item`: a code of `items.ITEMS`. The page may be of any type, made from the template or chosen."""

    item = models.CharField(_("Item"), max_length=8, unique=True)
    page = models.ForeignKey(Page, models.CASCADE, related_name="+", verbose_name=_("Page"))

    class Meta:
        verbose_name = _("Page of the publication duty")
        verbose_name_plural = _("Publication duty")

    def __str__(self) -> str:
        return self.item
