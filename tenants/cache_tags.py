"""What a page read while it was rendered: the tags by which the front cache drops it. Portal-prefixed, always."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from django.conf import settings
from django.utils.module_loading import import_string

from . import context, isolation

_collected: ContextVar[set[str] | None] = ContextVar("portal_host_cache_tags", default=None)


def tag(*names: str) -> None:
    """Add tags of the current portal ("page:12", "news", "menu") to the page being rendered. Cheap outside a render."""
    collected = _collected.get()
    if collected is not None:
        collected.update(isolation.cache_tag(name) for name in names)


def repeat(collected: Iterable[str]) -> None:
    """Add what another render collected: its result is shown again."""
    present = _collected.get()
    if present is not None:
        present.update(collected)


def tag_portal() -> None:
    """Every page of a portal carries the portal's own tag."""
    collected = _collected.get()
    if collected is not None:
        collected.add(isolation.portal_tag(context.require_portal().uid))


@contextmanager
def collecting() -> Iterator[set[str]]:
    """Collect the tags of one render; nested renders (a preview) collect for themselves."""
    collected: set[str] = set()
    token = _collected.set(collected)
    try:
        yield collected
    finally:
        _collected.reset(token)


def purge(*names: str) -> None:
    """Drop the pages of the current portal that read what these tags name, when the transaction commits."""
    purger: Callable[..., None] = import_string(settings.CACHE_PURGER)
    purger(*(isolation.cache_tag(name) for name in names))
