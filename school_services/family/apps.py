from django.apps import AppConfig


class FamilyConfig(AppConfig):
    name = "school_services.family"
    label = "family"
