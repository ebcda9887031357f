"""The media host: files of all portals, no cookies, nothing that a browser would run.

`/<uid>/images/…`: renditions, public for ever. `/<uid>/tep/<token>/<name>`: a document, by a token that the portal's
own address gave after asking who may have it; always a download, except pictures, sound and video.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import PurePath
from typing import Any
from urllib.parse import quote

from django.core import signing
from django.core.exceptions import SuspiciousOperation
from django.core.files.storage import storages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.views.decorators.http import require_safe
from wagtail.documents import get_document_model
from wagtail.documents.models import document_served

from tenants import context, hosts, isolation
from tenants.storage import FOREVER, media_url

from .fields import mime_of

_SALT = "media.document"
_SECONDS = 3600
_SHOWN = ("image/", "video/", "audio/")
_POLICY = "default-src 'none'; sandbox"
# A drawing brings its colours as attributes; even alone in a window it may run and load nothing.
_PICTURE_POLICY = "default-src 'none'; style-src 'unsafe-inline'; sandbox"
_CHUNK = 256 * 1024
_RANGE = re.compile(r"bytes=(\d*)-(\d*)")


def document_address(document: Any) -> str:
    """Where this document may be had for an hour."""
    token = isolation.sign([document.pk, document.file_hash[:12]], salt=_SALT)
    return media_url(f"tep/{token}/{document.filename}")


def send_to_media_host(document: Any, request: HttpRequest) -> HttpResponse:
    """Hook `before_serve_document`, after Wagtail's own: the collection's restrictions have been asked."""
    document_served.send(sender=type(document), instance=document, request=request)
    response = HttpResponseRedirect(document_address(document))
    response["Cache-Control"] = "private, no-store"
    return response


def _enter(uid: str) -> context.PortalRef:
    portal = hosts.known_uid(uid)
    if portal is None or portal.state == "retired":
        raise Http404
    return portal


@require_safe
def rendition(request: HttpRequest, uid: str, name: str) -> HttpResponseBase:
    """Only what lies under images/: originals and documents have no address by name."""
    mime = mime_of(name)
    if not mime.startswith("image/"):
        raise Http404
    with context.enter(_enter(uid)):
        response = _file(request, storages["renditions"], f"images/{name}", mime)
    response["Cache-Control"] = FOREVER
    return response


@require_safe
def document(request: HttpRequest, uid: str, token: str, name: str) -> HttpResponseBase:
    with context.enter(_enter(uid)):
        try:
            pk, file_hash = isolation.unsign(token, salt=_SALT, max_age=_SECONDS)
        except (signing.BadSignature, ValueError, TypeError):
            raise Http404 from None
        found = get_document_model().objects.filter(pk=pk).first()
        if found is None or found.file_hash[:12] != file_hash or found.filename != name:
            raise Http404
        mime = mime_of(found.file.name)
        response = _file(request, found.file.storage, found.file.name, mime)
    if not mime.startswith(_SHOWN):
        response["Content-Disposition"] = f"attachment; filename*=UTF-8''{quote(found.filename)}"
    response["Cache-Control"] = "private, max-age=600"
    return response


def _file(request: HttpRequest, storage: Any, name: str, mime: str) -> HttpResponseBase:
    try:
        file = storage.open(name)
        size = file.size
    except (OSError, SuspiciousOperation, ValueError):
        raise Http404 from None
    status, first, last = _part(request.headers.get("Range", ""), size)
    response: HttpResponseBase
    if status == 416:
        file.close()
        response = HttpResponse(status=416)
        response["Content-Range"] = f"bytes */{size}"
    else:
        response = StreamingHttpResponse(_read(file, first, last), status=status)
        response["Content-Length"] = str(last - first + 1)
        if status == 206:
            response["Content-Range"] = f"bytes {first}-{last}/{size}"
    text = "; charset=utf-8" if mime.startswith("text/") else ""
    response["Content-Type"] = mime + text
    response["Accept-Ranges"] = "bytes"
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Security-Policy"] = _PICTURE_POLICY if mime.startswith("image/") else _POLICY
    response["Cross-Origin-Resource-Policy"] = "cross-origin"
    response["Access-Control-Allow-Origin"] = "*"  # captions of a video are read by script rules; there are no cookies
    response["X-Robots-Tag"] = "noindex" if PurePath(name).parts[0] != "images" else "all"
    return response


def _part(header: str, size: int) -> tuple[int, int, int]:
    """(status, first, last byte): 200 for the whole, 206 for one range, 416 for one outside; others are the whole."""
    found = _RANGE.fullmatch(header.strip())
    if not found or found.groups() == ("", ""):
        return 200, 0, size - 1
    start, end = found.groups()
    if start:
        first, last = int(start), min(int(end), size - 1) if end else size - 1
    else:
        first, last = max(0, size - int(end)), size - 1
    return (206, first, last) if first <= last < size else (416, 0, 0)


def _read(file: Any, first: int, last: int) -> Iterator[bytes]:
    with file:
        if first:
            file.seek(first)
        left = last - first + 1
        while left > 0:
            chunk = file.read(min(_CHUNK, left))
            if not chunk:
                return
            left -= len(chunk)
            yield chunk
