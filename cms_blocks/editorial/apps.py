from django.apps import AppConfig


class EditorialConfig(AppConfig):
    name = "cms_blocks.editorial"
    label = "editorial"
    default_auto_field = "django.db.models.BigAutoField"
