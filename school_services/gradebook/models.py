"""Sổ điểm: assessments of a class in a subject, and marks as rows that are superseded, never overwritten."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q

from .rules import CellStatus, ColumnKind, Comment


class Assessment(models.Model):
    """One column: class, subject, term, kind (TX, GK, CK) and ordinal. Families see it once it is published.

    Locked (khóa sổ), it takes no marks but by an approved request, or until `reopened_until`.
    """

    unit = models.ForeignKey("tenants.Unit", models.PROTECT, related_name="+")
    class_group = models.ForeignKey("rosters.ClassGroup", models.CASCADE, related_name="+")
    subject = models.ForeignKey("rosters.Subject", models.PROTECT, related_name="+")
    term = models.ForeignKey("rosters.Term", models.PROTECT, related_name="+")
    kind = models.CharField(max_length=2, choices=[(kind.value, kind.value) for kind in ColumnKind])
    ordinal = models.PositiveSmallIntegerField()
    published_at = models.DateTimeField(null=True, blank=True)
    locked_at = models.DateTimeField(null=True, blank=True)
    locked_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    lock_reason = models.CharField(max_length=200, blank=True, default="")
    reopened_until = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["unit", "class_group", "subject", "term", "kind", "ordinal"], name="assessment_once"
            )
        ]


class Mark(models.Model):
    """One student's result in one assessment. A correction is a new row with a reason; the old one keeps its value."""

    unit = models.ForeignKey("tenants.Unit", models.PROTECT, related_name="+")
    assessment = models.ForeignKey(Assessment, models.CASCADE, related_name="+")
    student = models.ForeignKey("rosters.Student", models.CASCADE, related_name="+")
    value = models.DecimalField(max_digits=3, decimal_places=1, null=True)
    comment = models.CharField(
        max_length=8, choices=[(value.value, value.value) for value in Comment], blank=True, default=""
    )
    status = models.CharField(max_length=11, choices=[(s.value, s.value) for s in CellStatus])
    reason = models.CharField(max_length=300, blank=True, default="")
    recorded_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    recorded_at = models.DateTimeField()
    superseded_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes = [
            models.Index(fields=["unit", "student"], condition=Q(superseded_at__isnull=True), name="mark_of_student"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["unit", "assessment", "student"],
                condition=Q(superseded_at__isnull=True),
                name="mark_one_current",
            ),
            models.CheckConstraint(
                condition=Q(value__isnull=True) | (Q(value__gte=0) & Q(value__lte=10)), name="mark_scale"
            ),
        ]


class ChangeRequest(models.Model):
    """Đề nghị sửa điểm: a change to a locked column, decided by the principal. Both values stay in the history."""

    unit = models.ForeignKey("tenants.Unit", models.PROTECT, related_name="+")
    assessment = models.ForeignKey(Assessment, models.CASCADE, related_name="+")
    student = models.ForeignKey("rosters.Student", models.CASCADE, related_name="+")
    mark = models.ForeignKey(Mark, models.CASCADE, null=True, related_name="+", help_text="What stood there when asked")
    text = models.CharField(max_length=8, help_text="What is asked for, as it is typed")
    reason = models.CharField(max_length=300)
    requested_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    requested_at = models.DateTimeField(auto_now_add=True)
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    decided_at = models.DateTimeField(null=True, blank=True)
    approved = models.BooleanField(null=True)
    note = models.CharField(max_length=300, blank=True, default="")

    class Meta:
        indexes = [
            models.Index(fields=["unit", "-requested_at"], condition=Q(decided_at__isnull=True), name="open_requests")
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["unit", "assessment", "student"], condition=Q(decided_at__isnull=True), name="request_one_open"
            )
        ]
