"""Forms that webmasters compose, and what visitors send with them."""

from __future__ import annotations

import datetime
import secrets
from typing import Any, ClassVar

from django.core.exceptions import ValidationError
from django.core.files.storage import default_storage
from django.db import models, transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldPanel, FieldRowPanel, HelpPanel, MultiFieldPanel

from cms_blocks import caching

from . import rules
from .fields import FieldsField


class Form(models.Model):
    title = models.CharField(_("Title"), max_length=160)
    intro = models.TextField(_("Introduction"), max_length=1000, blank=True)
    fields = FieldsField(verbose_name=_("Fields"))
    consent_text = models.TextField(
        _("Consent"),
        max_length=1000,
        default=(
            "Tôi đồng ý để đơn vị dùng những thông tin này cho đúng việc nêu ở trên."
            " Thông tin được giữ kín và xóa khi hết hạn lưu."
        ),
        help_text=_("What for, who reads it, how long it is kept. Every submission keeps the text it agreed to."),
    )
    kept_days = models.PositiveSmallIntegerField(
        _("Kept for (days)"), default=180, help_text=_("After that, submissions and their files are erased.")
    )
    opens_at = models.DateTimeField(_("Opens"), null=True, blank=True)
    closes_at = models.DateTimeField(_("Closes"), null=True, blank=True)
    limit = models.PositiveIntegerField(_("At most so many submissions"), null=True, blank=True)
    confirmation = models.TextField(
        _("Shown after sending"), max_length=1000, default="Cảm ơn bạn. Chúng tôi đã nhận được thông tin."
    )
    notify = models.EmailField(
        _("Tell this address"), blank=True, help_text=_("A letter at each submission, without its content.")
    )
    changed_at = models.DateTimeField(auto_now=True)

    panels: ClassVar[list[Any]] = [
        HelpPanel(template="forms/admin/help.html", heading=_("How it works")),
        FieldPanel("title"),
        FieldPanel("intro"),
        FieldPanel("fields"),
        MultiFieldPanel(
            [
                FieldRowPanel([FieldPanel("opens_at"), FieldPanel("closes_at")]),
                FieldPanel("limit"),
                FieldPanel("confirmation"),
                FieldPanel("notify"),
            ],
            heading=_("When, and what happens then"),
        ),
        MultiFieldPanel([FieldPanel("consent_text"), FieldPanel("kept_days")], heading=_("Personal data")),
    ]

    class Meta:
        verbose_name = _("Form")
        verbose_name_plural = _("Forms")
        permissions = [("read_submissions", "Can read submissions")]

    def __str__(self) -> str:
        return self.title

    def clean(self) -> None:
        super().clean()
        if self.opens_at and self.closes_at and self.opens_at >= self.closes_at:
            raise ValidationError({"closes_at": _("The form closes before it opens.")})
        if not 1 <= self.kept_days <= 3650:
            raise ValidationError({"kept_days": _("Between 1 and 3650 days.")})

    def save(self, *args: Any, **kwargs: Any) -> None:
        """A changed consent text is a new version; pages that show the form are rendered anew."""
        with transaction.atomic():
            super().save(*args, **kwargs)
            newest = self.consents.order_by("-number").first()
            if newest is None or newest.text != self.consent_text:
                self.consents.create(number=newest.number + 1 if newest else 1, text=self.consent_text)
            caching.purge(self.tag)

    @property
    def tag(self) -> str:
        return f"form:{self.pk}"

    def get_absolute_url(self) -> str:
        return reverse("forms:fill", args=[self.pk])

    def standing(self) -> str:
        """One of `rules.OPEN`, `NOT_YET`, `OVER`, `FULL`; a query only where there is a limit."""
        sent = self.submissions.count() if self.limit is not None else 0
        return rules.standing(timezone.now(), opens=self.opens_at, closes=self.closes_at, limit=self.limit, sent=sent)


class Consent(models.Model):
    """A version of a form's consent text, kept as long as somebody has agreed to it."""

    form = models.ForeignKey(Form, models.CASCADE, related_name="consents")
    number = models.PositiveSmallIntegerField()
    text = models.TextField()
    since = models.DateTimeField(auto_now_add=True)

    class Meta:
        default_permissions = ()
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["form", "number"], name="consent_once")
        ]


class Submission(models.Model):
    """What one visitor sent: `answers` is [[field id, label, value]], with the labels of that day."""

    form = models.ForeignKey(Form, models.CASCADE, related_name="submissions")
    nonce = models.CharField(max_length=24, unique=True, help_text="Of the form's ticket: sent twice, kept once")
    sent_at = models.DateTimeField(auto_now_add=True)
    answers = models.JSONField()
    consent = models.ForeignKey(Consent, models.PROTECT, related_name="+")
    erase_after = models.DateField()

    class Meta:
        default_permissions = ()
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["form", "-sent_at"], name="submission_newest"),
            models.Index(fields=["erase_after"], name="submission_erase"),
        ]


def _place(instance: SubmissionFile, name: str) -> str:
    """A name that says nothing and cannot be guessed; originals of a portal have no public address besides."""
    return f"forms/{timezone.localdate():%Y%m}/{secrets.token_hex(16)}.{instance.kind}"


class SubmissionFile(models.Model):
    """A file of a submission. Before it (an error in another field) it belongs to the form's ticket, for a day."""

    submission = models.ForeignKey(Submission, models.CASCADE, null=True, related_name="files")
    form = models.ForeignKey(Form, models.CASCADE, related_name="+")
    nonce = models.CharField(max_length=24)
    field = models.CharField(max_length=40)
    file = models.FileField(upload_to=_place, max_length=120)
    kind = models.CharField(max_length=5)
    name = models.CharField(max_length=160)
    size = models.PositiveIntegerField()
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        default_permissions = ()
        indexes: ClassVar[list[models.Index]] = [models.Index(fields=["nonce"], name="submission_file_nonce")]


KEPT_UNSENT = datetime.timedelta(days=1)


def remove_file(sender: Any, instance: SubmissionFile, **kwargs: Any) -> None:
    """The row is gone, whatever took it: so is the file, once that is certain."""
    name = instance.file.name
    if name:
        transaction.on_commit(lambda: default_storage.delete(name))
