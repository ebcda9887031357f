"""A StreamField whose block definitions stay out of migrations: each needless one runs once per portal."""

from __future__ import annotations

from typing import Any

from wagtail.blocks import StreamBlock
from wagtail.fields import StreamField


class BodyField(StreamField):
    """The body of a page. The blocks are those of `cms_blocks.blocks.BODY_BLOCKS`; a migration sees only the field."""

    def __init__(self, block_types: Any = None, **kwargs: Any) -> None:
        if block_types is None:
            from .blocks import BODY_BLOCKS  # the blocks import models of this app

            block_types = StreamBlock(BODY_BLOCKS, required=False)
        kwargs.pop("block_lookup", None)
        super().__init__(block_types, **kwargs)

    def deconstruct(self) -> tuple[str, str, list[Any], dict[str, Any]]:
        name, _path, _args, kwargs = super().deconstruct()
        kwargs.pop("block_lookup", None)
        return name, "cms_blocks.fields.BodyField", [], kwargs
