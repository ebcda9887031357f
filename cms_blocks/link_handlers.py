"""How links in rich text become addresses. Apart from `rich_text`: Wagtail's handler wants the models loaded."""

from __future__ import annotations

from django.utils.html import escape
from wagtail.rich_text.pages import PageLinkHandler

from tenants import cache_tags

from .rich_text import known_pages


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
