"""Questions of visitors in plain Python: tracking codes, deadlines, states."""

from __future__ import annotations

import datetime
import secrets
from collections.abc import Container

from school_services.rosters.day_rules import add_workdays

# No 0/O, 1/I/L, U: read aloud over the phone. 10 letters of 30 are 49 bits; guesses are throttled besides.
ALPHABET = "23456789ABCDEFGHJKMNPQRSTVWXYZ"
CODE_LENGTH = 10
ANSWER_WORKING_DAYS = 5
KEPT_DAYS = 365

NEW, ASSIGNED, ANSWERED, CLOSED = "new", "assigned", "answered", "closed"
OPEN = frozenset({NEW, ASSIGNED})
# What may be done in which state: an answered question may be answered anew (corrected), a closed one opened again.
STEPS: dict[str, frozenset[str]] = {
    "assign": frozenset({NEW, ASSIGNED}),
    "answer": frozenset({NEW, ASSIGNED, ANSWERED}),
    "close": frozenset({NEW, ASSIGNED}),
    "reopen": frozenset({CLOSED}),
    "publish": frozenset({ANSWERED}),
}


def new_code() -> str:
    """`ABCDE-FGHJK`."""
    letters = "".join(secrets.choice(ALPHABET) for _ in range(CODE_LENGTH))
    return f"{letters[:5]}-{letters[5:]}"


def normalise_code(typed: str) -> str:
    """What a person types as a code, in its stored form; "" for what cannot be one."""
    letters = "".join(letter for letter in typed.upper() if letter.isalnum())
    if len(letters) != CODE_LENGTH or any(letter not in ALPHABET for letter in letters):
        return ""
    return f"{letters[:5]}-{letters[5:]}"


def deadline(
    asked: datetime.date, working_days: int = ANSWER_WORKING_DAYS, holidays: Container[datetime.date] = ()
) -> datetime.date:
    """The day by which an answer is due."""
    return add_workdays(asked, working_days, holidays)


def erase_after(asked: datetime.date, kept_days: int = KEPT_DAYS) -> datetime.date:
    return asked + datetime.timedelta(days=kept_days)


def overdue(state: str, due: datetime.date, today: datetime.date) -> bool:
    return state in OPEN and due < today
