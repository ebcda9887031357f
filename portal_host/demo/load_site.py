"""Putting a portal's demo content into its schema. Idempotent: a portal that has its pages is left alone."""

from __future__ import annotations

import uuid
from typing import Any

from django.core.files.base import ContentFile
from django.db import transaction
from django.utils import timezone
from wagtail.images import get_image_model
from wagtail.models import Collection, Page

from cms_blocks.duty.counting import count as count_duty
from cms_blocks.events.models import CalendarPage
from cms_blocks.looks.models import Look
from cms_blocks.models import (
    ArticlePage,
    HomePage,
    NewsIndexPage,
    NewsPage,
    PortalDocument,
    PortalSettings,
    SectionPage,
)
from cms_blocks.registry.models import RegistryPage
from cms_blocks.staff.models import StaffPage
from portal_host.tasks import rebuild_indexes
from search.tasks import rebuild as rebuild_entries
from tenants import context, tasks
from tenants.task_backend import library_tasks_off

from . import load_records as records
from .content import site_content
from .content.blocks_page import SHOWN_AT
from .images import render
from .spec import BlockSpec, PageSpec, SiteSpec

KINDS: dict[str, type[Any]] = {
    "section": SectionPage,
    "article": ArticlePage,
    "news_index": NewsIndexPage,
    "news": NewsPage,
    "registry": RegistryPage,
    "calendar": CalendarPage,
    "staff": StaffPage,
}


def load(ref: context.PortalRef, area: str, *, showcase: bool = False) -> bool:
    """Fill one portal; False when it was filled before. `showcase`: with the page of all blocks."""
    with context.enter(ref):
        if NewsPage.objects.exists():
            return False
        spec = site_content(ref.slug, ref.name, ref.kind, ref.level, area, showcase=showcase or ref.slug in SHOWN_AT)
        with transaction.atomic(), library_tasks_off():
            _fill(ref, spec)
            tasks.defer(rebuild_indexes)
            tasks.defer(rebuild_entries)
            tasks.defer(count_duty)
        return True


def _fill(ref: context.PortalRef, spec: SiteSpec) -> None:
    settings = PortalSettings.objects.get()
    settings.tagline, settings.address, settings.phone = spec.tagline, spec.address, spec.phone
    settings.email, settings.supervisor = spec.email, spec.supervisor
    settings.save()
    loader = _Loader(ref, spec, Look.objects.values_list("hue", flat=True).get())
    home = HomePage.objects.get()
    paths = {"/".join(path): page for path, page in loader.tree(home, spec.pages)}
    records.load_officials(spec.officials, loader.documents)
    records.load_events(spec.events)
    records.load_staff(spec.units, spec.phone)
    records.load_categories()
    records.load_duty(ref.kind != "school")
    # Bodies last: links need the pages.
    for path, page_spec in loader.bodies:
        page = paths[path]
        page.body = loader.blocks(page_spec.body, paths)
        page.save(clean=False)
    home.refresh_from_db()
    home.title, home.hero_title, home.hero_text = "Trang chủ", spec.hero_title, spec.hero_text
    home.body = loader.blocks(spec.home_body, paths)
    home.tasks = [
        {"title": title, "text": text, "url": _path(paths[target]), "icon": icon}
        for title, text, target, icon in spec.tasks
    ]
    home.save(clean=False)


def _path(page: Page) -> str:
    """Address below the home page (its own url_path is /home/)."""
    return page.url_path.removeprefix("/home")


class _Loader:
    def __init__(self, ref: context.PortalRef, spec: SiteSpec, hue: int) -> None:
        self.bodies: list[tuple[str, PageSpec]] = []
        collection = Collection.get_first_root_node()
        image_model = get_image_model()
        self.images = {}
        for image in spec.images:
            content = ContentFile(render(image.scene, ref.slug, hue), name=f"{image.key}.jpg")
            self.images[image.key] = image_model.objects.create(
                title=image.title, description=image.alt, file=content, collection=collection
            )
        self.documents = {
            document.key: PortalDocument.objects.create(
                title=document.title,
                file=ContentFile("\n".join(document.lines).encode(), name=document.filename),
                collection=collection,
            )
            for document in spec.documents
        }

    def tree(self, parent: Page, specs: tuple[PageSpec, ...], above: tuple[str, ...] = ()) -> Any:
        """Make the pages without bodies; yields (slug path, page)."""
        for spec in specs:
            path = (*above, spec.slug)
            page = self._page(parent, spec)
            self.bodies.append(("/".join(path), spec))
            yield path, page
            yield from self.tree(page, spec.children, path)

    def _page(self, parent: Page, spec: PageSpec) -> Page:
        existing = parent.get_children().filter(slug=spec.slug).first()
        values: dict[str, Any] = {"title": spec.title, "intro": spec.intro, "show_in_menus": spec.show_in_menu}
        if spec.kind == "news":
            values |= {"date": spec.date, "image": self.images.get(spec.image or "")}
        if existing is not None:
            page = existing.specific
            for name, value in values.items():
                setattr(page, name, value)
            if not page.live:  # a starter page that waited for the school
                now = timezone.now()
                page.live, page.has_unpublished_changes = True, False
                page.first_published_at = page.last_published_at = now
            page.save(clean=False)
            return page
        now = timezone.now()
        page = KINDS[spec.kind](slug=spec.slug, live=True, first_published_at=now, last_published_at=now, **values)
        return parent.add_child(instance=page)

    def blocks(self, specs: tuple[BlockSpec, ...], paths: dict[str, Page]) -> list[dict[str, Any]]:
        return [{"type": spec.type, "value": self._value(spec, paths), "id": str(uuid.uuid4())} for spec in specs]

    def _value(self, spec: BlockSpec, paths: dict[str, Page]) -> Any:
        return self._filled(spec.value, paths)

    def _filled(self, value: Any, paths: dict[str, Page]) -> Any:
        """Keys of pictures and documents, and targets of links, as this portal's ids."""
        if isinstance(value, list):
            return [self._item(one, paths) for one in value]
        if not isinstance(value, dict):
            return value
        if "target" in value:
            return _link(value, paths, self.documents)
        filled = {name: self._filled(one, paths) for name, one in value.items()}
        for name, found in (("image", self.images), ("document", self.documents)):
            if filled.get(name):
                filled[name] = found[filled[name]].pk
        return filled

    def _item(self, value: Any, paths: dict[str, Page]) -> Any:
        if not isinstance(value, dict):
            return value
        return {"type": "item", "id": str(uuid.uuid4()), "value": self._filled(value, paths)}


def _link(link: dict[str, str], paths: dict[str, Page], documents: dict[str, PortalDocument]) -> dict[str, Any]:
    kind, _, target = link["target"].partition(":")
    return {
        "label": link["label"],
        "description": link.get("description", ""),
        "page": paths[target].pk if kind == "trang" else None,
        "document": documents[target].pk if kind == "tep" else None,
        "url": "",
    }
