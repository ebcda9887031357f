"""Which tables are made where: shared apps in public, portal apps in each portal's schema (django-tenants' rule)."""

from django_tenants.routers import TenantSyncRouter


class SchemaRouter(TenantSyncRouter):
    """The stock rule; the schema comes from `tenants.context` through the connection. Nowhere: nothing migrates."""
