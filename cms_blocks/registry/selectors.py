"""Reads of the registry: frozen values for list, page and block. The number of queries does not grow with rows."""

from __future__ import annotations

import datetime
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.core.paginator import Paginator
from django.db.models import Count, Q, Value
from django.db.models.functions import ExtractYear
from django.utils import timezone
from django.utils.translation import gettext as _

from cms_blocks import caching
from cms_blocks import head as heads
from cms_blocks.context import portal_view
from tenants import cache_tags
from tenants.context import require_portal
from themes.context import Crumb, Pager

from . import rules
from .models import OfficialDocument, OfficialRelation, RegistryPage, Urgency

__all__ = ["Crumb", "base_url", "document", "latest", "listing", "read"]

PER_PAGE = 20
TEXT, KIND, YEAR, ISSUER, FIELD, PAGE = "q", "loai", "nam", "co-quan", "linh-vuc", "page"
LONGEST = 100


@dataclass(frozen=True, slots=True)
class Row:
    """A document in a list."""

    name: str
    url: str
    abstract: str
    issuer: str
    issued_on: datetime.date
    status: rules.Status
    urgency: str = ""


@dataclass(frozen=True, slots=True)
class File:
    label: str
    url: str
    extension: str
    size: int | None


@dataclass(frozen=True, slots=True)
class Related:
    """Documents that stand in one relation; `heading` says which ("Replaced by")."""

    heading: str
    rows: tuple[Row, ...]


@dataclass(frozen=True, slots=True)
class Document:
    pk: int
    row: Row
    kind: str
    number: str
    field: str
    signer: str
    signer_title: str
    effective_on: datetime.date | None
    expires_on: datetime.date | None
    changed_at: datetime.datetime
    files: tuple[File, ...]
    related: tuple[Related, ...]


@dataclass(frozen=True, slots=True)
class Asked:
    """What the address of the list says."""

    text: str = ""
    kind: str = ""
    year: str = ""
    issuer: str = ""
    field: str = ""
    page: str = "1"

    def address(self, **changes: str) -> str:
        values = {TEXT: self.text, KIND: self.kind, YEAR: self.year, ISSUER: self.issuer, FIELD: self.field, **changes}
        return "?" + urlencode({name: value for name, value in values.items() if value})

    @property
    def narrowed(self) -> bool:
        return bool(self.text or self.kind or self.year or self.issuer or self.field)


@dataclass(frozen=True, slots=True)
class Choice:
    label: str
    url: str
    count: int
    chosen: bool


@dataclass(frozen=True, slots=True)
class FilterGroup:
    heading: str
    choices: tuple[Choice, ...]


@dataclass(frozen=True, slots=True)
class Listing:
    rows: tuple[Row, ...]
    total: int
    groups: tuple[FilterGroup, ...]
    pager: Pager


def base_url(request: Any = None) -> str:
    """Address of this portal's list, "" where there is none: one query."""
    page = RegistryPage.objects.live().defer("body").first()
    return (page.get_url(request) or "") if page is not None else ""


def read(given: Mapping[str, str]) -> Asked:
    return Asked(
        text=given.get(TEXT, "").replace("\x00", "").strip()[:LONGEST],
        kind=given.get(KIND, ""),
        year=given.get(YEAR, ""),
        issuer=given.get(ISSUER, ""),
        field=given.get(FIELD, ""),
        page=given.get(PAGE, "1"),
    )


def row_of(official: OfficialDocument, base: str) -> Row:
    cache_tags.tag(f"official:{official.pk}")
    caching.true_until(official.effective_on, official.expires_on)
    return Row(
        name=official.name,
        url=f"{base}{official.slug}/",
        abstract=official.abstract,
        issuer=official.issuer,
        issued_on=official.issued_on,
        status=official.status,
        urgency=str(Urgency(official.urgency).label) if official.urgency else "",
    )


def _public() -> Any:
    return OfficialDocument.objects.filter(is_public=True).defer("finding")


def listing(asked: Asked, base: str) -> Listing | None:
    """Three queries. None when the address names a kind, year, issuer or field that no document has."""
    found = _public()
    for pattern in rules.patterns(asked.text):
        found = found.extra(where=["finding like %s"], params=[pattern])
    combinations = [
        (kind, str(year), (issuer_slug, issuer), (field_slug, field), count)
        for kind, year, issuer_slug, issuer, field_slug, field, count in found.annotate(year=ExtractYear("issued_on"))
        .order_by()
        .values_list("kind", "year", "issuer_slug", "issuer", "field_slug", "field")
        .annotate(count=Count("pk"))
    ]
    groups = _groups(asked, combinations)
    if groups is None:
        return None
    chosen = {"kind": asked.kind, "issuer_slug": asked.issuer, "field_slug": asked.field}
    found = found.filter(**{name: value for name, value in chosen.items() if value})
    if asked.year:
        found = found.filter(issued_on__year=int(asked.year))
    page = Paginator(found, PER_PAGE).get_page(asked.page)
    officials = list(page.object_list)
    previous = asked.address(page=str(page.previous_page_number())) if page.has_previous() else ""
    following = asked.address(page=str(page.next_page_number())) if page.has_next() else ""
    return Listing(
        rows=tuple(row_of(official, base) for official in officials),
        total=page.paginator.count,
        groups=groups,
        pager=Pager(page.number, page.paginator.num_pages, previous, following),
    )


def _groups(asked: Asked, combinations: list[tuple[Any, ...]]) -> tuple[FilterGroup, ...] | None:
    """Each group counts what the other groups leave; a chosen value that nothing has makes the address unknown."""
    chosen = (asked.kind, asked.year, asked.issuer, asked.field)
    parameters = (KIND, YEAR, ISSUER, FIELD)
    headings = (_("Kind"), _("Year"), _("Issued by"), _("Field"))
    groups = []
    for place, parameter in enumerate(parameters):
        counts: Counter[str] = Counter()
        labels: dict[str, str] = {}
        for *values, count in combinations:
            keys = [value if isinstance(value, str) else value[0] for value in values]
            value = values[place]
            labels[keys[place]] = value if isinstance(value, str) else value[1]
            if all(
                not want or want == key or at == place for at, (want, key) in enumerate(zip(chosen, keys, strict=True))
            ):
                counts[keys[place]] += count
        if chosen[place] and chosen[place] not in labels and not asked.text:
            return None
        if chosen[place] and not counts[chosen[place]] and parameter == YEAR and not asked.year.isdigit():
            return None
        if parameter == KIND:
            order = [kind.slug for kind in rules.KINDS if counts[kind.slug]]
            labels |= {kind.slug: kind.name for kind in rules.KINDS}
        elif parameter == YEAR:
            order = sorted(counts, reverse=True)
        else:
            order = [key for key, _count in counts.most_common()]
        choices = tuple(
            Choice(
                labels[key],
                asked.address(**{parameter: "" if key == chosen[place] else key}),
                counts[key],
                key == chosen[place],
            )
            for key in order
            if key and counts[key]
        )
        if len(choices) > 1 or any(choice.chosen for choice in choices):
            groups.append(FilterGroup(headings[place], choices))
    return tuple(groups)


def document(slug: str, base: str) -> Document | None:
    """Three queries: the document, its files, its relations both ways."""
    official = _public().filter(slug=slug).first()
    if official is None:
        return None
    files = []
    for file in official.files.select_related("document"):
        extension = file.document.file_extension.upper()
        files.append(File(file.label or file.document.title, file.document.url, extension, file.document.file_size))
    relations = OfficialRelation.objects.filter(Q(source=official) | Q(target=official)).select_related(
        "source", "target"
    )
    grouped: dict[tuple[str, bool], list[OfficialDocument]] = {}
    for relation in relations:
        inverse = relation.target_id == official.pk
        other = relation.source if inverse else relation.target
        if other.is_public:
            grouped.setdefault((relation.kind, inverse), []).append(other)
    related = tuple(
        Related(str(heading), tuple(row_of(other, base) for other in _by_date(grouped[key])))
        for key, heading in headings().items()
        if key in grouped
    )
    return Document(
        pk=official.pk,
        row=row_of(official, base),
        kind=rules.KIND_BY_SLUG[official.kind].name,
        number=official.number,
        field=official.field,
        signer=official.signer,
        signer_title=official.signer_title,
        effective_on=official.effective_on,
        expires_on=official.expires_on,
        changed_at=official.changed_at,
        files=tuple(files),
        related=related,
    )


def headings() -> dict[tuple[str, bool], str]:
    """(relation, seen from its target) → heading, in the order in which a page shows them."""
    return {
        ("replaces", True): _("Replaced by"),
        ("amends", True): _("Amended by"),
        ("replaces", False): _("Replaces"),
        ("amends", False): _("Amends"),
        ("based_on", False): _("Based on"),
        ("based_on", True): _("Basis of"),
    }


def card(official: OfficialDocument) -> tuple[str, str]:
    """What the share card says: the abstract, and which document it is of."""
    return official.abstract[:200], official.name


def head(found: Document, crumbs: list[Crumb]) -> heads.Head:
    portal = require_portal()
    return heads.of_page(
        portal,
        portal_view(portal),
        path=found.row.url,
        title=f"{found.row.name}: {found.row.abstract}"[:200],
        description=found.row.abstract,
        subject=f"official-{found.pk}",
        card=(found.row.abstract[:200], found.row.name),
        crumbs=crumbs,
        changed=found.changed_at,
    )


def _by_date(officials: Iterable[OfficialDocument]) -> list[OfficialDocument]:
    return sorted(officials, key=lambda o: (o.issued_on, o.number_order, o.pk), reverse=True)


@dataclass(frozen=True, slots=True)
class Latest:
    """The newest `count`, of one kind or field where these are said."""

    count: int
    kind: str = ""
    field: str = ""
    in_force: bool = False

    def rows(self) -> Any:
        found = _public()
        if self.kind:
            found = found.filter(kind=self.kind)
        if self.field:
            found = found.filter(field_slug=self.field)
        if self.in_force:
            found = found.filter(Q(expires_on=None) | Q(expires_on__gt=timezone.localdate()))
        return found[: self.count]


def latest(asked: Sequence[Latest], base: str) -> list[list[Row]]:
    """For each of them its rows: two queries, whatever their number."""
    cache_tags.tag("registry")
    different = list(dict.fromkeys(one for one in asked if one.count))
    if not different:
        return [[] for _one in asked]
    chosen = [
        one.rows().annotate(asked_by=Value(place)).values_list("asked_by", "pk") for place, one in enumerate(different)
    ]
    pairs = list(chosen[0].union(*chosen[1:], all=True)) if len(chosen) > 1 else list(chosen[0])
    officials = _public().in_bulk({pk for _place, pk in pairs})
    found: dict[Latest, list[OfficialDocument]] = {one: [] for one in different}
    for place, pk in pairs:
        if pk in officials:
            found[different[place]].append(officials[pk])
    return [[row_of(official, base) for official in _by_date(found.get(one, ()))] for one in asked]
