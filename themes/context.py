"""What templates are given: plain values, no rows."""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from typing import Any


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
    """Something a visitor comes to do."""

    title: str
    text: str
    url: str
    icon: str


@dataclass(frozen=True, slots=True)
class NewsCard:
    """`image`: a rendition with url, width, height, or None (then drawn art stands in)."""

    title: str
    url: str
    date: datetime.date
    summary: str
    image: Any


@dataclass(frozen=True, slots=True)
class Pager:
    number: int
    num_pages: int
    previous_url: str
    next_url: str


@dataclass(frozen=True, slots=True)
class PortalView:
    """The portal as header, footer and theme show it."""

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
