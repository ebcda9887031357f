"""Everything with a key carries the portal, in one file: cache, media, locks, tokens, task envelopes.

Each function raises `NoPortal` outside a portal. What belongs to the platform says so by name (`global_…`).
"""

from __future__ import annotations

import hashlib
from typing import Any

from django.core import signing

from . import context

GLOBAL_PREFIX = "global:"


def make_key(key: str, key_prefix: str, version: int) -> str:
    """`KEY_FUNCTION` of every cache. A key that starts with `global:` is the platform's, by explicit choice."""
    if key.startswith(GLOBAL_PREFIX):
        return f"{key_prefix}:{version}:{key}"
    return f"{key_prefix}:{context.require_portal().uid}:{version}:{key}"


def media_prefix() -> str:
    """Folder of the current portal's files; by uid, so that a rename moves nothing."""
    return f"t/{context.require_portal().uid}"


def lock_id(name: str) -> int:
    """A 64-bit id for `pg_advisory_xact_lock`, of this portal alone."""
    return global_lock_id(f"{context.require_portal().uid}:{name}")


def global_lock_id(name: str) -> int:
    return int.from_bytes(hashlib.blake2b(name.encode(), digest_size=8).digest(), "big", signed=True)


def sign(value: Any, *, salt: str) -> str:
    """A signed, timestamped token that only this portal accepts."""
    return signing.dumps(value, salt=f"{salt}:{context.require_portal().uid}", compress=False)


def unsign(token: str, *, salt: str, max_age: int) -> Any:
    """Raises `signing.BadSignature` (also `SignatureExpired`) for a token of another portal, purpose or time."""
    return signing.loads(token, salt=f"{salt}:{context.require_portal().uid}", max_age=max_age)


def cache_tag(name: str) -> str:
    """A front-cache tag of this portal: purging it touches no other portal."""
    return f"p:{context.require_portal().uid}:{name}"


def portal_tag(uid: str) -> str:
    """The tag that every cached page of the portal carries."""
    return f"p:{uid}"
