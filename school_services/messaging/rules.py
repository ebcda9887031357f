"""Which way a message goes, when, and what becomes of it. Pure.

The message itself stands in the person's inbox at once; a delivery carries it outside: Zalo, SMS or e-mail, one at a
time, the next one only when the one before has failed for certain. What may have arrived is never sent again.
"""

from __future__ import annotations

import datetime
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from enum import StrEnum

QUIET_FROM, QUIET_TO = datetime.time(21), datetime.time(6)
OPEN_FROM, OPEN_TO = datetime.time(7), datetime.time(17)
MAX_ATTEMPTS = 6
STALE_AFTER = datetime.timedelta(minutes=10)  # a sender that says nothing for so long has died
_FIRST_WAIT = datetime.timedelta(seconds=30)


class Channel(StrEnum):
    """Ways out of the house. What costs money goes to a phone and needs the person's consent."""

    ZALO = "zalo"
    SMS = "sms"
    EMAIL = "email"

    @property
    def paid(self) -> bool:
        return self is not Channel.EMAIL


class Kind(StrEnum):
    """What a message is about."""

    ABSENCE = "absence"
    LATE = "late"
    ARRIVAL = "arrival"
    WARNING = "warning"
    LEAVE = "leave"
    MARKS = "marks"
    FEES = "fees"
    NOTICE = "notice"
    THREAD = "thread"
    STAFF = "staff"
    ALERT = "alert"

    @property
    def safety(self) -> bool:
        """Does not wait for the morning."""
        return self is Kind.ALERT

    @property
    def urgent(self) -> bool:
        """Worth money by itself; anything else is paid for only where the school says so."""
        return self in {Kind.ABSENCE, Kind.ALERT}


class Result(StrEnum):
    """What a provider said, or did not say."""

    SENT = "sent"  # accepted; a receipt may follow
    FAILED = "failed"  # certainly not delivered, and never will be
    RETRY = "retry"  # certainly not accepted now
    UNKNOWN = "unknown"  # may have been accepted: never sent blindly again


@dataclass(frozen=True, slots=True)
class Outcome:
    """`maybe`: not clear whether it was taken, though it may be asked again (the carrier knows our id)."""

    result: Result
    provider_id: str = ""
    error: str = ""
    maybe: bool = False


def due(now: datetime.datetime, *, safety: bool) -> datetime.datetime:
    """When it may go out; `now` in the school's zone. Between 21:00 and 06:00 only safety does."""
    moment = now.timetz().replace(tzinfo=None)
    if safety or QUIET_TO <= moment < QUIET_FROM:
        return now
    day = now.date() + datetime.timedelta(days=1 if moment >= QUIET_FROM else 0)
    return datetime.datetime.combine(day, QUIET_TO, now.tzinfo)


def office_hour(now: datetime.datetime) -> datetime.datetime:
    """`now`, or when teachers are next at work: 7:00–17:00, Monday to Friday."""
    moment = now.timetz().replace(tzinfo=None)
    if now.weekday() < 5 and OPEN_FROM <= moment < OPEN_TO:
        return now
    day = now.date() if moment < OPEN_FROM else now.date() + datetime.timedelta(days=1)
    while day.weekday() >= 5:
        day += datetime.timedelta(days=1)
    return datetime.datetime.combine(day, OPEN_FROM, now.tzinfo)


def route(
    *, paid: bool, addresses: Collection[Channel], allowed: Mapping[Channel, bool], usable: Collection[Channel]
) -> tuple[Channel, ...]:
    """The ways to try, in order. `allowed`: the person's word on a channel; without one, e-mail goes and phones do not.

    `usable`: channels that the school has an account for; `addresses`: those the person can be reached by.
    """
    order = (Channel.ZALO, Channel.SMS, Channel.EMAIL) if paid else (Channel.EMAIL,)
    return tuple(way for way in order if way in addresses and way in usable and allowed.get(way, not way.paid))


def wait(attempts: int) -> datetime.timedelta | None:
    """Until the next attempt after `attempts` refusals: 30 s, 1, 2, 4, 8 minutes; None: no more."""
    return None if attempts >= MAX_ATTEMPTS else _FIRST_WAIT * 2 ** (attempts - 1)


def stale(channel: Channel) -> Result:
    """What to believe of a delivery whose sender died. An SMS provider knows our id and answers with the first result
    (§10.1): it is asked again. Zalo and mail servers do not: it may have arrived."""
    return Result.RETRY if channel is Channel.SMS else Result.UNKNOWN
