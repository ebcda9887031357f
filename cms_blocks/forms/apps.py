from django.apps import AppConfig


class FormsConfig(AppConfig):
    name = "cms_blocks.forms"
    label = "forms"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from django.db.models.signals import post_delete

        from . import models

        post_delete.connect(models.remove_file, sender=models.SubmissionFile, dispatch_uid="forms.remove_file")
