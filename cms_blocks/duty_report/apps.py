from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class DutyReportConfig(AppConfig):
    name = "cms_blocks.duty_report"
    label = "duty_report"
    verbose_name = _("Publication duty of the sector")
    default_auto_field = "django.db.models.BigAutoField"
