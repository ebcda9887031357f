"""The WSGI application: the front cache around Django, and static files.

Static files are served here so that two commands bring up the whole site; in production the proxy serves them first.
"""

from __future__ import annotations

import os
from typing import Any

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal_host.settings.dev")

from django.conf import settings
from django.core.wsgi import get_wsgi_application

from portal_host.front_cache.invalidation import Listener
from portal_host.front_cache.store import Store
from portal_host.front_cache.wsgi import FrontCache
from portal_host.static_files import StaticFiles
from tenants import hosts, portal_memo

MEGABYTES = 64


def build(app: Any) -> Any:
    """Static files → front cache → Django. The listener starts with the worker's first request, after the fork."""
    store = Store(MEGABYTES * 1024 * 1024)
    listener = Listener(settings.DATABASE_APP_URL, store, {hosts.CHANGED_TAG: hosts.forget}, below=portal_memo)

    def start() -> None:
        listener.start()
        listener.connected.wait(5)

    closed = (settings.OPERATOR_HOST, settings.MEDIA_HOST)
    cached = FrontCache(app, store, start=start, closed_hosts=closed, untagged=(hosts.CHANGED_TAG,))
    return StaticFiles(cached, prefix=settings.STATIC_URL)


application = build(get_wsgi_application())
