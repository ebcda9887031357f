"""Files of the current portal, on disk or in S3, under t/<uid>/. Without a portal every operation raises `NoPortal`.

Originals and documents are private: they are read by our own views. Renditions are public, and never change under a
name (it carries the content's hash), so anything may keep them for ever. Their address is on the media host, which has
no cookies and no portal: the portal's uid is in the path.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.files.storage import FileSystemStorage, storages
from django.utils.encoding import filepath_to_uri
from storages.backends.s3 import S3Storage

from . import isolation
from .context import require_portal

FOREVER = "public, max-age=31536000, immutable"


def media_url(name: str) -> str:
    """Address on the media host."""
    return f"{settings.MEDIA_ORIGIN}/{require_portal().uid}/{filepath_to_uri(name).lstrip('/')}"


class PortalFileStorage(FileSystemStorage):
    """Files on disk: MEDIA_ROOT/t/<uid>/name."""

    @property
    def base_location(self) -> str:  # type: ignore[override]
        return os.path.join(settings.MEDIA_ROOT, isolation.media_prefix())

    @property
    def location(self) -> str:  # type: ignore[override]
        return os.path.abspath(self.base_location)

    def url(self, name: str | None) -> str:
        return media_url(name or "")


class PortalS3Storage(S3Storage):
    """Objects in S3 under t/<uid>/, never overwritten. `location` is read at each use: Django keeps one storage.

    Keys come from the settings, not from STORAGES' OPTIONS: Wagtail writes a storage's options into its tasks.
    """

    def __init__(self, **options: object) -> None:
        self._ready = False
        super().__init__(**options)
        self._ready = True

    def get_default_settings(self) -> dict[str, Any]:
        chosen = settings.ENVIRONMENT.s3
        return super().get_default_settings() | {
            "access_key": chosen.access_key,
            "secret_key": chosen.secret_key,
            "bucket_name": chosen.bucket,
            "endpoint_url": chosen.endpoint or None,
            "region_name": chosen.region,
            "addressing_style": chosen.addressing,
            "signature_version": "s3v4",
            "file_overwrite": False,
            "querystring_auth": True,
            "querystring_expire": 300,
            "default_acl": None,
            "max_memory_size": 4 * 1024 * 1024,
        }

    @property
    def location(self) -> str:
        return isolation.media_prefix() if self._ready else ""

    @location.setter
    def location(self, value: str) -> None:
        """The base constructor assigns; the portal decides."""

    def url(self, name: str | None, *args: Any, **kwargs: Any) -> str:
        """The media host's: an address signed by S3 would open a private file to whoever sees it."""
        return media_url(name or "")


class PortalS3Renditions(PortalS3Storage):
    """Public files: in a bucket of their own, with an address of its own, where there is one."""

    def get_default_settings(self) -> dict[str, Any]:
        chosen = settings.ENVIRONMENT.s3
        return super().get_default_settings() | {
            "bucket_name": chosen.public_bucket or chosen.bucket,
            "object_parameters": {"CacheControl": FOREVER},
        }

    def url(self, name: str | None, *args: Any, **kwargs: Any) -> str:
        public = settings.ENVIRONMENT.s3.public_url
        if not public:
            return media_url(name or "")
        return f"{public}/{isolation.media_prefix()}/{filepath_to_uri(name or '').lstrip('/')}"


class NoDirectUpload(Exception):
    """Files lie on disk: there is no server but ours to send them to."""


def direct_form(name: str, *, most: int, then: str, seconds: int = 3600) -> tuple[str, dict[str, str]]:
    """Address and hidden fields of a form that sends a file straight to S3, as `name` of the current portal and under
    no other; S3 itself refuses one of more than `most` bytes, and sends the browser to `then`."""
    store = storages["default"]
    if not isinstance(store, PortalS3Storage):
        raise NoDirectUpload
    found = store.bucket.meta.client.generate_presigned_post(
        Bucket=store.bucket_name,
        Key=f"{isolation.media_prefix()}/{name}",
        Fields={"success_action_redirect": then},
        Conditions=[["content-length-range", 1, most], {"success_action_redirect": then}],
        ExpiresIn=seconds,
    )
    return found["url"], found["fields"]


def _stores() -> Iterator[PortalS3Storage]:
    """Those in S3, each bucket once."""
    seen: set[str] = set()
    for alias in ("default", "renditions"):
        store = storages[alias]
        if isinstance(store, PortalS3Storage) and store.bucket_name not in seen:
            seen.add(store.bucket_name)
            yield store


def export_files(uid: str, target: Path) -> None:
    """Copies of a portal's files, for a drop or a move; the portal's row need not be there."""
    media = Path(settings.MEDIA_ROOT) / "t" / uid
    if media.is_dir():
        shutil.copytree(media, target, dirs_exist_ok=True)
    for store in _stores():
        prefix = f"t/{uid}/"
        for found in store.bucket.objects.filter(Prefix=prefix):
            place = target / found.key.removeprefix(prefix)
            place.parent.mkdir(parents=True, exist_ok=True)
            store.bucket.download_file(found.key, str(place))


def remove_files(uid: str) -> None:
    """Everything under the portal's prefix, for good."""
    shutil.rmtree(Path(settings.MEDIA_ROOT) / "t" / uid, ignore_errors=True)
    for store in _stores():
        store.bucket.objects.filter(Prefix=f"t/{uid}/").delete()
