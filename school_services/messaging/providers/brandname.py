"""SMS brandname over a carrier's JSON gateway. Carriers differ in names, not in kind: the account's `fields` maps ours
to theirs, and `ok` says which answer means taken.

Every request carries our `client_id`; a carrier answers the first result for a repeated one. Signed by HMAC-SHA256 of
the body (header X-Signature) with the shared key; reports come back signed alike.
"""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Mapping

from school_services.messaging.rules import Outcome, Result

from .base import Account, Parcel, Provider, Receipt, Refused, post

FIELDS = {"client_id": "client_id", "phone": "phone", "text": "text", "brandname": "brandname", "type": "type"}


def signature(key: str, body: bytes) -> str:
    return hmac.new(key.encode(), body, hashlib.sha256).hexdigest()


class Brandname(Provider):
    def send(self, account: Account, parcel: Parcel) -> Outcome:
        values = {
            "client_id": parcel.client_id,
            "phone": parcel.phone,
            "text": parcel.text,
            "brandname": account.config.get("brandname", ""),
            "type": "DH" if parcel.kind == "staff" else "CSKH",
        }
        names = {**FIELDS, **account.config.get("fields", {})}
        body = json.dumps({names[name]: value for name, value in values.items()}).encode()
        headers = {
            "Content-Type": "application/json",
            "X-Signature": signature(account.secrets.get("key", ""), body),
        }
        found = post(str(account.config.get("url", "")), body, headers)
        if isinstance(found, Outcome):
            # The carrier knows our id: asked again it answers with the first result, whatever that was.
            again = found.result is Result.UNKNOWN
            return Outcome(Result.RETRY, error=found.error, maybe=True) if again else found
        status = str(found.get("status", ""))
        if status == str(account.config.get("ok", "ok")):
            return Outcome(Result.SENT, str(found.get("id", ""))[:80])
        if status == "busy":
            return Outcome(Result.RETRY, error="busy")
        return Outcome(Result.FAILED, error=f"sms_{status}"[:60])

    def read_receipt(self, account: Account, body: bytes, headers: Mapping[str, str]) -> Receipt | None:
        key = account.secrets.get("key", "")
        if not key or not hmac.compare_digest(signature(key, body).encode(), headers.get("X-Signature", "").encode()):
            raise Refused("signature")
        try:
            found = json.loads(body)
            return Receipt(
                str(found["client_id"]),
                str(found.get("id", "")),
                ok=found.get("status") == "delivered",
                error=str(found.get("status", ""))[:40],
            )
        except (ValueError, TypeError, KeyError):
            raise Refused("format") from None
