"""The search page: a GET form and links, the same with and without JavaScript."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from tenants import hosts
from tenants.context import PortalRef
from tenants.middleware import portal_of

from . import questions
from .finding import find, suggest
from .models import Kind
from .queries import LONGEST
from .results import LAST_PAGE, Count, Hit, Results

# Parameters of the page, as they stand in its addresses.
TEXT, SCOPE, KIND, PORTAL, YEAR, ISSUER, SINCE, PAGE = "q", "pham-vi", "loai", "cong", "nam", "co-quan", "tu", "trang"
SECTOR = "nganh"
_PERIODS = (7, 30, 365)  # days


@dataclass(frozen=True, slots=True)
class Asked:
    """What the address says; anything it should not say is left out."""

    text: str
    sector: bool
    kind: str
    portal: PortalRef | None
    year: int | None
    issuer: str
    days: int | None
    page: int

    def address(self, **changes: Any) -> str:
        """The same question with some parts changed; always from its first page unless that is the change."""
        values = {
            TEXT: self.text,
            SCOPE: SECTOR if self.sector else "",
            KIND: self.kind,
            PORTAL: self.portal.slug if self.portal else "",
            YEAR: self.year or "",
            ISSUER: self.issuer,
            SINCE: self.days or "",
            **changes,
        }
        return "?" + urlencode({name: value for name, value in values.items() if value})


@dataclass(frozen=True, slots=True)
class Choice:
    """A filter as a link; a chosen one leads back to all."""

    label: str
    url: str
    count: int | None
    chosen: bool


@dataclass(frozen=True, slots=True)
class FilterGroup:
    heading: str
    choices: tuple[Choice, ...]


@dataclass(frozen=True, slots=True)
class Shown:
    """A hit as the page shows it. `portal`: the name of its portal where several are searched."""

    hit: Hit
    url: str
    portal: str
    kind: str


@require_safe
def page(request: HttpRequest) -> HttpResponse:
    """Results of this portal, or of the whole sector (`pham-vi=nganh`)."""
    here = portal_of(request)
    asked = read(request.GET)
    portal = asked.portal if asked.sector else here
    since = timezone.localdate() - datetime.timedelta(days=asked.days) if asked.days else None
    with questions.timed(here, asked.text) as report:
        results = find(
            asked.text,
            portal,
            kinds=(asked.kind,) if asked.kind else (),
            dates=(since, None),
            year=asked.year,
            issuer=asked.issuer,
            page=asked.page,
        )
        narrowed = bool(asked.kind or asked.year or asked.issuer or since or asked.portal)
        report(results, narrowed=narrowed)
    context = {
        "asked": asked,
        "results": results,
        "narrowed": narrowed,
        "shown": [_shown(request, hit, here, asked) for hit in results.hits],
        "groups": _groups(asked, results),
        "here_url": asked.address(**{SCOPE: "", PORTAL: ""}),
        "sector_url": asked.address(**{SCOPE: SECTOR}),
        "suggestion_url": asked.address(**{TEXT: results.suggestion}),
        "unfiltered_url": asked.address(**{KIND: "", PORTAL: "", YEAR: "", ISSUER: "", SINCE: ""}),
        "longest": LONGEST,
        "pager": _pager(asked, results),
    }
    return render(request, "search/page.html", context)


@require_safe
def suggestions(request: HttpRequest) -> HttpResponse:
    """JSON: `[{"title": …, "url": …, "note": …}]`."""
    here = portal_of(request)
    asked = read(request.GET)
    labels = dict(Kind.choices)
    rows = []
    for found in suggest(asked.text, None if asked.sector else here):
        owner = hosts.by_uid(found.portal)
        if owner is None:
            continue
        note = owner.name if owner.uid != here.uid else str(labels.get(found.kind, ""))
        rows.append({"title": found.title, "url": _url(request, owner, here, found.path), "note": note})
    return JsonResponse(rows, safe=False, json_dumps_params={"ensure_ascii": False})


def read(given: Mapping[str, str]) -> Asked:
    kind, portal = given.get(KIND, ""), given.get(PORTAL, "")
    sector = given.get(SCOPE) == SECTOR
    return Asked(
        text=given.get(TEXT, "").strip()[:LONGEST],
        sector=sector,
        kind=kind if kind in Kind.values else "",
        portal=next((ref for ref in hosts.all_portals() if ref.slug == portal), None) if sector and portal else None,
        year=_number(given.get(YEAR, ""), 1900, 2200),
        issuer=given.get(ISSUER, "")[:160].replace("\x00", ""),
        days=_number(given.get(SINCE, ""), 1, 3660),
        page=_number(given.get(PAGE, ""), 1, LAST_PAGE) or 1,
    )


def _number(text: str, least: int, most: int) -> int | None:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 6 and least <= int(text) <= most else None


def _url(request: HttpRequest, owner: PortalRef, here: PortalRef, path: str) -> str:
    return path if owner.uid == here.uid else hosts.beside(request, owner.primary_host) + path


def _shown(request: HttpRequest, hit: Hit, here: PortalRef, asked: Asked) -> Shown:
    owner = hosts.by_uid(hit.portal) or here
    return Shown(
        hit=hit,
        url=_url(request, owner, here, hit.path),
        portal=owner.name if asked.sector else "",
        kind=str(Kind(hit.kind).label),
    )


def _groups(asked: Asked, results: Results) -> list[FilterGroup]:
    facets = results.facets
    kinds = {value: str(label) for value, label in Kind.choices}
    portals = {ref.uid: ref for ref in hosts.all_portals()}
    groups = [
        _group(asked, _("Kind"), KIND, asked.kind, facets.kinds, lambda value: (kinds.get(value, value), value)),
        _group(asked, _("Year"), YEAR, str(asked.year or ""), facets.years, lambda value: (value, value)),
        _group(asked, _("Issued by"), ISSUER, asked.issuer, facets.issuers, lambda value: (value, value)),
    ]
    if asked.sector:
        groups.insert(
            1,
            _group(asked, _("Portal"), PORTAL, asked.portal.slug if asked.portal else "", facets.portals,
                   lambda uid: (portals[uid].name, portals[uid].slug)),
        )  # fmt: skip
    groups.append(_periods(asked))
    return [group for group in groups if len(group.choices) > 1 or any(choice.chosen for choice in group.choices)]


def _group(asked: Asked, heading: str, name: str, chosen: str, counts: tuple[Count, ...], named: Any) -> FilterGroup:
    choices = []
    for count in counts[:10]:
        label, value = named(count.value)
        is_chosen = value == chosen
        choices.append(Choice(label, asked.address(**{name: "" if is_chosen else value}), count.count, is_chosen))
    return FilterGroup(heading, tuple(choices))


def _periods(asked: Asked) -> FilterGroup:
    labels = {7: _("The last 7 days"), 30: _("The last 30 days"), 365: _("The last year")}
    return FilterGroup(
        _("Time"),
        tuple(
            Choice(labels[days], asked.address(**{SINCE: "" if days == asked.days else days}), None, days == asked.days)
            for days in _PERIODS
        ),
    )


def _pager(asked: Asked, results: Results) -> dict[str, Any]:
    return {
        "number": results.page,
        "num_pages": results.pages,
        "previous_url": asked.address(**{PAGE: results.page - 1}) if results.page > 1 else "",
        "next_url": asked.address(**{PAGE: results.page + 1}) if results.page < results.pages else "",
    }
