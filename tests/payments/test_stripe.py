"""The real SDK against Stripe's own servers: every request valid by the specification, and a payment from end to end."""

from __future__ import annotations

import datetime
import json
import os
import threading
import urllib.parse
import urllib.request
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

import pytest
import stripe

from school_services.payments.models import Intent, Merchant
from school_services.payments.providers.base import Credentials, Incoming, Order, ProviderFailed
from school_services.payments.providers.card import Card
from tests.fees.test_ledger import FULL
from tests.payments.school import SECRETS, School
from tests.servers import stripe as servers

pytestmark = pytest.mark.server
NOW = datetime.datetime.now(datetime.UTC)


def needs(path: Any) -> None:
    if not path.exists():
        text = f"{path.name} is not installed: run `python -m tests.servers.stripe`"
        if os.environ.get("CI"):
            pytest.fail(text)
        pytest.skip(text)


@pytest.fixture(scope="module")
def mock() -> Iterator[str]:
    needs(servers.MOCK)
    with servers.stripe_mock() as url:
        yield url


@pytest.fixture(scope="module")
def local() -> Iterator[str]:
    needs(servers.LOCAL)
    with servers.localstripe() as url:
        yield url


def merchant(url: str) -> Credentials:
    return Credentials({"api_base": url}, SECRETS["stripe"])


def order(amount: int = FULL, ref: str = "cs_test_1") -> Order:
    return Order(
        "P2XABC", amount, "HPAC00000012 T11", "https://a.vn/ve", "https://a.vn/bao", "", NOW,
        NOW + datetime.timedelta(minutes=15), ref,
    )  # fmt: skip


def test_every_request_is_valid_by_stripes_specification(mock: str) -> None:
    started = Card().create(merchant(mock), order())
    assert started.provider_ref.startswith("cs_")
    assert started.details["kind"] == "redirect"
    Card().query(merchant(mock), order())
    assert Card().refund(merchant(mock), order(), amount=5000, key="R1", provider_txn="pi_1").startswith("re_")


def test_the_specification_does_refuse(mock: str) -> None:
    """The test above would otherwise show nothing."""
    client = stripe.StripeClient("sk_test_123", base_addresses={"api": mock}, max_network_retries=0)
    with pytest.raises(stripe.InvalidRequestError):
        client.v1.checkout.sessions.create(params={"mode": "payment", "khong_co": 1})  # type: ignore[typeddict-unknown-key]


def test_errors_hold_no_key(mock: str) -> None:
    with pytest.raises(ProviderFailed) as error:
        Card().create(Credentials({"api_base": mock}, {"api": "khong-phai-khoa-bi-mat", "webhook": "x"}), order())
    assert "khong-phai-khoa" not in repr(error.value)
    with pytest.raises(ProviderFailed):
        Card().create(merchant("http://127.0.0.1:1"), order())


class Webhooks:
    """What localstripe sends, as it was sent."""

    def __init__(self) -> None:
        outer = self
        self.seen: list[Incoming] = []

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                outer.seen.append(Incoming("POST", {}, body, dict(self.headers)))
                self.send_response(200)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *args: Any) -> None: ...

        self.server = HTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}/"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def wait(self, kind: str) -> Incoming:
        import time

        for _ in range(100):
            for incoming in self.seen:
                if json.loads(incoming.body)["type"] == kind:
                    return incoming
            time.sleep(0.1)
        raise AssertionError(f"no {kind} among {[json.loads(i.body)['type'] for i in self.seen]}")


@pytest.mark.django_db
def test_a_card_payment_from_end_to_end(local: str, school: School) -> None:
    """Stateful: a payment in đồng, its signed webhook twice, and the refund that Stripe keeps count of."""
    hooks = Webhooks()
    data = urllib.parse.urlencode({"url": hooks.url, "secret": SECRETS["stripe"]["webhook"]}).encode()
    urllib.request.urlopen(urllib.request.Request(f"{local}/_config/webhooks/thu", data, method="POST"), timeout=5)
    intent = school.start()
    with school.scope():
        row = Merchant.objects.get(provider="stripe")
        row.config = {"api_base": local}
        row.save()
        Intent.objects.filter(pk=intent.pk).update(provider="stripe", merchant=row)
    client = stripe.StripeClient("sk_test_12345", base_addresses={"api": local})
    method = client.v1.payment_methods.create(
        params={"type": "card", "card": {"number": "4242424242424242", "exp_month": 12, "exp_year": 2030, "cvc": "123"}}
    )
    paid = client.v1.payment_intents.create(
        params={
            "amount": intent.amount, "currency": "vnd", "payment_method": method.id, "confirm": True,
            "metadata": {"txn_ref": intent.txn_ref},
        }
    )  # fmt: skip
    assert paid.status == "succeeded"
    assert paid.amount == FULL, "whole đồng, not a hundredth of it"
    event = hooks.wait("payment_intent.succeeded")
    assert school.notify("stripe", event).status == 200
    assert school.notify("stripe", event).status == 200
    assert (school.owed(), school.credit(), school.intent(intent).state) == (0, 0, "paid")
    forged = Incoming("POST", {}, event.body.replace(b"succeeded", b"succeedee"), event.headers)
    assert school.notify("stripe", forged).status == 400
    keys = Credentials({"api_base": local}, {**SECRETS["stripe"], "api": "sk_test_12345"})
    refund = Card().refund(keys, order(), amount=100_000, key="R1", provider_txn=paid.id)
    kept = client.v1.refunds.retrieve(refund)
    assert (kept.amount, kept.payment_intent) == (100_000, paid.id)
    hooks.server.shutdown()
