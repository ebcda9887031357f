"""The one interface to every provider: {create, verify_return, read_notice, query, refund}. No database here."""

from __future__ import annotations

import datetime
import json
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar

TIMEOUT = 15
MAX_ANSWER = 1_000_000


class BadNotice(Exception):
    """A notice that is not the provider's: `code` is signature or format."""

    def __init__(self, code: str) -> None:
        self.code = code
        super().__init__(code)


class ProviderFailed(Exception):
    """The provider refused or could not be reached; `code` is theirs, and the text holds no secret."""

    def __init__(self, code: str) -> None:
        self.code = code[:60]
        super().__init__(self.code)


@dataclass(frozen=True, slots=True)
class Credentials:
    """A merchant as an adapter needs it. `secrets` never shows in a repr."""

    config: Mapping[str, Any]
    secrets: Mapping[str, str] = field(repr=False)


@dataclass(frozen=True, slots=True)
class Order:
    """What is to be paid. `amount` in whole đồng; `info` is shown to the payer."""

    txn_ref: str
    amount: int
    info: str
    return_url: str
    notify_url: str
    address: str
    created: datetime.datetime
    expires: datetime.datetime
    provider_ref: str = ""


@dataclass(frozen=True, slots=True)
class Started:
    """How the payer goes on: a QR text to scan, or an address of the provider to open."""

    details: dict[str, str]
    provider_ref: str = ""


@dataclass(frozen=True, slots=True)
class Incoming:
    """A provider's request to us."""

    method: str
    params: Mapping[str, str]
    body: bytes
    headers: Mapping[str, str]

    def json(self) -> dict[str, Any]:
        """The body as a JSON object. Raises `BadNotice("format")`."""
        try:
            found = json.loads(self.body)
        except (ValueError, UnicodeDecodeError):
            raise BadNotice("format") from None
        if not isinstance(found, dict):
            raise BadNotice("format")
        return found


@dataclass(frozen=True, slots=True)
class Notice:
    """A verified word about an order. `paid` None: nothing to do (a reminder, an event of no interest)."""

    txn_ref: str
    provider_txn: str
    amount: int
    paid: bool | None
    content: str = ""


@dataclass(frozen=True, slots=True)
class Answered:
    status: int
    body: str = ""
    content_type: str = "application/json"


# What a notice came to: the adapters put it into the provider's words.
OK, DUPLICATE, UNKNOWN, WRONG_AMOUNT, SIGNATURE, FORMAT, ERROR = (
    "ok", "duplicate", "unknown", "amount", "signature", "format", "error",
)  # fmt: skip


class Provider:
    """Base of the adapters: what cannot be done raises `ProviderFailed("unsupported")`."""

    slug: ClassVar[str] = ""
    refunds: ClassVar[bool] = False

    def create(self, merchant: Credentials, order: Order) -> Started:
        raise ProviderFailed("unsupported")

    def peek(self, incoming: Incoming) -> str:
        """The order that a notice claims to be about, before anything is believed; "" when it names none."""
        raise BadNotice("format")

    def read_notice(self, merchant: Credentials, incoming: Incoming) -> Notice:
        """Verify and read. Raises `BadNotice`."""
        raise BadNotice("format")

    def verify_return(self, merchant: Credentials, params: Mapping[str, str]) -> bool:
        """Whether the payer's return is signed by the provider. It only displays; it never books."""
        return False

    def query(self, merchant: Credentials, order: Order) -> Notice | None:
        """Ask what became of an order; None while it is undecided. Raises `ProviderFailed`."""
        raise ProviderFailed("unsupported")

    def refund(self, merchant: Credentials, order: Order, *, amount: int, key: str, provider_txn: str) -> str:
        """Send money back; `key` makes it happen once. Returns the provider's id of it. Raises `ProviderFailed`."""
        raise ProviderFailed("unsupported")

    def answer(self, outcome: str) -> Answered:
        status = 200 if outcome in {OK, DUPLICATE} else 500 if outcome == ERROR else 400  # 500: say it again
        return Answered(status, json.dumps({"result": outcome}))


def post_json(url: str, values: Mapping[str, Any]) -> dict[str, Any]:
    """POST a JSON object over HTTPS (plain HTTP to this machine alone). Raises `ProviderFailed`."""
    parts = urllib.parse.urlsplit(url)
    if parts.scheme != "https" and parts.hostname not in {"localhost", "127.0.0.1"}:
        raise ProviderFailed("not_https")
    request = urllib.request.Request(  # noqa: S310 - the scheme was checked above
        url, json.dumps(values).encode(), {"Content-Type": "application/json; charset=utf-8"}
    )
    try:
        with urllib.request.urlopen(request, timeout=TIMEOUT) as answer:  # noqa: S310
            found = json.loads(answer.read(MAX_ANSWER))
    except urllib.error.HTTPError as error:
        raise ProviderFailed(f"http_{error.code}") from None
    except (OSError, ValueError):
        raise ProviderFailed("unreachable") from None
    if not isinstance(found, dict):
        raise ProviderFailed("format")
    return found


def whole(value: Any) -> int:
    """An amount as a provider writes it, whole đồng. Raises `BadNotice("format")`."""
    text = str(value)
    if not (text.isascii() and text.isdigit()) or len(text) > 15:
        raise BadNotice("format")
    return int(text)
