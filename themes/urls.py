"""Addresses of style and art. Everything is in the path, so that any cache may keep them; all else is 404."""

from django.urls import re_path

from . import art, views
from .tokens import STRENGTHS, Character, Header, Pairing

app_name = "themes"

_CHARACTER = "(?P<character>" + "|".join(Character) + ")"
_HUE = r"(?P<hue>[0-9]{1,3})"
_VERSION = r"-v(?P<version>[0-9]{1,4})"

_CHOSEN = (
    rf"(?:-s(?P<strength>{'|'.join(map(str, STRENGTHS))}))?(?:-m(?P<accent>[0-9a-f]{{6}}))?"
    rf"(?:-(?P<pairing>{'|'.join(Pairing)}))?(?:-(?P<header>{Header.CENTRED}|{Header.SLIM}))?"
)

urlpatterns = [
    re_path(
        rf"^_theme/{_CHARACTER}-{_HUE}{_CHOSEN}-(?P<version>[0-9a-z]{{1,16}})\.css$",
        views.stylesheet,
        name="stylesheet",
    ),
    # The short form without size and version is for pages that stand without the program (500, suspended).
    re_path(
        rf"^_art/(?P<variant>{'|'.join(art.SIZES)})(?P<night>-dem)?-{_CHARACTER}-{_HUE}"
        rf"-(?P<seed>[a-z0-9](?:[a-z0-9-]{{0,46}}?[a-z0-9])?)(?:-(?P<size>[0-9]{{2,4}}x[0-9]{{2,4}}){_VERSION})?\.svg$",
        views.landscape,
        name="art",
    ),
    re_path(rf"^_art/dau-{_CHARACTER}-{_HUE}-(?P<letter>[A-Z0-9])(?:{_VERSION})?\.svg$", views.favicon, name="favicon"),
]
