"""Style and drawn art: pure functions of the address, kept for a year by any cache; no database, no session."""

from __future__ import annotations

import re

from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from . import art, tokens
from .tokens import Character

_FOREVER = "public, max-age=31536000, s-maxage=31536000, immutable"
_HOUR = "public, max-age=3600"
# A short address that ends like a sized one: a mistyped size, not a seed.
_SIZED = re.compile(r"-[0-9]+x[0-9]+(-v[0-9]+)?$")


def _answer(body: str, content_type: str, *, current: bool) -> HttpResponse:
    """An address of another version (a page rendered before a release) gets today's look, but is not kept long."""
    response = HttpResponse(body, content_type=content_type)
    response["Cache-Control"] = _FOREVER if current else _HOUR
    response["X-Content-Type-Options"] = "nosniff"
    return response


def _hue(text: str) -> int:
    hue = int(text)
    if hue > 359 or str(hue) != text:
        raise Http404
    return hue


@require_safe
def stylesheet(
    request: HttpRequest,
    character: str,
    hue: str,
    version: str,
    strength: str | None = None,
    accent: str | None = None,
    pairing: str | None = None,
    header: str | None = None,
) -> HttpResponse:
    choice = tokens.Choice(
        Character(character),
        _hue(hue),
        int(strength or 100),
        f"#{accent}" if accent else "",
        tokens.Pairing(pairing) if pairing else None,
        tokens.Header(header) if header else tokens.Header.BAR,
    )
    return _answer(tokens.stylesheet(choice), "text/css; charset=utf-8", current=version == tokens.version(choice))


@require_safe
def landscape(
    request: HttpRequest,
    variant: str,
    character: str,
    hue: str,
    seed: str,
    night: str | None = None,
    size: str | None = None,
    version: str | None = None,
) -> HttpResponse:
    sizes = art.SIZES[variant]
    chosen = sizes[0]
    if size is None and _SIZED.search(seed):
        raise Http404
    if size is not None:
        width, _, height = size.partition("x")
        chosen = (int(width), int(height))
        if chosen not in sizes or size != f"{chosen[0]}x{chosen[1]}":
            raise Http404
    if variant == "spot":
        if seed not in art.SPOTS:
            raise Http404
        body = art.spot(seed, Character(character), _hue(hue), night=bool(night))
    else:
        body = art.landscape(seed, Character(character), _hue(hue), variant, *chosen, night=bool(night))
    return _answer(body, "image/svg+xml; charset=utf-8", current=version == str(art.VERSION))


@require_safe
def favicon(request: HttpRequest, character: str, hue: str, letter: str, version: str | None = None) -> HttpResponse:
    body = art.favicon(Character(character), _hue(hue), letter)
    return _answer(body, "image/svg+xml; charset=utf-8", current=version == str(art.VERSION))


def css_url(choice: tokens.Choice) -> str:
    """Address of a portal's tokens: what is not chosen is not in it; the content's hash is."""
    parts = [f"{choice.character.value}-{choice.hue}"]
    if choice.strength != 100:
        parts.append(f"s{choice.strength}")
    if choice.accent:
        parts.append(f"m{choice.accent[1:]}")
    parts += [choice.pairing.value] if choice.pairing else []
    parts += [choice.header.value] if choice.header != tokens.Header.BAR else []
    return f"/_theme/{'-'.join(parts)}-{tokens.version(choice)}.css"


def art_url(
    variant: str, character: str, hue: int, seed: str, size: tuple[int, int] | None = None, *, night: bool = False
) -> str:
    """Address of a drawing; `size` one of art.SIZES[variant], default the first. `seed`: a-z, 0-9 and hyphens."""
    width, height = size or art.SIZES[variant][0]
    dark = "-dem" if night else ""
    return f"/_art/{variant}{dark}-{character}-{hue}-{seed}-{width}x{height}-v{art.VERSION}.svg"


def favicon_url(character: str, hue: int, letter: str) -> str:
    """Address of a portal's mark; `letter` one of A-Z, 0-9."""
    return f"/_art/dau-{character}-{hue}-{letter}-v{art.VERSION}.svg"
