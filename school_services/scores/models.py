"""Examination marks by candidate number, as an authority publishes them: no names, no pupils' records."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _


class Exam(models.Model):
    """One examination of one year, e.g. Thi tốt nghiệp THPT 2025."""

    unit = models.ForeignKey("tenants.Unit", models.PROTECT, related_name="+")
    name = models.CharField(max_length=120)
    year = models.PositiveSmallIntegerField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["unit", "year", "name"], name="exam_once")]

    def __str__(self) -> str:
        return self.name


class ScoreFile(models.Model):
    """One file of marks: what it would change, what it changed, how to undo it. `content` is kept until it is done."""

    class State(models.TextChoices):
        PREVIEW = "preview", _("Preview")
        DONE = "done", _("Done")
        UNDONE = "undone", _("Undone")

    unit = models.ForeignKey("tenants.Unit", models.PROTECT, related_name="+")
    exam = models.ForeignKey(Exam, models.CASCADE, related_name="files")
    file_name = models.CharField(max_length=200)
    content = models.BinaryField(default=b"")
    report = models.JSONField(default=dict)
    replaced = models.JSONField(default=dict, help_text="Candidate number → marks and file before")
    state = models.CharField(max_length=8, choices=State, default=State.PREVIEW)
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    made_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        indexes = [models.Index(fields=["unit", "exam", "-made_at"], name="score_files")]


class Score(models.Model):
    """The marks of one candidate: subject → hundredths of a mark; a subject not sat is not there."""

    unit = models.ForeignKey("tenants.Unit", models.PROTECT, related_name="+")
    exam = models.ForeignKey(Exam, models.CASCADE, related_name="+")
    file = models.ForeignKey(ScoreFile, models.PROTECT, related_name="+")
    number = models.CharField(max_length=20)
    marks = models.JSONField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["unit", "exam", "number"], name="score_once")]
