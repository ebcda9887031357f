"""Sổ điểm: assessments of a class in a subject, and marks as rows that are superseded, never overwritten."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from .rules import CellStatus, ColumnKind, Comment, Level


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


class MarkBatch(models.Model):
    """A mark sheet that came back as a file: what it would change (preview), what it changed, and how to undo it."""

    class State(models.TextChoices):
        PREVIEW = "preview", _("Preview")
        DONE = "done", _("Done")
        UNDONE = "undone", _("Undone")

    unit = models.ForeignKey("tenants.Unit", models.PROTECT, related_name="+")
    class_group = models.ForeignKey("rosters.ClassGroup", models.CASCADE, related_name="+")
    subject = models.ForeignKey("rosters.Subject", models.PROTECT, related_name="+")
    term = models.ForeignKey("rosters.Term", models.PROTECT, related_name="+")
    file_name = models.CharField(max_length=200)
    changes = models.JSONField()
    state = models.CharField(max_length=8, choices=State, default=State.PREVIEW)
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    made_at = models.DateTimeField(auto_now_add=True)
    done_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes = [models.Index(fields=["unit", "class_group", "subject", "-made_at"], name="mark_batches")]


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


class TermReport(models.Model):
    """What the homeroom teacher says of a student at the end of a term: conduct, absences, a comment.

    `conduct` None: not assessed yet, or an individual plan. A correction is a new row; the old one keeps its values.
    """

    unit = models.ForeignKey("tenants.Unit", models.PROTECT, related_name="+")
    student = models.ForeignKey("rosters.Student", models.CASCADE, related_name="+")
    class_group = models.ForeignKey("rosters.ClassGroup", models.CASCADE, related_name="+")
    term = models.ForeignKey("rosters.Term", models.PROTECT, related_name="+")
    conduct = models.PositiveSmallIntegerField(null=True, choices=[(level.value, level.name) for level in Level])
    absences = models.PositiveSmallIntegerField(default=0, help_text="Sessions, with and without leave")
    comment = models.CharField(max_length=1000, blank=True, default="")
    recorded_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField()
    superseded_at = models.DateTimeField(null=True, blank=True)
    published_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["unit", "student", "term"], condition=Q(superseded_at__isnull=True), name="report_one_current"
            )
        ]


class Remark(models.Model):
    """A level, a test or a comment on a student in a period: the cell of primary, and a teacher's words in secondary.

    `item`: a subject's code, or a trait's (primary_rules.TRAITS), or an area of preschool. `period`: primary's four.
    """

    unit = models.ForeignKey("tenants.Unit", models.PROTECT, related_name="+")
    student = models.ForeignKey("rosters.Student", models.CASCADE, related_name="+")
    class_group = models.ForeignKey("rosters.ClassGroup", models.CASCADE, related_name="+")
    item = models.CharField(max_length=16)
    period = models.PositiveSmallIntegerField()
    level = models.CharField(max_length=1, blank=True, default="")
    test = models.PositiveSmallIntegerField(null=True)
    comment = models.CharField(max_length=1000, blank=True, default="")
    recorded_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField()
    superseded_at = models.DateTimeField(null=True, blank=True)
    published_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["unit", "class_group", "student", "period", "item"],
                condition=Q(superseded_at__isnull=True),
                name="remark_one_current",
            ),
            models.CheckConstraint(condition=Q(test__isnull=True) | Q(test__lte=10), name="test_scale"),
        ]
        indexes = [
            models.Index(fields=["unit", "student"], condition=Q(superseded_at__isnull=True), name="remark_of_student")
        ]


class CarriedResult(models.Model):
    """A result that no column of ours gave: from another school, by decision, from the summer, or an exemption."""

    class Kind(models.TextChoices):
        FIRST_TERM = "first", _("First term at another school")
        SECOND_TERM = "second", _("Second term at another school")
        DECIDED = "decided", _("Set by decision")
        EXEMPT = "exempt", _("Exempt")
        RETEST = "retest", _("Retest")
        SUMMER = "summer", _("Conduct after summer training")
        RECOGNISED = "praised", _("Recognised by the class: outstanding in a subject, or marked progress")

    unit = models.ForeignKey("tenants.Unit", models.PROTECT, related_name="+")
    student = models.ForeignKey("rosters.Student", models.CASCADE, related_name="+")
    year = models.ForeignKey("rosters.SchoolYear", models.PROTECT, related_name="+")
    item = models.CharField(max_length=16, help_text="Subject code, or RL for conduct")
    kind = models.CharField(max_length=8, choices=Kind)
    text = models.CharField(max_length=8, blank=True, default="", help_text="8,5, Đ, CĐ, or a level")
    source = models.CharField(max_length=300, help_text="School, decision or reason")
    recorded_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField()
    superseded_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["unit", "student", "year", "item", "kind"],
                condition=Q(superseded_at__isnull=True),
                name="carried_one_current",
            )
        ]


class YearResult(models.Model):
    """The year of a student as it was decided: each new judgement is a new version, the old ones stay.

    `regime`: the regulation it was judged by. `details`: subjects with both terms, the year, the retest, as texts.
    """

    unit = models.ForeignKey("tenants.Unit", models.PROTECT, related_name="+")
    student = models.ForeignKey("rosters.Student", models.CASCADE, related_name="+")
    class_group = models.ForeignKey("rosters.ClassGroup", models.PROTECT, related_name="+")
    year = models.ForeignKey("rosters.SchoolYear", models.PROTECT, related_name="+")
    version = models.PositiveSmallIntegerField()
    regime = models.CharField(max_length=20)
    conduct = models.CharField(max_length=10, blank=True, default="")
    study = models.CharField(max_length=10, blank=True, default="")
    study_after = models.CharField(max_length=10, blank=True, default="")
    raised_from = models.CharField(max_length=10, blank=True, default="")
    absences = models.PositiveSmallIntegerField(default=0)
    decision = models.CharField(max_length=16, blank=True, default="")
    title = models.CharField(max_length=16, blank=True, default="")
    details = models.JSONField()
    reason = models.CharField(max_length=300, blank=True, default="")
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    made_at = models.DateTimeField(auto_now_add=True)
    superseded_at = models.DateTimeField(null=True, blank=True)
    published_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["unit", "student", "year", "version"], name="year_version_once"),
            models.UniqueConstraint(
                fields=["unit", "student", "year"], condition=Q(superseded_at__isnull=True), name="year_one_current"
            ),
        ]


class Phrase(models.Model):
    """Ngân hàng nhận xét: words for comments, of the school or of one teacher. "{ten}" stands for the pupil's name."""

    unit = models.ForeignKey("tenants.Unit", models.PROTECT, related_name="+")
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, null=True, related_name="+")
    item = models.CharField(max_length=16, blank=True, default="", help_text="Subject or trait; blank for any")
    text = models.CharField(max_length=300)

    class Meta:
        indexes = [models.Index(fields=["unit", "item"], name="phrases")]
