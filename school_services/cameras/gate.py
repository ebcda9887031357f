"""Whether this person sees this camera now: asked for every playlist and every segment.

An answer is kept for `KEPT` seconds for one session and one camera, in this process: the end of a window, a pause, a
consent taken back, a change of class stop a running player within that time. The answer never depends on the name of
the segment, and a copied address is worth nothing without the session.
"""

from __future__ import annotations

import datetime
import hashlib
from dataclasses import dataclass

from django.conf import settings
from django.core.cache import cache
from django.http import HttpRequest
from django.utils import timezone

from school_services.attendance.access import LEADERS
from school_services.identity import actor as actors
from school_services.identity.actor import Actor
from school_services.identity.models import Role
from school_services.rosters import guardians
from school_services.rosters import selectors as rosters
from school_services.rosters.consent_rules import Purpose
from tenants import context

from . import rules
from .models import Camera, OpenTime, Pause, Viewing
from .rules import Answer

KEPT = 4  # seconds; the law of the product is 10 from the moment to the last picture
BREAK = datetime.timedelta(seconds=60)  # a longer silence is another viewing


@dataclass(frozen=True, slots=True)
class Decision:
    """`why`: closed, paused, consent, class, unknown; "" when allowed. `closes`: the end of the open window."""

    answer: Answer
    why: str = ""
    reason: str = ""
    closes: datetime.time | None = None
    student_id: int | None = None


def of_request(request: HttpRequest, unit_id: int, public_id: str) -> Decision:
    """The kept answer of this session, or a new one; an allowed one notes that the picture is wanted and watched."""
    cookie = request.COOKIES.get(settings.SESSION_COOKIE_NAME, "")
    if not cookie:
        return Decision(Answer.NOBODY)
    key = f"camera:{public_id}:{hashlib.sha256(cookie.encode()).hexdigest()}"
    kept: Decision | None = cache.get(key)
    if kept is not None:
        return kept
    actor = actors.of_request(request)
    if actor is None:
        return Decision(Answer.NOBODY)  # not kept: made-up cookies must not fill the cache
    found = decide(actor, unit_id, public_id)
    if found.answer is Answer.ALLOWED:
        _note(actor, unit_id, public_id, found.student_id)
    cache.set(key, found, KEPT)
    return found


def decide(actor: Actor, unit_id: int, public_id: str) -> Decision:
    """Seven queries at most. Absent and somebody else's answer alike."""
    now = timezone.localtime()
    moment = now.time()
    with context.scope((unit_id,), user=actor.user_id):
        camera = (
            Camera.objects.filter(unit_id=unit_id, public_id=public_id, enabled=True)
            .select_related("class_group")
            .first()
        )
        if camera is None:
            return Decision(Answer.REFUSED, "unknown")
        windows = windows_of(camera, now.date())
        pause = Pause.objects.filter(unit_id=unit_id, camera=camera, ended_at__isnull=True).first()
        if works_with(actor, camera):
            # Staff of the class see that it runs, outside the families' hours too; a pause is for everybody.
            return Decision(Answer.REFUSED, "paused", pause.reason) if pause else Decision(Answer.ALLOWED)
        children = [c for c in rosters.children(actor, unit_ids=(unit_id,)) if c.class_group_id]
        mine = [child.student_id for child in children if child.class_group_id == camera.class_group_id]
        agreed = guardians.with_consent(unit_id=unit_id, student_ids=mine, purpose=Purpose.CAMERA) if mine else set()
    answer = rules.may_watch(
        moment, windows, camera_class=camera.class_group_id, child_classes=[c.class_group_id for c in children],
        consent=bool(agreed), paused=pause is not None,
    )  # fmt: skip
    if answer is Answer.ALLOWED:
        return Decision(answer, closes=rules.closes_at(moment, windows), student_id=min(agreed))
    if not mine:
        return Decision(answer, "class")
    if not agreed:
        return Decision(answer, "consent")
    return Decision(answer, "paused", pause.reason) if pause else Decision(answer, "closed")


def windows_of(camera: Camera, day: datetime.date) -> list[rules.Window]:
    rows = OpenTime.objects.filter(unit_id=camera.unit_id, camera=camera, weekdays__contains=str(day.isoweekday() + 1))
    return [rules.Window(start, end) for start, end in rows.order_by("start").values_list("start", "end")]


def works_with(actor: Actor, camera: Camera) -> bool:
    """The class's homeroom teacher, the principal, the school office."""
    return actor.has(camera.unit_id, *LEADERS) or (
        actor.has(camera.unit_id, Role.Kind.TEACHER) and camera.class_group.homeroom_teacher_id == actor.user_id
    )


def _note(actor: Actor, unit_id: int, public_id: str, student_id: int | None) -> None:
    now = timezone.now()
    with context.scope((unit_id,), user=actor.user_id):
        camera_id = Camera.objects.values_list("pk", flat=True).get(unit_id=unit_id, public_id=public_id)
        Camera.objects.filter(unit_id=unit_id, pk=camera_id).update(wanted_at=now)
        same = Viewing.objects.filter(
            unit_id=unit_id, camera_id=camera_id, user_id=actor.user_id, last_at__gt=now - BREAK
        )
        if not same.update(last_at=now):
            Viewing.objects.create(
                unit_id=unit_id, camera_id=camera_id, user_id=actor.user_id, student_id=student_id, started_at=now,
                last_at=now,
            )  # fmt: skip
