"""The school's side of cameras: add, open times, pause and resume, who watches and who has watched."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils import timezone

from school_services import sealing
from school_services.attendance.access import LEADERS
from school_services.errors import Conflict, Invalid, NotFound, PermissionRefused
from school_services.identity import audit
from school_services.identity.actor import Actor
from school_services.identity.models import Role
from school_services.rosters import guardians
from school_services.rosters.consent_rules import Purpose
from school_services.rosters.models import ClassGroup, Enrolment
from tenants import context

from .gate import BREAK, works_with
from .models import Camera, OpenTime, Pause, Viewing

TEST = "test:"
PURPOSE = "camera"


@dataclass(frozen=True, slots=True)
class Line:
    """A camera as staff see it. `watching`: names of who watches now."""

    pk: int
    public_id: str
    name: str
    place: str
    class_name: str
    enabled: bool
    open_times: tuple[tuple[str, datetime.time, datetime.time], ...]
    pause_reason: str
    paused_by: str
    watching: tuple[str, ...]
    children: int
    agreed: int


@dataclass(frozen=True, slots=True)
class Watched:
    name: str
    started_at: datetime.datetime
    last_at: datetime.datetime
    staff: bool


def _refuse(actor: Actor, unit_id: int, action: str) -> PermissionRefused:
    audit.record(actor=actor, action=action, unit_id=unit_id, subject="cameras.camera", allowed=False)
    return PermissionRefused(action)


def check_source(text: str) -> str:
    """Raises `Invalid("camera_source")` for what is no address of a camera."""
    source = text.strip()
    if source == TEST and settings.CAMERA_TEST_PATTERN:
        return source
    try:
        parts = urlsplit(source)
        fine = parts.scheme in {"rtsp", "rtsps"} and bool(parts.hostname) and parts.port != 0
    except ValueError:
        fine = False
    if not fine or len(source) > 500 or any(char.isspace() for char in source):
        raise Invalid("camera_source")
    return source


def source_of(camera: Camera) -> str:
    return str(sealing.unseal(camera.source, unit_id=camera.unit_id, purpose=PURPOSE).get("url", ""))


def add(
    *,
    actor: Actor,
    unit_id: int,
    group_id: int,
    name: str,
    place: str,
    source: str,
    open_times: Sequence[tuple[str, datetime.time, datetime.time]],
    transcode: bool = False,
) -> Camera:
    """For the principal and the office.

    Raises `NotFound("class")`, `Invalid("camera_source"|"camera_times"|"camera_name")`, `PermissionRefused`.
    """
    if not actor.has(unit_id, *LEADERS):
        raise _refuse(actor, unit_id, "add_camera")
    url = check_source(source)
    if not name.strip():
        raise Invalid("camera_name")
    if any(start >= end or not weekdays or set(weekdays) - set("2345678") for weekdays, start, end in open_times):
        raise Invalid("camera_times")
    with transaction.atomic(), context.scope((unit_id,), user=actor.user_id):
        if not ClassGroup.objects.filter(unit_id=unit_id, pk=group_id).exists():
            raise NotFound("class")
        camera = Camera.objects.create(
            unit_id=unit_id, class_group_id=group_id, name=name.strip()[:80], place=place.strip()[:120],
            source=sealing.seal({"url": url}, unit_id=unit_id, purpose=PURPOSE), transcode=transcode,
            added_by_id=actor.user_id,
        )  # fmt: skip
        OpenTime.objects.bulk_create(
            OpenTime(unit_id=unit_id, camera=camera, weekdays=weekdays, start=start, end=end)
            for weekdays, start, end in open_times
        )
        audit.record(actor=actor, action="add_camera", unit_id=unit_id, subject="cameras.camera", subject_id=camera.pk)
    return camera


def set_enabled(*, actor: Actor, unit_id: int, camera_id: int, enabled: bool) -> None:
    if not actor.has(unit_id, *LEADERS):
        raise _refuse(actor, unit_id, "set_camera")
    with transaction.atomic(), context.scope((unit_id,), user=actor.user_id):
        if not Camera.objects.filter(unit_id=unit_id, pk=camera_id).update(enabled=enabled):
            raise NotFound("camera")
        audit.record(
            actor=actor, action="enable_camera" if enabled else "disable_camera", unit_id=unit_id,
            subject="cameras.camera", subject_id=camera_id,
        )  # fmt: skip


def _mine(actor: Actor, unit_id: int, camera_id: int, action: str) -> Camera:
    camera = Camera.objects.select_related("class_group").filter(unit_id=unit_id, pk=camera_id).first()
    if camera is None:
        raise NotFound("camera")
    if not works_with(actor, camera):
        raise _refuse(actor, unit_id, action)
    return camera


def pause(*, actor: Actor, unit_id: int, camera_id: int, reason: str) -> None:
    """One press: the picture ends for everybody. Raises `Invalid("camera_reason")`; paused already is fine."""
    if not reason.strip():
        raise Invalid("camera_reason")
    with context.scope((unit_id,), user=actor.user_id):
        camera = _mine(actor, unit_id, camera_id, "pause_camera")
        try:
            with transaction.atomic():
                Pause.objects.create(
                    unit_id=unit_id, camera=camera, reason=reason.strip()[:200], made_by_id=actor.user_id,
                    made_at=timezone.now(),
                )  # fmt: skip
                audit.record(
                    actor=actor, action="pause_camera", unit_id=unit_id, subject="rosters.classgroup",
                    subject_id=camera.class_group_id, reason=reason,
                )  # fmt: skip
        except IntegrityError:
            return


def resume(*, actor: Actor, unit_id: int, camera_id: int) -> None:
    """Raises `Conflict("camera_not_paused")`."""
    with transaction.atomic(), context.scope((unit_id,), user=actor.user_id):
        camera = _mine(actor, unit_id, camera_id, "resume_camera")
        done = Pause.objects.filter(unit_id=unit_id, camera=camera, ended_at__isnull=True).update(
            ended_at=timezone.now(), ended_by_id=actor.user_id
        )
        if not done:
            raise Conflict("camera_not_paused")
        audit.record(
            actor=actor, action="resume_camera", unit_id=unit_id, subject="rosters.classgroup",
            subject_id=camera.class_group_id,
        )  # fmt: skip


def listed(*, actor: Actor, unit_id: int) -> list[Line]:
    """Cameras of the own classes, for the leaders of all; six queries whatever their number."""
    if not actor.has(unit_id, Role.Kind.TEACHER, *LEADERS):
        raise _refuse(actor, unit_id, "list_cameras")
    with context.scope((unit_id,), user=actor.user_id):
        rows = Camera.objects.filter(unit_id=unit_id).select_related("class_group")
        if not actor.has(unit_id, *LEADERS):
            rows = rows.filter(class_group__homeroom_teacher_id=actor.user_id)
        cameras = list(rows.order_by("class_group__grade", "class_group__name", "pk"))
        ids = [camera.pk for camera in cameras]
        times: dict[int, list[tuple[str, datetime.time, datetime.time]]] = {}
        rows_of_times = OpenTime.objects.filter(unit_id=unit_id, camera_id__in=ids).order_by("start")
        for camera_id, weekdays, start, end in rows_of_times.values_list("camera_id", "weekdays", "start", "end"):
            times.setdefault(camera_id, []).append((weekdays, start, end))
        pauses = {
            row.camera_id: row
            for row in Pause.objects.select_related("made_by").filter(
                unit_id=unit_id, camera_id__in=ids, ended_at__isnull=True
            )
        }
        watching: dict[int, list[str]] = {}
        now = Viewing.objects.filter(unit_id=unit_id, camera_id__in=ids, last_at__gt=timezone.now() - BREAK / 2)
        for camera_id, name in now.order_by("user__sort_key").values_list("camera_id", "user__full_name"):
            watching.setdefault(camera_id, []).append(name)
        members: dict[int, list[int]] = {}
        for group, student in Enrolment.objects.filter(
            unit_id=unit_id, class_group_id__in=[c.class_group_id for c in cameras], valid_to__isnull=True
        ).values_list("class_group_id", "student_id"):
            members.setdefault(group, []).append(student)
        everybody = [student for students in members.values() for student in students]
        agreed = guardians.with_consent(unit_id=unit_id, student_ids=everybody, purpose=Purpose.CAMERA)
    return [
        Line(
            camera.pk, camera.public_id, camera.name, camera.place, camera.class_group.name, camera.enabled,
            tuple(times.get(camera.pk, ())), pauses[camera.pk].reason if camera.pk in pauses else "",
            pauses[camera.pk].made_by.full_name if camera.pk in pauses else "", tuple(watching.get(camera.pk, ())),
            len(members.get(camera.class_group_id, ())),
            sum(student in agreed for student in members.get(camera.class_group_id, ())),
        )
        for camera in cameras
    ]  # fmt: skip


def any_for(*, actor: Actor, unit_id: int) -> bool:
    """Whether the cameras' door is worth a place on the first page."""
    if actor.has(unit_id, *LEADERS):
        return True
    with context.scope((unit_id,), user=actor.user_id):
        return Camera.objects.filter(unit_id=unit_id, class_group__homeroom_teacher_id=actor.user_id).exists()


def log(*, actor: Actor, unit_id: int, camera_id: int, limit: int = 200) -> tuple[Camera, list[Watched]]:
    """Who watched, the newest first; for staff of the class. The reading is audited."""
    with context.scope((unit_id,), user=actor.user_id):
        camera = _mine(actor, unit_id, camera_id, "read_viewings")
        audit.record(
            actor=actor, action="read_viewings", unit_id=unit_id, subject="rosters.classgroup",
            subject_id=camera.class_group_id,
        )  # fmt: skip
        rows = Viewing.objects.filter(unit_id=unit_id, camera=camera).order_by("-last_at")[:limit]
        return camera, [
            Watched(name, start, last, student is None)
            for name, start, last, student in rows.values_list("user__full_name", "started_at", "last_at", "student_id")
        ]
