from django.apps import AppConfig


class LooksConfig(AppConfig):
    name = "cms_blocks.looks"
    label = "looks"
    default_auto_field = "django.db.models.BigAutoField"
