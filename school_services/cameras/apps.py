from django.apps import AppConfig


class CamerasConfig(AppConfig):
    name = "school_services.cameras"
    label = "cameras"
    default_auto_field = "django.db.models.BigAutoField"
