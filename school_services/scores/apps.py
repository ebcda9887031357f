from django.apps import AppConfig


class ScoresConfig(AppConfig):
    name = "school_services.scores"
    default_auto_field = "django.db.models.BigAutoField"
