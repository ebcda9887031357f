"""The product's worker without finished pages: every request is rendered, small values of a portal are remembered."""

import os
import threading
from typing import Any

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.bench.ours_settings")
_django = get_wsgi_application()

from django.conf import settings  # noqa: E402

from portal_host.front_cache.invalidation import Listener  # noqa: E402
from portal_host.front_cache.store import Store  # noqa: E402
from tenants import hosts, portal_memo  # noqa: E402

_listener = Listener(settings.DATABASE_APP_URL, Store(0), {hosts.CHANGED_TAG: hosts.forget}, below=portal_memo)
_starting = threading.Lock()


def application(environ: dict[str, Any], start_response: Any) -> Any:
    with _starting:
        if _listener.ident is None:  # with the first request, after the fork, as in portal_host.wsgi
            _listener.start()
            _listener.connected.wait(5)
    return _django(environ, start_response)
