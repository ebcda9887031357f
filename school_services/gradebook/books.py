"""The books that a teacher of primary or preschool children owes in a period: one line a class and subject or area."""

from __future__ import annotations

import datetime
from dataclasses import dataclass

from django.db.models import Count, Q

from school_services.identity.actor import Actor
from school_services.identity.models import Role
from school_services.rosters.models import ClassGroup, Enrolment, TeachingAssignment, Term
from tenants import context

from . import primary_rules, words
from .models import Remark
from .primary_rules import Period

LAST_PRIMARY_GRADE = 5
_TOPICS = {
    "PHAM_CHAT": primary_rules.QUALITIES,
    "NANG_LUC": primary_rules.GENERAL_ABILITIES + primary_rules.SPECIFIC_ABILITIES,
    "LINH_VUC": tuple(words.AREAS),
}


@dataclass(frozen=True, slots=True)
class Book:
    """`missing`: cells of the sheet without a level or words; `unpublished`: those that families do not see yet."""

    class_group_id: int
    class_name: str
    topic: str
    name: str
    missing: int
    unpublished: int


def current_period(term: Term, today: datetime.date) -> Period:
    """The middle of the term until two thirds of it are over, then its end."""
    late = today >= term.starts + (term.ends - term.starts) * 2 / 3
    if term.number == 1:
        return Period.END_FIRST if late else Period.MID_FIRST
    return Period.END_YEAR if late else Period.MID_SECOND


def books(*, actor: Actor, unit_id: int, term: Term, period: Period) -> list[Book]:
    """What the actor writes (all of the school for the principal), and what is missing; four queries."""
    principal = actor.has(unit_id, Role.Kind.PRINCIPAL)
    with context.scope((unit_id,), user=actor.user_id):
        groups = ClassGroup.objects.filter(unit_id=unit_id, year_id=term.year_id, grade__lte=LAST_PRIMARY_GRADE)
        homeroom = groups if principal else groups.filter(homeroom_teacher_id=actor.user_id)
        taught = TeachingAssignment.objects.filter(unit_id=unit_id, class_group__in=groups, valid_to__isnull=True)
        if not principal:
            taught = taught.filter(teacher_id=actor.user_id)
        lines: list[tuple[int, str, str, str, tuple[str, ...]]] = [
            (group, name, code, subject, (code,))
            for group, name, code, subject in taught.order_by(
                "class_group__grade", "class_group__name", "subject__place"
            )
            .values_list("class_group_id", "class_group__name", "subject__code", "subject__name")
            .distinct()
        ]
        for group, name, grade in homeroom.order_by("grade", "name").values_list("pk", "name", "grade"):
            for topic in ("PHAM_CHAT", "NANG_LUC") if grade else ("LINH_VUC",):
                lines.append((group, name, topic, str(words.TOPICS[topic]), _TOPICS[topic]))
        ids = {line[0] for line in lines}
        sizes = dict(
            Enrolment.objects.filter(unit_id=unit_id, class_group_id__in=ids, valid_to__isnull=True)
            .values_list("class_group_id")
            .annotate(Count("pk"))
        )
        rows = Remark.objects.filter(
            unit_id=unit_id, class_group_id__in=ids, period=period, superseded_at__isnull=True
        ).values_list("class_group_id", "item")
        hidden = Count("pk", filter=Q(published_at__isnull=True))
        cells = {
            (group, item): (count, unseen)
            for group, item, count, unseen in rows.annotate(all=Count("pk"), unseen=hidden)
        }
    none = (0, 0)
    return [
        Book(
            group,
            class_name,
            topic,
            name,
            max(0, sizes.get(group, 0) * len(items) - sum(cells.get((group, item), none)[0] for item in items)),
            sum(cells.get((group, item), none)[1] for item in items),
        )
        for group, class_name, topic, name, items in lines
    ]
