"""Where the directory shows beside its page: search; and what a change drops from the caches."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import Any

from django.db.models import Model
from django.db.models.signals import post_delete, post_save

from cms_blocks import row_pages
from cms_blocks.purging import purge_tags
from search.sources import Findable

from .models import StaffPage, StaffPerson, StaffPosition, StaffUnit
from .selectors import anchor

SOURCE = "staff"


class StaffSource:
    """People in a position; each is found once, with all positions."""

    def ids(self) -> Iterable[int]:
        if not row_pages.public_path(StaffPage):
            return []
        return StaffPerson.objects.filter(positions__isnull=False).distinct().values_list("pk", flat=True)

    def read(self, ids: Collection[int]) -> dict[int, Findable]:
        base = row_pages.public_path(StaffPage)
        if not base:
            return {}
        positions: dict[int, list[StaffPosition]] = {}
        for position in StaffPosition.objects.filter(person__in=ids).select_related("person", "unit").order_by("pk"):
            positions.setdefault(position.person_id, []).append(position)
        return {
            pk: Findable(
                kind="staff",
                title=f"{held[0].person.full_name}, {held[0].title}",
                path=f"{base}#{anchor(pk, held[0].person.full_name)}",
                body="\n".join(f"{position.title}, {position.unit.name}. {position.duties}" for position in held),
            )
            for pk, held in positions.items()
        }


def on_change(sender: Any, **kwargs: Any) -> None:
    purge_tags("staff")


def _person(position: Any) -> Iterable[int]:
    return (position.person_id,)


def connect() -> None:
    rows: dict[type[Model], row_pages.Concerned] = {
        StaffPerson: row_pages.own_id,
        StaffPosition: _person,
        StaffUnit: lambda unit: None,
    }
    row_pages.connect(SOURCE, StaffSource(), StaffPage, rows)
    for model in rows:
        for signal, name in ((post_save, "saved"), (post_delete, "deleted")):
            signal.connect(on_change, sender=model, dispatch_uid=f"staff.{model.__name__}.{name}")
