"""Class and family write to each other about one child: the guardians on one side, the homeroom teacher on the other.

A family writes at any hour; the teacher is told in office hours (7:00–17:00 on working days), so that an evening stays
one. What a teacher writes is told to every guardian. Nothing is deleted: it is the school's word and the family's.
"""

from __future__ import annotations

import datetime
from dataclasses import dataclass

from django.db import transaction
from django.db.models import Count, Max, Q
from django.utils import timezone

from school_services.errors import Conflict, Invalid, NotFound, PermissionRefused
from school_services.identity import audit
from school_services.identity.actor import Actor
from school_services.identity.models import Role
from school_services.rosters import guardians
from school_services.rosters.models import Enrolment
from tenants import context
from tenants.models import Unit

from . import outbox, rules
from .models import Line
from .rules import Kind

LONGEST = 1000
A_DAY = 20  # lines of one family about one child
PAGE = 100


@dataclass(frozen=True, slots=True)
class Said:
    name: str
    text: str
    at: datetime.datetime
    from_family: bool


@dataclass(frozen=True, slots=True)
class Thread:
    """`told_at`: when the teacher is told of what is written now; None: at once."""

    student_id: int
    full_name: str
    class_name: str
    teacher: str
    lines: tuple[Said, ...]
    told_at: datetime.datetime | None


@dataclass(frozen=True, slots=True)
class Waiting:
    """A child of the teacher's class with something said; `unread` lines of the family."""

    student_id: int
    full_name: str
    class_name: str
    unread: int
    last_at: datetime.datetime


def _words(text: str) -> str:
    words = text.strip()
    if not words or len(words) > LONGEST:
        raise Invalid("line_words")
    return words


def _enrolment(unit_id: int, student_id: int) -> Enrolment:
    row = (
        Enrolment.objects.select_related("student", "class_group__homeroom_teacher")
        .filter(unit_id=unit_id, student_id=student_id, valid_to__isnull=True)
        .first()
    )
    if row is None:
        raise NotFound("student")
    return row


def _thread(row: Enrolment) -> Thread:
    lines = Line.objects.filter(unit_id=row.unit_id, student_id=row.student_id).order_by("-pk")[:PAGE]
    said = [
        Said(name, text, at, family)
        for name, text, at, family in lines.values_list("author__full_name", "text", "made_at", "from_family")
    ]
    now = timezone.localtime()
    opens = rules.office_hour(now)
    teacher = row.class_group.homeroom_teacher
    return Thread(
        row.student_id, row.student.full_name, row.class_group.name, teacher.full_name if teacher else "",
        tuple(reversed(said)), opens if opens > now else None,
    )  # fmt: skip


def of_family(*, actor: Actor, unit_id: int, student_id: int) -> Thread:
    """The thread of one's own child; what the teacher wrote counts as read. Raises `PermissionRefused`, `NotFound`."""
    guardians.require_guardian(actor, unit_id, student_id, "read_thread")
    with context.scope((unit_id,), user=actor.user_id):
        row = _enrolment(unit_id, student_id)
        Line.objects.filter(unit_id=unit_id, student_id=student_id, from_family=False, read_at__isnull=True).update(
            read_at=timezone.now()
        )
        return _thread(row)


def write_as_family(*, actor: Actor, unit_id: int, student_id: int, text: str) -> None:
    """Raises `Invalid("line_words")`, `Conflict("line_often"|"line_teacher")`, `PermissionRefused`."""
    guardians.require_guardian(actor, unit_id, student_id, "write_thread")
    words = _words(text)
    with transaction.atomic(), context.scope((unit_id,), user=actor.user_id):
        row = _enrolment(unit_id, student_id)
        teacher = row.class_group.homeroom_teacher_id
        if teacher is None:
            raise Conflict("line_teacher")
        now = timezone.localtime()
        today = Line.objects.filter(
            unit_id=unit_id, student_id=student_id, from_family=True, made_at__gt=now - datetime.timedelta(days=1)
        )
        if today.count() >= A_DAY:
            raise Conflict("line_often")
        line = _say(row, actor, words, from_family=True)
        outbox.send(
            unit_id=unit_id, kind=Kind.THREAD, key=f"thread:{line.pk}", due_at=rules.office_hour(now),
            recipients=[outbox.Recipient(teacher, _values(row, actor.name, words), student_id)],
        )  # fmt: skip


def _mine(actor: Actor, row: Enrolment, action: str) -> None:
    group = row.class_group
    if actor.has(row.unit_id, Role.Kind.TEACHER) and group.homeroom_teacher_id == actor.user_id:
        return
    audit.record(
        actor=actor, action=action, unit_id=row.unit_id, subject="rosters.student", subject_id=row.student_id,
        allowed=False,
    )  # fmt: skip
    raise PermissionRefused(action)


def of_teacher(*, actor: Actor, unit_id: int, student_id: int) -> Thread:
    """The thread with one family, for the homeroom teacher alone; audited. Raises `PermissionRefused`, `NotFound`."""
    with context.scope((unit_id,), user=actor.user_id):
        row = _enrolment(unit_id, student_id)
        _mine(actor, row, "read_thread")
        Line.objects.filter(unit_id=unit_id, student_id=student_id, from_family=True, read_at__isnull=True).update(
            read_at=timezone.now()
        )
        audit.record(
            actor=actor, action="read_thread", unit_id=unit_id, subject="rosters.student", subject_id=student_id
        )
        return _thread(row)


def write_as_teacher(*, actor: Actor, unit_id: int, student_id: int, text: str) -> None:
    """Told to every guardian. Raises `Invalid("line_words")`, `PermissionRefused`, `NotFound`."""
    words = _words(text)
    with transaction.atomic(), context.scope((unit_id,), user=actor.user_id):
        row = _enrolment(unit_id, student_id)
        _mine(actor, row, "write_thread")
        line = _say(row, actor, words, from_family=False)
        values = _values(row, actor.name, words)
        outbox.send(
            unit_id=unit_id, kind=Kind.THREAD, key=f"thread:{line.pk}",
            recipients=[
                outbox.Recipient(user, values, student_id) for _, user in outbox.families(unit_id, [student_id])
            ],
        )  # fmt: skip
        audit.record(
            actor=actor, action="write_thread", unit_id=unit_id, subject="rosters.student", subject_id=student_id
        )


def _say(row: Enrolment, actor: Actor, words: str, *, from_family: bool) -> Line:
    return Line.objects.create(
        unit_id=row.unit_id, student_id=row.student_id, author_id=actor.user_id, text=words, from_family=from_family,
        made_at=timezone.now(),
    )  # fmt: skip


def _values(row: Enrolment, author: str, words: str) -> dict[str, object]:
    return {
        "ho_ten": row.student.full_name,
        "lop": row.class_group.name,
        "truong": Unit.objects.values_list("name", flat=True).get(pk=row.unit_id),
        "nguoi_viet": author,
        "noi_dung": words,
    }


def waiting(*, actor: Actor, unit_id: int) -> list[Waiting]:
    """Families of the own homeroom classes that have written or been written to, unread ones first; one query."""
    if not actor.has(unit_id, Role.Kind.TEACHER):
        return []
    with context.scope((unit_id,), user=actor.user_id):
        rows = Enrolment.objects.filter(
            unit_id=unit_id, valid_to__isnull=True, class_group__homeroom_teacher_id=actor.user_id
        )
        rows = rows.annotate(
            last=Max("student__lines__made_at"),
            unread=Count(
                "student__lines", filter=Q(student__lines__from_family=True, student__lines__read_at__isnull=True)
            ),
        )
        return [
            Waiting(*row)
            for row in rows.filter(last__isnull=False)
            .order_by("-unread", "-last")
            .values_list("student_id", "student__full_name", "class_group__name", "unread", "last")[:PAGE]
        ]
