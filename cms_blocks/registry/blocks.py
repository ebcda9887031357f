"""Official documents in a page: the newest, or those of one kind or field."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _
from wagtail import blocks

from cms_blocks.together import ReadTogetherBlock

from . import rules


class DocumentsBlock(ReadTogetherBlock):
    heading = blocks.CharBlock(label=_("Heading"), max_length=120, default="Văn bản mới")
    kind = blocks.ChoiceBlock(label=_("Kind"), choices=rules.kind_choices, required=False)
    field = blocks.CharBlock(
        label=_("Field"), required=False, max_length=80, help_text=_("As it stands on the documents: Tuyển sinh.")
    )
    in_force = blocks.BooleanBlock(label=_("Only those in force"), required=False, default=True)
    count = blocks.IntegerBlock(label=_("How many"), min_value=1, max_value=20, default=5)

    def clean(self, value: Any) -> Any:
        from .models import OfficialDocument, slug_of

        cleaned = super().clean(value)
        field = slug_of(cleaned.get("field") or "")
        if field and not OfficialDocument.objects.filter(field_slug=field).exists():
            message = _("No document has this field. Write it as it stands on the documents.")
            raise blocks.StructBlockValidationError(block_errors={"field": ValidationError(message)})
        return cleaned

    def read(self, values: Sequence[Any], request: Any) -> list[dict[str, Any]]:
        from . import selectors
        from .models import slug_of

        base = selectors.base_url(request)
        if not base:
            return [{"rows": [], "all_url": ""} for _value in values]
        asked = [
            selectors.Latest(
                value.get("count") or 0,
                value.get("kind") or "",
                slug_of(value.get("field") or ""),
                bool(value.get("in_force")),
            )
            for value in values
        ]
        found = selectors.latest(asked, base)
        addresses = [base + selectors.Asked(kind=one.kind, field=one.field).address() for one in asked]
        return [{"rows": rows, "all_url": address} for rows, address in zip(found, addresses, strict=True)]

    class Meta:
        icon = "doc-full"
        group = _("Links, files, lists")
        label = _("Official documents")
        description = _("The newest documents of this portal, or those of one kind or field.")
        template = "registry/blocks/documents.html"
        preview_value = {"heading": "Văn bản mới", "kind": "", "field": "", "in_force": True, "count": 5}
