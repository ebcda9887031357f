"""Numbers of a school day, no person among them: how many came, how many meals to cook."""

from __future__ import annotations

import datetime
from collections import Counter
from dataclasses import dataclass

from django.db.models import Count

from school_services.errors import PermissionRefused
from school_services.identity import audit
from school_services.identity.actor import Actor
from school_services.identity.models import Role
from school_services.rosters.models import Enrolment
from tenants import context

from .models import Entry, LeaveRequest, Register
from .rules import State

COOKS = (Role.Kind.PRINCIPAL, Role.Kind.REGISTRAR, Role.Kind.ACCOUNTANT, Role.Kind.TEACHER)
FEW = 20  # a number of fewer children would say something of one of them


@dataclass(frozen=True, slots=True)
class Today:
    """`taken`: classes whose register of the session is in, of `classes`."""

    classes: int
    taken: int
    students: int
    present: int

    @property
    def percent(self) -> int:
        return round(100 * self.present / self.students) if self.students else 0


def public(unit_id: int, day: datetime.date, session: str) -> Today | None:
    """For everybody: only once every second class is in and there are enough children; three queries."""
    with context.scope((unit_id,)):
        rows = Enrolment.objects.filter(unit_id=unit_id, valid_to__isnull=True)
        sizes = dict(rows.values_list("class_group_id").annotate(number=Count("pk")))
        taken = set(
            Register.objects.filter(unit_id=unit_id, day=day, session=session).values_list("class_group_id", flat=True)
        ) & set(sizes)
        away = Entry.objects.filter(
            unit_id=unit_id, class_group_id__in=taken, day=day, session=session, superseded_at__isnull=True,
            state__in=[state.value for state in State if state.absent],
        ).count()  # fmt: skip
    students = sum(sizes[group] for group in taken)
    if students < FEW or len(taken) * 2 < len(sizes):
        return None
    return Today(len(sizes), len(taken), students, students - away)


@dataclass(frozen=True, slots=True)
class Meal:
    """`sure`: the register is in; without it only approved leaves are taken off."""

    class_name: str
    students: int
    away: int
    sure: bool

    @property
    def meals(self) -> int:
        return self.students - self.away


def meals(*, actor: Actor, unit_id: int, day: datetime.date) -> list[Meal]:
    """Portions of a day's noon, class by class; four queries. Raises `PermissionRefused`."""
    if not actor.has(unit_id, *COOKS):
        audit.record(actor=actor, action="count_meals", unit_id=unit_id, subject="attendance.register", allowed=False)
        raise PermissionRefused("count_meals")
    with context.scope((unit_id,), user=actor.user_id):
        rows = list(
            Enrolment.objects.filter(unit_id=unit_id, valid_from__lte=day)
            .exclude(valid_to__lte=day)
            .order_by("class_group__grade", "class_group__name")
            .values_list("student_id", "class_group_id", "class_group__name")
        )
        taken = set(
            Register.objects.filter(unit_id=unit_id, day=day, session="S").values_list("class_group_id", flat=True)
        )
        absent = set(
            Entry.objects.filter(
                unit_id=unit_id, day=day, session="S", superseded_at__isnull=True,
                state__in=[state.value for state in State if state.absent],
            ).values_list("student_id", flat=True)
        )  # fmt: skip
        on_leave = set(
            LeaveRequest.objects.filter(
                unit_id=unit_id, state=LeaveRequest.State.APPROVED, first_day__lte=day, last_day__gte=day,
                sessions__contains="S",
            ).values_list("student_id", flat=True)
        )  # fmt: skip
    names: dict[int, str] = {}
    sizes: Counter[int] = Counter()
    away: Counter[int] = Counter()
    for student, group, name in rows:
        names[group] = name
        sizes[group] += 1
        away[group] += student in (absent if group in taken else on_leave)
    return [Meal(name, sizes[group], away[group], group in taken) for group, name in names.items()]
