"""Zalo ZNS: messages from templates that Zalo approved, to a phone number.

POST {api}/message/template with `access_token`; `error` 0 is taken. −124: the token has expired; −118, −119, −139: this
phone cannot be reached by Zalo. The access token lives a day; its refresh token works once.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import urllib.parse
from collections.abc import Mapping
from typing import Any

from school_services.messaging.rules import Outcome, Result

from .base import Account, Parcel, Provider, Receipt, Refused, post

API = "https://business.openapi.zalo.me"
OAUTH = "https://oauth.zaloapp.com"
EXPIRED = -124
NOT_NOW = {-32, -144, -147}  # rate and daily quota


class Zalo(Provider):
    def send(self, account: Account, parcel: Parcel) -> Outcome:
        template = account.config.get("templates", {}).get(parcel.kind)
        if not template:
            return Outcome(Result.FAILED, error="no_template")
        body = {
            "phone": parcel.phone,
            "template_id": str(template),
            "template_data": dict(parcel.data),
            "tracking_id": parcel.client_id,
        }
        if account.config.get("development"):
            body["mode"] = "development"
        headers = {"access_token": account.secrets.get("access_token", ""), "Content-Type": "application/json"}
        url = f"{account.config.get('api', API)}/message/template"
        return _read(post(url, json.dumps(body).encode(), headers))

    def renew(self, config: Mapping[str, Any], secrets: Mapping[str, str]) -> dict[str, str]:
        form = {
            "refresh_token": secrets.get("refresh_token", ""),
            "app_id": str(config.get("app_id", "")),
            "grant_type": "refresh_token",
        }
        headers = {
            "secret_key": secrets.get("secret_key", ""),
            "Content-Type": "application/x-www-form-urlencoded",
        }
        url = f"{config.get('oauth', OAUTH)}/v4/oa/access_token"
        found = post(url, urllib.parse.urlencode(form).encode(), headers)
        if not isinstance(found, dict) or not found.get("access_token") or not found.get("refresh_token"):
            raise Refused("token")
        return {"access_token": str(found["access_token"]), "refresh_token": str(found["refresh_token"])}

    def read_receipt(self, account: Account, body: bytes, headers: Mapping[str, str]) -> Receipt | None:
        """Webhook `user_received_message`, signed: mac = sha256(app id + body + timestamp + the OA's secret key)."""
        try:
            found = json.loads(body)
            stamp = str(found["timestamp"])
        except (ValueError, TypeError, KeyError):
            raise Refused("format") from None
        signed = f"{account.config.get('app_id', '')}".encode() + body + stamp.encode()
        mac = hashlib.sha256(signed + account.secrets.get("webhook_key", "").encode()).hexdigest()
        given = headers.get("X-ZEvent-Signature", "").removeprefix("mac=").strip()
        if not account.secrets.get("webhook_key") or not hmac.compare_digest(mac.encode(), given.encode()):
            raise Refused("signature")
        if found.get("event_name") != "user_received_message":
            return None
        message = found.get("message") or {}
        return Receipt(str(message.get("tracking_id", "")), str(message.get("msg_id", "")), ok=True)


def _read(found: dict[str, Any] | Outcome) -> Outcome:
    if isinstance(found, Outcome):
        return found
    code = found.get("error")
    if code == 0:
        data = found.get("data")
        return Outcome(Result.SENT, str(data.get("msg_id", ""))[:80] if isinstance(data, dict) else "")
    if not isinstance(code, int):
        return Outcome(Result.UNKNOWN, error="format")
    return Outcome(Result.RETRY if code == EXPIRED or code in NOT_NOW else Result.FAILED, error=f"zalo{code}")


def expired(outcome: Outcome) -> bool:
    return outcome.error == f"zalo{EXPIRED}"
