"""Logins and throttling in plain Python."""

from __future__ import annotations

import re

_PHONE = re.compile(r"^(?:\+?84|0)([35789][0-9]{8})$")

MAX_PER_ACCOUNT = 5
MAX_PER_ADDRESS = 30
WINDOW_SECONDS = 15 * 60


def normalise_phone(text: str) -> str | None:
    """Mobile number as 84xxxxxxxxx, or None (landlines and retired 11-digit numbers are refused)."""
    match = _PHONE.match(re.sub(r"[\s.\-()]", "", text))
    return f"84{match.group(1)}" if match else None


def normalise_login(text: str) -> str:
    """What a person types to log in: a phone in any spelling, else an e-mail in small letters."""
    return normalise_phone(text) or text.strip().lower()
