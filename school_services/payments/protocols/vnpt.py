"""VNPT Money: an assumed contract, because no public specification exists (docs/decisions, VNPT Money).

Requests and notices are JSON objects; `secure_code` is the HMAC-SHA256 hex of the values of the action's fields in
this order, joined by "|". Replace the field lists by the contract's when VNPT hands it over; the contract tests
(tests/payments/test_protocols.py) hold the samples.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping
from typing import Any

INIT = (
    "action", "version", "merchant_service_id", "merchant_order_id", "amount", "currency_code", "create_date",
    "desc", "return_url",
)  # fmt: skip
CONFIRM = (
    "action", "response_code", "merchant_service_id", "merchant_order_id", "amount", "currency_code",
    "vnptpay_transaction_id", "pay_date",
)  # fmt: skip
QUERY = ("action", "version", "merchant_service_id", "merchant_order_id", "create_date")
REFUND = (
    "action", "version", "merchant_service_id", "merchant_order_id", "vnptpay_transaction_id", "amount", "create_date",
)  # fmt: skip


def sign(secret: str, fields: tuple[str, ...], params: Mapping[str, Any]) -> str:
    data = "|".join(str(params.get(name, "")) for name in fields)
    return hmac.new(secret.encode(), data.encode(), hashlib.sha256).hexdigest()


def verify(secret: str, fields: tuple[str, ...], params: Mapping[str, Any]) -> bool:
    expected = sign(secret, fields, params)
    return hmac.compare_digest(expected.encode(), str(params.get("secure_code", "")).lower().encode())


def paid(params: Mapping[str, Any]) -> bool:
    return str(params.get("response_code")) == "00"
