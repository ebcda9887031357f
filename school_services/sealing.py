"""Secrets at rest: AES-256-GCM under a key from the environment (MONEY_KEY), bound to the unit and the purpose."""

from __future__ import annotations

import base64
import hashlib
import json
import os
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured


class Unreadable(Exception):
    """The value was sealed under another key, for another unit or purpose, or was changed."""


def _key() -> bytes:
    text = settings.ENVIRONMENT.money_key
    if text:
        return hashlib.sha256(text.encode()).digest()
    if settings.ENVIRONMENT.mode == "production":
        raise ImproperlyConfigured("MONEY_KEY is not set: merchants' secrets and signing keys cannot be kept")
    return hashlib.sha256(f"money:{settings.SECRET_KEY!s}".encode()).digest()


def seal(values: dict[str, Any], *, unit_id: int, purpose: str) -> str:
    nonce = os.urandom(12)
    data = json.dumps(values).encode()
    sealed = AESGCM(_key()).encrypt(nonce, data, f"{unit_id}:{purpose}".encode())
    return base64.b64encode(nonce + sealed).decode()


def unseal(text: str, *, unit_id: int, purpose: str) -> dict[str, Any]:
    """Raises `Unreadable`. An empty text holds nothing."""
    if not text:
        return {}
    try:
        raw = base64.b64decode(text)
        data = AESGCM(_key()).decrypt(raw[:12], raw[12:], f"{unit_id}:{purpose}".encode())
    except (InvalidTag, ValueError):
        raise Unreadable(purpose) from None
    values: dict[str, Any] = json.loads(data)
    return values
