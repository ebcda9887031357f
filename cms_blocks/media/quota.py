"""How many bytes a portal's files may take: counted from the rows, so that the count cannot drift."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.db import connection
from django.db.models import Sum
from django.db.models.signals import post_delete, post_save
from django.utils.translation import gettext as _
from wagtail.documents import get_document_model
from wagtail.images import get_image_model

from tenants import locks, tasks
from tenants.context import require_portal
from tenants.models import Portal
from tenants.uploads import Refused

from .models import KeptFile


@dataclass(frozen=True, slots=True)
class Space:
    """Bytes. `kept`: deleted and replaced files; they go by themselves and do not count."""

    used: int
    limit: int
    kept: int

    @property
    def percent(self) -> int:
        return min(100, round(self.used * 100 / self.limit)) if self.limit else 100

    @property
    def tight(self) -> bool:
        return self.used * 10 >= self.limit * 9


def space() -> Space:
    """Of the current portal: four small queries."""
    total = sum(
        model.objects.aggregate(total=Sum("file_size"))["total"] or 0
        for model in (get_image_model(), get_document_model())
    )
    kept = KeptFile.objects.aggregate(total=Sum("size"))["total"] or 0
    return Space(total, limit(), kept)


def limit() -> int:
    own = Portal.objects.filter(pk=require_portal().pk).values_list("media_quota", flat=True).first()
    return settings.MEDIA_QUOTA if own is None else own


def require(size: int) -> None:
    """Room for so many more bytes, or `Refused`. Two at once: the second waits until the first is counted."""
    if connection.in_atomic_block:
        locks.hold(f"media:{require_portal().uid}")
    now = space()
    if now.used + size > now.limit:
        raise Refused(
            "quota",
            _(
                "The portal's room for pictures and files is used up: %(used)s of %(limit)s, and this file needs"
                " %(size)s. Delete files that no page uses (Documents, Images: “Usage”), or ask the operator for more."
            ),
            used=gigabytes(now.used),
            limit=gigabytes(now.limit),
            size=gigabytes(size),
        )


def gigabytes(size: int) -> str:
    """“1,25 GB”, “340 MB”, “12 kB”."""
    for unit, name in ((1_000_000_000, "GB"), (1_000_000, "MB")):
        if size >= unit:
            return f"{size / unit:.2f}".rstrip("0").rstrip(".").replace(".", ",") + f" {name}"
    return f"{-(-size // 1000)} kB"


@tasks.task("media.count_space")
def count_space() -> None:
    """Writes how much the portal uses where the operator's page shows it."""
    now = space()
    Portal.objects.filter(pk=require_portal().pk).update(media_used=now.used)


def _changed(sender: Any, instance: Any, **kwargs: Any) -> None:
    tasks.defer(count_space, queueing_lock="media.count_space")


def connect() -> None:
    for model in (get_image_model(), get_document_model()):
        for signal in (post_save, post_delete):
            signal.connect(_changed, sender=model, dispatch_uid=f"quota.{id(signal)}.{model.__name__}")
