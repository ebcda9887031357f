"""Operations of the attendance, camera and message cases for `manage.py vectors`."""

from __future__ import annotations

import datetime
from collections.abc import Callable
from typing import Any

from school_services.cameras import rules as cameras
from school_services.identity.rules import normalise_phone
from school_services.messaging import sms

from . import adms, rules

Case = dict[str, Any]
_time = datetime.time.fromisoformat


def _attlog(case: Case) -> Any:
    upload = adms.parse_attlog(case["body"])
    records = [
        {"pin": punch.pin, "time": punch.at.isoformat(), "status": punch.status, "verify": punch.verify}
        for punch in upload.punches
    ]
    return {"ack": upload.answer, "records": records, "bad": upload.bad}


def _command_results(case: Case) -> Any:
    return [
        {"id": result.id, "ok": result.ok, "return": result.code, "cmd": result.command}
        for result in adms.parse_command_results(case["body"])
    ]


def _session(case: Case) -> list[str]:
    times = rules.SessionTimes(_time(case["late_after"]), _time(case["absent_after"]))
    return [
        rules.by_devices(map(_time, one["punches"]), times, leave_approved=one.get("leave") == "APPROVED").value
        for one in case["cases"]
    ]


def _camera(case: Case) -> list[int]:
    windows = [cameras.Window(_time(start), _time(end)) for start, end in case["windows"]]
    return [
        cameras.may_watch(
            _time(one["now"]),
            windows,
            camera_class=case["camera_class"],
            child_classes=[one["child_class"]],
            consent=one["consent"],
        ).value
        for one in case["cases"]
    ]


def _segments(case: Case) -> Any:
    found = [sms.segments(text) for text in case["texts"]]
    return [{"encoding": one.encoding, "length": one.length, "segments": one.parts} for one in found]


OPERATIONS: dict[str, Callable[[Case], Any]] = {
    "adms_attlog": _attlog,
    "adms_devicecmd": _command_results,
    "session_status": _session,
    "cam_allow": _camera,
    "sms_segments": _segments,
    "strip_diacritics": lambda case: [sms.strip_diacritics(text) for text in case["texts"]],
    "phone_normalise": lambda case: [normalise_phone(phone) for phone in case["phones"]],
}
