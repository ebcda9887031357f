"""What visitors ask a portal, and what it answers in public: two tables; a public page never reads the first."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from . import rules


class Question(models.Model):
    """A visitor's question with the asker's name: for the portal's staff alone, erased after `erase_after`."""

    class State(models.TextChoices):
        NEW = rules.NEW, _("Not taken yet")
        ASSIGNED = rules.ASSIGNED, _("Being answered")
        ANSWERED = rules.ANSWERED, _("Answered")
        CLOSED = rules.CLOSED, _("Closed without an answer")

    code = models.CharField(max_length=11, unique=True)
    nonce = models.CharField(max_length=24, unique=True, help_text="Of the form's ticket: sent twice, asked once")
    title = models.CharField(_("Question in one line"), max_length=160)
    text = models.TextField(_("Question"), max_length=4000)
    name = models.CharField(_("Your name"), max_length=120)
    email = models.EmailField(_("E-mail"), blank=True)
    asked_at = models.DateTimeField(auto_now_add=True)
    consent_version = models.PositiveSmallIntegerField()
    state = models.CharField(max_length=10, choices=State, default=State.NEW)
    assignee = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("Answered by"),
    )
    due = models.DateField(_("Due"))
    answer = models.TextField(_("Answer"), max_length=8000, blank=True)
    answered_at = models.DateTimeField(null=True, blank=True)
    closed_reason = models.CharField(_("Reason"), max_length=200, blank=True)
    erase_after = models.DateField(_("Erased after"))

    class Meta:
        verbose_name = _("Question")
        verbose_name_plural = _("Questions")
        default_permissions = ("change",)
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["state", "due"], name="question_queue"),
            models.Index(fields=["erase_after"], name="question_erase"),
        ]


class PublicAnswer(models.Model):
    """A question and its answer as everybody may read them; edited by hand, without the asker's name."""

    question = models.OneToOneField(Question, models.SET_NULL, null=True, related_name="public")
    title = models.CharField(_("Question in one line"), max_length=160)
    text = models.TextField(_("Question"), max_length=4000, blank=True)
    answer = models.TextField(_("Answer"), max_length=8000)
    published_at = models.DateTimeField()

    class Meta:
        verbose_name = _("Published answer")
        default_permissions = ()
        indexes: ClassVar[list[models.Index]] = [models.Index(fields=["-published_at"], name="answers_newest")]

    def get_absolute_url(self) -> str:
        return reverse("questions:answer", args=[self.pk])
