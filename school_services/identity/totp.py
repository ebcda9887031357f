"""Time-based one-time passwords (RFC 6238) and recovery codes, in plain Python."""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
import struct
from urllib.parse import quote, urlencode

STEP_SECONDS = 30
DIGITS = 6
WINDOW = 1  # steps before and after now: clocks of phones go wrong by half a minute
SECRET_BYTES = 20
RECOVERY_CODES = 10
_RECOVERY_ALPHABET = "23456789abcdefghjkmnpqrstvwxyz"


def new_secret() -> bytes:
    return secrets.token_bytes(SECRET_BYTES)


def as_text(secret: bytes) -> str:
    """Base32 in groups of four, for who types it by hand."""
    text = base64.b32encode(secret).decode().rstrip("=")
    return " ".join(text[at : at + 4] for at in range(0, len(text), 4))


def code_at(secret: bytes, step: int, digits: int = DIGITS) -> str:
    """The password of a time step (RFC 4226 §5.3, HMAC-SHA-1)."""
    digest = hmac.new(secret, struct.pack(">Q", step), hashlib.sha1).digest()
    offset = digest[-1] & 0x0F
    number = struct.unpack(">I", digest[offset : offset + 4])[0] & 0x7FFFFFFF
    return str(number % 10**digits).zfill(digits)


def step_of(code: str, secret: bytes, now: float, after: int) -> int | None:
    """The time step that a code belongs to, or None. Steps up to `after` have been used: a code works once."""
    typed = "".join(letter for letter in code if letter in "0123456789")
    current = int(now) // STEP_SECONDS
    found = None
    for step in range(current - WINDOW, current + WINDOW + 1):
        if hmac.compare_digest(code_at(secret, step), typed) and step > after:
            found = step
    return found


def address(secret: bytes, *, account: str, issuer: str) -> str:
    """What the QR code holds (the key URI of authenticator apps)."""
    text = base64.b32encode(secret).decode().rstrip("=")
    query = urlencode({"secret": text, "issuer": issuer, "algorithm": "SHA1", "digits": DIGITS, "period": STEP_SECONDS})
    return f"otpauth://totp/{quote(issuer)}:{quote(account)}?{query}"


def new_recovery_codes() -> list[str]:
    """`abcd-efgh-jkmn`: 12 letters of 30 are 58 bits."""
    codes = []
    for _ in range(RECOVERY_CODES):
        letters = "".join(secrets.choice(_RECOVERY_ALPHABET) for _ in range(12))
        codes.append("-".join(letters[at : at + 4] for at in (0, 4, 8)))
    return codes


def normalise_recovery(typed: str) -> str:
    return "".join(letter for letter in typed.lower() if letter.isalnum())
