from django.apps import AppConfig


class DeskConfig(AppConfig):
    name = "school_services.desk"
    label = "desk"
