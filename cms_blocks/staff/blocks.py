"""People of one unit, in any page."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _
from wagtail import blocks
from wagtail.snippets.blocks import SnippetChooserBlock


class StaffBlock(blocks.StructBlock):
    heading = blocks.CharBlock(label=_("Heading"), required=False, max_length=120)
    unit = SnippetChooserBlock("staff.StaffUnit", label=_("Unit"))

    def get_context(self, value: Any, parent_context: Any = None) -> dict[str, Any]:
        from . import selectors

        context: dict[str, Any] = super().get_context(value, parent_context=parent_context)
        unit = value.get("unit")
        context["unit"] = unit
        context["members"] = selectors.members_of(unit.pk) if unit else []
        return context

    class Meta:
        icon = "group"
        group = _("Links, files, lists")
        label = _("Staff")
        description = _("The people of one unit, with picture, position and how to reach them.")
        template = "staff/blocks/staff.html"
        preview_value = {"heading": "Ban giám hiệu", "unit": None}
