"""Dropping pages from the front cache by what they read, wherever a row changes (pages: portal_host.purging)."""

from __future__ import annotations

from tenants import context

from . import caching


def purge_tags(*names: str) -> None:
    """As `caching.purge`; nothing outside a portal."""
    if context.current_portal() is not None:
        caching.purge(*names)
