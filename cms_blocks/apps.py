from django.apps import AppConfig


class CmsBlocksConfig(AppConfig):
    name = "cms_blocks"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from . import document_search, searching

        searching.connect()
        document_search.connect()
