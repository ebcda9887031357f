"""Whose register a member of staff may take, read and correct."""

from __future__ import annotations

from school_services.errors import NotFound, PermissionRefused
from school_services.identity import audit
from school_services.identity.actor import Actor
from school_services.identity.models import Role
from school_services.rosters.models import ClassGroup, TeachingAssignment

LEADERS = (Role.Kind.PRINCIPAL, Role.Kind.REGISTRAR)


def refuse(actor: Actor, unit_id: int, action: str, group_id: int | None = None) -> PermissionRefused:
    """The refusal, noted in the audit trail."""
    audit.record(
        actor=actor, action=action, unit_id=unit_id, subject="rosters.classgroup", subject_id=group_id, allowed=False
    )
    return PermissionRefused(action)


def class_for(actor: Actor, unit_id: int, group_id: int, action: str) -> ClassGroup:
    """The class, for its homeroom teacher, a teacher of one of its subjects, the principal and the office.

    Inside the scope of the unit. Raises `NotFound("class")`, `PermissionRefused`.
    """
    group = ClassGroup.objects.filter(unit_id=unit_id, pk=group_id).first()
    if group is None:
        raise NotFound("class")
    if actor.has(unit_id, *LEADERS) or leads(actor, group):
        return group
    teaches = TeachingAssignment.objects.filter(
        unit_id=unit_id, class_group=group, teacher_id=actor.user_id, valid_to__isnull=True
    )
    if actor.has(unit_id, Role.Kind.TEACHER) and teaches.exists():
        return group
    raise refuse(actor, unit_id, action, group_id)


def leads(actor: Actor, group: ClassGroup) -> bool:
    """Giáo viên chủ nhiệm of the class."""
    return actor.has(group.unit_id, Role.Kind.TEACHER) and group.homeroom_teacher_id == actor.user_id
