"""Terminals: who may report, what they reported, what they are told. Writes of the school office and of devices."""

from __future__ import annotations

import datetime
import secrets
from collections import Counter
from dataclasses import dataclass

from django.db import connection, transaction
from django.db.models import F, Q
from django.utils import timezone

from school_services import sealing
from school_services.errors import Conflict, Invalid, NotFound, PermissionRefused
from school_services.identity import audit
from school_services.identity.actor import Actor
from school_services.identity.models import Role
from tenants import context

from . import adms, notices
from .models import Device, DeviceCommand

OFFICE = (Role.Kind.REGISTRAR, Role.Kind.PRINCIPAL)
_KEY = "device"
COMMANDS_AT_ONCE = 20
RESEND_AFTER = datetime.timedelta(minutes=5)
SENT_AT_MOST = 5
# A punch this fresh says how far the device's clock is off; older ones were kept while the line was down.
FRESH = datetime.timedelta(minutes=3)
SILENT_AFTER = datetime.timedelta(minutes=15)
CLOCK_BOUND = 60  # seconds
_INSERT = """
insert into attendance_punch (unit_id, device_id, pin, at, status, verify, received_at)
select %s, %s, pin, at, status, verify, now()
from unnest(%s::text[], %s::timestamptz[], %s::int[], %s::int[]) as sent (pin, at, status, verify)
on conflict do nothing
"""


@dataclass(frozen=True, slots=True)
class DeviceRow:
    """A terminal as the office sees it. `silent`: not heard for a quarter of an hour. `drift`: seconds ahead."""

    pk: int
    serial: str
    name: str
    place: str
    enabled: bool
    seen_at: datetime.datetime | None
    silent: bool
    drift: int | None
    waiting: int
    lines_bad: int
    maker: str
    commands: bool

    @property
    def clock_wrong(self) -> bool:
        """Far enough off to make somebody late who was not."""
        return self.drift is not None and abs(self.drift) > CLOCK_BOUND


def require_office(actor: Actor, unit_id: int, action: str) -> None:
    if not actor.has(unit_id, *OFFICE):
        audit.record(
            actor=actor, action=action, unit_id=unit_id, subject="attendance.device", reason="refused", allowed=False
        )
        raise PermissionRefused(action)


def add_device(
    *, actor: Actor, unit_id: int, serial: str, name: str, place: str = "", maker: str = Device.Maker.ZKTECO
) -> Device:
    """Let a terminal report; one whose protocol has no serial number to trust gets a key.

    Raises `Invalid` for what is no serial number, `Conflict` for one that is known.
    """
    require_office(actor, unit_id, "add_device")
    serial = serial.strip()
    if adms.serial_of(serial) is None:
        raise Invalid("device_serial")
    if not name.strip():
        raise Invalid("device_name")
    with transaction.atomic(), context.scope((unit_id,), user=actor.user_id):
        device, made = Device.objects.get_or_create(
            unit_id=unit_id,
            serial=serial,
            defaults={
                "name": name.strip()[:80],
                "place": place.strip()[:120],
                "maker": maker,
                "sealed": ""
                if maker == Device.Maker.ZKTECO
                else sealing.seal({"key": secrets.token_hex(16)}, unit_id=unit_id, purpose=_KEY),
            },
        )
        if not made:
            raise Conflict("device_known")
        audit.record(
            actor=actor, action="add_device", unit_id=unit_id, subject="attendance.device", subject_id=device.pk
        )
    return device


def key_of(device: Device) -> str:
    """The secret of a terminal that has one."""
    return str(sealing.unseal(device.sealed, unit_id=device.unit_id, purpose=_KEY).get("key", ""))


def set_enabled(*, actor: Actor, unit_id: int, device_id: int, enabled: bool) -> None:
    """Stop listening to a terminal, or listen again; it keeps its records meanwhile."""
    require_office(actor, unit_id, "set_device")
    with transaction.atomic(), context.scope((unit_id,), user=actor.user_id):
        if not Device.objects.filter(unit_id=unit_id, pk=device_id).update(enabled=enabled):
            raise NotFound("device")
        audit.record(
            actor=actor,
            action="enable_device" if enabled else "disable_device",
            unit_id=unit_id,
            subject="attendance.device",
            subject_id=device_id,
        )


def send_command(*, actor: Actor, unit_id: int, device_id: int, text: str) -> int:
    """Queue a command; build `text` with `adms.update_user`, `adms.query_attlog`, …"""
    require_office(actor, unit_id, "command_device")
    if not text or "\n" in text or "\r" in text or len(text) > 300:
        raise Invalid("device_command")
    with transaction.atomic(), context.scope((unit_id,), user=actor.user_id):
        if not Device.objects.filter(unit_id=unit_id, pk=device_id).exists():
            raise NotFound("device")
        command = DeviceCommand.objects.create(unit_id=unit_id, device_id=device_id, text=text)
        audit.record(
            actor=actor,
            action="command_device",
            unit_id=unit_id,
            subject="attendance.device",
            subject_id=device_id,
            reason=text.split("\t")[0][:60],
        )
    return command.pk


def list_devices(*, actor: Actor, unit_id: int) -> list[DeviceRow]:
    """The school's terminals and how they are; two queries."""
    require_office(actor, unit_id, "list_devices")
    now = timezone.now()
    with context.scope((unit_id,), user=actor.user_id):
        open_commands = DeviceCommand.objects.filter(unit_id=unit_id, state__in=["waiting", "sent"])
        waiting = Counter(open_commands.values_list("device_id", flat=True))
        rows = list(Device.objects.filter(unit_id=unit_id).order_by("name", "pk"))
    return [
        DeviceRow(
            row.pk,
            row.serial,
            row.name,
            row.place,
            row.enabled,
            row.seen_at,
            row.enabled and (row.seen_at is None or now - row.seen_at > SILENT_AFTER),
            row.drift,
            waiting[row.pk],
            row.lines_bad,
            str(row.get_maker_display()),
            row.maker == Device.Maker.ZKTECO,
        )
        for row in rows
    ]


# -- what devices themselves do; the caller is inside the scope of the portal's unit --------------------------------


def known(unit_id: int, serial: str, maker: str = Device.Maker.ZKTECO) -> Device | None:
    """The terminal of this serial number that may report to this school in this protocol."""
    return Device.objects.filter(unit_id=unit_id, serial=serial, enabled=True, maker=maker).first()


def take_upload(device: Device, upload: adms.Upload, *, stamp: str = "") -> int:
    """Keep an upload; returns how many punches were new. All or nothing: acknowledged only after the commit."""
    now = timezone.now()
    latest = max(upload.punches, key=lambda punch: punch.at, default=None)
    fresh = latest is not None and abs(now - latest.at) < FRESH
    with transaction.atomic():
        new = _insert(device, upload.punches) if upload.punches else 0
        Device.objects.filter(unit_id=device.unit_id, pk=device.pk).update(
            seen_at=now,
            lines_bad=F("lines_bad") + upload.bad,
            **({"attlog_stamp": stamp[:20]} if stamp.isdigit() else {}),
            **({"drift": round((latest.at - now).total_seconds())} if latest is not None and fresh else {}),
        )
        if new:
            notices.punches_came(device.unit_id)
    return new


def _insert(device: Device, punches: tuple[adms.Punch, ...]) -> int:
    columns = list(zip(*((punch.pin, punch.at, punch.status, punch.verify) for punch in punches), strict=True))
    with connection.cursor() as cursor:
        cursor.execute(_INSERT, [device.unit_id, device.pk, *map(list, columns)])
        return int(cursor.rowcount)


def take_operlog(device: Device, *, stamp: str = "") -> None:
    Device.objects.filter(unit_id=device.unit_id, pk=device.pk).update(
        seen_at=timezone.now(), **({"operlog_stamp": stamp[:20]} if stamp.isdigit() else {})
    )


def saw(device: Device, firmware: str = "") -> None:
    """A terminal called. Written at most once a minute: it asks for commands every few seconds."""
    now = timezone.now()
    if firmware or device.seen_at is None or now - device.seen_at > datetime.timedelta(minutes=1):
        Device.objects.filter(unit_id=device.unit_id, pk=device.pk).update(
            seen_at=now, **({"firmware": firmware[:80]} if firmware else {})
        )


def commands_for(device: Device) -> list[adms.Command]:
    """What the terminal is to do now, oldest first; unanswered ones again after five minutes, five times at most."""
    now = timezone.now()
    due = Q(state=DeviceCommand.State.WAITING) | Q(state=DeviceCommand.State.SENT, sent_at__lt=now - RESEND_AFTER)
    with transaction.atomic():
        rows = list(
            DeviceCommand.objects.select_for_update(skip_locked=True, of=("self",))
            .filter(due, unit_id=device.unit_id, device_id=device.pk)
            .order_by("pk")[:COMMANDS_AT_ONCE]
        )
        given_up = [row.pk for row in rows if row.sent_times >= SENT_AT_MOST]
        sent = [row for row in rows if row.sent_times < SENT_AT_MOST]
        if given_up:
            DeviceCommand.objects.filter(unit_id=device.unit_id, pk__in=given_up).update(
                state=DeviceCommand.State.FAILED, answered_at=now
            )
        if sent:
            DeviceCommand.objects.filter(unit_id=device.unit_id, pk__in=[row.pk for row in sent]).update(
                state=DeviceCommand.State.SENT, sent_at=now, sent_times=F("sent_times") + 1
            )
    return [adms.Command(row.pk, row.text) for row in sent]


def take_results(device: Device, results: tuple[adms.CommandResult, ...]) -> None:
    """What became of commands; a number that is not this terminal's changes nothing."""
    now = timezone.now()
    for result in results:
        DeviceCommand.objects.filter(
            unit_id=device.unit_id, device_id=device.pk, pk=int(result.id), answered_at__isnull=True
        ).update(
            state=DeviceCommand.State.DONE if result.ok else DeviceCommand.State.FAILED,
            code=result.code,
            answered_at=now,
        )
