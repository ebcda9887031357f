"""Which pupil a terminal's number stands for."""

from __future__ import annotations

from dataclasses import dataclass

from django.db import transaction

from school_services.errors import NotFound
from school_services.identity import audit
from school_services.identity.actor import Actor
from school_services.rosters.models import Enrolment
from tenants import context

from . import adms
from .devices import require_office
from .models import Badge, Device, DeviceCommand


@dataclass(frozen=True, slots=True)
class Figures:
    pupils: int
    with_badge: int


def figures(unit_id: int) -> Figures:
    """Two numbers, no person among them."""
    with context.scope((unit_id,)):
        pupils = Enrolment.objects.filter(unit_id=unit_id, valid_to__isnull=True)
        badges = Badge.objects.filter(unit_id=unit_id, ended_at__isnull=True)
        return Figures(
            pupils.count(),
            badges.filter(student_id__in=pupils.values("student_id")).values("student_id").distinct().count(),
        )


def give(*, actor: Actor, unit_id: int) -> int:
    """Every pupil without a number gets the own code as one, where a terminal can take it; returns how many."""
    require_office(actor, unit_id, "give_badges")
    with transaction.atomic(), context.scope((unit_id,), user=actor.user_id):
        taken = Badge.objects.filter(unit_id=unit_id, ended_at__isnull=True)
        used = set(taken.values_list("pin", flat=True))
        rows = (
            Enrolment.objects.filter(unit_id=unit_id, valid_to__isnull=True)
            .exclude(student_id__in=taken.values("student_id"))
            .order_by("student_id")
            .values_list("student_id", "student__code")
        )
        new = [
            Badge(unit_id=unit_id, student_id=student, pin=code)
            for student, code in rows
            if adms.PIN.fullmatch(code) and code not in used
        ]
        Badge.objects.bulk_create(new, batch_size=2000)
        audit.record(
            actor=actor, action="give_badges", unit_id=unit_id, subject="attendance.badge", reason=f"{len(new)}"
        )
    return len(new)


def send_names(*, actor: Actor, unit_id: int, device_id: int) -> int:
    """Queue name and number of every pupil for a ZKTeco terminal; audited as one reading of the lists."""
    require_office(actor, unit_id, "send_names")
    with transaction.atomic(), context.scope((unit_id,), user=actor.user_id):
        if not Device.objects.filter(unit_id=unit_id, pk=device_id, maker=Device.Maker.ZKTECO).exists():
            raise NotFound("device")
        now_here = Enrolment.objects.filter(unit_id=unit_id, valid_to__isnull=True).values("student_id")
        rows = Badge.objects.filter(unit_id=unit_id, ended_at__isnull=True, student_id__in=now_here)
        texts = [
            adms.update_user(pin, name) for pin, name in rows.order_by("pin").values_list("pin", "student__full_name")
        ]
        DeviceCommand.objects.bulk_create(
            [DeviceCommand(unit_id=unit_id, device_id=device_id, text=text) for text in texts], batch_size=2000
        )
        audit.record(
            actor=actor, action="send_names", unit_id=unit_id, subject="attendance.device", subject_id=device_id,
            reason=f"{len(texts)}",
        )  # fmt: skip
    return len(texts)
