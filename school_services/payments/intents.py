"""The states of a payment intent and what a provider's word does to them. Pure Python."""

from __future__ import annotations

import datetime
import enum
from dataclasses import dataclass

QUERY_AFTER = datetime.timedelta(minutes=15)  # without a word for so long, the provider is asked


class State(enum.StrEnum):
    PENDING = "pending"
    PAID = "paid"
    FAILED = "failed"
    EXPIRED = "expired"
    REFUND_PART = "refund_part"
    REFUNDED = "refunded"


TOOK_MONEY = frozenset({State.PAID, State.REFUND_PART, State.REFUNDED})


@dataclass(frozen=True, slots=True)
class Step:
    """What follows from a notice: the new state, whether money is booked, and what the accountant is told."""

    state: State
    book: bool
    flag: str = ""


def on_success(state: State) -> Step:
    """Money arrived. It is always kept: after expiry or a failure it is flagged, a second time it becomes credit."""
    if state is State.PENDING:
        return Step(State.PAID, True)
    if state in TOOK_MONEY:
        return Step(state, True, "twice")
    return Step(State.PAID, True, "late")


def on_failure(state: State) -> Step:
    """A failure after a success changes nothing: notices come out of order."""
    return Step(State.FAILED if state in {State.PENDING, State.EXPIRED} else state, False)


def on_expiry(state: State) -> Step:
    return Step(State.EXPIRED if state is State.PENDING else state, False)


def on_refund(amount: int, refunded: int) -> State:
    """State after `refunded` of `amount` went back. Raises ValueError beyond the amount."""
    if not 0 < refunded <= amount:
        raise ValueError(f"{refunded} of {amount} cannot be refunded")
    return State.REFUNDED if refunded == amount else State.REFUND_PART
