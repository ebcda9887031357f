"""Links to official documents that have lost their force say so, in rich text and in lists of links: looked up once a
page, by the files and addresses that its body names."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Any

from django.apps import apps
from django.db.models import Q
from django.utils import timezone

from cms_blocks import caching
from tenants import cache_tags

from . import rules

_FILE = re.compile(
    r'linktype=\\*"document\\*"[^>]*?\bid=\\*"(\d+)|\bid=\\*"(\d+)\\*"[^>]*?linktype=\\*"document|"document": (\d+)'
)
_ADDRESS = re.compile(r'(?:href=\\*"|"url": ")[^"\\]*/([a-z0-9-]{1,88})/?(?:#[^"\\]*)?\\*"')


@dataclass(slots=True)
class Lapsed:
    """Ids of files, and slugs, of documents without force."""

    files: set[int] = field(default_factory=set)
    slugs: set[str] = field(default_factory=set)


_lapsed: ContextVar[Lapsed | None] = ContextVar("portal_host_lapsed_documents", default=None)


@contextmanager
def linked_documents(raw: str) -> Iterator[None]:
    """One query for a body (`rich_text.stored_text`) that links to files or addresses, none for another."""
    token = _lapsed.set(_find(raw))
    try:
        yield
    finally:
        _lapsed.reset(token)


def _find(raw: str) -> Lapsed:
    files = {int(next(filter(None, groups))) for groups in _FILE.findall(raw)}
    slugs = set(_ADDRESS.findall(raw))
    found = Lapsed()
    if not files and not slugs:
        return found
    cache_tags.tag(*(f"file:{pk}" for pk in files))
    today = timezone.localdate()
    officials = apps.get_model("registry", "OfficialDocument").objects.filter(is_public=True)
    named = officials.filter(Q(files__document__in=files) | Q(slug__in=slugs)).values_list(
        "pk", "slug", "effective_on", "expires_on", "files__document_id"
    )
    for pk, slug, effective, expires, file in named:
        cache_tags.tag(f"official:{pk}")
        caching.true_until(effective, expires)
        if rules.status(today, effective, expires) is rules.Status.LAPSED:
            found.slugs.add(slug)
            if file is not None:
                found.files.add(file)
    return found


def file_lapsed(pk: Any) -> bool:
    """Does this file (its id, as number or text) belong to a document without force? False outside a page."""
    found = _lapsed.get()
    return found is not None and str(pk).isdigit() and int(pk) in found.files


def address_lapsed(href: str) -> bool:
    """Is this the address of a document without force? By its last part: numbers are not words of other pages."""
    found = _lapsed.get()
    return found is not None and href.partition("#")[0].rstrip("/").rpartition("/")[2] in found.slugs
