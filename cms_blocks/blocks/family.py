"""Blocks for families: what is new about one's children, and their lessons and exams."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from wagtail import blocks

from school_services.family import timeline
from school_services.identity.actor import Actor
from school_services.rosters import services as rosters
from tenants.context import PortalRef

from .service import ServiceBlock


def _units(portal: PortalRef, value: Any) -> tuple[int, ...] | None:
    """The school's own children; on an office's portal, or where the webmaster wants it, those of every school."""
    return None if value.get("any_school") or portal.kind != "school" else (portal.unit_id,)


class TimelineBlock(ServiceBlock):
    slug = "timeline"
    fragment_template = "cms_blocks/services/timeline_fragment.html"

    heading = blocks.CharBlock(label=_("Heading"), max_length=120, default="Con tôi hôm nay")
    explanation = blocks.TextBlock(
        label=_("Explanation"),
        max_length=400,
        default="Phụ huynh đăng nhập để xem điều mới về con: điểm vừa công bố, nhận xét, kết quả.",
    )
    shown = blocks.IntegerBlock(label=_("Number of items"), default=10, min_value=3, max_value=30)
    any_school = blocks.BooleanBlock(
        label=_("Show children of other schools too"),
        required=False,
        help_text=_("Off: only children who study at this portal's school."),
    )

    def fragment(self, *, request: HttpRequest, portal: PortalRef, actor: Actor, value: Any) -> dict[str, Any]:
        found = timeline.timeline(actor, unit_ids=_units(portal, value), shown=value.get("shown") or 10)
        links, units = found.seen
        rosters.mark_seen(actor=actor, link_ids=links, unit_ids=units)
        return {"timeline": found}

    class Meta:
        icon = "history"
        label = _("My children: what is new")
        description = _("Parents log in and see what the school published about their children, day by day.")
        template = "cms_blocks/services/timeline.html"
        preview_value = {
            "heading": "Con tôi hôm nay",
            "explanation": "Phụ huynh đăng nhập để xem điều mới về con.",
            "shown": 10,
        }


class ScheduleBlock(ServiceBlock):
    slug = "schedule"
    fragment_template = "cms_blocks/services/schedule_fragment.html"

    heading = blocks.CharBlock(label=_("Heading"), max_length=120, default="Lịch học, lịch kiểm tra của con")
    explanation = blocks.TextBlock(
        label=_("Explanation"),
        max_length=400,
        default="Phụ huynh đăng nhập để xem thời khóa biểu của lớp con học và các buổi kiểm tra sắp tới.",
    )
    lessons = blocks.BooleanBlock(label=_("Timetable of the class"), required=False, default=True)
    exams = blocks.BooleanBlock(label=_("Coming exams"), required=False, default=True)

    def fragment(self, *, request: HttpRequest, portal: PortalRef, actor: Actor, value: Any) -> dict[str, Any]:
        return {"schedules": timeline.schedules(actor, unit_ids=_units(portal, value))}

    class Meta:
        icon = "calendar-alt"
        label = _("Lessons and exams of my children")
        description = _("Parents log in and see the timetable and the coming exams of their children's classes.")
        template = "cms_blocks/services/schedule.html"
        preview_value = {
            "heading": "Lịch học, lịch kiểm tra của con",
            "explanation": "Phụ huynh đăng nhập để xem thời khóa biểu của lớp con.",
            "lessons": True,
            "exams": True,
        }


BLOCKS: dict[str, type[ServiceBlock]] = {"timeline": TimelineBlock, "schedule": ScheduleBlock}
