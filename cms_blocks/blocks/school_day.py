"""Blocks about the day at school."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from typing import Any

from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from wagtail import blocks

from cms_blocks.caching import true_until
from cms_blocks.together import ReadTogetherBlock
from school_services.attendance import leaves, today
from school_services.cameras import family as cameras
from school_services.identity.actor import Actor
from school_services.messaging import inbox
from tenants import context
from tenants.context import PortalRef

from . import groups
from .service import ServiceBlock

MINUTES = datetime.timedelta(minutes=5)


class AttendanceBlock(ServiceBlock):
    slug = "attendance"
    fragment_template = "cms_blocks/services/attendance_fragment.html"

    heading = blocks.CharBlock(label=_("Heading"), max_length=120, default="Chuyên cần của con")
    explanation = blocks.TextBlock(
        label=_("Explanation"),
        max_length=400,
        default="Phụ huynh đăng nhập để xem con đã đến lớp chưa và gửi đơn xin nghỉ.",
    )

    def fragment(self, *, request: HttpRequest, portal: PortalRef, actor: Actor, value: Any) -> dict[str, Any]:
        return {"children": leaves.days_of_children(actor, unit_ids=(portal.unit_id,))}

    class Meta:
        icon = "calendar-check"
        label = _("Attendance of my children")
        description = _("Parents see whether their own child came, and ask for leave.")
        template = "cms_blocks/services/attendance.html"
        preview_value = {
            "heading": "Chuyên cần của con",
            "explanation": "Phụ huynh đăng nhập để xem con đã đến lớp chưa và gửi đơn xin nghỉ.",
        }


class CameraBlock(ServiceBlock):
    slug = "class-camera"
    fragment_template = "cameras/list.html"

    heading = blocks.CharBlock(label=_("Heading"), max_length=120, default="Camera lớp học")
    explanation = blocks.TextBlock(
        label=_("Explanation"),
        max_length=400,
        default="Phụ huynh đăng nhập để xem lớp của con trong giờ mở, sau khi đã đồng ý.",
    )

    def fragment(self, *, request: HttpRequest, portal: PortalRef, actor: Actor, value: Any) -> dict[str, Any]:
        return {"cameras": cameras.cameras(actor, unit_id=portal.unit_id)}

    class Meta:
        icon = "view"
        label = _("Class camera")
        description = _("Parents who agreed watch their own child's class while the school opens it.")
        template = "cms_blocks/services/class_camera.html"
        preview_value = {
            "heading": "Camera lớp học",
            "explanation": "Phụ huynh đăng nhập để xem lớp của con trong giờ mở.",
        }


class MessagesBlock(ServiceBlock):
    slug = "messages"
    fragment_template = "cms_blocks/services/messages_fragment.html"

    heading = blocks.CharBlock(label=_("Heading"), max_length=120, default="Tin nhắn của nhà trường")
    explanation = blocks.TextBlock(
        label=_("Explanation"),
        max_length=400,
        default="Phụ huynh đăng nhập để đọc những gì trường và giáo viên chủ nhiệm báo.",
    )
    shown = blocks.IntegerBlock(label=_("Number of items"), default=5, min_value=3, max_value=30)

    def fragment(self, *, request: HttpRequest, portal: PortalRef, actor: Actor, value: Any) -> dict[str, Any]:
        units = (portal.unit_id,) if portal.kind == "school" else None
        letters, unread = inbox.letters(actor, unit_ids=units, limit=value.get("shown") or 5)
        return {"letters": letters, "unread": unread}

    class Meta:
        icon = "mail"
        label = _("Messages of the school")
        description = _("Parents and staff log in and read what the school tells them.")
        template = "cms_blocks/services/messages.html"
        preview_value = {
            "heading": "Tin nhắn của nhà trường",
            "explanation": "Phụ huynh đăng nhập để đọc tin của trường.",
            "shown": 5,
        }


class TodayBlock(ReadTogetherBlock):
    """How many came today: a number of the whole school, for everybody; nothing where it could say who."""

    heading = blocks.CharBlock(label=_("Heading"), max_length=120, default="Hôm nay ở trường")

    def read(self, values: Sequence[Any], request: Any) -> list[dict[str, Any]]:
        portal = context.current_portal()
        now = timezone.localtime()
        true_until(now + MINUTES)
        session = "S" if now.hour < 12 else "C"
        found = {
            "today": today.public(portal.unit_id, now.date(), session) if portal else None,
            "now": now,
            "morning": session == "S",
        }
        return [found for _value in values]

    class Meta:
        icon = "group"
        group = groups.SERVICES
        label = _("Attendance today")
        description = _("How many students came today, as one number, for everybody.")
        template = "cms_blocks/services/attendance_today.html"
        preview_value = {"heading": "Hôm nay ở trường"}


BLOCKS: dict[str, type[ServiceBlock]] = {
    "attendance": AttendanceBlock,
    "class_camera": CameraBlock,
    "messages": MessagesBlock,
}
