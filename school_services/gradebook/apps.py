from django.apps import AppConfig


class GradebookConfig(AppConfig):
    name = "school_services.gradebook"
    label = "gradebook"
    default_auto_field = "django.db.models.BigAutoField"
