"""The one gate: whatever writes a picture's or document's file goes through `save()` of these field files.

Forms clean earlier, so that the person sees the reason beside the field; what a form has cleaned is not cleaned again.
"""

from __future__ import annotations

import hashlib
from pathlib import PurePath
from typing import Any

from django.core.files.base import ContentFile, File
from django.db import models
from django.db.models.fields.files import FieldFile
from wagtail.images.models import WagtailImageField, WagtailImageFieldFile
from wagtail.utils.file import hash_filelike

from tenants.uploads import Picture, check_document, clean_picture
from tenants.uploads.kinds import KINDS, sniff
from tenants.uploads.pictures import MAX_BYTES

from . import quota

_PICTURE_KINDS = {"jpeg", "png", "gif", "webp", "avif", "heif", "svg"}


class CleanPicture(ContentFile):  # type: ignore[type-arg]
    """Bytes that `clean_picture` made."""

    def __init__(self, picture: Picture) -> None:
        super().__init__(picture.data, name=picture.name)
        self.picture = picture


class CheckedDocument(File):  # type: ignore[type-arg]
    """A file that `check_document` let pass, under the name its content deserves."""


def take_picture(file: Any, name: str) -> CleanPicture:
    """Raises `Refused`."""
    if isinstance(file, CleanPicture):
        return file
    file.seek(0)
    # One byte more than a picture may have is enough to refuse it.
    return CleanPicture(clean_picture(file.read(MAX_BYTES + 1), PurePath(name).name))


def take_document(file: Any, name: str) -> CleanPicture | CheckedDocument:
    """A picture among the documents (a scanned letter) is cleaned as one. Raises `Refused`."""
    if isinstance(file, CleanPicture | CheckedDocument):
        return file
    name = PurePath(name.replace("\\", "/")).name
    size = file.size if hasattr(file, "size") else len(file.getbuffer())
    file.seek(0)
    if sniff(file.read(4096)) in _PICTURE_KINDS:
        return take_picture(file, name)
    kind = check_document(file, name, size)
    stem = PurePath(name).stem.strip(". ") or "tep"
    checked = CheckedDocument(file, name=f"{stem}.{kind.extension}")
    checked.size = size
    return checked


class PictureFieldFile(WagtailImageFieldFile):  # type: ignore[misc]
    def save(self, name: str, content: Any, save: bool = True) -> None:
        clean = take_picture(content, name)
        quota.require(clean.size)
        self._dimensions_cache = (clean.picture.width, clean.picture.height)
        self.instance.file_size = clean.size
        self.instance.file_hash = hashlib.sha1(clean.picture.data).hexdigest()  # noqa: S324 - Wagtail's
        super().save(clean.name, clean, save)

    def get_image_dimensions(self) -> Any:
        """Nobody's decoder sees the bytes before ours: an uncommitted file is cleaned where it is first measured."""
        if not self._committed:
            clean = take_picture(self.file, self.name)  # type: ignore[has-type]
            self.file, self.name = clean, clean.name
            return clean.picture.width, clean.picture.height
        return super().get_image_dimensions()


class PictureField(WagtailImageField):  # type: ignore[misc]
    attr_class = PictureFieldFile

    def deconstruct(self) -> Any:
        name, _path, args, kwargs = super().deconstruct()
        return name, "wagtail.images.models.WagtailImageField", args, kwargs


class DocumentFieldFile(FieldFile):
    def save(self, name: str, content: Any, save: bool = True) -> None:
        checked = take_document(content, name)
        quota.require(checked.size)
        instance: Any = self.instance
        instance.file_size = checked.size
        instance.file_hash = hash_filelike(checked)
        checked.seek(0)
        super().save(str(checked.name), checked, save)


class DocumentField(models.FileField):
    attr_class = DocumentFieldFile

    def deconstruct(self) -> Any:
        name, _path, args, kwargs = super().deconstruct()
        return name, "django.db.models.FileField", args, kwargs


class FileFirst(models.Model):
    """The file is written before the row, because the row holds its size and hash."""

    class Meta:
        abstract = True

    def save(self, *args: Any, **kwargs: Any) -> None:
        file: Any = self.file  # type: ignore[attr-defined]
        if file and not file._committed:
            file.save(file.name, file.file, save=False)
        super().save(*args, **kwargs)


def mime_of(name: str) -> str:
    """Content type by the extension that the gate gave; anything else is bytes."""
    extension = PurePath(name).suffix.lower().lstrip(".")
    return next((kind.mime for kind in KINDS.values() if kind.extension == extension), "application/octet-stream")
