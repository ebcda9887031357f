"""DDL with one rule of its own: no foreign key in the database leaves a portal schema.

With such keys, dropping one portal locks the shared tables for all, and deleting one shared row fails at 151 portals
(docs/decisions/0002). The ORM relation stays; only the constraint is left out.
"""

from __future__ import annotations

from typing import Any

from django.apps import AppConfig, apps
from django.conf import settings
from django.db.backends.postgresql.schema import DatabaseSchemaEditor as PostgresSchemaEditor
from django.db.models import Field, Model


def is_installed(config: AppConfig, names: list[str]) -> bool:
    """Whether a list of INSTALLED_APPS names this app, by its package or its config class."""
    return config.name in names or f"{type(config).__module__}.{type(config).__name__}" in names


def is_portal_app(app_label: str) -> bool:
    """Whether the app's tables live in each portal's schema."""
    return is_installed(apps.get_app_config(app_label), settings.TENANT_APPS)


class DatabaseSchemaEditor(PostgresSchemaEditor):
    # Inline keys of ADD COLUMN would bypass `_create_fk_sql`.
    sql_create_column_inline_fk: str | None = None  # type: ignore[assignment]

    def _create_fk_sql(self, model: type[Model], field: Field, suffix: str) -> Any:
        target = field.remote_field.model  # type: ignore[union-attr]
        if is_portal_app(model._meta.app_label) != is_portal_app(target._meta.app_label):
            return None
        return super()._create_fk_sql(model, field, suffix)  # type: ignore[misc]

    def execute(self, sql: Any, params: Any = ()) -> Any:
        if sql is None:
            return None
        return super().execute(sql, params)
