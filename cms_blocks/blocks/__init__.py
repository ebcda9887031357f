"""Blocks a webmaster puts into a page. One module per family; one template of the same stem per block."""

from __future__ import annotations

from .content import (
    CalloutBlock,
    HeadingBlock,
    ImageBlock,
    LatestNewsBlock,
    LinkListBlock,
    PortalRichTextBlock,
    TableBlock,
)
from .service import SERVICE_BLOCKS

BODY_BLOCKS = [
    ("heading", HeadingBlock()),
    ("rich_text", PortalRichTextBlock()),
    ("image", ImageBlock()),
    ("table", TableBlock()),
    ("callout", CalloutBlock()),
    ("link_list", LinkListBlock()),
    ("latest_news", LatestNewsBlock()),
    *((name, block_class()) for name, block_class in SERVICE_BLOCKS.items()),
]
