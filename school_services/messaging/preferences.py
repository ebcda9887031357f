"""What a person allows: Zalo and SMS after a yes, e-mail until a no. Each word is a row that stays as proof."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.core import signing
from django.urls import reverse

from school_services.errors import NotFound
from school_services.identity.actor import Actor
from school_services.rosters import selectors as rosters
from tenants import context
from tenants.models import Unit

from .models import Preference
from .rules import Channel

TEXT_VERSION = "2026-11"  # of the words on the page; new words are a new version
_SALT = "messaging.leave"


@dataclass(frozen=True, slots=True)
class School:
    """A school that writes to me, and what I allow it."""

    unit_id: int
    name: str
    allowed: dict[Channel, bool]


def schools(actor: Actor) -> list[School]:
    """The schools of the actor's children and of the actor's own roles; five queries whatever their number."""
    units = {child.unit_id for child in rosters.children(actor)} | set(actor.units())
    names = dict(Unit.objects.filter(pk__in=units).values_list("pk", "name"))
    with context.scope((), user=actor.user_id):
        rows = (
            Preference.objects.filter(user_id=actor.user_id, unit_id__in=units)
            .order_by("unit_id", "channel", "-pk")
            .distinct("unit_id", "channel")
            .values_list("unit_id", "channel", "allowed")
        )
        said = {(unit, Channel(channel)): allowed for unit, channel, allowed in rows}
    return [
        School(unit, names[unit], {way: said.get((unit, way), not way.paid) for way in Channel})
        for unit in sorted(names, key=names.__getitem__)
    ]


def say(*, actor: Actor, unit_id: int, wanted: dict[Channel, bool]) -> int:
    """Note what changed; returns how many. Raises `NotFound("school")` for a school that is not the actor's."""
    school = next((one for one in schools(actor) if one.unit_id == unit_id), None)
    if school is None:
        raise NotFound("school")
    changed = [way for way, allowed in wanted.items() if school.allowed[way] != allowed]
    with context.scope((unit_id,), user=actor.user_id):
        Preference.objects.bulk_create(
            Preference(
                unit_id=unit_id, user_id=actor.user_id, channel=way.value, allowed=wanted[way],
                text_version=TEXT_VERSION,
            )
            for way in changed
        )  # fmt: skip
    return len(changed)


def leave_path(unit_id: int, user_id: int, channel: Channel) -> str:
    """The way out that stands in every letter: works without a login, for one channel of one school."""
    return reverse("messaging:leave", args=[signing.dumps([unit_id, user_id, channel.value], salt=_SALT)])


def read_leave(token: str) -> tuple[int, int, Channel] | None:
    """What a way out is for; None for one that was not made here."""
    try:
        found: Any = signing.loads(token, salt=_SALT)
        return int(found[0]), int(found[1]), Channel(found[2])
    except (signing.BadSignature, ValueError, TypeError, IndexError):
        return None


def leave(token: str) -> bool:
    """Note a no. Twice is once; whether the token was ours."""
    found = read_leave(token)
    if found is None:
        return False
    unit_id, user_id, channel = found
    with context.scope((unit_id,), user=user_id):
        newest = Preference.objects.filter(unit_id=unit_id, user_id=user_id, channel=channel.value).order_by("-pk")
        if newest.values_list("allowed", flat=True).first() is not False:
            Preference.objects.create(
                unit_id=unit_id, user_id=user_id, channel=channel.value, allowed=False, said_by="link",
                text_version=TEXT_VERSION,
            )  # fmt: skip
    return True
