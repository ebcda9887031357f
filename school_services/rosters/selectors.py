"""Reads of rosters: finished, frozen values."""

from __future__ import annotations

from dataclasses import dataclass

from school_services.errors import NotFound
from school_services.identity.actor import Actor
from tenants import context

from .models import Enrolment, Guardianship


@dataclass(frozen=True, slots=True)
class Child:
    """A child of the acting guardian, with the class of today."""

    student_id: int
    unit_id: int
    unit_name: str
    full_name: str
    class_name: str
    class_group_id: int | None
    seen_at: object | None
    link_id: int


def children(actor: Actor, *, unit_ids: tuple[int, ...] | None = None) -> list[Child]:
    """The actor's children, of all schools or of these units; three queries whatever the number.

    The links are visible by `app.user`; the records only inside the units of the links.
    """
    with context.scope((), user=actor.user_id):
        links = list(
            Guardianship.objects.filter(user_id=actor.user_id, ended_at__isnull=True).values_list(
                "pk", "student_id", "unit_id", "seen_at"
            )
        )
    if unit_ids is not None:
        links = [link for link in links if link[2] in unit_ids]
    if not links:
        return []
    by_student = {student: (pk, unit, seen) for pk, student, unit, seen in links}
    with context.scope({unit for _, _, unit, _ in links}, user=actor.user_id):
        rows = (
            Enrolment.objects.filter(
                unit_id__in={unit for _, _, unit, _ in links}, student_id__in=list(by_student), valid_to__isnull=True
            )
            .order_by("student__birth_date", "student_id")
            .values_list(
                "student_id",
                "student__unit_id",
                "student__unit__name",
                "student__full_name",
                "class_group__name",
                "class_group_id",
            )
        )
        return [
            Child(*row, seen_at=by_student[row[0]][2], link_id=by_student[row[0]][0])
            for row in rows
            if by_student[row[0]][1] == row[1]
        ]


def child(actor: Actor, student_id: int) -> Child:
    """One child of the actor. Raises `NotFound` for absent and for somebody else's alike."""
    for found in children(actor):
        if found.student_id == student_id:
            return found
    raise NotFound("student")
