"""Large documents go from the browser straight to S3, by a form that S3 judges by its signature: no worker is held for
an hour by somebody's line, and nothing but a browser is needed. What arrives waits apart, is judged as every file is,
and becomes a document or nothing; what nobody comes back for goes the next night.
"""

from __future__ import annotations

import datetime
import secrets
from dataclasses import dataclass
from pathlib import PurePath
from typing import Any

from django.core import signing
from django.core.files.storage import default_storage, storages
from django.utils import timezone
from django.utils.translation import gettext as _
from wagtail.documents import get_document_model
from wagtail.models import Collection

from tenants import isolation, storage
from tenants.storage import NoDirectUpload
from tenants.uploads import Refused, documents

from . import quota

WAITING = "incoming"
SECONDS, KEPT = 6 * 3600, datetime.timedelta(days=1)
_SALT = "media.direct"


@dataclass(frozen=True, slots=True)
class Waiting:
    """A file that has arrived and is no document yet."""

    name: str
    size: int


def possible() -> bool:
    return isinstance(storages["default"], storage.PortalS3Storage)


def ticket(user_id: int) -> str:
    """For one file of one person."""
    return isolation.sign([user_id, secrets.token_hex(16)], salt=_SALT)


def form(given: str, user_id: int, then: str) -> tuple[str, dict[str, str]]:
    """Address and hidden fields. Raises `NoDirectUpload`, `Refused` when the portal has no room at all."""
    now = quota.space()
    room = min(documents.MAX_BYTES, now.limit - now.used)
    if room <= 0:
        quota.require(1)
    return storage.direct_form(_place(given, user_id), most=room, then=then, seconds=SECONDS)


def _place(given: str, user_id: int) -> str:
    try:
        owner, name = isolation.unsign(given, salt=_SALT, max_age=SECONDS)
    except (signing.BadSignature, ValueError, TypeError):
        raise _stale() from None
    if owner != user_id:
        raise _stale()
    return f"{WAITING}/{name}"


def _stale() -> Refused:
    return Refused("stale", _("This page was open for too long, or was opened by somebody else. Begin again."))


def waiting(given: str, user_id: int) -> Waiting:
    """What arrived by this ticket. Raises `Refused`."""
    name = _place(given, user_id)
    if not possible() or not default_storage.exists(name):
        raise Refused("not_there", _("The file has not arrived. Choose it and send it again."))
    return Waiting(name, default_storage.size(name))


def take(given: str, user: Any, *, title: str, filename: str, collection: Collection) -> Any:
    """The document. Refused or taken, the waiting file is gone. Raises `Refused`."""
    found = waiting(given, user.pk)
    document = get_document_model()(title=title, collection=collection, uploaded_by_user=user)
    try:
        with default_storage.open(found.name) as file:
            document.file.save(PurePath(filename).name or "tep", file, save=False)
        document.save()
    finally:
        default_storage.delete(found.name)
    return document


def sweep() -> int:
    """Remove what has waited for a day. Returns the number."""
    if not possible():
        return 0
    gone = 0
    _folders, names = default_storage.listdir(WAITING)
    for name in names:
        place = f"{WAITING}/{name}"
        if default_storage.get_modified_time(place) < timezone.now() - KEPT:
            default_storage.delete(place)
            gone += 1
    return gone


__all__ = ["NoDirectUpload", "Waiting", "form", "possible", "sweep", "take", "ticket", "waiting"]
