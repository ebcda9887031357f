"""MoMo v2: create by JSON, notice by POST (answered 204), query and refund."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from school_services.payments.protocols import momo

from .base import (
    DUPLICATE,
    ERROR,
    OK,
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


class MoMo(Provider):
    """config: partner_code, base_url. secrets: access, secret."""

    slug = "momo"
    refunds = True

    def _ask(self, merchant: Credentials, path: str, fields: tuple[str, ...], values: dict[str, Any]) -> dict[str, Any]:
        values = {"partnerCode": str(merchant.config.get("partner_code", "")), **values}
        signature = momo.sign(merchant.secrets["secret"], fields, {**values, "accessKey": merchant.secrets["access"]})
        return post_json(f"{merchant.config['base_url']}{path}", {**values, "lang": "vi", "signature": signature})

    def create(self, merchant: Credentials, order: Order) -> Started:
        answer = self._ask(
            merchant,
            "/v2/gateway/api/create",
            momo.CREATE,
            {
                "requestId": order.txn_ref,
                "amount": order.amount,
                "orderId": order.txn_ref,
                "orderInfo": order.info,
                "redirectUrl": order.return_url,
                "ipnUrl": order.notify_url,
                "requestType": "captureWallet",
                "extraData": "",
            },
        )
        if not momo.paid(answer) or not str(answer.get("payUrl", "")).startswith(("https://", "http://localhost")):
            raise ProviderFailed(f"momo_{answer.get('resultCode')}")
        return Started({"kind": "redirect", "url": str(answer["payUrl"])})

    def peek(self, incoming: Incoming) -> str:
        return str(incoming.json().get("orderId", ""))

    def read_notice(self, merchant: Credentials, incoming: Incoming) -> Notice:
        values = incoming.json()
        if not momo.verify_notice(merchant.secrets["secret"], merchant.secrets["access"], values):
            raise BadNotice("signature")
        return self._notice(values)

    def _notice(self, values: Mapping[str, Any]) -> Notice:
        ref, paid = str(values.get("orderId", "")), momo.paid(values)
        txn = str(values.get("transId", "")) if paid else f"{ref}:{values.get('resultCode')}"
        return Notice(ref, txn, whole(values.get("amount")), paid)

    def verify_return(self, merchant: Credentials, params: Mapping[str, str]) -> bool:
        return momo.verify_notice(merchant.secrets["secret"], merchant.secrets["access"], params)

    def query(self, merchant: Credentials, order: Order) -> Notice | None:
        answer = self._ask(
            merchant,
            "/v2/gateway/api/query",
            momo.QUERY,
            {"requestId": f"{order.txn_ref}Q", "orderId": order.txn_ref},
        )
        if str(answer.get("resultCode")) in {"1000", "7000", "7002", "9000"}:  # still under way
            return None
        return self._notice(answer)

    def refund(self, merchant: Credentials, order: Order, *, amount: int, key: str, provider_txn: str) -> str:
        answer = self._ask(
            merchant,
            "/v2/gateway/api/refund",
            momo.REFUND,
            {"requestId": key, "orderId": key, "amount": amount, "transId": provider_txn, "description": ""},
        )
        if not momo.paid(answer):
            raise ProviderFailed(f"momo_{answer.get('resultCode')}")
        return str(answer.get("transId", ""))

    def answer(self, outcome: str) -> Answered:
        return Answered(204 if outcome in {OK, DUPLICATE} else 500 if outcome == ERROR else 400)
