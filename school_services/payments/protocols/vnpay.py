"""VNPAY gateway 2.1.0: canonical string, HMAC-SHA512, the order of an IPN's checks, querydr and refund.

Amounts on the wire are đồng × 100. PHP's urlencode is Python's `quote_plus` as long as values keep to
`[A-Za-z0-9 .:_-]`, which `payload` guarantees for what we write.
"""

from __future__ import annotations

import datetime
import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote_plus

from .vietqr import plain

VERSION = "2.1.0"
_HASHES = ("vnp_SecureHash", "vnp_SecureHashType")
_HANOI = datetime.timezone(datetime.timedelta(hours=7))
QUERY_FIELDS = (
    "vnp_RequestId", "vnp_Version", "vnp_Command", "vnp_TmnCode", "vnp_TxnRef", "vnp_TransactionDate",
    "vnp_CreateDate", "vnp_IpAddr", "vnp_OrderInfo",
)  # fmt: skip
REFUND_FIELDS = (
    "vnp_RequestId", "vnp_Version", "vnp_Command", "vnp_TmnCode", "vnp_TransactionType", "vnp_TxnRef", "vnp_Amount",
    "vnp_TransactionNo", "vnp_TransactionDate", "vnp_CreateBy", "vnp_CreateDate", "vnp_IpAddr", "vnp_OrderInfo",
)  # fmt: skip
ANSWER_FIELDS = (
    "vnp_ResponseId", "vnp_Command", "vnp_ResponseCode", "vnp_Message", "vnp_TmnCode", "vnp_TxnRef", "vnp_Amount",
    "vnp_BankCode", "vnp_PayDate", "vnp_TransactionNo", "vnp_TransactionType", "vnp_TransactionStatus",
    "vnp_OrderInfo", "vnp_PromotionCode", "vnp_PromotionAmount",
)  # fmt: skip


def stamp(moment: datetime.datetime) -> str:
    """yyyyMMddHHmmss in GMT+7."""
    return moment.astimezone(_HANOI).strftime("%Y%m%d%H%M%S")


def hash_data(params: Mapping[str, Any]) -> str:
    """The canonical string: sorted keys, urlencoded, without the hashes and without empty values."""
    kept = {key: str(value) for key, value in params.items() if key not in _HASHES and str(value) != ""}
    return "&".join(f"{quote_plus(key)}={quote_plus(kept[key])}" for key in sorted(kept))


def digest(secret: str, data: str) -> str:
    return hmac.new(secret.encode(), data.encode(), hashlib.sha512).hexdigest()


def sign(secret: str, params: Mapping[str, Any]) -> str:
    return digest(secret, hash_data(params))


def verify(secret: str, params: Mapping[str, Any]) -> bool:
    """Constant time; hex of any case, as VNPAY's own samples compare. Every vnp_ field but the hashes is signed."""
    given = str(params.get("vnp_SecureHash", "")).lower().encode()
    signed = {key: value for key, value in params.items() if key.startswith("vnp_")}
    return hmac.compare_digest(sign(secret, signed).encode(), given)


def pay_params(
    *,
    tmn_code: str,
    secret: str,
    txn_ref: str,
    amount: int,
    info: str,
    return_url: str,
    address: str,
    created: datetime.datetime,
    expires: datetime.datetime,
    bank_code: str = "",
) -> dict[str, str]:
    """Signed parameters of the pay URL; `amount` in đồng."""
    params = {
        "vnp_Version": VERSION,
        "vnp_Command": "pay",
        "vnp_TmnCode": tmn_code,
        "vnp_Amount": str(amount * 100),
        "vnp_CurrCode": "VND",
        "vnp_Locale": "vn",
        "vnp_TxnRef": txn_ref,
        "vnp_OrderInfo": plain(info, 255).replace("/", " "),
        "vnp_OrderType": "other",
        "vnp_ReturnUrl": return_url,
        "vnp_IpAddr": address or "127.0.0.1",
        "vnp_CreateDate": stamp(created),
        "vnp_ExpireDate": stamp(expires),
    }
    if bank_code:
        params["vnp_BankCode"] = bank_code
    params["vnp_SecureHash"] = sign(secret, params)
    return params


def url(base: str, params: Mapping[str, str]) -> str:
    return f"{base}?{hash_data(params)}&vnp_SecureHash={params['vnp_SecureHash']}"


@dataclass(frozen=True, slots=True)
class Order:
    """What is known of an order: whole đồng, and whether its result is final."""

    amount: int
    final: bool


@dataclass(frozen=True, slots=True)
class Verdict:
    """The answer (RspCode, Message) and, where the notice is to be stored, whether it says paid."""

    code: str
    message: str
    paid: bool | None = None


def paid(params: Mapping[str, Any]) -> bool:
    return params.get("vnp_ResponseCode") == "00" and params.get("vnp_TransactionStatus") == "00"


def judge(secret: str, params: Mapping[str, Any], order: Order | None) -> Verdict:
    """An IPN in VNPAY's order of checks: signature, order, amount, final state."""
    if not verify(secret, params):
        return Verdict("97", "Invalid signature")
    if order is None:
        return Verdict("01", "Order not found")
    raw = str(params.get("vnp_Amount", ""))
    if not (raw.isascii() and raw.isdigit()) or int(raw) != order.amount * 100:
        return Verdict("04", "Invalid amount")
    if order.final:
        return Verdict("02", "Order already confirmed")
    return Verdict("00", "Confirm Success", paid(params))


def piped(fields: tuple[str, ...], params: Mapping[str, Any]) -> str:
    return "|".join(str(params.get(name, "")) for name in fields)


def signed_query(secret: str, params: Mapping[str, str]) -> dict[str, str]:
    return {**params, "vnp_SecureHash": digest(secret, piped(QUERY_FIELDS, params))}


def signed_refund(secret: str, params: Mapping[str, str]) -> dict[str, str]:
    return {**params, "vnp_SecureHash": digest(secret, piped(REFUND_FIELDS, params))}


def verify_answer(secret: str, params: Mapping[str, Any]) -> bool:
    """The answer of querydr and refund."""
    given = str(params.get("vnp_SecureHash", "")).lower().encode()
    return hmac.compare_digest(digest(secret, piped(ANSWER_FIELDS, params)).encode(), given)
