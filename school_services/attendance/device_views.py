"""The addresses that ZKTeco terminals call, `/iclock/…`: plain text, no session, no CSRF; a serial number alone speaks.

A terminal belongs to the school whose portal it calls. One that is not on that school's list gets 401 and keeps its
records; a failure is a 500, and it sends them again.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from tenants import context
from tenants.middleware import portal_of

from . import adms, devices
from .models import Device

PATTERN = r"(?:iclock/)?(?P<what>cdata|getrequest|devicecmd|registry|push|ping)(?:\.aspx)?/?$"


@csrf_exempt
@require_http_methods(["GET", "POST"])
def iclock(request: HttpRequest, what: str) -> HttpResponse:
    """400 without a serial number, 401 for one that is not this school's."""
    serial = adms.serial_of(request.GET.get("SN", ""))
    if serial is None:
        return _text("SN is missing", 400)
    unit_id = portal_of(request).unit_id
    with context.scope((unit_id,)):
        device = devices.known(unit_id, serial)
        if device is None:
            return _text("unknown device", 401)
        if what == "cdata":
            answer = _upload(request, device) if request.method == "POST" else _hello(request, device)
        else:
            answer = _OTHERS[what](request, device)
    return _text(answer)


def _text(body: str, status: int = 200) -> HttpResponse:
    return HttpResponse(body, status=status, content_type="text/plain; charset=utf-8")


def _body(request: HttpRequest) -> str:
    return request.body.decode("utf-8", "replace")


def _hello(request: HttpRequest, device: Device) -> str:
    devices.saw(device, firmware=f"push {request.GET.get('pushver', '')[:20]}")
    if request.GET.get("DeviceType") == "acc":
        return f"registry=ok\nRegistryCode={_code(device)}\n{_access_options(device)}"
    return adms.handshake(device.serial, attlog_stamp=device.attlog_stamp, operlog_stamp=device.operlog_stamp)


def _upload(request: HttpRequest, device: Device) -> str:
    table = request.GET.get("table", "").lower()
    if table == "attlog":
        upload = adms.parse_attlog(_body(request))
        devices.take_upload(device, upload, stamp=request.GET.get("Stamp", ""))
        return upload.answer
    if table == "rtlog":
        devices.take_upload(device, adms.parse_rtlog(_body(request)))
        return "OK"
    if table == "operlog":
        log = adms.parse_operlog(_body(request))
        devices.take_operlog(device, stamp=request.GET.get("OpStamp", request.GET.get("Stamp", "")))
        return log.answer
    devices.saw(device)
    if table == "tabledata":
        return adms.answer_tabledata(request.GET.get("tablename", ""), _body(request))
    return "OK"  # photographs, faces, door states: not wanted, and not to be sent again


def _commands(request: HttpRequest, device: Device) -> str:
    devices.saw(device)
    return adms.answer_commands(devices.commands_for(device))


def _results(request: HttpRequest, device: Device) -> str:
    devices.take_results(device, adms.parse_command_results(_body(request)))
    return "OK"


def _register(request: HttpRequest, device: Device) -> str:
    return f"RegistryCode={_code(device)}"


def _push_options(request: HttpRequest, device: Device) -> str:
    return _access_options(device)


def _ping(request: HttpRequest, device: Device) -> str:
    devices.saw(device)
    return "OK"


def _code(device: Device) -> str:
    """32 hexadecimal digits that an access terminal keeps; nothing is decided by it."""
    key = f"adms:{device.unit_id}:{device.serial}".encode()
    return hmac.new(str(settings.SECRET_KEY).encode(), key, hashlib.sha256).hexdigest()[:32]


def _access_options(device: Device) -> str:
    options = {
        "ServerVersion": "3.1.2",
        "ServerName": "ADMS",
        "PushVersion": "3.1.2",
        "ErrorDelay": "30",
        "RequestDelay": "10",
        "TransTimes": "00:00;14:05",
        "TransInterval": "1",
        "TransTables": "Transaction",
        "Realtime": "1",
        "SessionID": _code(device),
        "TimeoutSec": "30",
    }
    return "".join(f"{name}={value}\n" for name, value in options.items())


_OTHERS: dict[str, Callable[[HttpRequest, Device], str]] = {
    "getrequest": _commands,
    "devicecmd": _results,
    "registry": _register,
    "push": _push_options,
    "ping": _ping,
}
