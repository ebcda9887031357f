"""Which tables are made where: shared apps in public, portal apps in each portal's schema (django-tenants' rule)."""

from __future__ import annotations

from typing import Any

from django.apps import apps
from django_tenants.routers import TenantSyncRouter


class SchemaRouter(TenantSyncRouter):
    """The stock rule; the schema comes from `tenants.context` through the connection. Nowhere: nothing migrates.

    An app that is not installed (the states that data migrations are tried on) is nobody's, and not ours to forbid.
    """

    def allow_migrate(self, db: str, app_label: str, model_name: str | None = None, **hints: Any) -> bool | None:
        if app_label != "django_cache" and app_label not in apps.app_configs:
            return None
        allowed: bool | None = super().allow_migrate(db, app_label, model_name, **hints)
        return allowed
