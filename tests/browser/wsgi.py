"""The product's WSGI application, saying which worker answered: nothing else tells one process from the other."""

from __future__ import annotations

import os
from collections.abc import Iterable
from typing import Any

from portal_host.wsgi import application as product


def application(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
    def named(status: str, headers: list[tuple[str, str]], *exc_info: Any) -> Any:
        return start_response(status, [*headers, ("X-Worker", str(os.getpid()))], *exc_info)

    result: Iterable[bytes] = product(environ, named)
    return result
