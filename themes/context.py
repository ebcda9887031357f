"""What templates are given: plain values, no rows."""

from __future__ import annotations

import datetime
import zlib
from dataclasses import dataclass
from typing import Any, Final

from .tokens import Choice

# Different drawings for cards without a picture, per portal; few, so that caches hold them all.
CARD_SEEDS: Final = 24


@dataclass(frozen=True, slots=True)
class Crumb:
    """A link with a line of meaning: breadcrumbs and section lists."""

    title: str
    url: str
    intro: str = ""


@dataclass(frozen=True, slots=True)
class MenuItem:
    title: str
    url: str
    active: bool
    children: tuple[MenuItem, ...] = ()


@dataclass(frozen=True, slots=True)
class TaskTile:
    """Something a visitor comes to do. `icon`: the name of a symbol in themes/icons.svg."""

    title: str
    text: str
    url: str
    icon: str


@dataclass(frozen=True, slots=True)
class NewsCard:
    """`image`: a rendition with url, width, height, or None (then drawn art stands in); `narrow`: half as wide.

    `avif`, `avif_narrow`: the same in the lighter format, for browsers that read it.
    """

    title: str
    url: str
    date: datetime.date
    summary: str
    image: Any
    narrow: Any = None
    avif: Any = None
    avif_narrow: Any = None

    @property
    def art_seed(self) -> str:
        """Which drawing stands in: always the same for one article, as stable as its address."""
        return str(zlib.crc32(self.url.encode()) % CARD_SEEDS)


@dataclass(frozen=True, slots=True)
class Pager:
    """Where one is in a list of pages; an address is "" where there is none."""

    number: int
    num_pages: int
    previous_url: str
    next_url: str


@dataclass(frozen=True, slots=True)
class PortalView:
    """The portal as header, footer and theme show it. `hue` in degrees, 0–359; `logo` a rendition or None."""

    name: str
    short_name: str
    kind: str
    level: str
    character: str
    hue: int
    slug: str
    tagline: str
    address: str
    phone: str
    email: str
    supervisor: str
    css_url: str
    favicon_url: str
    hero_art_url: str
    card_art_url: str
    choice: Choice | None = None
    logo: Any = None
