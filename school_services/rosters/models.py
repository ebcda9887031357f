"""School years, classes, students and who belongs to whom."""

from __future__ import annotations

import uuid
from typing import Any, ClassVar

from django.conf import settings
from django.contrib.postgres.functions import RandomUUID
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from school_services.names import fold, name_sort_key

from .consent_rules import Purpose


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


class Holiday(models.Model):
    """Ngày nghỉ lễ of the whole country, by the decision of the year; both days included."""

    platform_table: ClassVar[bool] = True

    first = models.DateField()
    last = models.DateField()
    name = models.CharField(max_length=80)

    class Meta:
        ordering = ["first"]
        constraints = [
            models.UniqueConstraint(fields=["first"], name="holiday_once"),
            models.CheckConstraint(condition=Q(last__gte=models.F("first")), name="holiday_span"),
        ]


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
    """Học sinh, as one school keeps it. `uid` is the person: the same in the records of every school.

    `citizen_id` is sealed (school_services.sealing), found again by `citizen_id_key`, shown as `citizen_id_mask`.
    `assessed` False: a disability with an individual plan, no levels.
    """

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
    uid = models.UUIDField(default=uuid.uuid4, db_default=RandomUUID(), editable=False)
    citizen_id = models.CharField(max_length=200, blank=True, default="", editable=False)
    citizen_id_key = models.CharField(max_length=64, blank=True, default="", editable=False)
    citizen_id_mask = models.CharField(max_length=16, blank=True, default="", editable=False)
    moet_code = models.CharField(max_length=20, blank=True, default="")
    assessed = models.BooleanField(default=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["unit", "code"], name="student_code_once")]
        indexes = [
            models.Index(fields=["unit", "folded"]),
            models.Index(fields=["unit", "uid"], name="student_person"),
            models.Index(fields=["unit", "citizen_id_key"], condition=~Q(citizen_id_key=""), name="student_citizen"),
        ]

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


class StudentProfile(models.Model):
    """What the national data centre asks of a student beyond the record (`national_rules`): code of a field → value.

    A field that is not there has not been asked of the family. Read one by one, with an audit entry.
    """

    unit = models.ForeignKey("tenants.Unit", models.PROTECT, related_name="+")
    student = models.OneToOneField(Student, models.CASCADE, related_name="profile")
    values = models.JSONField(default=dict)

    class Meta:
        indexes = [models.Index(fields=["unit", "student"], name="student_profile")]


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


class StudentEvent(models.Model):
    """One step of a student's life at a school: came, changed class, left, was moved up. Never changed afterwards."""

    class Kind(models.TextChoices):
        ENROLLED = "enrolled", _("Enrolled")
        CLASS_CHANGED = "class", _("Changed class")
        TRANSFER_ASKED = "asked", _("Transfer prepared")
        TRANSFERRED_OUT = "out", _("Moved to another school")
        TRANSFERRED_IN = "in", _("Came from another school")
        LEFT = "left", _("Left school")
        RETURNED = "returned", _("Came back")
        MOVED_UP = "up", _("Moved up")
        REPEATED = "repeated", _("Repeats the grade")
        COMPLETED = "completed", _("Completed the programme")

    unit = models.ForeignKey("tenants.Unit", models.PROTECT, related_name="+")
    student = models.ForeignKey(Student, models.CASCADE, related_name="events")
    kind = models.CharField(max_length=10, choices=Kind)
    day = models.DateField()
    before = models.CharField(max_length=120, blank=True, default="", help_text="Class or school before")
    after = models.CharField(max_length=120, blank=True, default="", help_text="Class or school after")
    reason = models.CharField(max_length=300, blank=True, default="")
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    made_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        indexes = [models.Index(fields=["unit", "student", "-day"], name="student_events")]


class Transfer(models.Model):
    """A student on the way to another school. The sending school keeps it; the receiving one redeems its code once.

    `travels`: what the record takes along, as it stood when the student left (results with their provenance).
    """

    unit = models.ForeignKey("tenants.Unit", models.PROTECT, related_name="+")
    student = models.ForeignKey(Student, models.CASCADE, related_name="+")
    code_hash = models.CharField(max_length=64)
    travels = models.JSONField()
    reason = models.CharField(max_length=300)
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    made_at = models.DateTimeField(auto_now_add=True)
    expires_at = models.DateTimeField()
    accepted_at = models.DateTimeField(null=True, blank=True)
    accepted_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    target = models.ForeignKey("tenants.Unit", models.PROTECT, null=True, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["unit", "code_hash"], name="transfer_code_once"),
            models.UniqueConstraint(
                fields=["unit", "student"], condition=Q(accepted_at__isnull=True), name="transfer_one_open"
            ),
        ]


class PolicyCase(models.Model):
    """Diện chính sách of a student, with its evidence, from day to day. No kind twice for the same time."""

    class Kind(models.TextChoices):
        MARTYR = "LIET_SI", _("Child of a fallen soldier")
        INVALID = "THUONG_BINH", _("Child of a war invalid")
        ORPHAN = "MO_COI", _("Orphan")
        DISABLED = "KHUYET_TAT", _("Disability")
        MINORITY = "DTTS", _("Ethnic minority")
        POOR = "HO_NGHEO", _("Poor household")
        NEAR_POOR = "CAN_NGHEO", _("Near-poor household")
        REMOTE = "DBKK", _("Specially difficult area")
        PROTECTED = "BAO_TRO", _("Social protection")

    unit = models.ForeignKey("tenants.Unit", models.PROTECT, related_name="+")
    student = models.ForeignKey(Student, models.CASCADE, related_name="+")
    kind = models.CharField(max_length=12, choices=Kind)
    valid_from = models.DateField()
    valid_to = models.DateField(null=True, blank=True)
    evidence = models.CharField(max_length=200, help_text="Number and date of the decision or paper")
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    made_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["unit", "student", "kind"], condition=Q(valid_to__isnull=True), name="policy_case_one_open"
            )
        ]


class Consent(models.Model):
    """One act of a guardian: a purpose agreed to, in the words shown, until it is withdrawn. The row stays as proof."""

    unit = models.ForeignKey("tenants.Unit", models.PROTECT, related_name="+")
    student = models.ForeignKey(Student, models.CASCADE, related_name="+")
    purpose = models.CharField(max_length=24, choices=[(p.value, p.value) for p in Purpose])
    text_version = models.CharField(max_length=20, help_text="Version of the words that were agreed to")
    child_agrees = models.BooleanField()
    channel = models.CharField(max_length=12, default="web")
    given_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    given_at = models.DateTimeField()
    withdrawn_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    withdrawn_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["unit", "student", "purpose"],
                condition=Q(withdrawn_at__isnull=True),
                name="consent_one_in_force",
            )
        ]


class TimetableSlot(models.Model):
    """Thời khóa biểu: a class in a period of a weekday (2 = Monday … 7 = Saturday), from day to day."""

    unit = models.ForeignKey("tenants.Unit", models.PROTECT, related_name="+")
    class_group = models.ForeignKey(ClassGroup, models.CASCADE, related_name="+")
    weekday = models.PositiveSmallIntegerField()
    period = models.PositiveSmallIntegerField(help_text="1–5 in the morning, 6–10 in the afternoon")
    subject = models.ForeignKey(Subject, models.PROTECT, related_name="+")
    teacher = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    room = models.CharField(max_length=20, blank=True, default="")
    valid_from = models.DateField()
    valid_to = models.DateField(null=True, blank=True)

    class Meta:
        indexes = [models.Index(fields=["unit", "class_group"], name="timetable_of_class")]


class ExamSlot(models.Model):
    """Lịch kiểm tra: a grade or one class, a subject, when and where."""

    unit = models.ForeignKey("tenants.Unit", models.PROTECT, related_name="+")
    term = models.ForeignKey(Term, models.PROTECT, related_name="+")
    grade = models.PositiveSmallIntegerField()
    class_group = models.ForeignKey(ClassGroup, models.CASCADE, null=True, related_name="+")
    subject = models.ForeignKey(Subject, models.PROTECT, related_name="+")
    label = models.CharField(max_length=60)
    starts_at = models.DateTimeField()
    minutes = models.PositiveSmallIntegerField()
    room = models.CharField(max_length=20, blank=True, default="")

    class Meta:
        indexes = [models.Index(fields=["unit", "grade", "starts_at"], name="exams_of_grade")]
