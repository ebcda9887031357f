"""Blocks of one kind in one body that read rows ask the database together, at the first of them that is shown."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from wagtail import blocks

from cms_blocks import caching
from tenants import cache_tags


class _Reading:
    """What the blocks of one body read. Tags and moments of the reading are said again wherever a block is shown: one
    value may be rendered twice."""

    def __init__(self, values: Sequence[Any]) -> None:
        self.values = values
        self.found: list[dict[str, Any]] | None = None
        self.tags: set[str] = set()
        self.moments: list[Any] = []

    def of(self, block: ReadTogetherBlock, place: int, request: Any) -> dict[str, Any]:
        if self.found is None:
            with cache_tags.collecting() as self.tags, caching.watching_time() as self.moments:
                self.found = block.read(self.values, request)
        cache_tags.repeat(self.tags)
        caching.true_until(*self.moments)
        return self.found[place]


class TogetherValue(blocks.StructValue):
    """Knows the values of its kind in the same body, and its place among them."""

    reading: _Reading | None = None
    place = 0


class ReadTogetherBlock(blocks.StructBlock):
    """A block of rows: `read` answers for all blocks of this kind in a body, with as many queries as for one."""

    def read(self, values: Sequence[Any], request: Any) -> list[dict[str, Any]]:
        """For each value what its template needs."""
        raise NotImplementedError

    def bulk_to_python(self, values: Any) -> list[Any]:
        found: list[Any] = super().bulk_to_python(values)
        reading = _Reading(found)
        for place, value in enumerate(found):
            value.reading, value.place = reading, place
        return found

    def get_context(self, value: Any, parent_context: Any = None) -> dict[str, Any]:
        context: dict[str, Any] = super().get_context(value, parent_context=parent_context)
        reading = value.reading or _Reading([value])
        return context | reading.of(self, value.place, (parent_context or {}).get("request"))

    class Meta:
        value_class = TogetherValue
