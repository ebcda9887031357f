"""Wagtail's users app with our views; apart from them, because app configs load before models."""

from wagtail.users.apps import WagtailUsersAppConfig


class PortalUsersConfig(WagtailUsersAppConfig):  # type: ignore[misc]
    user_viewset = "portal_host.admin_users.PortalUserViewSet"
