"""The way from a page to its version in another language, in the menu beside its title."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.urls import path, reverse
from django.utils.translation import gettext as _
from wagtail import hooks
from wagtail.admin.widgets import Button

from . import views
from .trees import OTHERS, language_of


@hooks.register("register_page_header_buttons")
def buttons(page: Any, user: Any, next_url: str | None = None, view_name: str = "", **kwargs: Any) -> Iterator[Button]:
    if page.pk and page.depth >= 2 and language_of(page) not in OTHERS:
        for code, name in OTHERS.items():
            url = reverse("page_version", args=[page.pk, code])
            yield Button(_("Version in %(language)s") % {"language": name}, url, icon_name="globe", priority=75)


@hooks.register("register_admin_urls")
def urls() -> list[Any]:
    return [path("ngon-ngu/<int:page_id>/<slug:code>/", views.version, name="page_version")]
