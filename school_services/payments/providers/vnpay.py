"""VNPAY 2.1.0: redirect, IPN by GET, querydr and refund by JSON."""

from __future__ import annotations

import datetime
import json
import secrets
from collections.abc import Mapping

from school_services.payments.protocols import vnpay

from .base import (
    DUPLICATE,
    FORMAT,
    OK,
    SIGNATURE,
    UNKNOWN,
    WRONG_AMOUNT,
    Answered,
    BadNotice,
    Credentials,
    Incoming,
    Notice,
    Order,
    Provider,
    ProviderFailed,
    Started,
    post_json,
)

_ANSWERS = {
    OK: ("00", "Confirm Success"),
    DUPLICATE: ("02", "Order already confirmed"),
    UNKNOWN: ("01", "Order not found"),
    WRONG_AMOUNT: ("04", "Invalid amount"),
    SIGNATURE: ("97", "Invalid signature"),
    FORMAT: ("97", "Invalid signature"),
}


class VNPay(Provider):
    """config: tmn_code, pay_url, api_url. secrets: hash."""

    slug = "vnpay"
    refunds = True

    def create(self, merchant: Credentials, order: Order) -> Started:
        params = vnpay.pay_params(
            tmn_code=str(merchant.config.get("tmn_code", "")),
            secret=merchant.secrets["hash"],
            txn_ref=order.txn_ref,
            amount=order.amount,
            info=order.info,
            return_url=order.return_url,
            address=order.address,
            created=order.created,
            expires=order.expires,
        )
        return Started({"kind": "redirect", "url": vnpay.url(str(merchant.config["pay_url"]), params)})

    def peek(self, incoming: Incoming) -> str:
        return str(incoming.params.get("vnp_TxnRef", ""))

    def read_notice(self, merchant: Credentials, incoming: Incoming) -> Notice:
        params = incoming.params
        if not vnpay.verify(merchant.secrets["hash"], params):
            raise BadNotice("signature")
        return self._notice(params)

    def _notice(self, params: Mapping[str, str]) -> Notice:
        raw = str(params.get("vnp_Amount", ""))
        amount = int(raw) // 100 if raw.isascii() and raw.isdigit() and int(raw) % 100 == 0 else -1
        txn = str(params.get("vnp_TransactionNo", ""))
        ref = str(params.get("vnp_TxnRef", ""))
        paid = vnpay.paid(params)
        # A refused payment carries transaction number 0: it is named by the order and its code instead.
        name = txn if paid and txn not in {"", "0"} else f"{ref}:{params.get('vnp_ResponseCode')}:{txn}"
        return Notice(ref, name, amount, paid)

    def verify_return(self, merchant: Credentials, params: Mapping[str, str]) -> bool:
        return vnpay.verify(merchant.secrets["hash"], params)

    def answer(self, outcome: str) -> Answered:
        code, message = _ANSWERS.get(outcome, ("99", "Unknown error"))
        return Answered(200, json.dumps({"RspCode": code, "Message": message}))

    def _request(self, merchant: Credentials, order: Order, command: str) -> dict[str, str]:
        return {
            "vnp_RequestId": secrets.token_hex(8),
            "vnp_Version": vnpay.VERSION,
            "vnp_Command": command,
            "vnp_TmnCode": str(merchant.config.get("tmn_code", "")),
            "vnp_TxnRef": order.txn_ref,
            "vnp_TransactionDate": vnpay.stamp(order.created),
            "vnp_CreateDate": vnpay.stamp(datetime.datetime.now(datetime.UTC)),
            "vnp_IpAddr": order.address or "127.0.0.1",
            "vnp_OrderInfo": f"{command} {order.txn_ref}",
        }

    def _ask(self, merchant: Credentials, params: dict[str, str]) -> dict[str, str]:
        answer = post_json(str(merchant.config["api_url"]), params)
        if not vnpay.verify_answer(merchant.secrets["hash"], answer):
            raise ProviderFailed("signature")
        return {str(key): str(value) for key, value in answer.items()}

    def query(self, merchant: Credentials, order: Order) -> Notice | None:
        answer = self._ask(
            merchant, vnpay.signed_query(merchant.secrets["hash"], self._request(merchant, order, "querydr"))
        )
        if answer.get("vnp_ResponseCode") == "91":  # not known there: the payer never came
            return None
        if answer.get("vnp_ResponseCode") != "00":
            raise ProviderFailed(f"vnpay_{answer.get('vnp_ResponseCode')}")
        if answer.get("vnp_TransactionStatus") == "01":
            return None
        return self._notice(answer)

    def refund(self, merchant: Credentials, order: Order, *, amount: int, key: str, provider_txn: str) -> str:
        params = self._request(merchant, order, "refund") | {
            "vnp_RequestId": key,
            "vnp_TransactionType": "02" if amount == order.amount else "03",
            "vnp_Amount": str(amount * 100),
            "vnp_TransactionNo": provider_txn,
            "vnp_CreateBy": "portal",
        }
        answer = self._ask(merchant, vnpay.signed_refund(merchant.secrets["hash"], params))
        if answer.get("vnp_ResponseCode") not in {"00", "94"}:  # 94: this request was made before
            raise ProviderFailed(f"vnpay_{answer.get('vnp_ResponseCode')}")
        return str(answer.get("vnp_TransactionNo", ""))
