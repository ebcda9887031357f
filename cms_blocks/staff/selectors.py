"""Reads of the directory: units, positions with people, pictures: three queries, whatever their number."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from typing import Any

from django.utils.text import slugify
from wagtail.images import get_image_model

from search.text import fold
from tenants import cache_tags

from .models import StaffPosition, StaffUnit

PHOTO = "fill-240x240|format-webp"


@dataclass(frozen=True, slots=True)
class Member:
    """A person in a position. `anchor`: where a person is shown first, else "". `photo`: a rendition or None."""

    name: str
    title: str
    duties: str
    degree: str
    phone: str
    email: str
    about: str
    photo: Any
    anchor: str

    @property
    def initials(self) -> str:
        """Of the given name and the one before: what Vietnamese call each other by."""
        return "".join(word[0] for word in self.name.split()[-2:]).upper()


@dataclass(frozen=True, slots=True)
class Unit:
    pk: int
    name: str
    duties: str
    phone: str
    email: str
    anchor: str
    members: tuple[Member, ...]
    children: tuple[Unit, ...]

    def flat(self) -> Iterator[Unit]:
        yield self
        for child in self.children:
            yield from child.flat()


def chart() -> tuple[Unit, ...]:
    """The units that belong to none, each with what is below it."""
    cache_tags.tag("staff")
    rows = list(StaffUnit.objects.order_by("order", "pk"))
    members = _members(StaffPosition.objects.order_by("sort_order", "pk"))
    below: dict[int | None, list[StaffUnit]] = {}
    for row in rows:
        below.setdefault(row.parent_id, []).append(row)

    def unit(row: StaffUnit) -> Unit:
        return Unit(
            pk=row.pk,
            name=row.name,
            duties=row.duties,
            phone=row.phone,
            email=row.email,
            anchor=f"don-vi-{row.pk}",
            members=tuple(members.get(row.pk, ())),
            children=tuple(unit(child) for child in below.get(row.pk, ())),
        )

    return tuple(unit(row) for row in below.get(None, ()))


def members_of(units: Collection[int]) -> dict[int, list[Member]]:
    """Unit → its people: two queries for any number of units, none for none."""
    cache_tags.tag("staff")
    if not units:
        return {}
    return _members(StaffPosition.objects.filter(unit_id__in=units).order_by("sort_order", "pk"))


def anchor(person: int, name: str) -> str:
    return f"{slugify(fold(name))}-{person}"


def _members(positions: Any) -> dict[int, list[Member]]:
    found = list(positions.select_related("person"))
    ids = {position.person.photo_id for position in found if position.person.photo_id}
    photos: dict[int, Any] = {}
    if ids:
        images = get_image_model().objects.filter(pk__in=ids).prefetch_renditions(PHOTO)
        photos = {image.pk: image.get_rendition(PHOTO) for image in images}
    by_unit: dict[int, list[Member]] = {}
    seen: set[int] = set()
    for position in found:
        person = position.person
        first = person.pk not in seen
        seen.add(person.pk)
        by_unit.setdefault(position.unit_id, []).append(
            Member(
                name=person.full_name,
                title=position.title,
                duties=position.duties,
                degree=person.degree,
                phone=person.phone,
                email=person.email,
                about=person.about,
                photo=photos.get(person.photo_id),
                anchor=anchor(person.pk, person.full_name) if first else "",
            )
        )
    return by_unit
