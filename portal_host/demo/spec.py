"""What the demo puts into a portal, as plain values."""

from __future__ import annotations

import datetime
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .content.happenings import EventSpec, UnitSpec
    from .content.officials import OfficialSpec


@dataclass(frozen=True, slots=True)
class BlockSpec:
    """A block by its type and value; `image`, `document` and `page` values are keys or slug paths."""

    type: str
    value: Any


@dataclass(frozen=True, slots=True)
class PageSpec:
    kind: str
    slug: str
    title: str
    intro: str = ""
    date: datetime.date | None = None
    body: tuple[BlockSpec, ...] = ()
    image: str | None = None
    show_in_menu: bool = False
    children: tuple[PageSpec, ...] = ()


@dataclass(frozen=True, slots=True)
class ImageSpec:
    key: str
    title: str
    alt: str
    scene: str


@dataclass(frozen=True, slots=True)
class DocumentSpec:
    key: str
    title: str
    filename: str
    lines: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class SiteSpec:
    tagline: str
    address: str
    phone: str
    email: str
    supervisor: str
    hero_title: str
    hero_text: str
    tasks: tuple[tuple[str, str, str, str], ...]  # title, text, slug path, icon
    home_body: tuple[BlockSpec, ...]
    pages: tuple[PageSpec, ...]
    images: tuple[ImageSpec, ...] = field(default=())
    documents: tuple[DocumentSpec, ...] = field(default=())
    officials: list[OfficialSpec] = field(default_factory=list)
    events: tuple[EventSpec, ...] = field(default=())
    units: tuple[UnitSpec, ...] = field(default=())
