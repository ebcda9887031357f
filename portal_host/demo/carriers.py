"""The demo's carrier: an SMS gateway and Zalo, with the moods of real ones.

As real gateways do, it answers the first result for a repeated id. Messages live in memory; nobody is called.
"""

from __future__ import annotations

import hashlib
import hmac
import itertools
import json
import threading
import time
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import parse_qs

SMS_KEY = "demo-sms-key"
ZALO_KEY = "demo-oa-key"
ACCESS, REFRESH = "demo-access-0", "demo-refresh-0"


class Carrier:
    """`taken`: (channel, phone, client id, text) of every message that would have reached a phone.

    `moods`: called with (channel, phone, number of the request) → "", "busy", "broken" (no answer, not taken), "silent"
    (taken, no answer), "500", "unreachable" (no Zalo on this phone).
    """

    def __init__(self) -> None:
        self.url = ""
        self.taken: list[tuple[str, str, str, str]] = []
        self.moods: Callable[[str, str, int], str] = lambda channel, phone, number: ""
        self.access, self.refresh = ACCESS, REFRESH
        self.renewals = 0
        self._first: dict[tuple[str, str], dict[str, Any]] = {}
        self._numbers = itertools.count(1)
        self._lock = threading.Lock()

    def answer(self, path: str, body: bytes, headers: Mapping[str, str]) -> tuple[int, bytes]:
        """(HTTP status, body); status 0: the line breaks."""
        low = {name.lower(): value for name, value in headers.items()}
        if path == "/v4/oa/access_token":
            return self._renew(body)
        values = json.loads(body)
        if path == "/sms":
            expected = hmac.new(SMS_KEY.encode(), body, hashlib.sha256).hexdigest()
            if low.get("x-signature") != expected:
                return 401, b"{}"
            return self._take("sms", values["phone"], values["client_id"], values["text"])
        if path == "/message/template":
            if low.get("access_token") != self.access:
                return 200, json.dumps({"error": -124, "message": "Access token invalid"}).encode()
            text = json.dumps(values["template_data"], ensure_ascii=False)
            return self._take("zalo", values["phone"], values["tracking_id"], text)
        return 404, b"{}"

    def _take(self, channel: str, phone: str, client_id: str, text: str) -> tuple[int, bytes]:
        with self._lock:
            number = next(self._numbers)
            mood = self.moods(channel, phone, number)
            if mood == "busy":
                return (429, b"{}") if channel == "zalo" else (200, b'{"status": "busy"}')
            if mood == "broken":
                return 0, b""
            if mood == "500":
                return 500, b"oops"
            if mood == "unreachable":
                return 200, json.dumps({"error": -118} if channel == "zalo" else {"status": "no_subscriber"}).encode()
            key = (channel, client_id)
            # Zalo knows no repetition: a second request is a second message.
            if channel == "zalo" or key not in self._first:
                self.taken.append((channel, phone, client_id, text))
                name = f"{channel}{number}"
                self._first[key] = (
                    {"status": "ok", "id": name}
                    if channel == "sms"
                    else {
                        "error": 0,
                        "message": "Success",
                        "data": {"msg_id": name, "sent_time": str(int(time.time() * 1000)),
                                 "quota": {"dailyQuota": "500", "remainingQuota": "499"}},
                    }
                )  # fmt: skip
            return (0, b"") if mood == "silent" else (200, json.dumps(self._first[key]).encode())

    def _renew(self, body: bytes) -> tuple[int, bytes]:
        """A refresh token works once."""
        with self._lock:
            given = parse_qs(body.decode()).get("refresh_token", [""])[0]
            if given != self.refresh:
                return 200, json.dumps({"error": -14014, "error_name": "Invalid refresh token"}).encode()
            self.renewals += 1
            self.access, self.refresh = f"demo-access-{self.renewals}", f"demo-refresh-{self.renewals}"
            return 200, json.dumps({"access_token": self.access, "refresh_token": self.refresh}).encode()
