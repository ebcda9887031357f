"""Terminals at the gate and what they reported."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class Device(models.Model):
    """Máy điểm danh: a terminal that may report to this school, by serial number; any other is refused.

    `attlog_stamp`, `operlog_stamp`: the last upload we took, told to the device when it starts. `drift`: seconds its
    clock was ahead at the last fresh punch (negative: behind). `commands_for` below sends what waits for it.
    """

    class Maker(models.TextChoices):
        ZKTECO = "zkteco", _("ZKTeco (ADMS)")
        HIKVISION = "hik", _("Hikvision (ISAPI)")
        WEBHOOK = "webhook", _("Another, by webhook")

    unit = models.ForeignKey("tenants.Unit", models.PROTECT, related_name="+")
    maker = models.CharField(max_length=8, choices=Maker, default=Maker.ZKTECO)
    sealed = models.TextField(blank=True, default="", help_text="The key of a protocol that has one")
    serial = models.CharField(_("Serial number"), max_length=40)
    name = models.CharField(_("Name"), max_length=80)
    place = models.CharField(_("Place"), max_length=120, blank=True, default="")
    enabled = models.BooleanField(_("May report"), default=True)
    added_at = models.DateTimeField(auto_now_add=True)
    seen_at = models.DateTimeField(null=True, blank=True)
    firmware = models.CharField(max_length=80, blank=True, default="")
    attlog_stamp = models.CharField(max_length=20, blank=True, default="")
    operlog_stamp = models.CharField(max_length=20, blank=True, default="")
    drift = models.IntegerField(null=True, blank=True)
    lines_bad = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["unit", "serial"], name="device_once")]


class Badge(models.Model):
    """Which student a terminal's PIN stands for, in this school, from day to day."""

    unit = models.ForeignKey("tenants.Unit", models.PROTECT, related_name="+")
    pin = models.CharField(max_length=24)
    student = models.ForeignKey("rosters.Student", models.CASCADE, related_name="+")
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes = [models.Index(fields=["unit", "student"])]
        constraints = [
            models.UniqueConstraint(fields=["unit", "pin"], condition=Q(ended_at__isnull=True), name="badge_pin_once")
        ]


class Punch(models.Model):
    """Lượt quét: raw, kept before it is acknowledged, never changed. Sent again, it is the same row."""

    unit = models.ForeignKey("tenants.Unit", models.PROTECT, related_name="+")
    device = models.ForeignKey(Device, models.PROTECT, related_name="+")
    pin = models.CharField(max_length=24)
    at = models.DateTimeField()
    status = models.PositiveSmallIntegerField(default=255)
    verify = models.PositiveSmallIntegerField(default=0)
    received_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        indexes = [models.Index(fields=["unit", "at"])]
        constraints = [
            models.UniqueConstraint(fields=["unit", "device", "pin", "at", "status"], name="punch_once"),
        ]


class DeviceCommand(models.Model):
    """What a terminal is to do, until it says what became of it."""

    class State(models.TextChoices):
        WAITING = "waiting", _("Waiting")
        SENT = "sent", _("Sent")
        DONE = "done", _("Done")
        FAILED = "failed", _("Failed")

    unit = models.ForeignKey("tenants.Unit", models.PROTECT, related_name="+")
    device = models.ForeignKey(Device, models.CASCADE, related_name="+")
    text = models.CharField(max_length=300)
    state = models.CharField(max_length=8, choices=State, default=State.WAITING)
    made_at = models.DateTimeField(auto_now_add=True)
    sent_at = models.DateTimeField(null=True, blank=True)
    sent_times = models.PositiveSmallIntegerField(default=0)
    answered_at = models.DateTimeField(null=True, blank=True)
    code = models.IntegerField(null=True, blank=True)

    class Meta:
        indexes = [models.Index(fields=["unit", "device", "state", "id"])]


class SessionTime(models.Model):
    """Giờ học of one session (buổi): until when a punch is in time, and until when late; as the school sets it."""

    unit = models.ForeignKey("tenants.Unit", models.PROTECT, related_name="+")
    session = models.CharField(max_length=1)
    late_after = models.TimeField()
    absent_after = models.TimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["unit", "session"], name="session_time_once")]


class NoticeSetting(models.Model):
    """What a school tells families besides absences: who came late, who arrived (preschools)."""

    unit = models.ForeignKey("tenants.Unit", models.PROTECT, related_name="+")
    late = models.BooleanField(_("Tell families who came late"), default=False)
    arrivals = models.BooleanField(_("Tell families that their child has arrived at the terminal"), default=False)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["unit"], name="notice_setting_once")]


class Register(models.Model):
    """Sổ điểm danh of a class for one session of a day: taken, then closed with the day."""

    unit = models.ForeignKey("tenants.Unit", models.PROTECT, related_name="+")
    class_group = models.ForeignKey("rosters.ClassGroup", models.CASCADE, related_name="+")
    day = models.DateField()
    session = models.CharField(max_length=1)
    taken_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    taken_at = models.DateTimeField()
    closed_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")
    closed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["unit", "class_group", "day", "session"], name="register_once"),
        ]


class Entry(models.Model):
    """A student in one session. A correction is a new row with its reason; the old one stays, superseded."""

    unit = models.ForeignKey("tenants.Unit", models.PROTECT, related_name="+")
    student = models.ForeignKey("rosters.Student", models.CASCADE, related_name="+")
    class_group = models.ForeignKey("rosters.ClassGroup", models.CASCADE, related_name="+")
    day = models.DateField()
    session = models.CharField(max_length=1)
    state = models.CharField(max_length=8, help_text="attendance.rules.State")
    reason = models.CharField(max_length=300, blank=True, default="")
    recorded_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField()
    superseded_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes = [
            models.Index(fields=["unit", "class_group", "day"]),
            models.Index(fields=["unit", "student", "day"]),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["unit", "student", "day", "session"],
                condition=Q(superseded_at__isnull=True),
                name="attendance_entry_current",
            )
        ]


class LeaveRequest(models.Model):
    """Đơn xin nghỉ of a guardian for a child: from day to day, for the morning, the afternoon or both."""

    class State(models.TextChoices):
        PENDING = "pending", _("Waiting for the homeroom teacher")
        APPROVED = "approved", _("Approved")
        REFUSED = "refused", _("Refused")
        WITHDRAWN = "withdrawn", _("Withdrawn")

    unit = models.ForeignKey("tenants.Unit", models.PROTECT, related_name="+")
    student = models.ForeignKey("rosters.Student", models.CASCADE, related_name="+")
    first_day = models.DateField()
    last_day = models.DateField()
    sessions = models.CharField(max_length=2, default="SC")
    reason = models.CharField(max_length=300)
    state = models.CharField(max_length=9, choices=State, default=State.PENDING)
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    asked_at = models.DateTimeField(auto_now_add=True)
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")
    decided_at = models.DateTimeField(null=True, blank=True)
    answer = models.CharField(max_length=300, blank=True, default="")

    class Meta:
        indexes = [models.Index(fields=["unit", "state"]), models.Index(fields=["unit", "student", "first_day"])]
