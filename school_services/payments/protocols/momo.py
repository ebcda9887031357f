"""MoMo v2: HMAC-SHA256 over raw "key=value" pairs joined by "&"; fields in the order of the documentation."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping
from typing import Any

CREATE = (
    "accessKey", "amount", "extraData", "ipnUrl", "orderId", "orderInfo", "partnerCode", "redirectUrl", "requestId",
    "requestType",
)  # fmt: skip
NOTICE = (
    "accessKey", "amount", "extraData", "message", "orderId", "orderInfo", "orderType", "partnerCode", "payType",
    "requestId", "responseTime", "resultCode", "transId",
)  # fmt: skip
QUERY = ("accessKey", "orderId", "partnerCode", "requestId")
REFUND = ("accessKey", "amount", "description", "orderId", "partnerCode", "requestId", "transId")


def raw(fields: tuple[str, ...], params: Mapping[str, Any]) -> str:
    return "&".join(f"{name}={params.get(name, '')}" for name in fields)


def sign(secret: str, fields: tuple[str, ...], params: Mapping[str, Any]) -> str:
    return hmac.new(secret.encode(), raw(fields, params).encode(), hashlib.sha256).hexdigest()


def verify_notice(secret: str, access_key: str, params: Mapping[str, Any]) -> bool:
    expected = sign(secret, NOTICE, {**params, "accessKey": access_key})
    return hmac.compare_digest(expected.encode(), str(params.get("signature", "")).lower().encode())


def paid(params: Mapping[str, Any]) -> bool:
    return str(params.get("resultCode")) == "0"
