"""School years, classes, students and who belongs to whom."""

from __future__ import annotations

from typing import Any, ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from school_services.names import fold, name_sort_key


class SchoolYear(models.Model):
    """Năm học, the same for the whole sector, e.g. code "2026-2027"."""

    platform_table: ClassVar[bool] = True

    code = models.CharField(max_length=9, unique=True)
    starts = models.DateField()
    ends = models.DateField()

    class Meta:
        ordering = ["-starts"]

    def __str__(self) -> str:
        return self.code

    @property
    def first_year(self) -> int:
        return int(self.code[:4])


class Term(models.Model):
    """Học kì 1 or 2 of a school year."""

    platform_table: ClassVar[bool] = True

    year = models.ForeignKey(SchoolYear, models.PROTECT, related_name="terms")
    number = models.PositiveSmallIntegerField()
    starts = models.DateField()
    ends = models.DateField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["year", "number"], name="term_once")]


class Subject(models.Model):
    """Môn học: our code (the official code table of QĐ 4998 is filled in when it is at hand), by level of school."""

    platform_table: ClassVar[bool] = True

    class Kind(models.TextChoices):
        SCORE = "score", _("Marks")
        COMMENT = "comment", _("Comments")

    code = models.CharField(max_length=8)
    level = models.CharField(max_length=4)
    name = models.CharField(max_length=80)
    kind = models.CharField(max_length=8, choices=Kind)
    periods = models.PositiveSmallIntegerField(help_text="Periods per year")
    place = models.PositiveSmallIntegerField(help_text="Order in lists and transcripts")
    moet_code = models.CharField(max_length=16, blank=True, default="")

    class Meta:
        ordering = ["level", "place"]
        constraints = [models.UniqueConstraint(fields=["level", "code"], name="subject_once")]


class ClassGroup(models.Model):
    """Lớp of one school year."""

    unit = models.ForeignKey("tenants.Unit", models.PROTECT, related_name="+")
    year = models.ForeignKey(SchoolYear, models.PROTECT, related_name="+")
    grade = models.PositiveSmallIntegerField()
    name = models.CharField(max_length=20)
    homeroom_teacher = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["unit", "year", "name"], name="class_once")]

    def __str__(self) -> str:
        return self.name


class Student(models.Model):
    """Học sinh. `unit` is the school that keeps the record now."""

    class Gender(models.TextChoices):
        MALE = "1", _("Male")
        FEMALE = "2", _("Female")

    unit = models.ForeignKey("tenants.Unit", models.PROTECT, related_name="+")
    code = models.CharField(max_length=20)
    full_name = models.CharField(max_length=120)
    sort_key = models.CharField(max_length=600, editable=False)
    folded = models.CharField(max_length=120, editable=False)
    birth_date = models.DateField()
    gender = models.CharField(max_length=1, choices=Gender)
    left_at = models.DateField(null=True, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["unit", "code"], name="student_code_once")]
        indexes = [models.Index(fields=["unit", "folded"])]

    def __str__(self) -> str:
        return self.code

    def set_name(self, full_name: str) -> None:
        """Name with the keys it is sorted and found by; bulk writes call this before `bulk_create`."""
        self.full_name = " ".join(full_name.split())
        self.sort_key = name_sort_key(self.full_name)
        self.folded = fold(self.full_name)

    def save(self, *args: Any, **kwargs: Any) -> None:
        self.set_name(self.full_name)
        super().save(*args, **kwargs)


class Enrolment(models.Model):
    """A student in a class, from day to day."""

    unit = models.ForeignKey("tenants.Unit", models.PROTECT, related_name="+")
    student = models.ForeignKey(Student, models.CASCADE, related_name="enrolments")
    class_group = models.ForeignKey(ClassGroup, models.PROTECT, related_name="enrolments")
    valid_from = models.DateField()
    valid_to = models.DateField(null=True, blank=True)

    class Meta:
        indexes = [models.Index(fields=["unit", "class_group"]), models.Index(fields=["unit", "student"])]
        constraints = [
            models.UniqueConstraint(
                fields=["unit", "student"], condition=Q(valid_to__isnull=True), name="enrolment_one_open"
            )
        ]


class TeachingAssignment(models.Model):
    """Phân công giảng dạy: a teacher, a class, a subject."""

    unit = models.ForeignKey("tenants.Unit", models.PROTECT, related_name="+")
    teacher = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    class_group = models.ForeignKey(ClassGroup, models.CASCADE, related_name="assignments")
    subject = models.ForeignKey(Subject, models.PROTECT, related_name="+")
    valid_to = models.DateField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["unit", "class_group", "subject", "teacher"], name="assignment_once")
        ]


class Guardianship(models.Model):
    """A guardian's account and a child, made by a code from the school. `seen_at`: the last look at the marks."""

    unit = models.ForeignKey("tenants.Unit", models.PROTECT, related_name="+")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    student = models.ForeignKey(Student, models.CASCADE, related_name="guardianships")
    linked_at = models.DateTimeField(auto_now_add=True)
    ended_at = models.DateTimeField(null=True, blank=True)
    seen_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes = [models.Index(fields=["user"])]
        constraints = [
            models.UniqueConstraint(
                fields=["unit", "student", "user"], condition=Q(ended_at__isnull=True), name="guardianship_once"
            )
        ]


class LinkCode(models.Model):
    """A single-use code that the school gives a family; only its hash is kept."""

    unit = models.ForeignKey("tenants.Unit", models.PROTECT, related_name="+")
    student = models.ForeignKey(Student, models.CASCADE, related_name="+")
    code_hash = models.CharField(max_length=64)
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["unit", "code_hash"], name="link_code_once")]


class ImportBatch(models.Model):
    """One file of students: what it would change (preview), what it changed, and how to undo it."""

    class State(models.TextChoices):
        PREVIEW = "preview", _("Preview")
        DONE = "done", _("Done")
        UNDONE = "undone", _("Undone")

    unit = models.ForeignKey("tenants.Unit", models.PROTECT, related_name="+")
    file_name = models.CharField(max_length=200)
    changes = models.JSONField()
    state = models.CharField(max_length=8, choices=State, default=State.PREVIEW)
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    made_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        indexes = [models.Index(fields=["unit", "-made_at"])]
