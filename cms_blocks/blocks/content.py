"""Content blocks: what they show comes from the page alone (latest news: from this portal's pages)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.utils.translation import gettext_lazy as _
from wagtail import blocks

from cms_blocks.together import ReadTogetherBlock

from . import groups
from .links import LinkBlock

RICH_TEXT = ["bold", "italic", "ol", "ul", "link", "document-link"]


class HeadingBlock(blocks.StructBlock):
    text = blocks.CharBlock(label=_("Text"), max_length=160)
    level = blocks.ChoiceBlock(label=_("Level"), choices=[("h2", _("Section")), ("h3", _("Part"))], default="h2")

    class Meta:
        icon = "title"
        group = groups.TEXT
        label = _("Heading")
        description = _("Divides a long page; visitors jump from one to the next.")
        template = "themes/blocks/heading.html"
        preview_value = {"text": "Thời gian và địa điểm", "level": "h2"}


class PortalRichTextBlock(blocks.RichTextBlock):
    def __init__(self, **kwargs: Any) -> None:
        super().__init__(features=RICH_TEXT, **kwargs)

    class Meta:
        icon = "pilcrow"
        group = groups.TEXT
        label = _("Text")
        description = _("Paragraphs, lists and links.")
        template = "themes/blocks/rich_text.html"
        preview_value = "<p>Nhà trường kính mời quý phụ huynh dự buổi họp đầu năm.</p>"


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
        group = groups.NOTICES
        label = _("Callout")
        description = _("A short note that must not be missed.")
        template = "themes/blocks/callout.html"
        preview_value = {"kind": "warning", "title": "Nghỉ học ngày 24/11", "text": "<p>Học bù vào thứ Bảy.</p>"}


class LinkListBlock(blocks.StructBlock):
    heading = blocks.CharBlock(label=_("Heading"), required=False, max_length=120)
    links = blocks.ListBlock(LinkBlock(), label=_("Links"), min_num=1)

    class Meta:
        icon = "list-ul"
        group = groups.LISTS
        label = _("List of links")
        description = _("Links, each with one line of meaning.")
        template = "themes/blocks/link_list.html"
        preview_value = {
            "heading": "Việc thường làm",
            "links": [{"label": "Tra cứu điểm", "url": "https://example.com"}],
        }


class LatestNewsBlock(ReadTogetherBlock):
    heading = blocks.CharBlock(label=_("Heading"), max_length=120, default="Tin mới")
    count = blocks.IntegerBlock(label=_("How many"), min_value=1, max_value=12, default=3)

    def read(self, values: Sequence[Any], request: Any) -> list[dict[str, Any]]:
        from cms_blocks.news import latest_cards

        counts = [value.get("count") or 0 for value in values]
        found = latest_cards(max(counts), request=request)
        return [{"news": found[:count]} for count in counts]

    class Meta:
        icon = "doc-full-inverse"
        group = groups.LISTS
        label = _("Latest news")
        description = _("The newest articles of this portal, always up to date.")
        template = "themes/blocks/latest_news.html"
        preview_value = {"heading": "Tin mới", "count": 3}
