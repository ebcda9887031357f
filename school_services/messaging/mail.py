"""Letters: one connection for a batch, a way out in each (RFC 8058), nothing sent twice.

A mail server does not know our ids: what broke after the letter was handed over may have arrived.
"""

from __future__ import annotations

import smtplib
from collections.abc import Sequence

from django.core.mail import EmailMessage, get_connection
from django.core.mail.backends.base import BaseEmailBackend

from tenants import context, hosts

from . import preferences
from .models import Delivery
from .rules import Channel, Outcome, Result


def send(rows: Sequence[Delivery]) -> list[Outcome]:
    """One outcome for each, in order. Never raises."""
    if not rows:
        return []
    connection = get_connection()
    try:
        connection.open()
    except (OSError, smtplib.SMTPException):
        return [Outcome(Result.RETRY, error="mail_unreachable")] * len(rows)
    try:
        return [_one(connection, row) for row in rows]
    finally:
        connection.close()


def _one(connection: BaseEmailBackend, row: Delivery) -> Outcome:
    portal = context.require_portal()
    origin = hosts.origin(portal)
    leave = f"{origin}{preferences.leave_path(row.unit_id, row.message.recipient_id, Channel.EMAIL)}"
    foot = (
        f"\n\n--\n{portal.name}\nĐọc trong hộp thư của bạn: {origin}/tin-nhan/\n"
        f"Không muốn nhận thư của trường nữa: {leave}\n"
    )
    letter = EmailMessage(
        row.message.title,
        row.text + foot,
        to=[row.address],
        connection=connection,
        headers={
            "List-Unsubscribe": f"<{leave}>",
            "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
            "Message-ID": f"<{row.client_id}@{portal.primary_host}>",
            "Auto-Submitted": "auto-generated",
        },
    )
    try:
        letter.send()
    except smtplib.SMTPRecipientsRefused:
        return Outcome(Result.FAILED, error="mail_recipient")
    except smtplib.SMTPServerDisconnected:
        return Outcome(Result.UNKNOWN, error="mail_broken")
    except smtplib.SMTPResponseException as error:
        result = Result.RETRY if 400 <= error.smtp_code < 500 else Result.FAILED
        return Outcome(result, error=f"mail_{error.smtp_code}")
    except (OSError, smtplib.SMTPException):
        return Outcome(Result.UNKNOWN, error="mail_broken")
    return Outcome(Result.SENT)
