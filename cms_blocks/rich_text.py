"""Links in rich text, resolved once per page instead of once per block."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

from wagtail.models import Page

_LINK = re.compile(r'linktype=\\*"page\\*"[^>]*?\bid=\\*"(\d+)\\*"|\bid=\\*"(\d+)\\*"[^>]*?linktype=\\*"page\\*"')
_pages: ContextVar[dict[str, Page] | None] = ContextVar("portal_host_linked_pages", default=None)


def stored_text(body: Any) -> str:
    """The JSON of a body as it is stored, to be searched for links."""
    return json.dumps(list(body.raw_data), ensure_ascii=False) if body else ""


@contextmanager
def linked_pages(raw: str) -> Iterator[None]:
    """Fetch every page that the rich text of a body (`stored_text`) links to, in one query."""
    ids = {first or second for first, second in _LINK.findall(raw)}
    found = {str(page.pk): page for page in Page.objects.filter(pk__in=ids).only("url_path", "live")} if ids else {}
    token = _pages.set(found)
    try:
        yield
    finally:
        _pages.reset(token)


def known_pages() -> dict[str, Page] | None:
    """Pages fetched for the body being rendered, by id; None outside `linked_pages`."""
    return _pages.get()
