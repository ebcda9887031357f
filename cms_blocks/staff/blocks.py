"""People of one unit, in any page."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.utils.translation import gettext_lazy as _
from wagtail import blocks
from wagtail.snippets.blocks import SnippetChooserBlock

from cms_blocks.together import ReadTogetherBlock


class StaffBlock(ReadTogetherBlock):
    heading = blocks.CharBlock(label=_("Heading"), required=False, max_length=120)
    unit = SnippetChooserBlock("staff.StaffUnit", label=_("Unit"))

    def read(self, values: Sequence[Any], request: Any) -> list[dict[str, Any]]:
        from . import selectors

        units = [value.get("unit") for value in values]
        members = selectors.members_of({unit.pk for unit in units if unit})
        return [{"unit": unit, "members": members.get(unit.pk, []) if unit else []} for unit in units]

    class Meta:
        icon = "group"
        group = _("Links, files, lists")
        label = _("Staff")
        description = _("The people of one unit, with picture, position and how to reach them.")
        template = "staff/blocks/staff.html"
        preview_value = {"heading": "Ban giám hiệu", "unit": None}
