"""The generic webhook of other makers and of schools' own programs: JSON over HTTPS, signed. Pure.

`POST {"events": [{"pin": "1001", "at": "2026-11-23T06:52:10+07:00", "direction": "in"}]}`, at most 1000, with
`X-Timestamp` (Unix seconds, five minutes either way) and `X-Signature` = HMAC-SHA256 of `timestamp.body` in hex under
the device's key. Fields that are not named here are never read, whatever they hold.
"""

from __future__ import annotations

import datetime
import hashlib
import hmac
import json
from typing import Any

from .adms import LOCAL, PIN, Punch, Upload

MAX_EVENTS = 1000
WINDOW = 300  # seconds
_DIRECTIONS = {"in": 0, "out": 1}


def sign(key: str, timestamp: str, body: bytes) -> str:
    return hmac.new(key.encode(), timestamp.encode() + b"." + body, hashlib.sha256).hexdigest()


def signed(key: str, timestamp: str, signature: str, body: bytes, now: datetime.datetime) -> bool:
    """Whether the request is the device's own and of now."""
    if not (timestamp.isascii() and timestamp.isdigit() and len(timestamp) <= 11):
        return False
    if abs(now.timestamp() - int(timestamp)) > WINDOW:
        return False
    return hmac.compare_digest(sign(key, timestamp, body).encode(), signature.strip().lower().encode())


def parse(body: bytes) -> Upload | None:
    """The punches; None for what is no such document."""
    try:
        found = json.loads(body)
        events = found["events"]
    except (ValueError, TypeError, KeyError, RecursionError):
        return None
    if not isinstance(events, list) or len(events) > MAX_EVENTS:
        return None
    punches = [punch for punch in map(_punch, events) if punch is not None]
    return Upload(tuple(punches), len(events) - len(punches), len(events))


def _punch(event: Any) -> Punch | None:
    if not isinstance(event, dict):
        return None
    pin, at = str(event.get("pin", "")), str(event.get("at", ""))
    try:
        moment = datetime.datetime.fromisoformat(at)
    except ValueError:
        return None
    if moment.year <= 2000 or not PIN.fullmatch(pin):
        return None
    return Punch(pin, moment if moment.tzinfo else moment.replace(tzinfo=LOCAL),
                 _DIRECTIONS.get(str(event.get("direction")), 255))  # fmt: skip
