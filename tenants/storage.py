"""Media under the current portal's folder. Without a portal every operation raises `NoPortal`."""

from __future__ import annotations

import os

from django.conf import settings
from django.core.files.storage import FileSystemStorage
from django.utils.encoding import filepath_to_uri
from storages.backends.s3 import S3Storage

from . import isolation


class PortalFileStorage(FileSystemStorage):
    """Files on disk: MEDIA_ROOT/t/<uid>/name, served at MEDIA_URL/name of the portal's own host.

    The URL does not show the folder: the host says which portal, so another portal's file cannot be named at all.
    """

    @property
    def base_location(self) -> str:  # type: ignore[override]
        return os.path.join(settings.MEDIA_ROOT, isolation.media_prefix())

    @property
    def location(self) -> str:  # type: ignore[override]
        return os.path.abspath(self.base_location)

    def url(self, name: str | None) -> str:
        isolation.media_prefix()
        return self.base_url + filepath_to_uri(name or "").lstrip("/")


class PortalS3Storage(S3Storage):
    """Objects in S3 under t/<uid>/. `location` is read at each use: Django keeps one storage per process."""

    def __init__(self, **settings: object) -> None:
        self._ready = False
        super().__init__(**settings)
        self._ready = True

    @property
    def location(self) -> str:
        return isolation.media_prefix() if self._ready else ""

    @location.setter
    def location(self, value: str) -> None:
        """The base constructor assigns; the portal decides."""
