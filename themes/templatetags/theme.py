"""Tags for drawn art and the portal's tokens. They work without a portal too: error pages use them."""

from __future__ import annotations

import functools
from typing import Any

from django import template
from django.forms.utils import flatatt
from django.templatetags.static import static
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from themes import art as drawing
from themes import views
from themes.colour import hexadecimal
from themes.tokens import PAIRINGS, Character, Choice, palette

register = template.Library()

# What a page without a portal looks like.
NOBODY = (Character.DEPARTMENT, 155)


def _look(site: Any) -> tuple[Character, int]:
    character = getattr(site, "character", "") if site else ""
    return (Character(character), int(site.hue)) if character else NOBODY


def _choice(site: Any) -> Choice:
    chosen: Choice | None = getattr(site, "choice", None) if site else None
    return chosen or Choice(*_look(site))


@register.simple_tag
def theme_css(site: Any = None) -> str:
    """Address of the tokens of `site` (a PortalView), or of the sector's own."""
    return views.css_url(_choice(site))


@register.simple_tag
def theme_fonts(site: Any = None) -> SafeString:
    """The text font's two files ahead of the style sheet: most of what a page says is in them."""
    body = PAIRINGS[_choice(site).type_pairing][1]
    stem, style = ("nunito", "wght-normal") if body.startswith('"Nunito"') else ("be-vietnam-pro", "400-normal")
    return format_html_join(
        "\n",
        '<link rel="preload" as="font" type="font/woff2" href="{}" crossorigin>',
        ((static(f"themes/fonts/{stem}-{part}-{style}.woff2"),) for part in ("vietnamese", "latin")),
    )


@register.simple_tag
def theme_colours(site: Any = None) -> SafeString:
    """What the browser's own frame is painted with, light and dark."""
    return _frame(_choice(site))


@functools.lru_cache(maxsize=512)
def _frame(choice: Choice) -> SafeString:
    light, dark = (
        hexadecimal(palette(choice.character, choice.hue, dark=mode, strength=choice.strength)["surface"])
        for mode in (False, True)
    )
    return format_html(
        '<meta name="theme-color" content="{}" media="(prefers-color-scheme: light)">'
        '<meta name="theme-color" content="{}" media="(prefers-color-scheme: dark)">',
        light,
        dark,
    )


@register.simple_tag
def art(variant: str, site: Any = None, seed: str = "", *, lazy: bool = True, css: str = "") -> SafeString:
    """A drawing as `<picture>`: night for those who prefer dark, a narrower one for phones where there is one.

    `seed` is added to the portal's slug; for a spot it is its kind (lost, empty, broken, closed).
    """
    character, hue = _look(site)
    slug = getattr(site, "slug", "") or "so"
    name = seed if variant == "spot" else f"{slug}-{seed}"[:48].rstrip("-") if seed else slug
    return _picture(variant, character, hue, name, lazy, css)


@functools.lru_cache(maxsize=4096)
def _picture(variant: str, character: Character, hue: int, name: str, lazy: bool, css: str) -> SafeString:
    sizes = drawing.SIZES[variant]
    sources = []
    for size in reversed(sizes):
        narrow = "(max-width: 48rem)" if size != sizes[0] else ""
        for night in (True, False):
            media = " and ".join(part for part in ("(prefers-color-scheme: dark)" if night else "", narrow) if part)
            if media:
                sources.append((media, views.art_url(variant, character, hue, name, size, night=night)))
    width, height = sizes[0]
    return format_html(
        '<picture class="art {}">{}<img src="{}" alt="" width="{}" height="{}"{}></picture>',
        css,
        format_html_join("", '<source media="{}" srcset="{}">', sources),
        views.art_url(variant, character, hue, name),
        width,
        height,
        SafeString(' loading="lazy" decoding="async"' if lazy else ' fetchpriority="high"'),
    )


@register.simple_tag
def icon(name: str, css: str = "") -> SafeString:
    """A symbol of themes/icons.svg; decoration only, so hidden from screen readers."""
    return format_html(
        '<svg class="icon {}" aria-hidden="true" focusable="false"><use href="{}#{}"></use></svg>',
        css,
        static("themes/icons.svg"),
        name,
    )


@register.simple_tag
def grid_cell(place: Any, stacks: bool) -> SafeString:
    """A cell of a table (cms_blocks.grids.Heading); where rows become cards on a phone, each says its column's name."""
    cell = place.cell
    tag = "th" if place.scope else "td"
    attributes = {
        "scope": place.scope or None,
        "data-label": (stacks and not place.scope and place.label) or None,
        "id": place.key or None,
        "headers": place.headers or None,
        "rowspan": cell.rows if cell.rows > 1 else None,
        "colspan": cell.columns if cell.columns > 1 else None,
        "data-day": place.day or None,
    }
    lines = format_html_join(SafeString("<br>"), "{}", ((line,) for line in cell.lines))
    return format_html("<{}{}>{}</{}>", tag, flatatt(attributes), lines, tag)
