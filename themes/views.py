"""Style and drawn art: pure functions of the address, kept for a year by any cache."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse

from . import art, tokens
from .tokens import VERSION, Character

_FOREVER = "public, max-age=31536000, s-maxage=31536000, immutable"
_SIZES = {"hero": (1600, 640), "card": (640, 400), "field": (1200, 480), "river": (1200, 480)}


def _answer(body: str, content_type: str) -> HttpResponse:
    response = HttpResponse(body, content_type=content_type)
    response["Cache-Control"] = _FOREVER
    return response


def _hue(text: str) -> int:
    hue = int(text)
    if hue > 359 or str(hue) != text:
        raise Http404
    return hue


def stylesheet(request: HttpRequest, character: str, hue: str) -> HttpResponse:
    return _answer(tokens.stylesheet(Character(character), _hue(hue)), "text/css; charset=utf-8")


def landscape(request: HttpRequest, variant: str, character: str, hue: str, seed: str) -> HttpResponse:
    width, height = _SIZES[variant]
    return _answer(
        art.landscape(seed, Character(character), _hue(hue), variant, width, height), "image/svg+xml; charset=utf-8"
    )


def favicon(request: HttpRequest, character: str, hue: str, letter: str) -> HttpResponse:
    return _answer(art.favicon(Character(character), _hue(hue), letter), "image/svg+xml; charset=utf-8")


def css_url(character: str, hue: int) -> str:
    return f"/_theme/{character}-{hue}-v{VERSION}.css"


def art_url(variant: str, character: str, hue: int, seed: str) -> str:
    return reverse("themes:art", args=[variant, character, hue, seed])


def favicon_url(character: str, hue: int, letter: str) -> str:
    return f"/_art/dau-{character}-{hue}-{letter}.svg"
