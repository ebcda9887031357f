"""Sending signed invoices; a failure is tried again by the queue."""

from __future__ import annotations

from tenants import tasks


@tasks.task("invoices.send")
def send_invoice(invoice_id: int) -> None:
    from . import sending

    sending.send(invoice_id)
