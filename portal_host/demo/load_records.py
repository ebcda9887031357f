"""What a demo portal keeps as rows, in bulk: official documents, events, people, categories, publication duty."""

from __future__ import annotations

import datetime

from django.utils import timezone
from wagtail.models import Page

from cms_blocks.duty.models import DutyPage
from cms_blocks.events.models import Event
from cms_blocks.models import NewsCategory, NewsPage, PortalDocument
from cms_blocks.registry.models import OfficialDocument, OfficialFile, OfficialRelation, document_slug, slug_of
from cms_blocks.staff.models import StaffPerson, StaffPosition, StaffUnit

from .content import happenings
from .content.officials import OfficialSpec


def load_officials(specs: list[OfficialSpec], files: dict[str, PortalDocument]) -> None:
    """Three statements, whatever their number."""
    rows = []
    taken: set[str] = set()
    for spec in specs:
        row = OfficialDocument(
            kind=spec.kind, number=spec.number, abstract=spec.abstract, issuer=spec.issuer, field=spec.field,
            issued_on=spec.issued_on, effective_on=spec.effective_on, expires_on=spec.expires_on, signer=spec.signer,
            signer_title=spec.signer_title, urgency=spec.urgency,
        )  # fmt: skip
        row.derive()
        slug = document_slug(row.number, row.abstract)
        row.slug = next(s for s in (slug, *(f"{slug}-{n}" for n in range(2, 99))) if s not in taken)
        taken.add(row.slug)
        rows.append(row)
    by_number: dict[str, OfficialDocument] = {}
    relations = []
    for spec, row in zip(specs, rows, strict=True):
        earlier = by_number.get(spec.replaces)
        if earlier is not None:
            earlier.expires_on = earlier.expires_on or row.effective_on or row.issued_on
            relations.append((row, earlier))
        by_number[spec.number] = row
    OfficialDocument.objects.bulk_create(rows)
    OfficialRelation.objects.bulk_create(
        OfficialRelation(source=row, target=earlier, kind=OfficialRelation.Kind.REPLACES) for row, earlier in relations
    )
    OfficialFile.objects.bulk_create(
        OfficialFile(official=row, document=files[spec.file], sort_order=0)
        for spec, row in zip(specs, rows, strict=True)
        if spec.file in files
    )


def load_events(specs: tuple[happenings.EventSpec, ...]) -> None:
    """One statement."""
    today = timezone.localdate()
    rows = []
    for spec in specs:
        day = happenings.date_of(spec, today)
        rows.append(
            Event(
                title=spec.title, slug=slug_of(spec.title), summary=spec.summary, place=spec.place, repeat=spec.repeat,
                cancelled=spec.cancelled, first_day=day,
                last_day=day + datetime.timedelta(days=spec.days - 1) if spec.days > 1 else None,
                start_time=datetime.time.fromisoformat(spec.time) if spec.time else None,
                end_time=datetime.time.fromisoformat(spec.until) if spec.until else None,
                until=day + datetime.timedelta(days=240) if spec.repeat else None,
            )
        )  # fmt: skip
    Event.objects.bulk_create(rows)


def load_staff(specs: tuple[happenings.UnitSpec, ...], phone: str) -> None:
    """A statement for each level of the chart, one for the people, one for their positions."""
    level: list[tuple[happenings.UnitSpec, StaffUnit | None]] = [(spec, None) for spec in specs]
    positions = []
    while level:
        units = [
            StaffUnit(name=spec.name, duties=spec.duties, parent=parent, order=10 * place)
            for place, (spec, parent) in enumerate(level, 1)
        ]
        StaffUnit.objects.bulk_create(units)
        for (spec, _parent), unit in zip(level, units, strict=True):
            for place, (name, title, duties) in enumerate(spec.people):
                contact = {"phone": phone} if place == 0 else {}
                person = StaffPerson(full_name=name, **contact)
                positions.append(StaffPosition(unit=unit, person=person, title=title, duties=duties, sort_order=place))
        level = [(child, unit) for (spec, _p), unit in zip(level, units, strict=True) for child in spec.children]
    StaffPerson.objects.bulk_create([position.person for position in positions])
    StaffPosition.objects.bulk_create(positions)


def load_categories() -> None:
    """Each article in one of four; the newest leads for ten days."""
    categories = [
        NewsCategory(name=name, slug=slug_of(name), order=10 * place)
        for place, name in enumerate(happenings.CATEGORIES, 1)
    ]
    NewsCategory.objects.bulk_create(categories)
    pages = list(NewsPage.objects.order_by("-date", "pk"))
    for place, page in enumerate(pages):
        page.category = categories[place % len(categories)]
    NewsPage.objects.bulk_update(pages, ["category"])


# Demo pages by slug → item of TT 09/2024 they answer.
DUTY_PAGES = {
    "thu-chi": "II",
    "doi-ngu": "III",
    "ket-qua": "VII",
    "lich-su": "I",
    "lien-he": "g",
    "co-cau-to-chuc": "e",
}


def load_duty(office: bool) -> None:
    wanted = {slug: code for slug, code in DUTY_PAGES.items() if code.islower() == office}
    pages = {page.slug: page for page in Page.objects.filter(slug__in=wanted)}
    DutyPage.objects.bulk_create(DutyPage(item=wanted[slug], page=page) for slug, page in pages.items())
