"""The one interface to carriers: send one text to one phone, say what became of it. No database here."""

from __future__ import annotations

import json
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from school_services.messaging.rules import Outcome, Result

TIMEOUT = 15
MAX_ANSWER = 100_000


class Refused(Exception):
    """The carrier gave no token, or a receipt is not its own; the text holds no secret."""


@dataclass(frozen=True, slots=True)
class Account:
    """A carrier's account as an adapter needs it. `secrets` never shows in a repr."""

    config: Mapping[str, Any]
    secrets: Mapping[str, str] = field(repr=False)


@dataclass(frozen=True, slots=True)
class Parcel:
    """One message to one phone. `client_id`: our name for it, the same at every attempt."""

    phone: str
    client_id: str
    kind: str
    text: str
    data: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Receipt:
    """What became of a delivery; `ok` False: it will not arrive."""

    client_id: str
    provider_id: str
    ok: bool
    error: str = ""


class Provider:
    def send(self, account: Account, parcel: Parcel) -> Outcome:
        raise NotImplementedError

    def renew(self, config: Mapping[str, Any], secrets: Mapping[str, str]) -> dict[str, str]:
        """New secrets in place of an expired token. Raises `Refused`."""
        raise Refused("unsupported")

    def read_receipt(self, account: Account, body: bytes, headers: Mapping[str, str]) -> Receipt | None:
        """A delivery report, verified; None: of no interest. Raises `Refused`."""
        raise Refused("unsupported")


def post(url: str, body: bytes, headers: Mapping[str, str]) -> dict[str, Any] | Outcome:
    """POST over HTTPS (plain HTTP to this machine alone): the carrier's JSON object, or what its silence means.

    Nobody there, or a clear “not now” (429): certainly not taken. A broken line, 5xx or an answer that cannot be read
    may hide a message that was taken.
    """
    parts = urllib.parse.urlsplit(url)
    if parts.scheme != "https" and not (parts.scheme == "http" and parts.hostname in {"localhost", "127.0.0.1"}):
        return Outcome(Result.FAILED, error="not_https")
    request = urllib.request.Request(url, body, dict(headers))  # noqa: S310 - the scheme was checked above
    try:
        with urllib.request.urlopen(request, timeout=TIMEOUT) as answer:  # noqa: S310
            found = json.loads(answer.read(MAX_ANSWER))
    except urllib.error.HTTPError as error:
        if error.code == 429:
            return Outcome(Result.RETRY, error="http_429")
        return Outcome(Result.UNKNOWN if error.code >= 500 else Result.FAILED, error=f"http_{error.code}")
    except urllib.error.URLError as error:
        refused = isinstance(error.reason, ConnectionRefusedError)
        return Outcome(Result.RETRY if refused else Result.UNKNOWN, error="unreachable" if refused else "broken")
    except (OSError, ValueError):
        return Outcome(Result.UNKNOWN, error="broken")
    return found if isinstance(found, dict) else Outcome(Result.UNKNOWN, error="format")
