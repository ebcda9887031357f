"""The addresses that other terminals call, `/may-cham/…`: Hikvision's event push and the signed webhook.

Unknown, disabled, or without its key: 401, and the terminal keeps its records. A failure is a 500: it sends again.
"""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils import timezone
from django.utils.crypto import constant_time_compare
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from tenants import context
from tenants.middleware import portal_of

from . import devices, hikvision, webhook
from .models import Device

MAX_BODY = 2_000_000  # an event with a picture beside it


def _too_large(request: HttpRequest) -> bool:
    length = request.headers.get("Content-Length", "0")
    return not length.isdigit() or int(length) > MAX_BODY


@csrf_exempt
@require_POST
def isapi(request: HttpRequest, serial: str, key: str) -> HttpResponse:
    """ISAPI signs nothing: the key in the address, which the school's office copies into the terminal, speaks."""
    if _too_large(request):
        return HttpResponse(status=413)
    unit_id = portal_of(request).unit_id
    with context.scope((unit_id,)):
        device = devices.known(unit_id, serial, Device.Maker.HIKVISION)
        if device is None or not constant_time_compare(devices.key_of(device), key):
            return HttpResponse("unknown device", status=401, content_type="text/plain")
        event = hikvision.parse(request.headers.get("Content-Type", ""), request.body, timezone.now())
        if event.punch or event.bad:
            devices.take_upload(device, event.upload())
        else:
            devices.saw(device)
    return HttpResponse("OK", content_type="text/plain")


@csrf_exempt
@require_POST
def events(request: HttpRequest, serial: str) -> HttpResponse:
    if _too_large(request):
        return HttpResponse(status=413)
    unit_id = portal_of(request).unit_id
    with context.scope((unit_id,)):
        device = devices.known(unit_id, serial, Device.Maker.WEBHOOK)
        if device is None or not webhook.signed(
            devices.key_of(device),
            request.headers.get("X-Timestamp", ""),
            request.headers.get("X-Signature", ""),
            request.body,
            timezone.now(),
        ):
            return JsonResponse({"error": "signature"}, status=401)
        upload = webhook.parse(request.body)
        if upload is None:
            return JsonResponse({"error": "format"}, status=400)
        new = devices.take_upload(device, upload)
    return JsonResponse({"received": upload.lines, "new": new, "bad": upload.bad})
