"""What comes next, in any page."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _
from wagtail import blocks


class EventsBlock(blocks.StructBlock):
    heading = blocks.CharBlock(label=_("Heading"), max_length=120, default="Sự kiện sắp tới")
    count = blocks.IntegerBlock(label=_("How many"), min_value=1, max_value=12, default=4)

    def get_context(self, value: Any, parent_context: Any = None) -> dict[str, Any]:
        from . import selectors

        context: dict[str, Any] = super().get_context(value, parent_context=parent_context)
        base = selectors.base_url((parent_context or {}).get("request"))
        context["happenings"] = selectors.upcoming(value["count"], base) if base else []
        context["all_url"] = base
        return context

    class Meta:
        icon = "calendar-alt"
        group = _("Links, files, lists")
        label = _("Events")
        description = _("What comes next in the calendar; what is over goes by itself.")
        template = "events/blocks/events.html"
        preview_value = {"heading": "Sự kiện sắp tới", "count": 4}
