"""Wagtail's upload forms: the file is judged by its content, and what it replaces is kept."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from wagtail.documents.forms import BaseDocumentForm
from wagtail.images.forms import BaseImageForm

from tenants.uploads import documents, pictures
from tenants.uploads.kinds import megabytes

from . import kept, quota
from .fields import take_document, take_picture


class PictureUpload(forms.FileField):
    """A clean picture, or the reason why not."""

    # Wagtail's upload page reads these.
    max_upload_size = pictures.MAX_BYTES
    max_upload_size_text = megabytes(pictures.MAX_BYTES)
    supported_formats_text = "JPG, PNG, WEBP, GIF, HEIC, SVG"

    def to_python(self, data: Any) -> Any:
        file = super().to_python(data)
        if file is None:
            return None
        clean = take_picture(file, str(file.name))
        quota.require(clean.size)
        return clean


class DocumentUpload(forms.FileField):
    max_upload_size = documents.MAX_BYTES
    max_upload_size_text = megabytes(documents.MAX_BYTES)

    def to_python(self, data: Any) -> Any:
        file = super().to_python(data)
        if file is None:
            return None
        checked = take_document(file, str(file.name))
        quota.require(checked.size)
        return checked


def _instead(field: forms.Field, kind: type[forms.FileField], help_text: Any) -> forms.FileField:
    """Our field with the label and widget of Wagtail's; its messages are asked for by Wagtail's upload page."""
    ours = kind(label=field.label, required=field.required, widget=field.widget, help_text=help_text)
    ours.error_messages = {**field.error_messages, **ours.error_messages}
    return ours


class _Keeping(forms.ModelForm):
    """`original_file` is what Wagtail's own `save` would delete at once."""

    original_file: Any

    def _release(self) -> str:
        name = self.original_file.name if "file" in self.changed_data and self.original_file else ""
        if name:
            self.original_file = None
        return name or ""


class PictureForm(_Keeping, BaseImageForm):  # type: ignore[misc]
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "file" in self.fields:
            self.fields["file"] = _instead(
                self.fields["file"],
                PictureUpload,
                _("JPG, PNG, WebP, GIF, HEIC or SVG, up to %(limit)s. Where and with what it was taken is removed.")
                % {"limit": PictureUpload.max_upload_size_text},
            )

    def save(self, commit: bool = True) -> Any:
        replaced = self._release()
        instance = super().save(commit=commit)
        if commit and replaced:
            kept.keep_replaced(instance, replaced)
            instance.renditions.all().delete()
        return instance


class DocumentForm(_Keeping, BaseDocumentForm):  # type: ignore[misc]
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "file" in self.fields:
            self.fields["file"] = _instead(
                self.fields["file"],
                DocumentUpload,
                _("PDF, Word, Excel, PowerPoint, text, CSV, ZIP or MP4, up to %(limit)s; without macros.")
                % {"limit": DocumentUpload.max_upload_size_text},
            )

    def save(self, commit: bool = True) -> Any:
        replaced = self._release()
        instance = super().save(commit=commit)
        if commit and replaced:
            kept.keep_replaced(instance, replaced)
        return instance
