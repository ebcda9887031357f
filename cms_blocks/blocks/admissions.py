"""Blocks of admissions: apply, follow, look up a result, calendar, seats and cutoffs.

What they show is the same for everyone and cached; only the family's own applications are a fragment.
"""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from wagtail import blocks

from school_services.admissions import selectors, texts
from school_services.admissions.presenting import season_context
from school_services.errors import NotFound
from school_services.identity.actor import Actor
from tenants import cache_tags
from tenants.context import PortalRef, current_portal

from .service import ServiceBlock


class SeasonBlock(ServiceBlock):
    """Base: a season of the portal's unit or one above it; left empty, the newest one."""

    season = blocks.CharBlock(
        label=_("Season"),
        max_length=40,
        required=False,
        help_text=_("Short name of the season, as in its address /ts/…/. Left empty: the newest one."),
    )

    def get_context(self, value: Any, parent_context: Any = None) -> dict[str, Any]:
        context = super().get_context(value, parent_context=parent_context)
        cache_tags.tag("admissions")
        portal = current_portal()
        chosen = season_of(portal, value.get("season") or "") if portal is not None else None
        context["season"] = chosen
        if chosen is not None:
            context |= season_context(chosen, selectors.statistics_of(chosen))
            context["results_out"] = chosen.phase.value in {"results", "over"}
        return context


def season_of(portal: PortalRef, slug: str) -> selectors.SeasonView | None:
    if not slug:
        newest = selectors.seasons_for(portal.unit_id)
        slug = newest[0].slug if newest else ""
    try:
        return selectors.season_for(portal.unit_id, slug) if slug else None
    except NotFound:
        return None


class ApplyBlock(SeasonBlock):
    slug = "admissions-apply"
    fragment_template = "cms_blocks/services/admissions_apply_fragment.html"

    heading = blocks.CharBlock(label=_("Heading"), max_length=120, default="Nộp hồ sơ tuyển sinh")
    explanation = blocks.TextBlock(
        label=_("Explanation"),
        max_length=400,
        required=False,
        default="Làm bằng điện thoại, dừng và làm tiếp lúc nào cũng được. Nộp sớm hay muộn đều như nhau.",
    )

    def fragment(self, *, request: HttpRequest, portal: PortalRef, actor: Actor, value: Any) -> dict[str, Any]:
        lines = [{"view": view, "state": texts.STATES[view.row.state]} for view in selectors.my_applications(actor)]
        return {"lines": lines, "season": season_of(portal, value.get("season") or "")}

    class Meta:
        icon = "edit"
        label = _("Admissions: apply")
        description = _("Families apply to the season and see the state of their own applications.")
        template = "cms_blocks/services/admissions_apply.html"
        preview_value = {"season": "", "heading": "Nộp hồ sơ tuyển sinh", "explanation": "Làm bằng điện thoại."}


class ResultBlock(SeasonBlock):
    slug = "admissions-result"

    heading = blocks.CharBlock(label=_("Heading"), max_length=120, default="Tra cứu kết quả tuyển sinh")

    class Meta:
        icon = "search"
        label = _("Admissions: look up a result")
        description = _("A result by candidate number and date of birth, without an account.")
        template = "cms_blocks/services/admissions_result.html"
        preview_value = {"season": "", "heading": "Tra cứu kết quả tuyển sinh"}


class TrackBlock(ServiceBlock):
    slug = "admissions-track"

    heading = blocks.CharBlock(label=_("Heading"), max_length=120, default="Theo dõi hồ sơ tuyển sinh")

    class Meta:
        icon = "view"
        label = _("Admissions: follow an application")
        description = _("The state of an application by the code of its receipt, without an account.")
        template = "cms_blocks/services/admissions_track.html"
        preview_value = {"heading": "Theo dõi hồ sơ tuyển sinh"}


class CalendarBlock(SeasonBlock):
    slug = "admissions-calendar"

    heading = blocks.CharBlock(label=_("Heading"), max_length=120, default="Lịch tuyển sinh")

    class Meta:
        icon = "calendar"
        label = _("Admissions: calendar")
        description = _("The days of the season, with the time that is left.")
        template = "cms_blocks/services/admissions_calendar.html"
        preview_value = {"season": "", "heading": "Lịch tuyển sinh"}


class SeatsBlock(SeasonBlock):
    slug = "admissions-seats"

    heading = blocks.CharBlock(label=_("Heading"), max_length=120, default="Chỉ tiêu và điểm chuẩn")

    class Meta:
        icon = "table"
        label = _("Admissions: seats and cutoffs")
        description = _("Seats of each school, with the cutoffs of the last years as a chart.")
        template = "cms_blocks/services/admissions_seats.html"
        preview_value = {"season": "", "heading": "Chỉ tiêu và điểm chuẩn"}


BLOCKS: dict[str, type[ServiceBlock]] = {
    "admissions_apply": ApplyBlock,
    "admissions_result": ResultBlock,
    "admissions_track": TrackBlock,
    "admissions_calendar": CalendarBlock,
    "admissions_seats": SeatsBlock,
}
