"""Blocks that visitors answer to: forms, polls, questions."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.utils.translation import gettext_lazy as _
from wagtail import blocks
from wagtail.snippets.blocks import SnippetChooserBlock

from cms_blocks.together import ReadTogetherBlock
from tenants import cache_tags

from . import groups


class FormBlock(blocks.StructBlock):
    form = SnippetChooserBlock("forms.Form", label=_("Form"))

    def get_context(self, value: Any, parent_context: Any = None) -> dict[str, Any]:
        context: dict[str, Any] = super().get_context(value, parent_context=parent_context)
        form = value.get("form")
        if form is not None:
            cache_tags.tag(form.tag)
            context["standing"] = form.standing()
        return context

    def get_preview_value(self) -> Any:
        from cms_blocks.forms.models import Form  # its models need the registry of apps

        return self._to_struct_value(  # type: ignore[no-untyped-call]
            {"form": Form(title="Đăng ký tham quan trường", intro="Mỗi gia đình đăng ký một lượt.")}
        )

    class Meta:
        icon = "form"
        group = groups.SERVICES
        label = _("Form")
        description = _("Visitors fill in a form that you have composed under “Forms”.")
        template = "themes/blocks/form.html"
        preview_value = {"form": None}


class PollBlock(blocks.StructBlock):
    poll = SnippetChooserBlock("polls.Poll", label=_("Poll"))

    def get_context(self, value: Any, parent_context: Any = None) -> dict[str, Any]:
        context: dict[str, Any] = super().get_context(value, parent_context=parent_context)
        if value.get("poll") is not None:
            cache_tags.tag(value["poll"].tag)
        return context

    def get_preview_value(self) -> Any:
        from cms_blocks.polls.models import Poll  # its models need the registry of apps

        return self._to_struct_value({"poll": Poll(question="Nên mở thư viện vào sáng thứ Bảy không?")})  # type: ignore[no-untyped-call]

    class Meta:
        icon = "radio-full"
        group = groups.SERVICES
        label = _("Poll")
        description = _("One question, a few answers; results as bars with the table beside.")
        template = "themes/blocks/poll.html"
        preview_value = {"poll": None}


class QuestionsBlock(ReadTogetherBlock):
    heading = blocks.CharBlock(label=_("Heading"), max_length=120, default="Hỏi đáp")
    explanation = blocks.CharBlock(
        label=_("Explanation"),
        max_length=300,
        required=False,
        default="Bạn hỏi không cần tài khoản. Nhà trường trả lời trong năm ngày làm việc.",
    )
    count = blocks.IntegerBlock(label=_("How many published answers"), min_value=0, max_value=12, default=5)

    def read(self, values: Sequence[Any], request: Any) -> list[dict[str, Any]]:
        from cms_blocks.questions import selectors  # its models need the registry of apps

        counts = [value.get("count") or 0 for value in values]
        found = selectors.cards(selectors.answers()[: max(counts)])
        return [{"answers": found[:count]} for count in counts]

    class Meta:
        icon = "help"
        group = groups.SERVICES
        label = _("Questions and answers")
        description = _("Visitors ask without an account and follow their question with a code; newest answers below.")
        template = "themes/blocks/questions.html"
        preview_value = {"heading": "Hỏi đáp", "explanation": "Bạn hỏi không cần tài khoản.", "count": 3}
