"""VNPT Money by an assumed contract (protocols/vnpt.py): INIT, CONFIRM (notice), QUERY, REFUND."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from school_services.payments.protocols import vnpt
from school_services.payments.protocols.vnpay import stamp

from .base import (
    DUPLICATE,
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
    whole,
)

_CODES = {OK: "00", DUPLICATE: "00", UNKNOWN: "01", WRONG_AMOUNT: "04", SIGNATURE: "97"}


class VNPTMoney(Provider):
    """config: service_id, api_url. secrets: key."""

    slug = "vnpt"
    refunds = True

    def _ask(
        self, merchant: Credentials, action: str, fields: tuple[str, ...], order: Order, **more: Any
    ) -> dict[str, Any]:
        values = {
            "action": action,
            "version": "1.0",
            "merchant_service_id": str(merchant.config.get("service_id", "")),
            "merchant_order_id": order.txn_ref,
            "create_date": stamp(order.created),
            **more,
        }
        values["secure_code"] = vnpt.sign(merchant.secrets["key"], fields, values)
        return post_json(str(merchant.config["api_url"]), values)

    def create(self, merchant: Credentials, order: Order) -> Started:
        answer = self._ask(
            merchant, "INIT", vnpt.INIT, order, amount=order.amount, currency_code="VND", desc=order.info,
            return_url=order.return_url, notify_url=order.notify_url,
        )  # fmt: skip
        if not vnpt.paid(answer) or not str(answer.get("redirect_url", "")).startswith(
            ("https://", "http://localhost")
        ):
            raise ProviderFailed(f"vnpt_{answer.get('response_code')}")
        return Started({"kind": "redirect", "url": str(answer["redirect_url"])})

    def peek(self, incoming: Incoming) -> str:
        return str(incoming.json().get("merchant_order_id", ""))

    def read_notice(self, merchant: Credentials, incoming: Incoming) -> Notice:
        values = incoming.json()
        if not vnpt.verify(merchant.secrets["key"], vnpt.CONFIRM, values):
            raise BadNotice("signature")
        return self._notice(values)

    def _notice(self, values: Mapping[str, Any]) -> Notice:
        ref, paid = str(values.get("merchant_order_id", "")), vnpt.paid(values)
        txn = str(values.get("vnptpay_transaction_id", "")) if paid else f"{ref}:{values.get('response_code')}"
        return Notice(ref, txn, whole(values.get("amount")), paid)

    def verify_return(self, merchant: Credentials, params: Mapping[str, str]) -> bool:
        return vnpt.verify(merchant.secrets["key"], vnpt.CONFIRM, params)

    def query(self, merchant: Credentials, order: Order) -> Notice | None:
        answer = self._ask(merchant, "QUERY", vnpt.QUERY, order)
        if not vnpt.verify(merchant.secrets["key"], vnpt.CONFIRM, answer):
            raise ProviderFailed("signature")
        return None if str(answer.get("response_code")) == "01" else self._notice(answer)

    def refund(self, merchant: Credentials, order: Order, *, amount: int, key: str, provider_txn: str) -> str:
        answer = self._ask(
            merchant, "REFUND", vnpt.REFUND, order, amount=amount, vnptpay_transaction_id=provider_txn, request_id=key
        )
        if not vnpt.paid(answer):
            raise ProviderFailed(f"vnpt_{answer.get('response_code')}")
        return str(answer.get("refund_id", ""))

    def answer(self, outcome: str) -> Answered:
        return Answered(200, json.dumps({"response_code": _CODES.get(outcome, "99")}))
