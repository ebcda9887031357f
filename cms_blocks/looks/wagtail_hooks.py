"""The look's place in Wagtail's menu."""

from __future__ import annotations

from typing import Any

from django.urls import include, path, reverse
from django.utils.translation import gettext_lazy as _
from wagtail import hooks
from wagtail.admin.menu import MenuItem

from . import urls


@hooks.register("register_admin_urls")
def look_urls() -> list[Any]:
    return [path("giao-dien/", include(urls))]


class LookItem(MenuItem):  # type: ignore[misc]
    def is_shown(self, request: Any) -> bool:
        return bool(request.user.has_perm("looks.change_look"))


@hooks.register("register_admin_menu_item")
def look_item() -> MenuItem:
    return LookItem(_("Look"), reverse("looks:edit"), name="look", icon_name="view", order=420)
