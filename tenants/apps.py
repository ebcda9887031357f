from django.apps import AppConfig
from django.db.backends.signals import connection_created


class TenantsConfig(AppConfig):
    name = "tenants"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from . import checks  # registers the system checks
        from .roles import verify_role

        connection_created.connect(verify_role, dispatch_uid="tenants.verify_role")
        del checks
