from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import include, path, reverse
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _
from wagtail import hooks
from wagtail.admin import messages
from wagtail.admin.menu import MenuItem
from wagtail.admin.widgets.button import Button
from wagtail.models import Page

from . import admin_views, trash
from .welcome import StartPanel


@hooks.register("register_admin_urls")
def admin_urls() -> list[Any]:
    return [path("", include("cms_blocks.editorial.urls"))]


@hooks.register("register_admin_menu_item")
def trash_menu_item() -> MenuItem:
    return MenuItem(_("Trash"), reverse("editorial:trash"), icon_name="bin", order=900)


@hooks.register("register_admin_menu_item")
def help_menu_item() -> MenuItem:
    return MenuItem(_("Guide"), reverse("editorial:help"), icon_name="help", order=1000)


@hooks.register("construct_homepage_panels")
def start_panel(request: HttpRequest, panels: list[Any]) -> None:
    panels.append(StartPanel())


@hooks.register("construct_main_menu")
def no_help_in_english(request: HttpRequest, menu_items: list[Any]) -> None:
    """Wagtail's own help leads to its English manual; ours is beside it."""
    menu_items[:] = [item for item in menu_items if item.name != "help"]


@hooks.register("register_reports_menu_item")
def findings_menu_item() -> MenuItem:
    return MenuItem(_("Quality of the pages"), reverse("editorial:findings"), icon_name="tick-inverse", order=10)


@hooks.register("register_reports_menu_item")
def reviews_menu_item() -> MenuItem:
    return MenuItem(_("Pages to review"), reverse("editorial:reviews"), icon_name="calendar-check", order=20)


@hooks.register("before_delete_page")
def to_the_trash(request: HttpRequest, page: Page) -> HttpResponse:
    return admin_views.confirm(request, page)


@hooks.register("before_bulk_action")
def many_to_the_trash(request: HttpRequest, action_type: str, objects: Any, action: Any) -> HttpResponse | None:
    if action_type != "delete" or not issubclass(action.model, Page):
        return None
    return admin_views._thrown(request, list(objects), lambda: redirect(action.next_url))


@hooks.register("before_edit_page")
def not_from_the_trash(request: HttpRequest, page: Page) -> HttpResponse | None:
    if not trash.in_trash(page):
        return None
    messages.warning(request, _t("This page is in the trash. Restore it to edit it."))
    return redirect("editorial:trash")


@hooks.register("register_page_header_buttons")
def review_button(page: Page, user: Any, view_name: str, next_url: str | None = None) -> Any:
    if page.depth > 1 and page.permissions_for_user(user).can_edit():
        yield Button(
            _("Review date"), reverse("editorial:review", args=[page.pk]), icon_name="calendar-check", priority=55
        )
