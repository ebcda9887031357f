"""Stripe: Checkout Sessions, signed webhooks, refunds. VND is zero-decimal: the amount is whole đồng."""

from __future__ import annotations

import json
from typing import Any

import stripe

from .base import (
    DUPLICATE,
    ERROR,
    OK,
    UNKNOWN,
    Answered,
    BadNotice,
    Credentials,
    Incoming,
    Notice,
    Order,
    Provider,
    ProviderFailed,
    Started,
    whole,
)

API_BASE = "https://api.stripe.com"
MIN_EXPIRY = 31 * 60  # Stripe: a session lives 30 minutes at least


class Card(Provider):
    """config: api_base (tests). secrets: api, webhook."""

    slug = "stripe"
    refunds = True

    def _client(self, merchant: Credentials) -> stripe.StripeClient:
        base = str(merchant.config.get("api_base", API_BASE))
        return stripe.StripeClient(merchant.secrets["api"], base_addresses={"api": base}, max_network_retries=1)

    def create(self, merchant: Credentials, order: Order) -> Started:
        expires = max(int(order.expires.timestamp()), int(order.created.timestamp()) + MIN_EXPIRY)
        try:
            session = self._client(merchant).v1.checkout.sessions.create(
                params={
                    "mode": "payment",
                    "client_reference_id": order.txn_ref,
                    "line_items": [
                        {
                            "quantity": 1,
                            "price_data": {
                                "currency": "vnd",
                                "unit_amount": order.amount,
                                "product_data": {"name": order.info},
                            },
                        }
                    ],
                    "metadata": {"txn_ref": order.txn_ref},
                    "payment_intent_data": {"metadata": {"txn_ref": order.txn_ref}},
                    "success_url": order.return_url,
                    "cancel_url": order.return_url,
                    "locale": "vi",
                    "expires_at": expires,
                },
                options={"idempotency_key": f"create:{order.txn_ref}"},
            )
        except stripe.StripeError as error:
            raise ProviderFailed(f"stripe_{error.code or type(error).__name__}") from None
        return Started({"kind": "redirect", "url": session.url or ""}, session.id)

    def peek(self, incoming: Incoming) -> str:
        found = _object(incoming.json())
        return str(found.get("client_reference_id") or (found.get("metadata") or {}).get("txn_ref") or "")

    def read_notice(self, merchant: Credentials, incoming: Incoming) -> Notice:
        try:
            stripe.WebhookSignature.verify_header(
                incoming.body.decode(), incoming.headers.get("Stripe-Signature", ""), merchant.secrets["webhook"], 300
            )
        except (stripe.SignatureVerificationError, UnicodeDecodeError):
            raise BadNotice("signature") from None
        event = incoming.json()
        kind, found = str(event.get("type")), _object(event)
        ref = str(found.get("client_reference_id") or (found.get("metadata") or {}).get("txn_ref") or "")
        if kind in {"checkout.session.completed", "checkout.session.async_payment_succeeded"}:
            if found.get("payment_status") != "paid":
                return Notice(ref, str(event.get("id")), 0, None)
            return Notice(ref, str(found.get("payment_intent")), _vnd(found, "amount_total"), True)
        if kind == "payment_intent.succeeded":
            received = "amount_received" if "amount_received" in found else "amount"
            return Notice(ref, str(found.get("id")), _vnd(found, received), True)
        if kind in {"checkout.session.async_payment_failed", "checkout.session.expired"}:
            return Notice(ref, f"{found.get('id')}:{kind.rpartition('.')[2]}", _vnd(found, "amount_total"), False)
        return Notice(ref, str(event.get("id")), 0, None)

    def query(self, merchant: Credentials, order: Order) -> Notice | None:
        try:
            session = self._client(merchant).v1.checkout.sessions.retrieve(order.provider_ref)
        except stripe.StripeError as error:
            raise ProviderFailed(f"stripe_{error.code or type(error).__name__}") from None
        amount = int(session.amount_total or 0)
        if session.payment_status == "paid":
            return Notice(order.txn_ref, str(session.payment_intent), amount, True)
        if session.status == "expired":
            return Notice(order.txn_ref, f"{session.id}:expired", amount, False)
        return None

    def refund(self, merchant: Credentials, order: Order, *, amount: int, key: str, provider_txn: str) -> str:
        try:
            done = self._client(merchant).v1.refunds.create(
                params={"payment_intent": provider_txn, "amount": amount, "metadata": {"txn_ref": order.txn_ref}},
                options={"idempotency_key": key},
            )
        except stripe.StripeError as error:
            raise ProviderFailed(f"stripe_{error.code or type(error).__name__}") from None
        if done.status in {"failed", "canceled"}:
            raise ProviderFailed(f"stripe_{done.status}")
        return done.id

    def answer(self, outcome: str) -> Answered:
        # An event about somebody else's order is none of our business, and Stripe would repeat it for three days.
        status = 200 if outcome in {OK, DUPLICATE, UNKNOWN} else 500 if outcome == ERROR else 400
        return Answered(status, json.dumps({"result": outcome}))


def _object(event: dict[str, Any]) -> dict[str, Any]:
    data = event.get("data")
    found = data.get("object") if isinstance(data, dict) else None
    return found if isinstance(found, dict) else {}


def _vnd(found: dict[str, Any], name: str) -> int:
    if str(found.get("currency", "")).lower() != "vnd":
        raise BadNotice("format")
    return whole(found.get(name))
