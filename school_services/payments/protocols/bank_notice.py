"""A bank's credit notice as a webhook: JSON signed by HMAC-SHA256 over the raw body, in `X-Signature`.

Banks and collectors differ in names; this is the shape their connectors are translated to:
{"id", "account", "amount" (whole đồng), "content", "time" (ISO 8601), "payer"}.
"""

from __future__ import annotations

import hashlib
import hmac


def sign(secret: str, body: bytes) -> str:
    return hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()


def verify(secret: str, body: bytes, signature: str) -> bool:
    return hmac.compare_digest(sign(secret, body).encode(), signature.lower().encode())
