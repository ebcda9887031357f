from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class DutyConfig(AppConfig):
    name = "cms_blocks.duty"
    label = "duty"
    verbose_name = _("Publication duty")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from . import counting

        counting.connect()
