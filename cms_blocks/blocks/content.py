"""Content blocks: what they show comes from the page alone (latest news: from this portal's pages)."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _
from wagtail import blocks
from wagtail.documents.blocks import DocumentChooserBlock
from wagtail.images.blocks import ImageChooserBlock

RICH_TEXT = ["bold", "italic", "ol", "ul", "link", "document-link"]


class HeadingBlock(blocks.StructBlock):
    text = blocks.CharBlock(label=_("Text"), max_length=160)
    level = blocks.ChoiceBlock(label=_("Level"), choices=[("h2", _("Section")), ("h3", _("Part"))], default="h2")

    class Meta:
        icon = "title"
        label = _("Heading")
        description = _("Divides a long page; visitors jump from one to the next.")
        template = "themes/blocks/heading.html"
        preview_value = {"text": "Thời gian và địa điểm", "level": "h2"}


class PortalRichTextBlock(blocks.RichTextBlock):
    def __init__(self, **kwargs: Any) -> None:
        super().__init__(features=RICH_TEXT, **kwargs)

    class Meta:
        icon = "pilcrow"
        label = _("Text")
        description = _("Paragraphs, lists and links.")
        template = "themes/blocks/rich_text.html"
        preview_value = "<p>Nhà trường kính mời quý phụ huynh dự buổi họp đầu năm.</p>"


class ImageBlock(blocks.StructBlock):
    image = ImageChooserBlock(label=_("Image"))
    alt = blocks.CharBlock(
        label=_("Description for those who do not see it"), max_length=250, help_text=_("What the picture shows.")
    )
    caption = blocks.CharBlock(label=_("Caption"), required=False, max_length=250)

    class Meta:
        icon = "image"
        label = _("Image")
        description = _("One picture with a caption.")
        template = "themes/blocks/image.html"
        preview_value = {"image": None, "alt": "Sân trường giờ ra chơi", "caption": "Sân trường giờ ra chơi"}


class TableValue(blocks.StructValue):
    @property
    def grid(self) -> list[list[str]]:
        """Cells by line and tab (or |), as they come from a spreadsheet."""
        lines = [line for line in (self.get("cells") or "").splitlines() if line.strip()]
        return [[cell.strip() for cell in line.split("\t" if "\t" in line else "|")] for line in lines]

    @property
    def header(self) -> list[str]:
        grid = self.grid
        return grid[0] if grid else []

    @property
    def labelled_rows(self) -> list[list[tuple[str, str]]]:
        """Rows as (heading, cell): on a phone each row becomes a card that keeps its headings."""
        header = self.header
        return [
            [(header[i] if i < len(header) else "", cell) for i, cell in enumerate(row[: len(header)])]
            for row in self.grid[1:]
        ]


class TableBlock(blocks.StructBlock):
    caption = blocks.CharBlock(label=_("Title of the table"), max_length=200)
    cells = blocks.TextBlock(
        label=_("Cells"), help_text=_("Paste from Excel. The first line holds the headings; cells part by tab or |.")
    )
    first_column_is_header = blocks.BooleanBlock(label=_("The first column names the row"), required=False)

    def clean(self, value: Any) -> Any:
        cleaned = super().clean(value)
        widths = {len(row) for row in cleaned.grid}
        if len(cleaned.grid) < 2 or widths == {1}:
            message = _("A table needs a line of headings, at least one row, and two columns.")
            raise blocks.StructBlockValidationError(block_errors={"cells": ValidationError(message)})
        return cleaned

    class Meta:
        icon = "table"
        label = _("Table")
        description = _("Pasted from a spreadsheet; becomes cards on a phone.")
        template = "themes/blocks/table.html"
        value_class = TableValue
        preview_value = {"caption": "Giờ học", "cells": "Buổi | Bắt đầu\nSáng | 7:00\nChiều | 13:30"}


class CalloutBlock(blocks.StructBlock):
    kind = blocks.ChoiceBlock(
        label=_("Kind"),
        choices=[
            ("info", _("For information")),
            ("success", _("Good news")),
            ("warning", _("Attention")),
            ("danger", _("Urgent")),
        ],
        default="info",
    )
    title = blocks.CharBlock(label=_("Title"), max_length=120)
    text = blocks.RichTextBlock(label=_("Text"), features=["bold", "link"])

    class Meta:
        icon = "warning"
        label = _("Callout")
        description = _("A short note that must not be missed.")
        template = "themes/blocks/callout.html"
        preview_value = {"kind": "warning", "title": "Nghỉ học ngày 24/11", "text": "<p>Học bù vào thứ Bảy.</p>"}


class LinkValue(blocks.StructValue):
    @property
    def href(self) -> str:
        page, document = self.get("page"), self.get("document")
        if page:
            return page.url or ""
        return document.url if document else self.get("url") or ""


class LinkBlock(blocks.StructBlock):
    label = blocks.CharBlock(label=_("Label"), max_length=120)
    page = blocks.PageChooserBlock(label=_("Page"), required=False)
    document = DocumentChooserBlock(label=_("Document"), required=False)
    url = blocks.URLBlock(label=_("Address"), required=False)
    description = blocks.CharBlock(label=_("One line of meaning"), required=False, max_length=200)

    def clean(self, value: Any) -> Any:
        cleaned = super().clean(value)
        if sum(bool(cleaned.get(name)) for name in ("page", "document", "url")) != 1:
            raise blocks.StructBlockValidationError(
                block_errors={"page": ValidationError(_("Choose one target: a page, a document or an address."))}
            )
        return cleaned

    class Meta:
        icon = "link"
        value_class = LinkValue


class LinkListBlock(blocks.StructBlock):
    heading = blocks.CharBlock(label=_("Heading"), required=False, max_length=120)
    links = blocks.ListBlock(LinkBlock(), label=_("Links"), min_num=1)

    class Meta:
        icon = "list-ul"
        label = _("List of links")
        description = _("Links, each with one line of meaning.")
        template = "themes/blocks/link_list.html"
        preview_value = {
            "heading": "Việc thường làm",
            "links": [{"label": "Tra cứu điểm", "url": "https://example.com"}],
        }


class LatestNewsBlock(blocks.StructBlock):
    heading = blocks.CharBlock(label=_("Heading"), max_length=120, default="Tin mới")
    count = blocks.IntegerBlock(label=_("How many"), min_value=1, max_value=12, default=3)

    def get_context(self, value: Any, parent_context: Any = None) -> dict[str, Any]:
        from cms_blocks.news import latest_cards

        context: dict[str, Any] = super().get_context(value, parent_context=parent_context)
        context["news"] = latest_cards(value["count"], request=(parent_context or {}).get("request"))
        return context

    class Meta:
        icon = "doc-full-inverse"
        label = _("Latest news")
        description = _("The newest articles of this portal, always up to date.")
        template = "themes/blocks/latest_news.html"
        preview_value = {"heading": "Tin mới", "count": 3}
