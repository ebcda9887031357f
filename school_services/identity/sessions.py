"""Sessions in the database, each bound to the portal where it began: elsewhere its cookie opens nothing."""

from __future__ import annotations

from typing import Any

from django.contrib.sessions.backends.db import SessionStore as DatabaseSessionStore

from tenants import context

_KEY = "_portal"


def _bound_to() -> str:
    portal = context.current_portal()
    return portal.uid if portal else "operator"


class SessionStore(DatabaseSessionStore):
    def load(self) -> dict[str, Any]:
        data = super().load()
        if data and data.get(_KEY) != _bound_to():
            self._session_key = None
            return {}
        return data

    def save(self, must_create: bool = False) -> None:
        self[_KEY] = _bound_to()
        super().save(must_create=must_create)
