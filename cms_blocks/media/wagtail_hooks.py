"""What files add to Wagtail's administration."""

from __future__ import annotations

from typing import Any

from django.template.loader import render_to_string
from django.urls import include, path, reverse
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext_lazy as _
from wagtail import hooks
from wagtail.admin.menu import MenuItem
from wagtail.admin.ui.components import Component

from . import direct, direct_views, quota, serving, urls
from .views import allowed_kinds


@hooks.register("before_serve_document", order=1000)
def serve_from_media_host(document: Any, request: Any) -> Any:
    return serving.send_to_media_host(document, request)


@hooks.register("register_admin_urls")
def kept_urls() -> list[Any]:
    return [path("tep-da-xoa/", include(urls))]


class KeptItem(MenuItem):  # type: ignore[misc]
    def is_shown(self, request: Any) -> bool:
        return bool(allowed_kinds(request.user))


@hooks.register("register_admin_menu_item")
def kept_item() -> MenuItem:
    return KeptItem(_("Deleted files"), reverse("media_files:kept"), name="kept-files", icon_name="history", order=450)


class LargeItem(MenuItem):  # type: ignore[misc]
    def is_shown(self, request: Any) -> bool:
        return direct.possible() and direct_views.may_add(request.user)


@hooks.register("register_admin_menu_item")
def large_item() -> MenuItem:
    return LargeItem(_("Large file"), reverse("media_files:large"), name="large-file", icon_name="upload", order=449)


@hooks.register("register_log_actions")
def restore_action(actions: Any) -> None:
    actions.register_action("media_files.restore", _("Restore file"), _("File restored"))


class SpacePanel(Component):  # type: ignore[misc]
    """Shown on the administration's first page when little room is left."""

    order = 90

    def render_html(self, parent_context: Any = None) -> SafeString:
        space = quota.space()
        if not space.tight or not allowed_kinds(parent_context["request"].user):
            return mark_safe("")
        return mark_safe(render_to_string("media_files/space.html", {"space": space}))


@hooks.register("construct_homepage_panels")
def space_panel(request: Any, panels: list[Any]) -> None:
    panels.append(SpacePanel())
