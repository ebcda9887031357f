"""The database engine: `ENGINE = "tenants.db"`.

Built on django-tenants' wrapper. The place (schema, units, user) is read from `tenants.context` at every cursor and put
on the connection in one statement when it differs from what the server has; nothing else may set `search_path`.
"""

from __future__ import annotations

from typing import Any

import django.db.utils
import psycopg
from django_tenants.postgresql_backend import base as django_tenants_base

from tenants import context

from .schema import DatabaseSchemaEditor

_APPLY = (
    "select set_config('search_path', %s, false), set_config('app.units', %s, false), set_config('app.user', %s, false)"
)


class DatabaseWrapper(django_tenants_base.DatabaseWrapper):
    SchemaEditorClass = DatabaseSchemaEditor

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        self._applied: tuple[str, str, str] | None = None
        self._given: Any = None  # what `set_tenant` was called with
        self._opening = True
        super().__init__(*args, **kwargs)
        self._opening = False

    # -- what the rest of django-tenants reads -----------------------------------------------------------------

    @property
    def schema_name(self) -> str:
        return context.here().schema

    @schema_name.setter
    def schema_name(self, value: str | None) -> None:
        """The place is the only truth; the base class assigns in its constructor."""

    @property
    def tenant(self) -> Any:
        place = context.here()
        if place.portal is None and self._given is not None and self._given.schema_name == place.schema:
            return self._given
        return place.portal or django_tenants_base.FakeTenant(place.schema)

    @tenant.setter
    def tenant(self, value: Any) -> None:
        pass

    def set_tenant(self, tenant: Any, include_public: bool = True) -> None:
        """django-tenants' API, kept for its own tools and tests: moves this context, not only this connection.

        Content types are the same in every portal, so their cache stays (the base class clears it each time).
        """
        if isinstance(tenant, context.PortalRef):
            context.put(context.Place(schema=tenant.schema, portal=tenant))
            return
        django_tenants_base._check_schema_name(tenant.schema_name)
        self._given = tenant
        context.put(context.Place(schema=tenant.schema_name, alone=not include_public))

    def set_schema_to_public(self) -> None:
        """As above. The base constructor calls this as well; opening a connection must not move the context."""
        if not self._opening:
            super().set_schema_to_public()

    # -- keeping the connection in step with the place ---------------------------------------------------------

    def get_new_connection(self, conn_params: dict[str, Any]) -> Any:
        self._applied = None  # a pooled connection comes back with somebody else's settings
        return super().get_new_connection(conn_params)

    def close(self) -> None:
        self._applied = None
        super().close()

    def rollback(self) -> None:
        self._applied = None  # set_config is transactional: a rollback reverts it
        super().rollback()

    def savepoint_rollback(self, sid: str) -> None:
        try:
            super().savepoint_rollback(sid)
        finally:
            self._applied = None

    def _handle_search_path(self, cursor: Any = None) -> None:
        """Called by the base class before every cursor is handed out."""
        want = context.here().settings
        if self._applied == want or self.connection is None:
            return
        # The raw cursor: this statement must not be counted, logged or wrapped as the caller's.
        with self.connection.cursor() as raw:
            try:
                raw.execute(_APPLY, want)
            except (django.db.utils.DatabaseError, psycopg.Error):
                # An aborted transaction: the caller's statement fails as well, and rollback applies again.
                self._applied = None
            else:
                self._applied = want
