"""What comes next, in any page."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.utils.translation import gettext_lazy as _
from wagtail import blocks

from cms_blocks.together import ReadTogetherBlock


class EventsBlock(ReadTogetherBlock):
    heading = blocks.CharBlock(label=_("Heading"), max_length=120, default="Sự kiện sắp tới")
    count = blocks.IntegerBlock(label=_("How many"), min_value=1, max_value=12, default=4)

    def read(self, values: Sequence[Any], request: Any) -> list[dict[str, Any]]:
        from . import selectors

        base = selectors.base_url(request)
        counts = [value.get("count") or 0 for value in values]
        found = selectors.upcoming(max(counts), base) if base else []
        return [{"happenings": found[:count], "all_url": base} for count in counts]

    class Meta:
        icon = "calendar-alt"
        group = _("Links, files, lists")
        label = _("Events")
        description = _("What comes next in the calendar; what is over goes by itself.")
        template = "events/blocks/events.html"
        preview_value = {"heading": "Sự kiện sắp tới", "count": 4}
