"""Bank transfer: a QR code with amount and reference; the bank's credit notice comes as a signed webhook."""

from __future__ import annotations

from school_services.payments.protocols import bank_notice, vietqr

from .base import BadNotice, Credentials, Incoming, Notice, Order, Provider, ProviderFailed, Started, whole


class VietQR(Provider):
    """config: bin, account, holder, bank. secrets: notify (the key of the bank's webhook)."""

    slug = "vietqr"

    def create(self, merchant: Credentials, order: Order) -> Started:
        config = merchant.config
        try:
            payload = vietqr.build(
                bin_code=str(config.get("bin", "")),
                account=str(config.get("account", "")),
                amount=order.amount,
                purpose=vietqr.plain(order.info, vietqr.MAX_PURPOSE),
            )
        except vietqr.Unbuildable:
            raise ProviderFailed("merchant_config") from None
        return Started({"kind": "qr", "payload": payload})

    def peek(self, incoming: Incoming) -> str:
        return ""  # a bank knows no order: the content of the transfer names the bill

    def read_notice(self, merchant: Credentials, incoming: Incoming) -> Notice:
        secret = merchant.secrets.get("notify", "")
        if not secret or not bank_notice.verify(secret, incoming.body, incoming.headers.get("X-Signature", "")):
            raise BadNotice("signature")
        values = incoming.json()
        if str(values.get("account")) != str(merchant.config.get("account")):
            raise BadNotice("format")
        txn = str(values.get("id", ""))[:100]
        if not txn:
            raise BadNotice("format")
        return Notice("", txn, whole(values.get("amount")), True, str(values.get("content", ""))[:200])
