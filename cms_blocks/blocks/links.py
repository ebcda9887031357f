"""Targets of links: a page, a document or an address; whatever a stored value says, only harmless schemes come out."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _
from wagtail import blocks
from wagtail.documents.blocks import DocumentChooserBlock

from cms_blocks.registry.marks import address_lapsed, file_lapsed

_SCHEMES = {"http", "https"}


def harmless(url: str) -> str:
    """The address where a browser may go, or "": no javascript:, no data:."""
    try:
        parts = urlsplit(url.strip())
    except ValueError:
        return ""
    return url.strip() if parts.scheme in _SCHEMES and parts.netloc else ""


class LinkValue(blocks.StructValue):
    @property
    def href(self) -> str:
        page, document = self.get("page"), self.get("document")
        if page:
            return page.url or ""
        return document.url if document else harmless(self.get("url") or "")

    @property
    def lapsed(self) -> bool:
        """Does it lead to an official document without force?"""
        document = self.get("document")
        return file_lapsed(document.pk) if document else address_lapsed(self.get("url") or "")

    @property
    def words(self) -> str:
        """What the link says: its label, else the name of its target."""
        target = self.get("page") or self.get("document")
        return self.get("label") or (target.title if target else "")


class LinkBlock(blocks.StructBlock):
    label = blocks.CharBlock(label=_("Label"), max_length=120)
    page = blocks.PageChooserBlock(label=_("Page"), required=False)
    document = DocumentChooserBlock(label=_("Document"), required=False)
    url = blocks.URLBlock(label=_("Address"), required=False)
    description = blocks.CharBlock(label=_("One line of meaning"), required=False, max_length=200)

    least = 1

    def clean(self, value: Any) -> Any:
        cleaned = super().clean(value)
        targets = sum(bool(cleaned.get(name)) for name in ("page", "document", "url"))
        if targets > 1 or targets < self.least:
            raise blocks.StructBlockValidationError(
                block_errors={"page": ValidationError(_("Choose one target: a page, a document or an address."))}
            )
        return cleaned

    class Meta:
        icon = "link"
        value_class = LinkValue


class ButtonBlock(LinkBlock):
    """A link without a line of meaning."""

    description = None


class OptionalLinkBlock(ButtonBlock):
    """A target that may be missing; without a label the link carries the name of its target."""

    label = blocks.CharBlock(label=_("Label"), required=False, max_length=120)
    least = 0

    class Meta:
        icon = "link"
        label = _("Link")
        value_class = LinkValue
