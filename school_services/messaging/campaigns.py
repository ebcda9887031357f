"""Messages of a school to many: written, looked at with the number of people, approved, sent once.

A homeroom teacher writes to the own class and sends it alone. Wider circles, and whatever costs money, the principal
approves; nobody's wider message goes out unseen. An alert (storm, closure) is the principal's own.
"""

from __future__ import annotations

import datetime
from collections import Counter
from dataclasses import dataclass

from django.db import transaction
from django.db.models import Count, Q, QuerySet, Sum
from django.utils import timezone

from school_services.errors import Conflict, Invalid, NotFound, PermissionRefused
from school_services.identity import audit
from school_services.identity.actor import Actor
from school_services.identity.models import Role
from school_services.identity.selectors import units_below
from school_services.rosters.models import ClassGroup, Enrolment, Guardianship
from school_services.rosters.selectors import current_year
from tenants import context
from tenants.models import Unit

from . import outbox, sms, texts, wording
from .models import Campaign, Delivery, Message
from .rules import Channel, Kind

WRITERS = (Role.Kind.TEACHER, Role.Kind.PRINCIPAL, Role.Kind.REGISTRAR, Role.Kind.OFFICER)
OFFICE = (Role.Kind.PRINCIPAL, Role.Kind.REGISTRAR, Role.Kind.OFFICER)
HEADS = (Role.Kind.PRINCIPAL, Role.Kind.OFFICER)
TO_STAFF = (Campaign.Audience.STAFF, Campaign.Audience.SCHOOLS)
Audience = Campaign.Audience
State = Campaign.State


@dataclass(frozen=True, slots=True)
class Choice:
    """A circle that the actor may write to."""

    audience: str
    pk: int
    name: str


@dataclass(frozen=True, slots=True)
class Preview:
    """A campaign as it stands, with the number of people it goes to now and what it may cost at most."""

    campaign: Campaign
    circle: str
    people: int
    children: int
    unlinked: int
    sms_text: str
    sms_parts: int
    may_send: bool
    may_decide: bool
    figures: Figures | None


@dataclass(frozen=True, slots=True)
class Figures:
    """What became of a campaign that was sent."""

    people: int
    read: int
    by_channel: tuple[tuple[str, int, int, int, int], ...]  # channel, on the way, arrived or taken, failed, unknown
    cost: int


@dataclass(frozen=True, slots=True)
class Line:
    pk: int
    title: str
    circle: str
    state: str
    people: int
    read: int
    made_by: str
    made_at: datetime.datetime


def _require(actor: Actor, unit_id: int, action: str) -> None:
    if not actor.has(unit_id, *WRITERS):
        raise _refuse(actor, unit_id, action)


def _refuse(actor: Actor, unit_id: int, action: str) -> PermissionRefused:
    audit.record(actor=actor, action=action, unit_id=unit_id, subject="messaging.campaign", allowed=False)
    return PermissionRefused(action)


def choices(*, actor: Actor, unit_id: int) -> list[Choice]:
    """The circles that are the actor's to write to: own homeroom classes; for the office every circle. Two queries."""
    _require(actor, unit_id, "list_audiences")
    with context.scope((unit_id,), user=actor.user_id):
        rows = ClassGroup.objects.filter(unit_id=unit_id, year=current_year()).order_by("grade", "name")
        office = actor.has(unit_id, *OFFICE)
        if not office:
            rows = rows.filter(homeroom_teacher_id=actor.user_id)
        groups = list(rows.values_list("pk", "name", "grade"))
    found = [Choice(Audience.CLASS, pk, name) for pk, name, _ in groups]
    if office:
        found += [Choice(Audience.GRADE, grade, str(grade)) for grade in sorted({grade for _, _, grade in groups})]
        found += [Choice(Audience.SCHOOL, 0, "")] if groups else []
        found += [Choice(Audience.STAFF, 0, "")]
        if actor.has(unit_id, Role.Kind.OFFICER) and units_below(unit_id):
            found += [Choice(Audience.SCHOOLS, 0, "")]
    return found


def write(
    *, actor: Actor, unit_id: int, audience: str, circle: int, title: str, body: str, paid: bool, alert: bool = False
) -> int:
    """A draft. Raises `Invalid("audience"|"message_words")`, `PermissionRefused`."""
    allowed = {(choice.audience, choice.pk) for choice in choices(actor=actor, unit_id=unit_id)}
    if (audience, circle) not in allowed:
        raise Invalid("audience")
    if alert and not actor.has(unit_id, *HEADS):
        raise _refuse(actor, unit_id, "write_alert")
    kind = Kind.STAFF if audience in TO_STAFF else Kind.ALERT if alert else Kind.NOTICE
    try:
        wording.write(kind, {"truong": "x", "tieu_de": title, "noi_dung": body})
    except wording.Unfit:
        raise Invalid("message_words") from None
    with transaction.atomic(), context.scope((unit_id,), user=actor.user_id):
        row = Campaign.objects.create(
            unit_id=unit_id, audience=audience, kind=kind.value, title=" ".join(title.split()), body=body.strip(),
            class_group_id=circle if audience == Audience.CLASS else None,
            grade=circle if audience == Audience.GRADE else None, paid=paid or alert, made_by_id=actor.user_id,
        )  # fmt: skip
        audit.record(
            actor=actor, action="write_message", unit_id=unit_id, subject="messaging.campaign", subject_id=row.pk
        )
    return row.pk


def _people(row: Campaign) -> list[tuple[int, int | None]]:
    """(person, child) of a campaign's circle today, each person once; one or two queries."""
    if row.audience == Audience.STAFF:
        today = timezone.localdate()
        staff = Role.objects.filter(unit_id=row.unit_id, valid_from__lte=today).exclude(valid_to__lte=today)
        return [(user, None) for user in staff.order_by("user_id").values_list("user_id", flat=True).distinct()]
    if row.audience == Audience.SCHOOLS:
        return [(user, None) for user in _leaders(units_below(row.unit_id))]
    links = Guardianship.objects.filter(unit_id=row.unit_id, ended_at__isnull=True).filter(
        student__enrolments__in=_enrolments(row)
    )
    found: dict[int, int] = {}
    for user, student in links.order_by("user_id", "student_id").values_list("user_id", "student_id"):
        found.setdefault(user, student)
    return list(found.items())


def _leaders(units: tuple[int, ...]) -> list[int]:
    """Principals and offices of schools: who an office's word is for. Roles are no child's record."""
    today = timezone.localdate()
    with context.scope(units):
        rows = Role.objects.filter(
            unit_id__in=units, kind__in=(Role.Kind.PRINCIPAL, Role.Kind.REGISTRAR), valid_from__lte=today
        ).exclude(valid_to__lte=today)
        return list(rows.order_by("user_id").values_list("user_id", flat=True).distinct())


def _enrolments(row: Campaign) -> QuerySet[Enrolment]:
    rows = Enrolment.objects.filter(unit_id=row.unit_id, valid_to__isnull=True)
    if row.audience == Audience.CLASS:
        return rows.filter(class_group_id=row.class_group_id)
    if row.audience == Audience.GRADE:
        return rows.filter(class_group__grade=row.grade)
    return rows


def _find(actor: Actor, unit_id: int, pk: int, *, lock: bool = False) -> Campaign:
    """One's own campaign, any for the office. Raises `NotFound("campaign")`."""
    rows = Campaign.objects.filter(unit_id=unit_id, pk=pk)
    rows = rows.select_for_update(of=("self",)) if lock else rows.select_related("class_group", "made_by", "decided_by")
    if not actor.has(unit_id, *OFFICE):
        rows = rows.filter(made_by_id=actor.user_id)
    row = rows.first()
    if row is None:
        raise NotFound("campaign")
    return row


def _sends_alone(actor: Actor, row: Campaign) -> bool:
    """The principal, the officer; a homeroom teacher to the own class, as long as it costs nothing."""
    if actor.has(row.unit_id, *HEADS):
        return True
    group = row.class_group
    own = row.audience == Audience.CLASS and group is not None and group.homeroom_teacher_id == actor.user_id
    return own and not row.paid and row.made_by_id == actor.user_id


def preview(*, actor: Actor, unit_id: int, pk: int) -> Preview:
    """Ten queries whatever the circle. Raises `NotFound`, `PermissionRefused`."""
    _require(actor, unit_id, "read_message")
    with context.scope((unit_id,), user=actor.user_id):
        row = _find(actor, unit_id, pk)
        people = _people(row) if row.state != State.SENT else []
        children = linked = 0
        if row.audience not in TO_STAFF:
            rows = _enrolments(row)
            children = rows.values("student_id").distinct().count()
            linked = (
                rows.filter(student__guardianships__ended_at__isnull=True, student__guardianships__isnull=False)
                .values("student_id")
                .distinct()
                .count()
            )
        name = Unit.objects.values_list("name", flat=True).get(pk=unit_id)
        words = wording.write(Kind(row.kind), {"truong": name, "tieu_de": row.title, "noi_dung": row.body})
        return Preview(
            campaign=row,
            circle=texts.circle(row.audience, row.class_group.name if row.class_group else "", row.grade),
            people=len(people) if row.state != State.SENT else row.people,
            children=children,
            unlinked=children - linked,
            sms_text=words.sms if row.paid else "",
            sms_parts=sms.segments(words.sms).parts,
            may_send=row.state == State.DRAFT,
            may_decide=row.state == State.WAITING and actor.has(unit_id, *HEADS),
            figures=_figures(row) if row.state == State.SENT else None,
        )


def _figures(row: Campaign) -> Figures:
    told = Message.objects.filter(unit_id=row.unit_id, campaign=row)
    counts = told.aggregate(people=Count("pk"), read=Count("pk", filter=Q(read_at__isnull=False)))
    rows = Delivery.objects.filter(unit_id=row.unit_id, message__campaign=row).values_list("channel", "state")
    counted: Counter[tuple[str, str]] = Counter()
    for channel, state, number in rows.annotate(number=Count("pk")).order_by():
        counted[channel, state] += number
    cost = Delivery.objects.filter(unit_id=row.unit_id, message__campaign=row).aggregate(cost=Sum("cost"))["cost"] or 0
    states = Delivery.State
    return Figures(
        people=counts["people"],
        read=counts["read"],
        by_channel=tuple(
            (
                way.value,
                counted[way.value, states.WAITING] + counted[way.value, states.SENDING],
                counted[way.value, states.SENT] + counted[way.value, states.DELIVERED],
                counted[way.value, states.FAILED],
                counted[way.value, states.UNKNOWN],
            )
            for way in Channel
            if any(channel == way.value for channel, _ in counted)
        ),
        cost=cost,
    )


def submit(*, actor: Actor, unit_id: int, pk: int, people: int) -> bool:
    """Send, or ask the principal to; returns whether it went out. `people`: the number that the sender has read.

    Raises `Conflict("audience_changed")` when the circle has grown or shrunk since, `Conflict("campaign_decided")`,
    `NotFound`.
    """
    _require(actor, unit_id, "send_message")
    with transaction.atomic(), context.scope((unit_id,), user=actor.user_id):
        row = _find(actor, unit_id, pk, lock=True)
        if row.state != State.DRAFT:
            raise Conflict("campaign_decided")
        if not _sends_alone(actor, row):
            Campaign.objects.filter(unit_id=unit_id, pk=pk).update(state=State.WAITING)
            audit.record(
                actor=actor, action="ask_to_send", unit_id=unit_id, subject="messaging.campaign", subject_id=pk
            )
            return False
        _send(actor, row, people)
    return True


def decide(*, actor: Actor, unit_id: int, pk: int, approve: bool, people: int = 0, answer: str = "") -> None:
    """The principal sends what waits, or refuses with a word of why. Raises as `submit`; `Invalid("note_needed")`."""
    if not actor.has(unit_id, *HEADS):
        raise _refuse(actor, unit_id, "decide_message")
    if not approve and not answer.strip():
        raise Invalid("note_needed")
    with transaction.atomic(), context.scope((unit_id,), user=actor.user_id):
        row = _find(actor, unit_id, pk, lock=True)
        if row.state != State.WAITING:
            raise Conflict("campaign_decided")
        if approve:
            _send(actor, row, people)
            return
        Campaign.objects.filter(unit_id=unit_id, pk=pk).update(
            state=State.REFUSED, decided_by_id=actor.user_id, decided_at=timezone.now(), answer=answer.strip()[:300]
        )
        audit.record(
            actor=actor, action="refuse_message", unit_id=unit_id, subject="messaging.campaign", subject_id=pk,
            reason=answer,
        )  # fmt: skip


def _send(actor: Actor, row: Campaign, people: int) -> None:
    circle = _people(row)
    if len(circle) != people:
        raise Conflict("audience_changed")
    name = Unit.objects.values_list("name", flat=True).get(pk=row.unit_id)
    values = {"truong": name, "tieu_de": row.title, "noi_dung": row.body}
    outbox.send(
        unit_id=row.unit_id, kind=Kind(row.kind), key=f"campaign:{row.pk}", paid=row.paid, campaign_id=row.pk,
        recipients=[outbox.Recipient(user, values, student) for user, student in circle],
    )  # fmt: skip
    Campaign.objects.filter(unit_id=row.unit_id, pk=row.pk).update(
        state=State.SENT, people=len(circle), decided_by_id=actor.user_id, decided_at=timezone.now()
    )
    audit.record(
        actor=actor, action="send_message", unit_id=row.unit_id, subject="messaging.campaign", subject_id=row.pk,
        reason=f"{len(circle)}",
    )  # fmt: skip


def listed(*, actor: Actor, unit_id: int) -> list[Line]:
    """The newest hundred: one's own, for the office all; one query."""
    _require(actor, unit_id, "list_messages")
    with context.scope((unit_id,), user=actor.user_id):
        rows = Campaign.objects.filter(unit_id=unit_id)
        if not actor.has(unit_id, *OFFICE):
            rows = rows.filter(made_by_id=actor.user_id)
        rows = rows.annotate(read=Count("messages", filter=Q(messages__read_at__isnull=False)))
        return [
            Line(pk, title, texts.circle(audience, group or "", grade), state, people, read, by, at)
            for pk, title, audience, group, grade, state, people, read, by, at in rows.order_by("-pk").values_list(
                "pk", "title", "audience", "class_group__name", "grade", "state", "people", "read",
                "made_by__full_name", "made_at",
            )[:100]
        ]  # fmt: skip


def waiting(*, actor: Actor, unit_id: int) -> int:
    """How many wait for the principal."""
    if not actor.has(unit_id, *HEADS):
        return 0
    with context.scope((unit_id,), user=actor.user_id):
        return Campaign.objects.filter(unit_id=unit_id, state=State.WAITING).count()


def cost_of_month(*, actor: Actor, unit_id: int, day: datetime.date) -> dict[str, int]:
    """What the carriers took in the month of the day, by channel; every message, not campaigns alone."""
    _require(actor, unit_id, "read_cost")
    first = timezone.make_aware(datetime.datetime.combine(day.replace(day=1), datetime.time()))
    after = timezone.make_aware(
        datetime.datetime.combine((day.replace(day=1) + datetime.timedelta(days=32)).replace(day=1), datetime.time())
    )
    with context.scope((unit_id,), user=actor.user_id):
        rows = Delivery.objects.filter(unit_id=unit_id, cost__gt=0, next_at__gte=first, next_at__lt=after)
        return dict(rows.values_list("channel").annotate(cost=Sum("cost")).order_by("channel"))
