"""VietQR: EMVCo merchant-presented payload with the NAPAS template (IBFT v1.5.2), built and strictly checked.

TLV = 2-digit id, 2-digit length in characters, value. Ids ascend, the CRC stands last.
"""

from __future__ import annotations

import binascii
import re
import unicodedata
from dataclasses import dataclass

GUID = "A000000727"
TO_ACCOUNT, TO_CARD = "QRIBFTTA", "QRIBFTTC"
MAX_PURPOSE = 25
_ASCII = re.compile(r"[A-Za-z0-9 .:_/-]*")


class Unbuildable(ValueError):
    """A value does not fit the payload; the message names the field."""


def crc16(data: str) -> str:
    """CRC-16/CCITT-FALSE as four upper-case hex digits ("123456789" → 29B1)."""
    return f"{binascii.crc_hqx(data.encode(), 0xFFFF):04X}"


def plain(text: str, limit: int) -> str:
    """Vietnamese as banks carry it: no marks, letters, digits and few signs alone, cut at `limit`."""
    decomposed = unicodedata.normalize("NFD", text.replace("đ", "d").replace("Đ", "D"))
    ascii_text = "".join(c for c in decomposed if not unicodedata.combining(c))
    return re.sub(r"\s+", " ", re.sub(r"[^A-Za-z0-9 .:_/-]", " ", ascii_text)).strip()[:limit].rstrip()


def _field(number: str, value: str) -> str:
    if len(value) > 99:
        raise Unbuildable(f"field {number} is longer than 99 characters")
    return f"{number}{len(value):02d}{value}"


def build(
    *,
    bin_code: str,
    account: str,
    amount: int | None = None,
    purpose: str = "",
    bill: str = "",
    service: str = TO_ACCOUNT,
) -> str:
    """The text of a QR code. With an amount (whole đồng) it is for one payment, else reusable.

    Raises `Unbuildable`.
    """
    if not re.fullmatch(r"\d{6}", bin_code):
        raise Unbuildable("the bank's BIN has six digits")
    if not re.fullmatch(r"[A-Za-z0-9]{1,19}", account):
        raise Unbuildable("an account number has 1 to 19 letters or digits")
    if amount is not None and not 0 < amount < 10**13:
        raise Unbuildable("the amount is a positive number of whole đồng")
    for name, value, limit in (("purpose", purpose, 50), ("bill", bill, 25)):
        if len(value) > limit or not _ASCII.fullmatch(value):
            raise Unbuildable(f"{name}: at most {limit} plain characters")
    party = _field("00", bin_code) + _field("01", account)
    template = _field("00", GUID) + _field("01", party) + _field("02", service)
    extra = (_field("01", bill) if bill else "") + (_field("08", purpose) if purpose else "")
    text = _field("00", "01") + _field("01", "12" if amount is not None else "11") + _field("38", template)
    text += _field("53", "704") + (_field("54", str(amount)) if amount is not None else "") + _field("58", "VN")
    text += (_field("62", extra) if extra else "") + "6304"
    return text + crc16(text)


@dataclass(frozen=True, slots=True)
class Checked:
    """What a payload says. `tlv_ok`: every level is well formed and the required fields are there."""

    crc_ok: bool
    tlv_ok: bool
    bin: str | None = None
    account: str | None = None
    service: str | None = None
    amount: int | None = None
    purpose: str | None = None
    bill: str | None = None


def _parse(text: str) -> dict[str, str] | None:
    """Fields of one level; None when a length does not fit, an id repeats or the order is wrong."""
    found: dict[str, str] = {}
    last, place = "", 0
    while place < len(text):
        head = text[place : place + 4]
        if not re.fullmatch(r"[0-9]{4}", head):
            return None
        number, size = head[:2], int(head[2:])
        value = text[place + 4 : place + 4 + size]
        if size == 0 or len(value) != size or number <= last:
            return None
        found[number], last = value, number
        place += 4 + size
    return found


def check(payload: str) -> Checked:
    """Read a payload strictly; lower-case CRC is accepted, a wrong one or a broken nested length is reported."""
    body, crc = payload[:-4], payload[-4:]
    crc_ok = body.endswith("6304") and crc16(body) == crc.upper()
    top = _parse(payload)
    if top is None or not payload.startswith("000201") or list(top)[-1] != "63" or not payload.isascii():
        return Checked(crc_ok, False)
    template = _parse(top.get("38", ""))
    party = _parse((template or {}).get("01", ""))
    extra = _parse(top["62"]) if "62" in top else {}
    if not template or not party or extra is None:
        return Checked(crc_ok, False)
    bin_code, account, service = party.get("00", ""), party.get("01", ""), template.get("02", "")
    raw_amount = top.get("54")
    sound = (
        template.get("00") == GUID
        and re.fullmatch(r"\d{6}", bin_code) is not None
        and 1 <= len(account) <= 19
        and service in {TO_ACCOUNT, TO_CARD, "QRPUSH", "QRCASH"}
        and top.get("01") in {"11", "12"}
        and top.get("53") == "704"
        and top.get("58") == "VN"
        and (raw_amount is None or re.fullmatch(r"[1-9]\d{0,12}", raw_amount) is not None)
    )
    if not sound:
        return Checked(crc_ok, False)
    amount = int(raw_amount) if raw_amount else None
    return Checked(crc_ok, True, bin_code, account, service, amount, extra.get("08"), extra.get("01"))
