"""Media under the current portal's folder. Without a portal every operation raises `NoPortal`."""

from __future__ import annotations

from django.core.files.storage import FileSystemStorage
from django.utils._os import safe_join
from django.utils.encoding import filepath_to_uri
from storages.backends.s3 import S3Storage

from . import isolation


class PortalFileStorage(FileSystemStorage):
    """Files on disk: MEDIA_ROOT/t/<uid>/name, served at MEDIA_URL/name of the portal's own host.

    The URL does not show the folder: the host says which portal, so another portal's file cannot be named at all.
    """

    def path(self, name: str) -> str:
        return safe_join(self.location, isolation.media_prefix(), name)

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
