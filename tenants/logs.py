"""Log lines carry the portal's slug, never a person's data."""

from __future__ import annotations

import logging

from . import context


class PortalFilter(logging.Filter):
    def filter(self, record: logging.LogRecord) -> bool:
        portal = context.current_portal()
        record.portal = portal.slug if portal else "-"
        return True
