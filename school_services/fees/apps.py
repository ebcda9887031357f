from django.apps import AppConfig


class FeesConfig(AppConfig):
    name = "school_services.fees"
    label = "fees"
