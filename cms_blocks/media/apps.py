from django.apps import AppConfig


class MediaConfig(AppConfig):
    name = "cms_blocks.media"
    label = "media_files"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from . import kept, quota

        kept.connect()
        quota.connect()
