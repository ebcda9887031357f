"""Providers of the demo, beside the portals: a bank's app, VNPAY, MoMo and VNPT Money that sign and call back.

`python -m portal_host.demo.simulators PORT`. As the real ones do, they answer late, twice, out of order or wrong: the
payer chooses which. Orders live in memory; nothing here is of any use outside the demo.
"""

from __future__ import annotations

import datetime
import html
import itertools
import json
import random
import sys
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

from portal_host.demo.carriers import Carrier
from school_services.payments.protocols import bank_notice, momo, vietqr, vnpay, vnpt

PORT_OFFSET = 1000  # the simulators listen that far above the portals
SECRETS = {
    "vietqr": {"notify": "demo-bank-key"},
    "vnpay": {"hash": "DEMOVNPAYSECRET"},
    "momo": {"access": "DEMOACCESS", "secret": "demo-momo-secret"},
    "vnpt": {"key": "demo-vnpt-key"},
}
# What the payer may choose on a simulator's page: (value, text).
WAYS = (
    ("ok", "Thanh toán"),
    ("late", "Thanh toán, báo cho trường sau 20 giây"),
    ("twice", "Thanh toán, báo hai lần"),
    ("silent", "Thanh toán, không báo (trường phải tự hỏi)"),
    ("wrong", "Báo sai số tiền"),
    ("forged", "Báo với chữ kí giả"),
    ("cancel", "Hủy"),
)
_numbers = itertools.count(int(time.time()))
_carrier = Carrier()
_orders: dict[str, dict[str, Any]] = {}
_PAGE = """<!doctype html><html lang="vi"><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>{title}</title><style>body{{font:16px/1.6 system-ui,sans-serif;max-width:26rem;margin:2rem auto;padding:0 1rem;
background:#f4f6f8;color:#1c2733}}main{{background:#fff;border-radius:14px;padding:1.2rem 1.4rem;box-shadow:0 2px 10px
#0002}}b{{font-size:1.8rem}}button{{display:block;width:100%;margin:.5rem 0;padding:.75rem;border:1px solid #456;
border-radius:10px;background:#fff;font:inherit}}button:first-of-type{{background:#0b5cad;color:#fff;border:0}}dl{{
display:grid;grid-template-columns:auto 1fr;gap:.2rem 1rem}}dd{{margin:0;overflow-wrap:anywhere}}</style><main>
<p>Mô phỏng cho bản chạy thử, không có tiền thật</p>{body}</main></html>"""


def call(url: str, *, body: bytes | None = None, headers: dict[str, str] | None = None) -> int:
    """Call a portal of this machine by its host name, whatever the resolver thinks of *.localhost."""
    parts = urlsplit(url)
    target = f"http://127.0.0.1:{parts.port or 80}{parts.path}{'?' + parts.query if parts.query else ''}"
    request = urllib.request.Request(
        target, body, {"Host": parts.netloc, "Content-Type": "application/json", **(headers or {})}
    )
    try:
        with urllib.request.urlopen(request, timeout=10) as answer:  # noqa: S310
            return int(answer.status)
    except urllib.error.HTTPError as error:
        return error.code
    except OSError:
        return 0


def notify(way: str, send: Callable[[int, bool], int], amount: int) -> None:
    """Tell the school in the chosen way; `send(amount, forged)`."""
    if way == "late":
        threading.Timer(20, send, (amount, False)).start()
    elif way == "wrong":
        send(amount - 1000, False)
    elif way == "forged":
        send(amount, True)
    elif way != "silent":
        send(amount, False)
        if way == "twice":
            send(amount, False)


def bank_writes(purpose: str, rng: random.Random) -> str:
    """A transfer's content as banks write it: upper case, prefixed, followed by their own words, cut."""
    number = rng.randrange(10**5, 10**6)
    forms = (
        f"MBVCB.{number}.{purpose}.CT tu 0071000{number} toi 1023456789",
        f"IBFT {purpose}-{number}",
        f"{purpose} FT{number}",
    )
    return rng.choice(forms).upper()[:120]


class Handler(BaseHTTPRequestHandler):
    server_version = "demo"

    def log_message(self, *args: Any) -> None:
        """Quiet."""

    def _send(self, content: str, kind: str = "text/html; charset=utf-8", status: int = 200) -> None:
        data = content.encode()
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def _json(self, values: dict[str, Any]) -> None:
        self._send(json.dumps(values), "application/json")

    def _go(self, url: str) -> None:
        self.send_response(303)
        self.send_header("Location", url)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def _page(self, title: str, facts: dict[str, str], hidden: dict[str, str], ways: Any = WAYS) -> None:
        rows = "".join(f"<dt>{html.escape(k)}</dt><dd>{html.escape(v)}</dd>" for k, v in facts.items())
        fields = "".join(f'<input type="hidden" name="{k}" value="{html.escape(v)}">' for k, v in hidden.items())
        buttons = "".join(f'<button name="way" value="{v}">{html.escape(t)}</button>' for v, t in ways)
        body = f'<h1>{html.escape(title)}</h1><dl>{rows}</dl><form method="post">{fields}{buttons}</form>'
        self._send(_PAGE.format(title=html.escape(title), body=body))

    def _missing(self) -> None:
        self._send(_PAGE.format(title="Không có", body="<p>Không có giao dịch này.</p>"), status=404)

    def do_GET(self) -> None:
        parts = urlsplit(self.path)
        query = dict(parse_qsl(parts.query))
        if parts.path == "/vnpay/pay" and vnpay.verify(SECRETS["vnpay"]["hash"], query):
            amount = int(query["vnp_Amount"]) // 100
            _orders.setdefault(query["vnp_TxnRef"], {"kind": "vnpay", "amount": amount, "state": "01", "query": query})
            facts = {"Số tiền": f"{amount:,} đ".replace(",", "."), "Nội dung": query["vnp_OrderInfo"]}
            self._page("VNPAY (mô phỏng)", facts, {"ref": query["vnp_TxnRef"]})
        elif parts.path in {"/momo/pay", "/vnpt/pay"} and query.get("ref") in _orders:
            order = _orders[query["ref"]]
            self._page(f"{order['title']} (mô phỏng)", {"Số tiền": f"{order['amount']:,} đ"}, {"ref": query["ref"]})
        elif parts.path == "/ngan-hang/":
            found = vietqr.check(query.get("payload", ""))
            if not (found.crc_ok and found.tlv_ok):
                self._missing()
                return
            facts = {
                "Số tiền": f"{found.amount or 0:,} đ".replace(",", "."),
                "Đến tài khoản": found.account or "",
                "Nội dung": found.purpose or "",
            }
            hidden = {"payload": query["payload"], "ve": query.get("ve", "")}
            self._page("Ngân hàng (mô phỏng)", facts, hidden, WAYS[:5])
        else:
            self._missing()

    def do_POST(self) -> None:
        raw = self.rfile.read(min(int(self.headers.get("Content-Length") or 0), 100_000))
        path = urlsplit(self.path).path
        if path in {"/sms", "/message/template", "/v4/oa/access_token"}:
            status, answer = _carrier.answer(path, raw, dict(self.headers))
            self._send(answer.decode(), "application/json", status or 502)
            return
        if path in {"/vnpay/pay", "/momo/pay", "/vnpt/pay", "/ngan-hang/"}:
            form = dict(parse_qsl(raw.decode()))
            if path == "/ngan-hang/":
                self._transfer(form)
            elif form.get("ref") in _orders:
                getattr(self, f"_paid_{_orders[form['ref']]['kind']}")(form["ref"], form.get("way", "ok"))
            else:
                self._missing()
            return
        try:
            values = json.loads(raw)
        except ValueError:
            self._missing()
            return
        routes = {
            "/vnpay/api": self._vnpay_api,
            "/momo/v2/gateway/api/create": self._momo_create,
            "/momo/v2/gateway/api/query": self._momo_query,
            "/momo/v2/gateway/api/refund": lambda v: self._json({**v, "resultCode": 0, "transId": next(_numbers)}),
            "/vnpt": self._vnpt_api,
        }
        routes.get(path, lambda _: self._missing())(values)

    # -- the bank's app --------------------------------------------------------------------------------------------

    def _transfer(self, form: dict[str, str]) -> None:
        found, back = vietqr.check(form.get("payload", "")), form.get("ve", "")
        if not found.tlv_ok or not urlsplit(back).hostname:
            self._missing()
            return
        name = f"FT{next(_numbers)}"
        content = bank_writes(found.purpose or "", random.Random())
        parts = urlsplit(back)

        def send(amount: int, forged: bool) -> int:
            body = json.dumps({"id": name, "account": found.account, "amount": amount, "content": content}).encode()
            key = "khoa-gia" if forged else SECRETS["vietqr"]["notify"]
            return call(
                f"{parts.scheme}://{parts.netloc}/_bao/vietqr/",
                body=body,
                headers={"X-Signature": bank_notice.sign(key, body)},
            )

        notify(form.get("way", "ok"), send, found.amount or 0)
        self._go(back)

    # -- VNPAY -----------------------------------------------------------------------------------------------------

    def _paid_vnpay(self, ref: str, way: str) -> None:
        order = _orders[ref]
        query, paid = order["query"], way != "cancel"
        order.setdefault("txn", str(next(_numbers)))
        order["state"] = "00" if paid else "02"
        stamp = vnpay.stamp(datetime.datetime.now(datetime.UTC))

        def params(amount: int) -> dict[str, str]:
            values = {
                "vnp_TmnCode": query["vnp_TmnCode"],
                "vnp_Amount": str(amount * 100),
                "vnp_BankCode": "NCB",
                "vnp_OrderInfo": query["vnp_OrderInfo"],
                "vnp_PayDate": stamp,
                "vnp_ResponseCode": "00" if paid else "24",
                "vnp_TransactionNo": order["txn"] if paid else "0",
                "vnp_TransactionStatus": "00" if paid else "02",
                "vnp_TxnRef": ref,
            }
            return values | {"vnp_SecureHash": vnpay.sign(SECRETS["vnpay"]["hash"], values)}

        parts = urlsplit(query["vnp_ReturnUrl"])

        def send(amount: int, forged: bool) -> int:
            values = params(amount) | ({"vnp_SecureHash": "0" * 128} if forged else {})
            return call(f"{parts.scheme}://{parts.netloc}/_bao/vnpay/?{urlencode(values)}")

        notify(way, send, order["amount"])
        self._go(f"{query['vnp_ReturnUrl']}?{urlencode(params(order['amount']))}")

    def _vnpay_api(self, values: dict[str, Any]) -> None:
        order = _orders.get(str(values.get("vnp_TxnRef")))
        refund = values.get("vnp_Command") == "refund"
        answer = dict.fromkeys(vnpay.ANSWER_FIELDS, "") | {
            "vnp_ResponseId": str(next(_numbers)),
            "vnp_Command": str(values.get("vnp_Command")),
            "vnp_ResponseCode": "00" if order else "91",
            "vnp_TmnCode": str(values.get("vnp_TmnCode")),
            "vnp_TxnRef": str(values.get("vnp_TxnRef")),
            "vnp_Amount": str(values.get("vnp_Amount")) if refund else str(order["amount"] * 100 if order else 0),
            "vnp_TransactionNo": str(next(_numbers)) if refund else str((order or {}).get("txn", "0")),
            "vnp_TransactionStatus": "05" if refund else str((order or {}).get("state", "01")),
        }
        digest = vnpay.digest(SECRETS["vnpay"]["hash"], vnpay.piped(vnpay.ANSWER_FIELDS, answer))
        self._json({**answer, "vnp_SecureHash": digest})

    # -- MoMo ------------------------------------------------------------------------------------------------------

    def _own(self, path: str, ref: str) -> str:
        return f"http://localhost:{self.connection.getsockname()[1]}{path}?{urlencode({'ref': ref})}"

    def _momo_create(self, values: dict[str, Any]) -> None:
        signed = values | {"accessKey": SECRETS["momo"]["access"]}
        if momo.sign(SECRETS["momo"]["secret"], momo.CREATE, signed) != values.get("signature"):
            self._json({"resultCode": 11007, "message": "bad signature"})
            return
        ref = str(values["orderId"])
        _orders[ref] = {
            "kind": "momo",
            "title": "MoMo",
            "amount": int(values["amount"]),
            "values": values,
            "code": 1000,
        }
        self._json({"resultCode": 0, "message": "ok", "payUrl": self._own("/momo/pay", ref)})

    def _momo_notice(self, ref: str, amount: int, forged: bool = False) -> dict[str, Any]:
        order = _orders[ref]
        notice = {
            "partnerCode": order["values"]["partnerCode"], "orderId": ref, "requestId": order["values"]["requestId"],
            "amount": amount, "orderInfo": order["values"]["orderInfo"], "orderType": "momo_wallet",
            "transId": order.get("txn", 0), "resultCode": order["code"], "message": "", "payType": "qr",
            "responseTime": int(time.time() * 1000), "extraData": "",
        }  # fmt: skip
        key = "gia" if forged else SECRETS["momo"]["secret"]
        return notice | {"signature": momo.sign(key, momo.NOTICE, notice | {"accessKey": SECRETS["momo"]["access"]})}

    def _paid_momo(self, ref: str, way: str) -> None:
        order = _orders[ref]
        order["code"] = 1006 if way == "cancel" else 0
        order.setdefault("txn", next(_numbers))

        def send(amount: int, forged: bool) -> int:
            return call(order["values"]["ipnUrl"], body=json.dumps(self._momo_notice(ref, amount, forged)).encode())

        notify(way, send, order["amount"])
        self._go(order["values"]["redirectUrl"])

    def _momo_query(self, values: dict[str, Any]) -> None:
        ref = str(values.get("orderId"))
        self._json(self._momo_notice(ref, _orders[ref]["amount"]) if ref in _orders else {"resultCode": 1000})

    # -- VNPT Money ------------------------------------------------------------------------------------------------

    def _vnpt_api(self, values: dict[str, Any]) -> None:
        ref, action = str(values.get("merchant_order_id")), values.get("action")
        if action == "INIT":
            _orders[ref] = {
                "kind": "vnpt", "title": "VNPT Money", "amount": int(values["amount"]), "values": values, "code": "01",
            }  # fmt: skip
            self._json({"response_code": "00", "redirect_url": self._own("/vnpt/pay", ref)})
        elif ref in _orders and action == "QUERY":
            self._json(self._vnpt_notice(ref, _orders[ref]["amount"]))
        else:
            self._json({"response_code": "00" if ref in _orders else "01", "refund_id": str(next(_numbers))})

    def _vnpt_notice(self, ref: str, amount: int, forged: bool = False) -> dict[str, Any]:
        order = _orders[ref]
        notice = {
            "action": "CONFIRM", "response_code": order["code"],
            "merchant_service_id": order["values"]["merchant_service_id"], "merchant_order_id": ref,
            "amount": str(amount), "currency_code": "VND", "vnptpay_transaction_id": order.get("txn", ""),
            "pay_date": vnpay.stamp(datetime.datetime.now(datetime.UTC)),
        }  # fmt: skip
        key = "gia" if forged else SECRETS["vnpt"]["key"]
        return notice | {"secure_code": vnpt.sign(key, vnpt.CONFIRM, notice)}

    def _paid_vnpt(self, ref: str, way: str) -> None:
        order = _orders[ref]
        order["code"] = "24" if way == "cancel" else "00"
        order.setdefault("txn", f"VP{next(_numbers)}")

        def send(amount: int, forged: bool) -> int:
            body = json.dumps(self._vnpt_notice(ref, amount, forged)).encode()
            return call(order["values"]["notify_url"], body=body)

        notify(way, send, order["amount"])
        self._go(order["values"]["return_url"])


def main(port: int) -> None:
    ThreadingHTTPServer(("127.0.0.1", port), Handler).serve_forever()


if __name__ == "__main__":
    main(int(sys.argv[1]))
