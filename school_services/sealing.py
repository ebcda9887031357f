"""Secrets at rest: personal numbers, merchants' secrets, signing keys. The database must not be able to read them.

AES-256-GCM, bound to the unit and the purpose: a sealed value copied to another unit's row does not open.
`RECORDS_KEYS`: keys from the environment, the newest first. It seals; an older one still opens what it sealed, until
that is next written.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import os
from functools import cache
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings


class Unreadable(Exception):
    """Sealed under a key that is not in the environment, for another unit or purpose, or changed."""


@cache
def _ciphers(keys: tuple[str, ...]) -> tuple[AESGCM, ...]:
    return tuple(AESGCM(base64.urlsafe_b64decode(key)) for key in keys)


def _bound_to(unit_id: int, purpose: str) -> bytes:
    return f"{unit_id}:{purpose}".encode()


def seal(values: dict[str, Any], *, unit_id: int, purpose: str) -> str:
    nonce = os.urandom(12)
    newest = _ciphers(tuple(settings.RECORDS_KEYS))[0]
    sealed = newest.encrypt(nonce, json.dumps(values).encode(), _bound_to(unit_id, purpose))
    return base64.b64encode(nonce + sealed).decode()


def unseal(text: str, *, unit_id: int, purpose: str) -> dict[str, Any]:
    """Raises `Unreadable`. An empty text holds nothing."""
    if not text:
        return {}
    try:
        raw = base64.b64decode(text, validate=True)
    except ValueError:
        raise Unreadable(purpose) from None
    for cipher in _ciphers(tuple(settings.RECORDS_KEYS)):
        try:
            values: dict[str, Any] = json.loads(cipher.decrypt(raw[:12], raw[12:], _bound_to(unit_id, purpose)))
        except (InvalidTag, ValueError):
            continue
        return values
    raise Unreadable(purpose)


def fingerprint(text: str, purpose: str) -> str:
    """Equal for equal texts, so that one is found without opening any. Under the oldest key, which is kept for this."""
    key = settings.RECORDS_KEYS[-1].encode()
    return hmac.new(key, f"{purpose}:{text}".encode(), hashlib.sha256).hexdigest()
