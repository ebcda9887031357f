"""Class cameras: where the picture comes from, when it is open, who stopped it, who watched. No picture is kept."""

from __future__ import annotations

import secrets

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


def new_name() -> str:
    """The camera's name in addresses: says nothing of school or class (domain: opaque names)."""
    return secrets.token_hex(8)


class Camera(models.Model):
    """A camera of one class. `source` (rtsp://user:password@…) is sealed; `test:` is the test pattern of the demo.

    `wanted_at`: somebody who may watch asked for a picture; the supervisor runs streams that are wanted.
    """

    unit = models.ForeignKey("tenants.Unit", models.PROTECT, related_name="+")
    public_id = models.CharField(max_length=16, unique=True, default=new_name)
    class_group = models.ForeignKey("rosters.ClassGroup", models.PROTECT, related_name="+")
    name = models.CharField(_("Name"), max_length=80)
    place = models.CharField(_("Place"), max_length=120, blank=True, default="")
    source = models.TextField()
    transcode = models.BooleanField(default=False, help_text="H.265 cameras: most phones play only H.264")
    enabled = models.BooleanField(default=True)
    wanted_at = models.DateTimeField(null=True, blank=True)
    added_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    added_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        indexes = [models.Index(fields=["unit", "class_group"], name="camera_of_class")]


class OpenTime(models.Model):
    """When families may watch: the start belongs to it, the end does not. `weekdays`: 2 = Monday … 7 = Saturday."""

    unit = models.ForeignKey("tenants.Unit", models.PROTECT, related_name="+")
    camera = models.ForeignKey(Camera, models.CASCADE, related_name="open_times")
    weekdays = models.CharField(max_length=7, default="23456")
    start = models.TimeField()
    end = models.TimeField()

    class Meta:
        indexes = [models.Index(fields=["unit", "camera"], name="open_time_of_camera")]
        constraints = [models.CheckConstraint(condition=Q(end__gt=models.F("start")), name="open_time_order")]


class Pause(models.Model):
    """A teacher stopped the picture for everybody, with a reason; until resumed."""

    unit = models.ForeignKey("tenants.Unit", models.PROTECT, related_name="+")
    camera = models.ForeignKey(Camera, models.CASCADE, related_name="pauses")
    reason = models.CharField(max_length=200)
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    made_at = models.DateTimeField()
    ended_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["unit", "camera"], condition=Q(ended_at__isnull=True), name="pause_one_open"
            )
        ]


class Viewing(models.Model):
    """One person watching without a break, as school and family read it. `student`: whose family; none for staff."""

    unit = models.ForeignKey("tenants.Unit", models.PROTECT, related_name="+")
    camera = models.ForeignKey(Camera, models.CASCADE, related_name="viewings")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    student = models.ForeignKey("rosters.Student", models.CASCADE, null=True, related_name="+")
    started_at = models.DateTimeField()
    last_at = models.DateTimeField()

    class Meta:
        indexes = [
            models.Index(fields=["unit", "camera", "-last_at"], name="viewing_of_camera"),
            models.Index(fields=["unit", "student", "-last_at"], name="viewing_of_child"),
        ]
