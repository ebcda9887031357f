from django.apps import AppConfig


class ThemesConfig(AppConfig):
    """Tokens, drawn art, templates and static files; no models."""

    name = "themes"
