"""A carrier on this machine that speaks both protocols, and people of the world."""

from __future__ import annotations

import hashlib
import hmac
import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs

import pytest

from portal_host.demo import carriers as simulator
from school_services.identity.actor import Actor, Grant
from school_services.identity.models import User
from school_services.messaging import carriers
from school_services.messaging.rules import Channel
from tenants import context

BOTH, OTHER = "84912000001", "84912000002"  # parent of both schools, parent of alpha


def account(login: str) -> int:
    return User.objects.values_list("pk", flat=True).get(username=login)


@pytest.fixture
def inside(alpha: Any) -> Iterator[Any]:
    with context.enter(alpha), context.scope((alpha.unit_id,)):
        yield alpha


@pytest.fixture
def head(inside: Any) -> Actor:
    return Actor(account("vp.alpha@example.vn"), "HT", (Grant("principal", inside.unit_id),))


@pytest.fixture
def office(inside: Any) -> Actor:
    return Actor(account("vp.alpha@example.vn"), "VP", (Grant("registrar", inside.unit_id),))


@pytest.fixture
def teacher(inside: Any) -> Actor:
    return Actor(account("gv.alpha@example.vn"), "GV", (Grant("teacher", inside.unit_id),))


@pytest.fixture
def parent(inside: Any) -> Actor:
    return Actor(account(BOTH), "PH", ())


@pytest.fixture
def carrier() -> Iterator[Any]:
    """The demo's carrier over HTTP; `carrier.moods` makes it busy, broken, silent …"""
    state = simulator.Carrier()

    class Handler(BaseHTTPRequestHandler):
        def log_message(self, *args: Any) -> None:
            pass

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            status, answer = state.answer(self.path, body, dict(self.headers))
            if status == 0:
                self.connection.close()
                return
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(answer)))
            self.end_headers()
            self.wfile.write(answer)

    class Server(ThreadingHTTPServer):
        request_queue_size = 128

    server = Server(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, daemon=True).start()
    state.url = f"http://127.0.0.1:{server.server_address[1]}"
    yield state
    server.shutdown()
    server.server_close()


@pytest.fixture
def accounts(carrier: Any, head: Actor, inside: Any) -> Any:
    """Accounts of alpha at that carrier: SMS 350 đ a part, Zalo 220 đ."""
    carriers.save(
        actor=head, unit_id=inside.unit_id, channel=Channel.SMS, price=350,
        config={"url": f"{carrier.url}/sms", "brandname": "THCSALPHA"}, secrets={"key": simulator.SMS_KEY},
    )  # fmt: skip
    carriers.save(
        actor=head, unit_id=inside.unit_id, channel=Channel.ZALO, price=220,
        config={"api": carrier.url, "oauth": carrier.url, "app_id": "77", "templates": {"absence": "643118", "notice": "643119", "alert": "643119"}},
        secrets={"access_token": carrier.access, "refresh_token": carrier.refresh, "secret_key": "s", "webhook_key": simulator.ZALO_KEY},
    )  # fmt: skip
    return carrier


def form(body: bytes) -> dict[str, str]:
    return {name: values[0] for name, values in parse_qs(body.decode()).items()}


def zalo_report(tracking: str, app: str = "77", key: str = simulator.ZALO_KEY) -> tuple[bytes, dict[str, str]]:
    body = json.dumps({"event_name": "user_received_message", "timestamp": "1764032400000", "message": {"tracking_id": tracking, "msg_id": "m1"}}).encode()
    mac = hashlib.sha256(app.encode() + body + b"1764032400000" + key.encode()).hexdigest()
    return body, {"X-ZEvent-Signature": f"mac={mac}"}


def sms_report(client_id: str, status: str, key: str = simulator.SMS_KEY) -> tuple[bytes, dict[str, str]]:
    body = json.dumps({"client_id": client_id, "id": "x", "status": status}).encode()
    return body, {"X-Signature": hmac.new(key.encode(), body, hashlib.sha256).hexdigest()}
