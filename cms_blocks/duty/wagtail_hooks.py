"""The publication duty in the portal's administration: panel on the first page, report in the menu."""

from __future__ import annotations

from typing import Any

from django.urls import path, reverse
from django.utils.translation import gettext_lazy as _
from wagtail import hooks
from wagtail.admin.menu import MenuItem
from wagtail.admin.ui.components import Component

from tenants.context import require_portal

from . import selectors, views
from .items import State


class DutyPanel(Component):
    """How much is done, and what is next."""

    name = "duty"
    order = 60
    template_name = "duty/admin/panel.html"

    def get_context_data(self, parent_context: Any) -> dict[str, Any]:
        lines = selectors.lines(require_portal())
        open_lines = [line for line in lines if line.state is not State.DONE]
        return {
            "done": len(lines) - len(open_lines),
            "total": len(lines),
            "open_lines": open_lines[:4],
            "report_url": reverse("duty_report"),
        }


@hooks.register("construct_homepage_panels")
def add_panel(request: Any, panels: list[Any]) -> None:
    panels.append(DutyPanel())


@hooks.register("register_reports_menu_item")
def menu_item() -> MenuItem:
    return MenuItem(
        _("Publication duty"), reverse("duty_report"), name="cong-khai", icon_name="clipboard-list", order=90
    )


@hooks.register("register_admin_urls")
def urls() -> list[Any]:
    return [
        path("cong-khai/", views.report, name="duty_report"),
        path("cong-khai/nganh/", views.sector, name="duty_sector"),
        path("cong-khai/<slug:code>/tao/", views.make, name="duty_make"),
        path("cong-khai/<slug:code>/chon/", views.choose, name="duty_choose"),
    ]
