"""A family's cameras: of which class, open until when, or why not; and its own viewing log."""

from __future__ import annotations

import datetime
from dataclasses import dataclass

from django.utils import timezone

from school_services.errors import NotFound
from school_services.identity.actor import Actor
from school_services.rosters import guardians
from school_services.rosters import selectors as rosters
from school_services.rosters.consent_rules import Purpose
from tenants import context

from . import rules
from .models import Camera, OpenTime, Pause, Viewing
from .registry import Watched


@dataclass(frozen=True, slots=True)
class Seen:
    """A camera of a child's class. `state`: open, closed, paused, consent."""

    public_id: str
    name: str
    child: rosters.Child
    state: str
    reason: str
    closes: datetime.time | None
    today: tuple[tuple[datetime.time, datetime.time], ...]


def cameras(actor: Actor, *, unit_id: int) -> list[Seen]:
    """The cameras of the actor's children at one school; eight queries whatever their number."""
    children = [c for c in rosters.children(actor, unit_ids=(unit_id,)) if c.class_group_id]
    if not children:
        return []
    now = timezone.localtime()
    with context.scope((unit_id,), user=actor.user_id):
        rows = list(
            Camera.objects.filter(
                unit_id=unit_id, enabled=True, class_group_id__in={c.class_group_id for c in children}
            ).order_by("name", "pk")
        )
        ids = [row.pk for row in rows]
        agreed = guardians.with_consent(
            unit_id=unit_id, student_ids=[c.student_id for c in children], purpose=Purpose.CAMERA
        )
        windows: dict[int, list[rules.Window]] = {}
        for camera, start, end in (
            OpenTime.objects.filter(unit_id=unit_id, camera_id__in=ids, weekdays__contains=str(now.isoweekday() + 1))
            .order_by("start")
            .values_list("camera_id", "start", "end")
        ):
            windows.setdefault(camera, []).append(rules.Window(start, end))
        pauses = dict(
            Pause.objects.filter(unit_id=unit_id, camera_id__in=ids, ended_at__isnull=True).values_list(
                "camera_id", "reason"
            )
        )
    found = []
    for row in rows:
        for child in children:
            if child.class_group_id != row.class_group_id:
                continue
            mine = windows.get(row.pk, [])
            closes = rules.closes_at(now.time(), mine)
            state = (
                "consent" if child.student_id not in agreed
                else "paused" if row.pk in pauses
                else "open" if closes else "closed"
            )  # fmt: skip
            today = tuple((window.start, window.end) for window in mine)
            found.append(Seen(row.public_id, row.name, child, state, pauses.get(row.pk, ""), closes, today))
    return found


def watched(actor: Actor, *, unit_id: int, public_id: str, limit: int = 20) -> list[Watched]:
    """Who of the own children's families, and who of the staff, watched this camera; the newest first."""
    children = rosters.children(actor, unit_ids=(unit_id,))
    with context.scope((unit_id,), user=actor.user_id):
        camera = Camera.objects.filter(
            unit_id=unit_id, public_id=public_id, class_group_id__in={c.class_group_id for c in children}
        ).first()
        if camera is None:
            raise NotFound("camera")
        rows = Viewing.objects.filter(unit_id=unit_id, camera=camera)
        own = rows.filter(student_id__in=[c.student_id for c in children]) | rows.filter(student__isnull=True)
        return [
            Watched(name, start, last, student is None)
            for name, start, last, student in own.order_by("-last_at").values_list(
                "user__full_name", "started_at", "last_at", "student_id"
            )[:limit]
        ]
