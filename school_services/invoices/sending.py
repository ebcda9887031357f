"""How a signed invoice leaves: a file in a folder, or VNPT Invoice's web service. Sent at least once, by its fkey."""

from __future__ import annotations

import re
import urllib.error
import urllib.request
from pathlib import Path
from typing import Protocol
from xml.sax.saxutils import escape

from django.conf import settings
from django.db import transaction
from lxml import etree

from school_services import sealing
from tenants import context

from . import xml
from .models import Invoice, Issuer

TIMEOUT = 30
MAX_ANSWER = 200_000
_DONE = re.compile(r"OK:(?P<pattern>[^;]*);(?P<serial>[^-]*)-(?P<rest>.*)")


class NotSent(Exception):
    """The service did not take it; `code` is its answer (ERR:n), or unreachable."""


class Sender(Protocol):
    def __call__(self, issuer: Issuer, invoice: Invoice) -> str:
        """Hand over; returns the answer to keep. Raises `NotSent`."""


def drop(issuer: Issuer, invoice: Invoice) -> str:
    """Write the file where the accountant's own software picks it up; written under another name, then renamed."""
    folder = Path(issuer.config.get("folder") or settings.ENVIRONMENT.data_dir / "hoa-don" / str(issuer.unit_id))
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    target = folder / f"{invoice.template}{invoice.symbol}-{invoice.number:08d}.xml"
    waiting = target.with_suffix(".tmp")
    waiting.write_bytes(bytes(invoice.xml))
    waiting.rename(target)
    return target.name


_ENVELOPE = """<?xml version="1.0" encoding="utf-8"?>
<soap:Envelope xmlns:soap="http://schemas.xmlsoap.org/soap/envelope/"><soap:Body>
<{method} xmlns="http://tempuri.org/">{body}</{method}></soap:Body></soap:Envelope>"""


def _call(url: str, method: str, values: dict[str, str]) -> str:
    body = "".join(f"<{name}>{escape(value)}</{name}>" for name, value in values.items())
    if not url.startswith(("https://", "http://127.0.0.1:", "http://localhost:")):
        raise NotSent("not_https")
    request = urllib.request.Request(  # noqa: S310 - the scheme was checked above
        url,
        _ENVELOPE.format(method=method, body=body).encode(),
        {"Content-Type": "text/xml; charset=utf-8", "SOAPAction": f'"http://tempuri.org/{method}"'},
    )
    try:
        with urllib.request.urlopen(request, timeout=TIMEOUT) as answer:  # noqa: S310
            root = xml.from_bytes(answer.read(MAX_ANSWER))
    except (OSError, etree.XMLSyntaxError):
        raise NotSent("unreachable") from None
    found = root.find(f".//{{http://tempuri.org/}}{method}Result")
    if found is None:
        raise NotSent("no_result")
    return (found.text or "").strip()


def vnpt(issuer: Issuer, invoice: Invoice) -> str:
    """VNPT Invoice: asked by fkey first, so that a lost answer does not publish twice; then ImportAndPublishInv.

    config: publish_url, portal_url, pattern, serial. login: account, password, user, user_password.
    """
    login = sealing.unseal(issuer.sealed_login, unit_id=issuer.unit_id, purpose="invoices:login")
    names = {"userName": login["user"], "userPass": login["user_password"]}
    if invoice.tries:
        there = _call(issuer.config["portal_url"], "downloadInvFkeyNoPay", {"fkey": invoice.fkey, **names})
        if there and not there.startswith("ERR"):
            return f"OK:{invoice.fkey}"
    data = bytes(invoice.xml).decode()
    start, end = data.index("<DLHDon"), data.index("</DLHDon>") + len("</DLHDon>")
    content = f"<DSHDon><HDon><key>{escape(invoice.fkey)}</key>{data[start:end]}</HDon></DSHDon>"
    answer = _call(
        issuer.config["publish_url"],
        "ImportAndPublishInv",
        {
            "Account": login["account"],
            "ACpass": login["password"],
            "xmlInvData": content,
            "username": login["user"],
            "password": login["user_password"],
            "pattern": issuer.config.get("pattern", f"{invoice.template}/001"),
            "serial": issuer.config.get("serial", invoice.symbol),
            "convert": "0",
        },
    )
    if not _DONE.fullmatch(answer) or invoice.fkey not in answer:
        raise NotSent(answer[:100])
    return answer


SENDERS: dict[str, Sender] = {Issuer.Sender.FILES.value: drop, Issuer.Sender.VNPT.value: vnpt}


def send(invoice_id: int) -> None:
    """Send one invoice of the units in scope, unless it was sent. Raises `NotSent` (the queue tries again)."""
    units = context.current_units()
    # The try is counted in its own transaction: after a crash in the call, the next one asks by fkey first.
    with transaction.atomic():
        invoice = Invoice.objects.select_for_update(of=("self",)).filter(unit_id__in=units, pk=invoice_id).first()
        if invoice is None or invoice.state != Invoice.State.SIGNED:
            return
        earlier = invoice.tries
        invoice.tries = earlier + 1
        invoice.save(update_fields=["tries"])
        issuer = Issuer.objects.get(unit_id=invoice.unit_id)
    invoice.tries = earlier
    answer = SENDERS[issuer.sender](issuer, invoice)
    Invoice.objects.filter(unit_id=invoice.unit_id, pk=invoice.pk).update(state=Invoice.State.SENT, answer=answer[:300])
