from django.urls import re_path

from . import views
from .tokens import VERSION, Character

app_name = "themes"

_CHARACTER = "(?P<character>" + "|".join(Character) + ")"
_HUE = r"(?P<hue>[0-9]{1,3})"

urlpatterns = [
    re_path(rf"^_theme/{_CHARACTER}-{_HUE}-v{VERSION}\.css$", views.stylesheet, name="stylesheet"),
    re_path(
        rf"^_art/(?P<variant>hero|card|field|river)-{_CHARACTER}-{_HUE}-(?P<seed>[a-z0-9-]{{1,48}})\.svg$",
        views.landscape,
        name="art",
    ),
    re_path(rf"^_art/dau-{_CHARACTER}-{_HUE}-(?P<letter>[A-Z0-9])\.svg$", views.favicon, name="favicon"),
]
