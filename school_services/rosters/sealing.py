"""Sealed text: encrypted by the application, since the database must not read it. Keys come from the environment.

`RECORDS_KEYS`: Fernet keys, the newest first; text sealed under an older one still opens, and is sealed anew when it is
next written. A fingerprint finds an equal text without opening any.
"""

from __future__ import annotations

import hashlib
import hmac
from functools import cache

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings

from school_services.errors import Conflict


@cache
def _box(keys: tuple[str, ...]) -> MultiFernet:
    return MultiFernet([Fernet(key) for key in keys])


def seal(text: str) -> str:
    return _box(tuple(settings.RECORDS_KEYS)).encrypt(text.encode()).decode()


def open_sealed(token: str) -> str:
    """The text. Raises `Conflict("key_missing")` when no key of the environment opens it."""
    try:
        return _box(tuple(settings.RECORDS_KEYS)).decrypt(token.encode()).decode()
    except InvalidToken:
        raise Conflict("key_missing") from None


def fingerprint(text: str, purpose: str) -> str:
    """Equal for equal texts under the oldest key, which is kept for this; of no use without it."""
    key = settings.RECORDS_KEYS[-1].encode()
    return hmac.new(key, f"{purpose}:{text}".encode(), hashlib.sha256).hexdigest()
