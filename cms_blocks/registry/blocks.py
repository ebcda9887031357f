"""Official documents in a page: the newest, or those of one kind or field."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _
from wagtail import blocks

from . import rules


class DocumentsBlock(blocks.StructBlock):
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

    def get_context(self, value: Any, parent_context: Any = None) -> dict[str, Any]:
        from . import selectors
        from .models import slug_of

        context: dict[str, Any] = super().get_context(value, parent_context=parent_context)
        base = selectors.base_url((parent_context or {}).get("request"))
        kind, field = value.get("kind") or "", slug_of(value.get("field") or "")
        in_force = bool(value.get("in_force"))
        context["rows"] = (
            selectors.latest(value["count"], base, kind=kind, field=field, in_force=in_force) if base else []
        )
        context["all_url"] = base + selectors.Asked(kind=kind, field=field).address() if base else ""
        return context

    class Meta:
        icon = "doc-full"
        group = _("Links, files, lists")
        label = _("Official documents")
        description = _("The newest documents of this portal, or those of one kind or field.")
        template = "registry/blocks/documents.html"
        preview_value = {"heading": "Văn bản mới", "kind": "", "field": "", "in_force": True, "count": 5}
