"""How links in rich text become addresses. Apart from `rich_text`: Wagtail's handlers want the models loaded.

A link to an official document without force says so inside the link: who reads and who hears it learns the same.
"""

from __future__ import annotations

from typing import Any

from django.utils.html import escape
from django.utils.translation import gettext as _
from wagtail.documents.rich_text import DocumentLinkHandler
from wagtail.rich_text import LinkHandler
from wagtail.rich_text.pages import PageLinkHandler

from tenants import cache_tags

from .registry.marks import address_lapsed, file_lapsed
from .rich_text import known_pages


def lapsed_mark() -> str:
    return f'<strong class="force lapsed">{escape(_("No longer in force"))}</strong> '


class PortalPageLinkHandler(PageLinkHandler):
    """`<a linktype="page" id="…">` → `<a href="…">`; a page that is gone or not published leaves plain text."""

    @classmethod
    def expand_db_attributes_many(cls, attrs_list: list[dict[str, str]]) -> list[str]:
        known = known_pages()
        if known is None:
            return super().expand_db_attributes_many(attrs_list)
        result = []
        for attrs in attrs_list:
            page = known.get(str(attrs.get("id")))
            if page is None or not page.live:
                result.append("<a>")
                continue
            cache_tags.tag(f"page:{page.pk}")
            result.append(f'<a href="{escape(page.url or "")}">')
        return result


class PortalDocumentLinkHandler(DocumentLinkHandler):
    """A file; marked when it belongs to an official document without force."""

    @classmethod
    def expand_db_attributes_many(cls, attrs_list: list[dict[str, str]]) -> list[str]:
        links = super().expand_db_attributes_many(attrs_list)
        return [
            link + lapsed_mark() if file_lapsed(attrs.get("id")) else link
            for attrs, link in zip(attrs_list, links, strict=True)
        ]


class PortalExternalLinkHandler(LinkHandler):
    """A written address; marked when it is that of an official document without force."""

    identifier = "external"

    @classmethod
    def expand_db_attributes(cls, attrs: dict[str, Any]) -> str:
        href = attrs.get("href", "")
        return f'<a href="{escape(href)}">{lapsed_mark() if address_lapsed(href) else ""}'
