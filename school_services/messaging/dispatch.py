"""From the outbox to the carriers, each message once.

Three steps, each its own transaction: plan (which ways a message may go), claim (mark a batch as being sent), settle
(what became of it). Between claim and settle no lock is held and the network is spoken to. A worker that dies there
leaves rows “being sent”; ten minutes later they are asked again where the carrier knows our id, and shown as unknown
where it does not. Nothing that may have arrived is sent again, and no next way is tried for it.
"""

from __future__ import annotations

import datetime
import time
import uuid
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

from django.db import transaction
from django.db.models import F, Q
from django.utils import timezone

from school_services.identity.models import User
from school_services.identity.rules import normalise_phone

from . import carriers, mail, rules, sms
from .models import Carrier, Delivery, Message, Preference
from .providers import PROVIDERS
from .providers.base import Account, Parcel, Refused
from .providers.zalo import expired
from .rules import Channel, Outcome, Result

BATCH = 500
LINES = 16  # requests to carriers at once
TURN = 45.0  # seconds of one turn of the worker
_STATES = {
    Result.SENT: Delivery.State.SENT,
    Result.FAILED: Delivery.State.FAILED,
    Result.UNKNOWN: Delivery.State.UNKNOWN,
}


@dataclass(slots=True)
class Accounts:
    """The carriers' accounts of a school, opened once a turn."""

    carriers: dict[Channel, Carrier]
    opened: dict[Channel, Account] = field(default_factory=dict)

    def of(self, channel: Channel) -> Account | None:
        carrier = self.carriers.get(channel)
        if carrier is None:
            return None
        if channel not in self.opened:
            self.opened[channel] = Account(carrier.config, carriers.secrets(carrier))
        return self.opened[channel]

    def price(self, channel: Channel) -> int:
        carrier = self.carriers.get(channel)
        return carrier.price if carrier else 0


def run(unit_id: int) -> bool:
    """One turn, inside the scope of the unit; whether something due is left."""
    until = time.monotonic() + TURN
    accounts = Accounts(carriers.usable(unit_id))
    while time.monotonic() < until:
        planned = plan(unit_id, accounts)
        carried = carry(unit_id, accounts)
        if not planned and not carried:
            return False
    return True


def plan(unit_id: int, accounts: Accounts) -> int:
    """Fix the ways of messages that are due, and open the first way of each; returns how many. Six queries."""
    now = timezone.now()
    with transaction.atomic():
        rows = list(
            Message.objects.select_for_update(skip_locked=True, of=("self",))
            .filter(unit_id=unit_id, planned_at__isnull=True, due_at__lte=now)
            .order_by("due_at", "pk")[:BATCH]
        )
        if not rows:
            return 0
        people = {row.recipient_id for row in rows}
        addresses = addresses_of(people)
        allowed = words_of(unit_id, people)
        usable = {Channel.EMAIL, *accounts.carriers}
        ways: dict[str, list[int]] = {}
        opened = []
        for row in rows:
            found = rules.route(
                paid=row.paid, addresses=addresses.get(row.recipient_id, {}).keys(),
                allowed=allowed.get(row.recipient_id, {}), usable=usable,
            ) if row.read_at is None else ()  # fmt: skip
            ways.setdefault(",".join(found[1:]), []).append(row.pk)
            if found:
                opened.append(_open(row, found[0], addresses[row.recipient_id][found[0]], now))
        for left, pks in ways.items():
            Message.objects.filter(unit_id=unit_id, pk__in=pks).update(planned_at=now, ways=left)
        Delivery.objects.bulk_create(opened, batch_size=BATCH, ignore_conflicts=True)
    return len(rows)


def _open(message: Message, channel: Channel, address: str, now: datetime.datetime) -> Delivery:
    text = message.body if channel is Channel.EMAIL else message.sms
    counted = sms.segments(text) if channel is Channel.SMS else None
    return Delivery(
        unit_id=message.unit_id, message_id=message.pk, channel=channel.value, address=address, text=text,
        client_id=f"{message.unit_id}-{uuid.uuid4().hex}", encoding=counted.encoding if counted else "",
        parts=counted.parts if counted else 1, next_at=now,
    )  # fmt: skip


def addresses_of(user_ids: set[int]) -> dict[int, dict[Channel, str]]:
    """Where each person can be reached outside: the phone of the account, its e-mail; active accounts alone."""
    found: dict[int, dict[Channel, str]] = {}
    rows = User.objects.filter(pk__in=user_ids, is_active=True).values_list("pk", "username", "phone", "email")
    for pk, username, phone, email in rows:
        ways = found.setdefault(pk, {})
        number = normalise_phone(phone or username)
        if number:
            ways[Channel.ZALO] = ways[Channel.SMS] = number
        if email or "@" in username:
            ways[Channel.EMAIL] = email or username
    return found


def words_of(unit_id: int, user_ids: set[int]) -> dict[int, dict[Channel, bool]]:
    """Each person's newest word on each channel; one query."""
    rows = (
        Preference.objects.filter(unit_id=unit_id, user_id__in=user_ids)
        .order_by("user_id", "channel", "-pk")
        .distinct("user_id", "channel")
        .values_list("user_id", "channel", "allowed")
    )
    found: dict[int, dict[Channel, bool]] = {}
    for user, channel, allowed in rows:
        found.setdefault(user, {})[Channel(channel)] = allowed
    return found


def carry(unit_id: int, accounts: Accounts) -> int:
    """Claim a batch, speak to the carriers, settle; returns how many were carried."""
    rows = _claim(unit_id)
    if rows:
        _settle(unit_id, rows, _speak(rows, accounts), accounts)
    return len(rows)


def _claim(unit_id: int) -> list[Delivery]:
    now = timezone.now()
    dead = Q(state=Delivery.State.SENDING, started_at__lt=now - rules.STALE_AFTER)
    with transaction.atomic():
        rows = list(
            Delivery.objects.select_for_update(skip_locked=True, of=("self",))
            .select_related("message")
            .filter(Q(state=Delivery.State.WAITING, next_at__lte=now) | dead, unit_id=unit_id)
            .order_by("next_at", "pk")[:BATCH]
        )
        lost = [row for row in rows if row.state == Delivery.State.SENDING and not _may_ask_again(row)]
        claimed = [row for row in rows if row not in lost]
        Delivery.objects.filter(unit_id=unit_id, pk__in=[row.pk for row in lost]).update(
            state=Delivery.State.UNKNOWN, error="sender_died"
        )
        Delivery.objects.filter(unit_id=unit_id, pk__in=[row.pk for row in claimed]).update(
            state=Delivery.State.SENDING, started_at=now, attempts=F("attempts") + 1
        )
    for row in claimed:
        row.attempts += 1
        row.maybe = row.maybe or row.state == Delivery.State.SENDING  # its sender died
    return claimed


def _may_ask_again(row: Delivery) -> bool:
    return rules.stale(Channel(row.channel)) is Result.RETRY


def _speak(rows: Sequence[Delivery], accounts: Accounts) -> list[Outcome]:
    """What the carriers say, in the order of the rows. No database in the threads."""
    letters = {place: row for place, row in enumerate(rows) if row.channel == Channel.EMAIL.value}
    results: dict[int, Outcome] = dict(zip(letters, mail.send(list(letters.values())), strict=True))
    phones = [(place, row) for place, row in enumerate(rows) if place not in letters]

    def one(row: Delivery) -> Outcome:
        channel = Channel(row.channel)
        account = accounts.of(channel)
        if account is None:
            return Outcome(Result.FAILED, error="no_account")
        parcel = Parcel(row.address, row.client_id, row.message.kind, row.text, row.message.data)
        return PROVIDERS[channel].send(account, parcel)

    for channel in {Channel(row.channel) for _, row in phones}:
        accounts.of(channel)  # opened here, not in the threads
    if phones:
        with ThreadPoolExecutor(LINES) as lines:
            found = list(lines.map(one, [row for _, row in phones]))
        results |= {place: outcome for (place, _), outcome in zip(phones, found, strict=True)}
    if any(map(expired, results.values())):
        _renew(accounts)
    return [results[place] for place in range(len(rows))]


def _renew(accounts: Accounts) -> None:
    """Zalo's token is over: a fresh one for the next turn; without one its messages go the next way in time."""
    account = accounts.opened.pop(Channel.ZALO, None)
    if account is not None:
        try:
            carriers.renew_token(accounts.carriers[Channel.ZALO], account.secrets.get("access_token", ""))
        except Refused:
            return
        accounts.carriers[Channel.ZALO].refresh_from_db(fields=["sealed"])


def _settle(unit_id: int, rows: Sequence[Delivery], outcomes: Sequence[Outcome], accounts: Accounts) -> None:
    now = timezone.now()
    failed = []
    for row, outcome in zip(rows, outcomes, strict=True):
        row.error, row.provider_id = outcome.error[:60], outcome.provider_id[:80]
        row.maybe = row.maybe or outcome.maybe
        pause = rules.wait(row.attempts) if outcome.result is Result.RETRY else None
        if pause is not None:
            row.state, row.next_at = Delivery.State.WAITING, now + pause
            continue
        given_up = Delivery.State.UNKNOWN if row.maybe else Delivery.State.FAILED
        row.state = _STATES.get(outcome.result, given_up)
        if row.state == Delivery.State.SENT:
            row.sent_at, row.cost = now, row.parts * accounts.price(Channel(row.channel))
        elif row.state == Delivery.State.FAILED:
            failed.append(row)
    with transaction.atomic():
        Delivery.objects.bulk_update(
            rows, ["state", "error", "provider_id", "next_at", "sent_at", "cost", "maybe"], batch_size=BATCH
        )
        next_way(unit_id, failed, now)


def next_way(unit_id: int, failed: Sequence[Delivery], now: datetime.datetime) -> None:
    """What failed for certain goes the next way its message has, unless it has been read meanwhile."""
    if not failed:
        return
    messages = list(
        Message.objects.select_for_update(of=("self",))
        .filter(unit_id=unit_id, pk__in={row.message_id for row in failed}, read_at__isnull=True)
        .exclude(ways="")
        .order_by("pk")
    )
    addresses = addresses_of({row.recipient_id for row in messages})
    opened = []
    for message in messages:
        way, _, message.ways = message.ways.partition(",")
        address = addresses.get(message.recipient_id, {}).get(Channel(way))
        if address:
            opened.append(_open(message, Channel(way), address, now))
    Message.objects.bulk_update(messages, ["ways"], batch_size=BATCH)
    Delivery.objects.bulk_create(opened, batch_size=BATCH, ignore_conflicts=True)


def units_with_due(now: datetime.datetime) -> list[int]:
    """Schools that have something to plan or carry, of those in scope: two queries for the whole fleet."""
    planned = Message.objects.filter(planned_at__isnull=True, due_at__lte=now).values_list("unit_id", flat=True)
    waiting = Delivery.objects.filter(
        Q(state=Delivery.State.WAITING, next_at__lte=now)
        | Q(state=Delivery.State.SENDING, started_at__lt=now - rules.STALE_AFTER)
    ).values_list("unit_id", flat=True)
    return sorted({*planned.distinct(), *waiting.distinct()})
