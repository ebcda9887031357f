"""Polls: a question, options, votes without a voter."""

from __future__ import annotations

from typing import Any, ClassVar

from django.db import models
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from modelcluster.fields import ParentalKey
from modelcluster.models import ClusterableModel
from wagtail.admin.panels import FieldPanel, InlinePanel
from wagtail.models import Orderable

from cms_blocks import caching


class Poll(ClusterableModel):
    question = models.CharField(_("Question"), max_length=200)
    closes_at = models.DateTimeField(_("Closes"), null=True, blank=True)
    changed_at = models.DateTimeField(auto_now=True)

    panels: ClassVar[list[Any]] = [
        FieldPanel("question"),
        InlinePanel("options", label=_("Option"), heading=_("Options"), min_num=2, max_num=12),
        FieldPanel("closes_at"),
    ]

    class Meta:
        verbose_name = _("Poll")
        verbose_name_plural = _("Polls")

    def __str__(self) -> str:
        return self.question

    def save(self, *args: Any, **kwargs: Any) -> None:
        super().save(*args, **kwargs)
        caching.purge(self.tag)

    def delete(self, *args: Any, **kwargs: Any) -> Any:
        caching.purge(self.tag)
        return super().delete(*args, **kwargs)

    @property
    def tag(self) -> str:
        return f"poll:{self.pk}"

    @property
    def open(self) -> bool:
        return self.closes_at is None or timezone.now() < self.closes_at

    def get_absolute_url(self) -> str:
        return reverse("polls:vote", args=[self.pk])


class Option(Orderable):
    poll = ParentalKey(Poll, on_delete=models.CASCADE, related_name="options")
    text = models.CharField(_("Text"), max_length=120)

    panels: ClassVar[list[Any]] = [FieldPanel("text")]

    class Meta(Orderable.Meta):
        default_permissions = ()


class Vote(models.Model):
    """One vote, of nobody: the ticket's nonce keeps a form that is sent twice from counting twice."""

    option = models.ForeignKey(Option, models.CASCADE, related_name="votes")
    nonce = models.CharField(max_length=24, unique=True)
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        default_permissions = ()
