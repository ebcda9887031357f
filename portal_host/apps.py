from django.apps import AppConfig


class PortalHostConfig(AppConfig):
    name = "portal_host"

    def ready(self) -> None:
        from . import purging, tasks

        purging.connect()
        del tasks
