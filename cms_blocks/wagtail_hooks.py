"""What we change in Wagtail's editor."""

from __future__ import annotations

from typing import Any, ClassVar

from django.urls import path, reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from wagtail import hooks
from wagtail.admin.menu import MenuItem
from wagtail.admin.staticfiles import versioned_static
from wagtail.snippets.models import register_snippet
from wagtail.snippets.views.snippets import SnippetViewSet

from . import photo_news, search_admin, word_views
from .link_handlers import PortalDocumentLinkHandler, PortalExternalLinkHandler, PortalPageLinkHandler
from .models import NewsCategory


@hooks.register("register_rich_text_features", order=100)
def register_page_links(features: Any) -> None:
    """Page links are resolved once per page (`cms_blocks.rich_text.linked_pages`), documents marked likewise."""
    for handler in (PortalPageLinkHandler, PortalDocumentLinkHandler, PortalExternalLinkHandler):
        features.register_link_type(handler)


class NewsCategoryViewSet(SnippetViewSet):
    model = NewsCategory
    icon = "tag"
    menu_label = _("News categories")
    add_to_settings_menu = True
    list_display: ClassVar[list[str]] = ["name", "order"]


register_snippet(NewsCategoryViewSet)


@hooks.register("construct_main_menu")
def hide_what_the_platform_owns(request: Any, menu_items: list[Any]) -> None:
    """Hosts belong to the operator: a portal's site record follows its domains."""
    menu_items[:] = [item for item in menu_items if item.name not in {"sites", "locales"}]


@hooks.register("construct_settings_menu")
def hide_platform_settings(request: Any, menu_items: list[Any]) -> None:
    menu_items[:] = [item for item in menu_items if item.name not in {"sites", "locales"}]


@hooks.register("insert_editor_js")
def editor_scripts() -> SafeString:
    return format_html('<script src="{}"></script>', versioned_static("cms_blocks/pasted-grid.js"))


@hooks.register("insert_global_admin_css")
def editor_styles() -> SafeString:
    return format_html('<link rel="stylesheet" href="{}">', versioned_static("cms_blocks/editor.css"))


@hooks.register("register_admin_urls")
def word_addresses() -> list[Any]:
    return [
        path("tu-word/", word_views.upload, name="word_upload"),
        path("tu-word/<int:page_id>/anh/", word_views.pictures, name="word_pictures"),
        path("tin-anh/", photo_news.write, name="photo_news"),
        path("tin-anh/<int:page_id>/", photo_news.pictures, name="photo_news_pictures"),
    ]


@hooks.register("register_admin_menu_item")
def word_menu_item() -> MenuItem:
    return MenuItem(_("From Word"), reverse("word_upload"), name="word", icon_name="doc-full", order=150)


class PhotoNewsItem(MenuItem):
    def is_shown(self, request: Any) -> bool:
        return photo_news.may_write(request.user)


@hooks.register("register_admin_menu_item")
def photo_news_item() -> MenuItem:
    return PhotoNewsItem(_("News with photos"), reverse("photo_news"), name="photo-news", icon_name="image", order=140)


@hooks.register("register_admin_urls")
def register_search_pages() -> list[Any]:
    return [
        path("tim-kiem/cau-hoi/", search_admin.questions, name="search_questions"),
        path("tim-kiem/dong-nghia/", search_admin.synonyms, name="search_synonyms"),
    ]


@hooks.register("register_reports_menu_item")
def register_search_report() -> MenuItem:
    return MenuItem(_("Searches"), reverse("search_questions"), name="search-questions", icon_name="search", order=50)


class SynonymsMenuItem(MenuItem):
    def is_shown(self, request: Any) -> bool:
        return search_admin.may_edit_synonyms(request)


@hooks.register("register_settings_menu_item")
def register_synonyms() -> MenuItem:
    return SynonymsMenuItem(
        _("Words that mean the same"), reverse("search_synonyms"), name="search-synonyms", icon_name="search"
    )
