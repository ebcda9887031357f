"""Blocks that arrange: hero, cards, steps, and what unfolds (accordion, tabs, questions)."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _
from wagtail import blocks

from . import groups
from .links import ButtonBlock, OptionalLinkBlock
from .pictures import PictureBlock

RICH = ["bold", "italic", "ol", "ul", "link", "document-link"]
SHORT = ["bold", "link"]

# Symbols of themes/icons.svg that a webmaster may put on a card.
ICONS = [
    ("graduation-cap", _("Study")),
    ("book-open", _("Book")),
    ("calendar", _("Calendar")),
    ("users", _("People")),
    ("school", _("School")),
    ("file-text", _("Document")),
    ("clipboard-check", _("Checklist")),
    ("wallet", _("Money")),
    ("utensils", _("Meals")),
    ("bus", _("Bus")),
    ("shield-check", _("Safety")),
    ("heart", _("Health")),
    ("award", _("Award")),
    ("megaphone", _("Notice")),
    ("phone", _("Phone")),
    ("mail", _("E-mail")),
    ("map-pin", _("Place")),
    ("clock", _("Hours")),
    ("video", _("Camera")),
]


class HeroBlock(blocks.StructBlock):
    title = blocks.CharBlock(label=_("Title"), max_length=120)
    text = blocks.TextBlock(label=_("Text"), required=False, max_length=300)
    image = PictureBlock(label=_("Image"), required=False, help_text=_("Without one, a drawing stands in."))
    links = blocks.ListBlock(ButtonBlock(), label=_("Buttons"), min_num=0, max_num=2, default=[])

    class Meta:
        icon = "pick"
        group = groups.LAYOUT
        label = _("Large opening")
        description = _("A title on a strong ground with a picture and one or two buttons.")
        template = "themes/blocks/hero.html"
        preview_value = {
            "title": "Tuyển sinh lớp 10 năm học 2027–2028",
            "text": "Nộp hồ sơ trực tuyến, theo dõi kết quả ngay trên cổng này.",
            "image": None,
            "links": [{"label": "Xem hướng dẫn", "url": "https://example.edu.vn/"}],
        }


class CardBlock(blocks.StructBlock):
    title = blocks.CharBlock(label=_("Title"), max_length=120)
    text = blocks.TextBlock(label=_("Text"), required=False, max_length=300)
    icon = blocks.ChoiceBlock(label=_("Symbol"), choices=ICONS, required=False)
    image = PictureBlock(label=_("Image"), required=False)
    link = OptionalLinkBlock(required=False)

    class Meta:
        icon = "doc-empty"


class CardsBlock(blocks.StructBlock):
    heading = blocks.CharBlock(label=_("Heading"), required=False, max_length=120)
    cards = blocks.ListBlock(CardBlock(), label=_("Cards"), min_num=1, max_num=24)

    class Meta:
        icon = "grip"
        group = groups.LAYOUT
        label = _("Cards")
        description = _("Things of equal weight side by side: each a title, a sentence, a link.")
        template = "themes/blocks/cards.html"
        preview_value = {
            "heading": "Một ngày ở trường",
            "cards": [
                {"title": "Học tập", "text": "Bảy tiết mỗi ngày, hai buổi.", "icon": "book-open"},
                {"title": "Bữa trưa", "text": "Thực đơn đổi mỗi tuần.", "icon": "utensils"},
                {"title": "Xe đưa đón", "text": "Ba tuyến, có cô đi cùng.", "icon": "bus"},
            ],
        }


class StepBlock(blocks.StructBlock):
    title = blocks.CharBlock(label=_("Title"), max_length=160)
    when = blocks.CharBlock(label=_("When"), required=False, max_length=80)
    text = blocks.RichTextBlock(label=_("Text"), required=False, features=RICH)

    class Meta:
        icon = "arrow-right"


class StepsBlock(blocks.StructBlock):
    heading = blocks.CharBlock(label=_("Heading"), required=False, max_length=120)
    steps = blocks.ListBlock(StepBlock(), label=_("Steps"), min_num=1, max_num=20)

    class Meta:
        icon = "list-ol"
        group = groups.LAYOUT
        label = _("Steps")
        description = _("What to do, one after the other, with numbers.")
        template = "themes/blocks/steps.html"
        preview_value = {
            "heading": "Nộp hồ sơ trong ba bước",
            "steps": [
                {"title": "Chuẩn bị giấy tờ", "when": "Trước 20/5", "text": "<p>Giấy khai sinh, học bạ.</p>"},
                {"title": "Nộp trên cổng", "when": "Từ 25/5", "text": "<p>Mất khoảng mười phút.</p>"},
                {"title": "Nhận kết quả", "when": "15/7", "text": ""},
            ],
        }


class SectionBlock(blocks.StructBlock):
    title = blocks.CharBlock(label=_("Title"), max_length=160)
    text = blocks.RichTextBlock(label=_("Text"), features=RICH)

    class Meta:
        icon = "pilcrow"


class AccordionBlock(blocks.StructBlock):
    heading = blocks.CharBlock(label=_("Heading"), required=False, max_length=120)
    sections = blocks.ListBlock(SectionBlock(), label=_("Sections"), min_num=1, max_num=40)

    class Meta:
        icon = "list-ul"
        group = groups.LAYOUT
        label = _("Accordion")
        description = _("Long text in sections that open one by one.")
        template = "themes/blocks/accordion.html"
        preview_value = {
            "heading": "Nội quy",
            "sections": [
                {"title": "Giờ giấc", "text": "<p>Có mặt trước 6 giờ 50.</p>"},
                {"title": "Trang phục", "text": "<p>Đồng phục các ngày thứ Hai, thứ Sáu.</p>"},
            ],
        }


class TabsBlock(blocks.StructBlock):
    heading = blocks.CharBlock(label=_("Heading"), required=False, max_length=120)
    sections = blocks.ListBlock(SectionBlock(), label=_("Tabs"), min_num=2, max_num=8)

    def get_context(self, value: Any, parent_context: Any = None) -> dict[str, Any]:
        context: dict[str, Any] = super().get_context(value, parent_context=parent_context)
        context["key"] = key_of(parent_context, value)
        return context

    class Meta:
        icon = "tasks"
        group = groups.LAYOUT
        label = _("Tabs")
        description = _("Two to eight texts of the same kind, one visible at a time.")
        template = "themes/blocks/tabs.html"
        preview_value = {
            "heading": "Lịch học theo khối",
            "sections": [
                {"title": "Khối 6", "text": "<p>Học buổi sáng.</p>"},
                {"title": "Khối 7", "text": "<p>Học buổi chiều.</p>"},
            ],
        }


class FaqBlock(blocks.StructBlock):
    """Questions and answers. Search engines read them from microdata: no script, nothing said twice."""

    heading = blocks.CharBlock(label=_("Heading"), required=False, max_length=120, default="Câu hỏi thường gặp")
    questions = blocks.ListBlock(
        blocks.StructBlock(
            [
                ("question", blocks.CharBlock(label=_("Question"), max_length=250)),
                ("answer", blocks.RichTextBlock(label=_("Answer"), features=RICH)),
            ],
            icon="help",
        ),
        label=_("List of questions"),
        min_num=1,
        max_num=60,
    )

    class Meta:
        icon = "help"
        group = groups.LAYOUT
        label = _("Questions and answers")
        description = _("What people ask again and again; search engines show the answers.")
        template = "themes/blocks/faq.html"
        preview_value = {
            "heading": "Câu hỏi thường gặp",
            "questions": [
                {"question": "Con nghỉ ốm thì báo ai?", "answer": "<p>Báo cô chủ nhiệm trước 7 giờ.</p>"},
                {"question": "Học phí nộp ở đâu?", "answer": "<p>Nộp trên cổng hoặc tại văn phòng.</p>"},
            ],
        }


def key_of(parent_context: Any, value: Any) -> str:
    """Letters and digits that make ids of this block unique in the page: Wagtail's id of it, where there is one."""
    given = str((parent_context or {}).get("id") or "")
    kept = "".join(letter for letter in given if letter.isascii() and letter.isalnum())[:12]
    return f"k{kept or format(id(value), 'x')}"
