"""Blocks that tell and reach: alert, quote, contact, downloads."""

from __future__ import annotations

import re
from typing import Any

from django.core.exceptions import ValidationError
from django.template.defaultfilters import filesizeformat
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from wagtail import blocks
from wagtail.documents.blocks import DocumentChooserBlock

from . import groups
from .layout import SHORT
from .links import OptionalLinkBlock
from .pictures import PictureBlock

_PHONE = re.compile(r"^\+?[\d .()–/-]{3,40}$")


class AlertBlock(blocks.StructBlock):
    """A notice with an end: cached pages are renewed every few minutes, so it goes by itself."""

    kind = blocks.ChoiceBlock(
        label=_("Kind"), choices=[("warning", _("Attention")), ("danger", _("Urgent"))], default="warning"
    )
    title = blocks.CharBlock(label=_("Title"), max_length=120)
    text = blocks.RichTextBlock(label=_("Text"), required=False, features=SHORT)
    until = blocks.DateTimeBlock(label=_("Show until"), help_text=_("After that it goes by itself."))
    link = OptionalLinkBlock(required=False)

    def get_context(self, value: Any, parent_context: Any = None) -> dict[str, Any]:
        context: dict[str, Any] = super().get_context(value, parent_context=parent_context)
        until = value.get("until")
        if until is not None and timezone.is_naive(until):
            until = timezone.make_aware(until)
        context["over"] = until is not None and until < timezone.now()
        return context

    class Meta:
        icon = "warning"
        group = groups.NOTICES
        label = _("Alert with an end")
        description = _("Storm, closure, a changed date: large, and gone when it is over.")
        template = "themes/blocks/alert.html"
        preview_value = {
            "kind": "danger",
            "title": "Học sinh nghỉ học ngày 24/11 do bão",
            "text": "<p>Cơ sở giữ trẻ vẫn mở cửa đến 17 giờ.</p>",
            "until": None,
        }


class QuoteBlock(blocks.StructBlock):
    text = blocks.TextBlock(label=_("Words"), max_length=600)
    who = blocks.CharBlock(label=_("Who said it"), max_length=120)
    role = blocks.CharBlock(label=_("Role"), required=False, max_length=160)
    image = PictureBlock(label=_("Portrait"), required=False)

    class Meta:
        icon = "openquote"
        group = groups.TEXT
        label = _("Quote")
        description = _("Somebody's own words, with name and role.")
        template = "themes/blocks/quote.html"
        preview_value = {
            "text": "Trường không hỏi em giỏi đến đâu, trường hỏi hôm nay em đã thử chưa.",
            "who": "Nguyễn Thu Hà",
            "role": "cựu học sinh khóa 2018",
        }


class PersonBlock(blocks.StructBlock):
    name = blocks.CharBlock(label=_("Who or which office"), max_length=120)
    role = blocks.CharBlock(label=_("What for"), required=False, max_length=160)
    phone = blocks.CharBlock(label=_("Phone"), required=False, max_length=40)
    email = blocks.EmailBlock(label=_("E-mail"), required=False)
    hours = blocks.CharBlock(label=_("Hours"), required=False, max_length=120)

    def clean(self, value: Any) -> Any:
        cleaned = super().clean(value)
        if cleaned.get("phone") and not _PHONE.match(cleaned["phone"]):
            message = _("Write one phone number in digits, for example 0276 3822 111.")
            raise blocks.StructBlockValidationError(block_errors={"phone": ValidationError(message)})
        if not cleaned.get("phone") and not cleaned.get("email"):
            message = _("Give a phone number or an e-mail address.")
            raise blocks.StructBlockValidationError(block_errors={"phone": ValidationError(message)})
        return cleaned

    class Meta:
        icon = "user"
        value_class = type(
            "PersonValue",
            (blocks.StructValue,),
            {"dial": property(lambda self: re.sub(r"[^\d+]", "", self.get("phone") or ""))},
        )


class ContactBlock(blocks.StructBlock):
    heading = blocks.CharBlock(label=_("Heading"), required=False, max_length=120, default="Liên hệ")
    own = blocks.BooleanBlock(
        label=_("Show the portal's phone, e-mail and address"),
        required=False,
        help_text=_("They are kept in Settings."),
    )
    people = blocks.ListBlock(PersonBlock(), label=_("People and offices"), min_num=0, max_num=30, default=[])
    address = blocks.CharBlock(label=_("Address"), required=False, max_length=200)

    def clean(self, value: Any) -> Any:
        cleaned = super().clean(value)
        if not cleaned.get("own") and not cleaned.get("people"):
            message = _("Name somebody to ask, or show the portal's own contact.")
            raise blocks.StructBlockValidationError(block_errors={"own": ValidationError(message)})
        return cleaned

    class Meta:
        icon = "mail"
        group = groups.NOTICES
        label = _("Contact")
        description = _("Whom to ask about what, with phone, e-mail and hours.")
        template = "themes/blocks/contact.html"
        preview_value = {
            "heading": "Cần hỏi ai",
            "people": [
                {"name": "Văn phòng", "role": "giấy tờ, xác nhận", "phone": "0276 3822 111", "hours": "7:00–16:30"},
                {"name": "Y tế học đường", "role": "thuốc, ốm, tai nạn", "phone": "0276 3822 112"},
            ],
            "address": "210 Cách Mạng Tháng Tám",
        }


class DownloadBlock(blocks.StructBlock):
    document = DocumentChooserBlock(label=_("Document"))
    title = blocks.CharBlock(label=_("Title"), required=False, max_length=200, help_text=_("Else the file's own."))
    note = blocks.CharBlock(label=_("One line of meaning"), required=False, max_length=200)

    class Meta:
        icon = "doc-full"


class DownloadsBlock(blocks.StructBlock):
    heading = blocks.CharBlock(label=_("Heading"), required=False, max_length=120, default="Tải về")
    files = blocks.ListBlock(DownloadBlock(), label=_("Files"), min_num=1, max_num=60)

    def get_context(self, value: Any, parent_context: Any = None) -> dict[str, Any]:
        context: dict[str, Any] = super().get_context(value, parent_context=parent_context)
        context["files"] = [
            {
                "href": item["document"].url,
                "title": item.get("title") or item["document"].title,
                "note": item.get("note"),
                "kind": (item["document"].file_extension or "").upper(),
                "size": filesizeformat(item["document"].file_size) if item["document"].file_size else "",
            }
            for item in value.get("files") or []
            if item.get("document") is not None
        ]
        return context

    class Meta:
        icon = "download"
        group = groups.LISTS
        label = _("Files to download")
        description = _("Forms and papers, each with kind and size.")
        template = "themes/blocks/downloads.html"
        preview_value = {"heading": "Biểu mẫu", "files": []}
