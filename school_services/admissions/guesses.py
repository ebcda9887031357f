"""Wrong guesses at published results: a stranger may not search a candidate's date of birth, nor close a number.

Three counts. One address has five guesses at one number, and a hundred altogether, in a quarter of an hour: that closes
the number for this address and for nobody else. A number that was guessed wrong eight times in a day, from anywhere,
has the slow path: an attempt waits twenty seconds for its ticket, which a family does once and a search cannot afford.
After thirty it opens by the code of the receipt alone (58 random bits: nobody guesses it, and it is never closed).
"""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass
from typing import TypeVar

from django.core import signing

from school_services.errors import Conflict
from school_services.identity import throttle
from school_services.identity.rules import network
from tenants import isolation

PER_PAIR, PER_ADDRESS, PAIR_SECONDS = 5, 100, 15 * 60
SLOW_FROM, CODE_FROM, DAY_SECONDS = 8, 30, 24 * 3600
WAIT_SECONDS, TICKET_SECONDS = 20, 15 * 60
SALT = "admissions.ticket"
_PAIR, _NUMBER, _CODE = "admissions.lookup", "admissions.lookup.number", "admissions.lookup.code"
Value = TypeVar("Value")
_MOST = 100_000  # numbers and addresses that a process remembers


@dataclass(frozen=True, slots=True)
class Guess:
    """Who asks for what: `key` names season and number."""

    key: str
    address: str
    ticket: str = ""

    @property
    def pair(self) -> str:
        return f"{self.key}@{network(self.address)}"


# What this process knows of closed pairs and slow numbers: a right answer costs no query. Another process learns of
# them with its own next wrong guess, which is counted in the database and answered accordingly.
_closed: dict[str, float] = {}
_slow: dict[str, tuple[float, int]] = {}
_lock = threading.Lock()


def forget() -> None:
    _closed.clear()
    _slow.clear()


def admit(guess: Guess) -> None:
    """Before the answer is looked for, right or wrong.

    Raises `Conflict`: "too_many_guesses" (this address), "slow_number" (with `ticket` and `wait`), "code_needed".
    """
    now = time.monotonic()
    if _closed.get(guess.pair, 0.0) > now:
        raise Conflict("too_many_guesses")
    until, wrong = _slow.get(guess.key, (0.0, 0))
    if until <= now:
        return
    if wrong >= CODE_FROM:
        raise Conflict("code_needed")
    wait = _left(guess)
    if wait > 0:
        raise Conflict("slow_number", ticket=guess.ticket if _issued(guess) else _ticket(guess), wait=wait)


def count(guess: Guess) -> None:
    """One wrong guess. Raises `Conflict` as `admit` does when it was one too many."""
    made = throttle.attempt(
        _PAIR, account=guess.pair, address=guess.address, per_account=PER_PAIR, per_address=PER_ADDRESS
    )
    if made is None:
        _remember(_closed, guess.pair, time.monotonic() + PAIR_SECONDS)
        raise Conflict("too_many_guesses")
    throttle.attempt(_NUMBER, account=guess.key, address="", per_account=CODE_FROM, window=DAY_SECONDS)
    wrong = throttle.failures(_NUMBER, account=guess.key, window=DAY_SECONDS)
    if wrong >= SLOW_FROM:
        _remember(_slow, guess.key, (time.monotonic() + DAY_SECONDS / 24, wrong))
        if wrong > SLOW_FROM and not guess.ticket:
            # This process did not know: the guess was not to be judged at all, and it was wrong.
            admit(guess)


def count_code(guess: Guess) -> None:
    """One wrong code of a receipt: by address alone, the number stays as it was."""
    if throttle.attempt(_CODE, account=guess.pair, address=guess.address, per_account=20) is None:
        raise Conflict("too_many_guesses")


def _remember(where: dict[str, Value], key: str, value: Value) -> None:
    with _lock:
        if len(where) > _MOST:
            where.clear()
        where[key] = value


def _ticket(guess: Guess) -> str:
    return isolation.sign([guess.pair, time.time()], salt=SALT)


def _issued(guess: Guess) -> float:
    """When the ticket was given for this number and address; 0.0 for none, another's, an old one."""
    try:
        pair, at = isolation.unsign(guess.ticket, salt=SALT, max_age=TICKET_SECONDS)
    except (signing.BadSignature, ValueError, TypeError):
        return 0.0
    return at if pair == guess.pair and isinstance(at, float) else 0.0


def _left(guess: Guess) -> int:
    """Seconds until the ticket counts."""
    issued = _issued(guess)
    return max(0, round(issued + WAIT_SECONDS - time.time())) if issued else WAIT_SECONDS
