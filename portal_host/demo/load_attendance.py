"""Registers of the last school days, a terminal at the gate and a leave that waits, in bulk. Idempotent."""

from __future__ import annotations

import datetime
import random

from django.db import transaction
from django.utils import timezone

from school_services.attendance.models import Badge, Device, Entry, LeaveRequest, Register
from school_services.attendance.rules import State
from school_services.rosters.models import Enrolment, Guardianship
from tenants import context

DAYS = 8
WEIGHTS = {State.PRESENT: 960, State.LATE: 12, State.EXCUSED: 20, State.UNEXCUSED: 8}


def load(ref: context.PortalRef, user_id: int) -> int:
    """Fill one school; returns the number of entries. `user_id` took the registers."""
    with context.enter(ref), context.scope((ref.unit_id,)), transaction.atomic():
        if Register.objects.filter(unit_id=ref.unit_id).exists():
            return 0
        chance = random.Random(ref.slug)
        pupils = list(
            Enrolment.objects.filter(unit_id=ref.unit_id, valid_to__isnull=True).values_list(
                "student_id", "class_group_id", "student__code"
            )
        )
        now = timezone.now()
        days = _school_days(timezone.localdate())
        groups = sorted({group for _, group, _ in pupils})
        Register.objects.bulk_create(
            Register(unit_id=ref.unit_id, class_group_id=group, day=day, session="S", taken_by_id=user_id, taken_at=now)
            for day in days
            for group in groups
        )
        entries = [
            Entry(
                unit_id=ref.unit_id,
                student_id=student,
                class_group_id=group,
                day=day,
                session="S",
                state=chance.choices(list(WEIGHTS), list(WEIGHTS.values()))[0].value,
                recorded_by_id=user_id,
                recorded_at=now,
            )
            for day in days
            for student, group, _ in pupils
        ]
        Entry.objects.bulk_create(entries, batch_size=5000)
        Device.objects.create(unit_id=ref.unit_id, serial="DEMO000001", name="Cổng chính", place="Phòng bảo vệ")
        Badge.objects.bulk_create(
            Badge(unit_id=ref.unit_id, student_id=student, pin=code) for student, _, code in pupils if code.isalnum()
        )
        _leave(ref)
        return len(entries)


def _school_days(today: datetime.date) -> list[datetime.date]:
    """The last days before today on which there was school."""
    back = (today - datetime.timedelta(days=number) for number in range(1, 3 * DAYS))
    return [day for day in back if day.weekday() < 5][:DAYS]


def _leave(ref: context.PortalRef) -> None:
    link = Guardianship.objects.filter(unit_id=ref.unit_id, ended_at__isnull=True).order_by("pk").first()
    if link is not None:
        day = timezone.localdate() + datetime.timedelta(days=1)
        LeaveRequest.objects.create(
            unit_id=ref.unit_id, student_id=link.student_id, first_day=day, last_day=day, asked_by_id=link.user_id,
            reason="Gia đình có việc",
        )  # fmt: skip
