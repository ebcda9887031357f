"""Where the directory shows beside its page: search; and what a change drops from the caches."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import Any

from django.db.models.signals import post_delete, post_save
from wagtail.models import Page
from wagtail.signals import page_published, page_slug_changed, page_unpublished, post_page_move

from cms_blocks.purging import purge_tags
from search import sources
from search.sources import Findable
from search.tasks import rebuild, refresh
from tenants import context, tasks

from .models import StaffPage, StaffPerson, StaffPosition, StaffUnit
from .selectors import anchor

SOURCE = "staff"


def home() -> StaffPage | None:
    page: StaffPage | None = StaffPage.objects.live().public().defer("body").first()
    return page


class StaffSource:
    """People in a position; each is found once, with all positions."""

    def ids(self) -> Iterable[int]:
        return (
            StaffPerson.objects.filter(positions__isnull=False).distinct().values_list("pk", flat=True)
            if home()
            else []
        )

    def read(self, ids: Collection[int]) -> dict[int, Findable]:
        page = home()
        parts = page.get_url_parts() if page is not None else None
        if not parts:
            return {}
        positions: dict[int, list[StaffPosition]] = {}
        for position in StaffPosition.objects.filter(person__in=ids).select_related("person", "unit").order_by("pk"):
            positions.setdefault(position.person_id, []).append(position)
        return {
            pk: Findable(
                kind="staff",
                title=f"{held[0].person.full_name}, {held[0].title}",
                path=f"{parts[2]}#{anchor(pk, held[0].person.full_name)}",
                body="\n".join(f"{position.title}, {position.unit.name}. {position.duties}" for position in held),
            )
            for pk, held in positions.items()
        }


def _searched() -> bool:
    portal = context.current_portal()
    return portal is not None and portal.uid != context.TEMPLATE_UID


def on_change(sender: Any, instance: Any, **kwargs: Any) -> None:
    purge_tags("staff")
    if not _searched():
        return
    if isinstance(instance, StaffPerson):
        tasks.defer(refresh, keys=[f"{SOURCE}:{instance.pk}"])
    elif isinstance(instance, StaffPosition):
        tasks.defer(refresh, keys=[f"{SOURCE}:{instance.person_id}"])
    else:
        tasks.defer(rebuild, queueing_lock="search.rebuild")


def on_page(sender: Any, instance: Page, **kwargs: Any) -> None:
    if _searched() and isinstance(instance, StaffPage):
        tasks.defer(rebuild, queueing_lock="search.rebuild")


def on_move(sender: Any, instance: Page, **kwargs: Any) -> None:
    if _searched() and StaffPage.objects.filter(path__startswith=instance.path).exists():
        tasks.defer(rebuild, queueing_lock="search.rebuild")


def connect() -> None:
    sources.register(SOURCE, StaffSource())
    for model in (StaffUnit, StaffPerson, StaffPosition):
        for signal, name in ((post_save, "saved"), (post_delete, "deleted")):
            signal.connect(on_change, sender=model, dispatch_uid=f"staff.{model.__name__}.{name}")
    for signal, name in ((page_published, "published"), (page_unpublished, "unpublished")):
        signal.connect(on_page, dispatch_uid=f"staff.page.{name}")
    for signal, name in ((page_slug_changed, "slug"), (post_page_move, "move")):
        signal.connect(on_move, dispatch_uid=f"staff.page.{name}")
