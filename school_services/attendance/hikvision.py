"""Hikvision ISAPI event push (HTTP listening): one event a request, JSON or XML, alone or as a part beside a picture.

Pure. Only who, when and which way are read; pictures, temperatures, masks are passed over unread (Law 91/2025:
biometric data). An access terminal names a person by `employeeNoString`; cameras' alarms name nobody and are no punch.
"""

from __future__ import annotations

import datetime
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from xml.etree.ElementTree import Element

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import ParseError, fromstring

from .adms import LOCAL, PIN, Punch, Upload

EVENT = 5  # majorEventType of what happens at a door
# subEventType: a person was recognised by card, finger or face → `verify` as ZKTeco counts it.
RECOGNISED = {1: 4, 38: 1, 75: 15}
_STATUS = {"checkIn": 0, "checkOut": 1, "breakOut": 2, "breakIn": 3, "overtimeIn": 4, "overtimeOut": 5}
_BOUNDARY = re.compile(r'boundary="?([^\s";,]{1,70})"?', re.ASCII)
MAX_PARTS = 8


@dataclass(frozen=True, slots=True)
class Event:
    """`kind`: eventType as sent; `punch` None: nobody was recognised."""

    kind: str
    punch: Punch | None
    bad: bool = False

    def upload(self) -> Upload:
        return Upload((self.punch,) if self.punch else (), int(self.bad), 1)


BAD = Event("", None, bad=True)


def parse(content_type: str, body: bytes, now: datetime.datetime) -> Event:
    """The event in a request; `BAD` for what holds none. `now` stands in where a current event has no time."""
    for kind, part in _parts(content_type, body):
        if "json" in kind or part.lstrip()[:1] == b"{":
            return _from_json(part, now)
        if "xml" in kind or part.lstrip()[:1] == b"<":
            return _from_xml(part, now)
    return BAD


def _parts(content_type: str, body: bytes) -> list[tuple[str, bytes]]:
    """(content type, bytes) of text parts; what is no text is never looked at. Devices leave out or misname the
    boundary: then the first line is it."""
    lowered = content_type.lower()
    if not lowered.startswith("multipart") and not body.startswith(b"--"):
        return [(lowered, body)]
    match = _BOUNDARY.search(content_type)
    boundary = b"--" + match[1].encode() if match else body.split(b"\n", 1)[0].rstrip(b"\r")
    if boundary not in body:
        boundary = body.split(b"\n", 1)[0].rstrip(b"\r")
    found = []
    for piece in body.split(boundary)[1 : MAX_PARTS + 1]:
        head, _, data = piece.partition(b"\r\n\r\n")
        if not data:
            head, _, data = piece.partition(b"\n\n")
        kind = head.decode("latin-1").lower()
        if "image/" not in kind:
            found.append((kind, data.strip()))
    return found


def _from_json(data: bytes, now: datetime.datetime) -> Event:
    try:
        found = json.loads(data)
    except (ValueError, RecursionError):
        return BAD
    if not isinstance(found, dict):
        return BAD
    inner = found.get("AccessControllerEvent")
    return _event(found, inner if isinstance(inner, dict) else {}, now)


def _from_xml(data: bytes, now: datetime.datetime) -> Event:
    try:
        root = fromstring(data)
    except (ParseError, DefusedXmlException, ValueError, RecursionError):
        return BAD
    outer = _children(root)
    inner = next((child for child in root if _local(child) == "AccessControllerEvent"), None)
    return _event(outer, _children(inner) if inner is not None else {}, now)


def _local(element: Element) -> str:
    return element.tag.rpartition("}")[2]


def _children(element: Element) -> dict[str, Any]:
    return {_local(child): (child.text or "").strip() for child in element if len(child) == 0}


def _event(outer: Mapping[str, Any], inner: Mapping[str, Any], now: datetime.datetime) -> Event:
    kind = str(outer.get("eventType") or ("AccessControllerEvent" if inner else ""))[:40]
    if not kind:
        return BAD
    pin = str(inner.get("employeeNoString") or inner.get("employeeNo") or "").strip()
    sub = _number(inner.get("subEventType"))
    if _number(inner.get("majorEventType")) != EVENT or sub not in RECOGNISED or not pin:
        return Event(kind, None)
    moment = _moment(str(outer.get("dateTime") or ""))
    if moment is None and not outer.get("dateTime") and str(inner.get("currentEvent")).lower() == "true":
        moment = now.astimezone(LOCAL).replace(second=0, microsecond=0)  # sent again, it is the same minute
    if moment is None or not PIN.fullmatch(pin):
        return Event(kind, None, bad=True)
    status = _STATUS.get(str(inner.get("attendanceStatus")), 255)
    return Event(kind, Punch(pin, moment, status, RECOGNISED[sub]))


def _number(value: Any) -> int:
    text = str(value)
    return int(text) if text.isascii() and text.isdigit() and len(text) < 7 else -1


def _moment(text: str) -> datetime.datetime | None:
    """ISO 8601 with its offset; without one it is the school's local time."""
    try:
        moment = datetime.datetime.fromisoformat(text)
    except ValueError:
        return None
    if moment.year <= 2000:
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=LOCAL)
