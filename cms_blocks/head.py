"""What a page says of itself to other programs: canonical address, Open Graph, JSON-LD (schema.org), feeds."""

from __future__ import annotations

import datetime
import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from django.utils.safestring import SafeString, mark_safe

from tenants import hosts
from tenants.context import PortalRef
from themes.context import Crumb, PortalView

from . import share_cards

SCHOOL_TYPES = {"MN": "Preschool", "TH": "ElementarySchool", "THCS": "MiddleSchool", "THPT": "HighSchool"}
_ESCAPES = {ord("<"): "\\u003C", ord(">"): "\\u003E", ord("&"): "\\u0026", 0x2028: "\\u2028", 0x2029: "\\u2029"}


@dataclass(frozen=True, slots=True)
class Head:
    """`kind`: Open Graph's type. `image`: absolute address of the share card. `things`: JSON-LD objects.
    `versions`: (language code, its name, absolute address) of this page in all its languages, () when it has one."""

    title: str
    description: str
    canonical: str
    image: str
    kind: str = "website"
    published: datetime.datetime | None = None
    changed: datetime.datetime | None = None
    things: tuple[dict[str, Any], ...] = field(default=())
    versions: tuple[tuple[str, str, str], ...] = field(default=())

    @property
    def data(self) -> SafeString:
        """JSON for a `<script type="application/ld+json">`, which no browser runs; nothing in it can end the tag."""
        graph = {"@context": "https://schema.org", "@graph": list(self.things)}
        return mark_safe(json.dumps(graph, ensure_ascii=False).translate(_ESCAPES))


def origin(portal: PortalRef) -> str:
    return hosts.origin(portal)


def of_page(
    portal: PortalRef,
    site: PortalView,
    *,
    path: str,
    title: str,
    description: str,
    subject: str,
    crumbs: Iterable[Crumb] = (),
    card: tuple[str, str],
    kind: str = "website",
    published: datetime.datetime | None = None,
    changed: datetime.datetime | None = None,
    things: Iterable[dict[str, Any]] = (),
    versions: Iterable[tuple[str, str, str]] = (),
) -> Head:
    """`path` begins with a slash; `subject` names what the share card is of ("page-12"),
    `card` what it says: title and the line above it."""
    base = origin(portal)
    trail = breadcrumbs(base, [*crumbs, Crumb(title, path)])
    return Head(
        title=title,
        description=description,
        canonical=base + path,
        image=base + share_cards.address(subject, *card, site),
        kind=kind,
        published=published,
        changed=changed,
        things=(*things, *([trail] if trail else [])),
        versions=tuple((code, name, base + path) for code, name, path in versions),
    )


def breadcrumbs(base: str, crumbs: list[Crumb]) -> dict[str, Any] | None:
    """schema.org BreadcrumbList, from the home page to here; None for the home page itself."""
    if len(crumbs) < 2:
        return None
    items = [
        {"@type": "ListItem", "position": place, "name": crumb.title, "item": base + crumb.url}
        for place, crumb in enumerate(crumbs, 1)
        if crumb.url
    ]
    return {"@type": "BreadcrumbList", "itemListElement": items}


def organization(portal: PortalRef, site: PortalView) -> dict[str, Any]:
    """The portal's owner: a school by its level, a government office otherwise."""
    base = origin(portal)
    kind = (
        SCHOOL_TYPES.get(portal.level, "EducationalOrganization")
        if portal.kind == "school"
        else "GovernmentOrganization"
    )
    thing: dict[str, Any] = {"@type": kind, "@id": f"{base}/#owner", "name": site.name, "url": f"{base}/"}
    if site.phone:
        thing["telephone"] = site.phone
    if site.email:
        thing["email"] = site.email
    if site.address:
        thing["address"] = {"@type": "PostalAddress", "streetAddress": site.address, "addressCountry": "VN"}
    return thing


def news_article(
    portal: PortalRef,
    site: PortalView,
    *,
    path: str,
    title: str,
    description: str,
    image: str,
    published: datetime.datetime | None,
    changed: datetime.datetime | None,
) -> dict[str, Any]:
    """schema.org NewsArticle."""
    base = origin(portal)
    thing: dict[str, Any] = {
        "@type": "NewsArticle",
        "headline": title[:110],
        "description": description,
        "mainEntityOfPage": base + path,
        "inLanguage": "vi",
        "image": [image],
        "publisher": {"@type": "Organization", "name": site.name, "url": f"{base}/"},
    }
    if published:
        thing["datePublished"] = published.isoformat()
    if changed:
        thing["dateModified"] = changed.isoformat()
    return thing
