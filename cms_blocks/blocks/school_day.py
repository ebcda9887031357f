"""Blocks about the day at school."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from wagtail import blocks

from school_services.attendance import leaves
from school_services.identity.actor import Actor
from tenants.context import PortalRef

from .service import ServiceBlock


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


BLOCKS: dict[str, type[ServiceBlock]] = {"attendance": AttendanceBlock}
