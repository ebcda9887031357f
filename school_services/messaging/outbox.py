"""The one way for every service to tell people something: `send`, inside the caller's transaction.

The message stands in the inbox exactly if the caller's write committed; what leaves the house is planned and carried by
the worker (`dispatch`). The same event told twice is one message: (unit, key, recipient) is unique.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from django.utils import timezone

from school_services.rosters.models import Guardianship
from tenants import tasks

from . import rules, wording
from .models import Message
from .rules import Kind
from .tasks import dispatch

BATCH = 2000


@dataclass(frozen=True, slots=True)
class Recipient:
    """A person, the child it is about, and the variables of the wording for this person."""

    user_id: int
    values: Mapping[str, object] = field(repr=False)
    student_id: int | None = None


def send(
    *,
    unit_id: int,
    kind: Kind,
    key: str,
    recipients: Iterable[Recipient],
    paid: bool | None = None,
    campaign_id: int | None = None,
    due_at: datetime.datetime | None = None,
) -> int:
    """Tell each recipient once; returns how many are named. Inside the scope of the unit.

    `key` names the event, e.g. "absence:12:2026-11-23:S". `paid`: Zalo and SMS too, for who agreed; by default for
    urgent kinds. `due_at`: carried outside not before then. Raises `wording.Unfit`.
    """
    return send_each(
        unit_id=unit_id, kind=kind, notices=[(key, recipient) for recipient in recipients], paid=paid,
        campaign_id=campaign_id, due_at=due_at,
    )  # fmt: skip


def send_each(
    *,
    unit_id: int,
    kind: Kind,
    notices: Iterable[tuple[str, Recipient]],
    paid: bool | None = None,
    campaign_id: int | None = None,
    due_at: datetime.datetime | None = None,
) -> int:
    """Many events of one kind at once, each with its key; as `send`."""
    now = timezone.localtime()
    due = rules.due(due_at or now, safety=kind.safety)
    rows = []
    for key, recipient in notices:
        words = wording.write(kind, recipient.values)
        rows.append(
            Message(
                unit_id=unit_id, recipient_id=recipient.user_id, student_id=recipient.student_id,
                campaign_id=campaign_id, kind=kind.value, key=key[:80], title=words.title[:300], body=words.body,
                sms=words.sms, data=dict(words.data), paid=kind.urgent if paid is None else paid, made_at=now,
                due_at=due,
            )
        )  # fmt: skip
    if rows:
        Message.objects.bulk_create(rows, batch_size=BATCH, ignore_conflicts=True)
        wake(unit_id)
    return len(rows)


def wake(unit_id: int) -> None:
    """Let the worker look at this school's messages; one waiting task is enough for all."""
    tasks.defer(dispatch, queueing_lock=f"messaging.{unit_id}")


def families(unit_id: int, student_ids: Iterable[int]) -> list[tuple[int, int]]:
    """(student, guardian) of these students; one query inside the scope of the unit."""
    return list(
        Guardianship.objects.filter(unit_id=unit_id, student_id__in=list(student_ids), ended_at__isnull=True)
        .order_by("student_id", "pk")
        .values_list("student_id", "user_id")
    )
