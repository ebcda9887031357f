"""Blocks a webmaster puts into a page. One module per family; one template of the same stem per block."""

from __future__ import annotations

from cms_blocks.events.blocks import EventsBlock
from cms_blocks.registry.blocks import DocumentsBlock
from cms_blocks.staff.blocks import StaffBlock

from . import admissions, content, family, layout, money, notices, outside, people, pictures, school_day, tables
from .service import SERVICE_BLOCKS

SERVICE_BLOCKS.update(money.BLOCKS)
SERVICE_BLOCKS.update(admissions.BLOCKS)
SERVICE_BLOCKS.update(school_day.BLOCKS)
SERVICE_BLOCKS.update(family.BLOCKS)

BODY_BLOCKS = [
    ("heading", content.HeadingBlock()),
    ("rich_text", content.PortalRichTextBlock()),
    ("quote", notices.QuoteBlock()),
    ("image", pictures.ImageBlock()),
    ("gallery", pictures.GalleryBlock()),
    ("video", outside.VideoBlock()),
    ("map", outside.MapBlock()),
    ("frame", outside.FrameBlock()),
    ("hero", layout.HeroBlock()),
    ("cards", layout.CardsBlock()),
    ("steps", layout.StepsBlock()),
    ("accordion", layout.AccordionBlock()),
    ("tabs", layout.TabsBlock()),
    ("faq", layout.FaqBlock()),
    ("table", tables.TableBlock()),
    ("timetable", tables.TimetableBlock()),
    ("weekly_menu", tables.WeeklyMenuBlock()),
    ("chart", tables.ChartBlock()),
    ("figures", tables.FiguresBlock()),
    ("link_list", content.LinkListBlock()),
    ("downloads", notices.DownloadsBlock()),
    ("latest_news", content.LatestNewsBlock()),
    ("documents", DocumentsBlock()),
    ("callout", content.CalloutBlock()),
    ("alert", notices.AlertBlock()),
    ("contact", notices.ContactBlock()),
    ("questions", people.QuestionsBlock()),
    ("form", people.FormBlock()),
    ("poll", people.PollBlock()),
    ("attendance_today", school_day.TodayBlock()),
    ("fee_list", money.FeeListBlock()),
    ("events", EventsBlock()),
    ("staff", StaffBlock()),
    *((name, block_class()) for name, block_class in SERVICE_BLOCKS.items()),
]
