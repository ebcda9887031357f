"""Who teaches what in which class, and who is homeroom teacher: the school office's staff list."""

from __future__ import annotations

import datetime
from collections import defaultdict
from dataclasses import dataclass

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from school_services.errors import Invalid, NotFound
from school_services.identity import audit
from school_services.identity.actor import Actor
from school_services.identity.models import Role, User
from tenants import context

from .models import ClassGroup, SchoolYear, TeachingAssignment
from .selectors import subjects_of
from .services import require_office


@dataclass(frozen=True, slots=True)
class Held:
    """A role that a person has today. `id`: of the role, for ending it."""

    id: int
    kind: str
    label: str
    since: datetime.date


@dataclass(frozen=True, slots=True)
class Lesson:
    id: int
    class_name: str
    subject_name: str


@dataclass(frozen=True, slots=True)
class Member:
    """One of the staff today."""

    user_id: int
    full_name: str
    login: str
    roles: tuple[Held, ...]
    homeroom: tuple[str, ...]
    lessons: tuple[Lesson, ...]

    @property
    def teaches(self) -> bool:
        return any(role.kind in {Role.Kind.TEACHER.value, Role.Kind.PRINCIPAL.value} for role in self.roles)


def _today() -> Q:
    today = timezone.localdate()
    return Q(valid_from__lte=today) & (Q(valid_to__isnull=True) | Q(valid_to__gt=today))


def staff(*, actor: Actor, unit_id: int, year: SchoolYear) -> list[Member]:
    """The staff of today with roles, homeroom classes and lessons of the year; three queries. Audited."""
    require_office(actor, unit_id, "list_staff")
    with context.scope((unit_id,), user=actor.user_id):
        roles: dict[int, list[Role]] = defaultdict(list)
        for role in Role.objects.select_related("user").filter(_today(), unit_id=unit_id).order_by("kind", "pk"):
            roles[role.user_id].append(role)
        homeroom: dict[int, list[str]] = defaultdict(list)
        for teacher, name in (
            ClassGroup.objects.filter(unit_id=unit_id, year=year, homeroom_teacher__isnull=False)
            .order_by("grade", "name")
            .values_list("homeroom_teacher_id", "name")
        ):
            homeroom[teacher or 0].append(name)
        lessons: dict[int, list[Lesson]] = defaultdict(list)
        for teacher, pk, class_name, subject in (
            TeachingAssignment.objects.filter(unit_id=unit_id, class_group__year=year, valid_to__isnull=True)
            .order_by("class_group__grade", "class_group__name", "subject__place")
            .values_list("teacher_id", "pk", "class_group__name", "subject__name")
        ):
            lessons[teacher].append(Lesson(pk, class_name, subject))
        audit.record(actor=actor, action="list_staff", unit_id=unit_id, subject="identity.user", subject_id=None)
    people = sorted((rows[0].user for rows in roles.values()), key=lambda user: (user.sort_key, user.pk))
    return [
        Member(
            user.pk,
            user.full_name,
            user.username,
            tuple(Held(r.pk, r.kind, str(r.get_kind_display()), r.valid_from) for r in roles[user.pk]),
            tuple(homeroom[user.pk]),
            tuple(lessons[user.pk]),
        )
        for user in people
    ]


def _teacher(unit_id: int, user_id: int) -> User:
    kinds = (Role.Kind.TEACHER, Role.Kind.PRINCIPAL)
    role = (
        Role.objects.select_related("user").filter(_today(), unit_id=unit_id, user_id=user_id, kind__in=kinds).first()
    )
    if role is None:
        raise NotFound("teacher")
    return role.user


def _group(unit_id: int, class_group_id: int) -> ClassGroup:
    group = ClassGroup.objects.select_for_update(of=("self",)).filter(unit_id=unit_id, pk=class_group_id).first()
    if group is None:
        raise NotFound("class")
    return group


def _audit(actor: Actor, unit_id: int, action: str, user_id: int, reason: str) -> None:
    audit.record(
        actor=actor, action=action, unit_id=unit_id, subject="identity.user", subject_id=user_id, reason=reason
    )


def assign(*, actor: Actor, unit_id: int, user_id: int, class_group_id: int, subject_id: int) -> TeachingAssignment:
    """Phân công giảng dạy. An assignment that ended is opened again.

    Raises `PermissionRefused`, `NotFound("teacher"|"class")`, `Invalid("subject")`.
    """
    require_office(actor, unit_id, "assign_teaching")
    with transaction.atomic(), context.scope((unit_id,), user=actor.user_id):
        teacher, group = _teacher(unit_id, user_id), _group(unit_id, class_group_id)
        subject = next((subject for subject in subjects_of(unit_id) if subject.pk == subject_id), None)
        if subject is None:
            raise Invalid("subject")
        row, _ = TeachingAssignment.objects.update_or_create(
            unit_id=unit_id, class_group=group, subject=subject, teacher=teacher, defaults={"valid_to": None}
        )
        _audit(actor, unit_id, "assign_teaching", user_id, f"{group.name} {subject.code}")
    return row


def end_assignment(*, actor: Actor, unit_id: int, assignment_id: int) -> None:
    """From today on the teacher does not open these marks any more. Raises `PermissionRefused`, `NotFound`."""
    require_office(actor, unit_id, "end_assignment")
    with transaction.atomic(), context.scope((unit_id,), user=actor.user_id):
        rows = TeachingAssignment.objects.select_related("class_group", "subject")
        row = rows.filter(unit_id=unit_id, pk=assignment_id, valid_to__isnull=True).first()
        if row is None:
            raise NotFound("assignment")
        row.valid_to = timezone.localdate()
        row.save(update_fields=["valid_to"])
        _audit(actor, unit_id, "end_assignment", row.teacher_id, f"{row.class_group.name} {row.subject.code}")


def set_homeroom(*, actor: Actor, unit_id: int, class_group_id: int, user_id: int | None) -> None:
    """The homeroom teacher of a class, or nobody. Raises `PermissionRefused`, `NotFound("teacher"|"class")`."""
    require_office(actor, unit_id, "set_homeroom")
    with transaction.atomic(), context.scope((unit_id,), user=actor.user_id):
        group = _group(unit_id, class_group_id)
        before = group.homeroom_teacher_id
        group.homeroom_teacher = _teacher(unit_id, user_id) if user_id else None
        group.save(update_fields=["homeroom_teacher"])
        _audit(actor, unit_id, "set_homeroom", user_id or before or 0, group.name)
