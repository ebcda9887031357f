"""The pages a new portal begins with, by kind and level: data files of `starters/`, put in by a handful of statements.

A file names pages by path; those of a chain are laid over one another (a level over "school"), so that a level says
only what is its own. Pages that need what only the school knows are drafts: a visitor sees nothing unfinished.
"""

from __future__ import annotations

import re
import tomllib
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import lru_cache
from html import escape
from pathlib import Path
from typing import Any

from django.apps import apps
from django.contrib.contenttypes.models import ContentType
from django.utils import timezone
from wagtail.models import Page

from tenants.provisioning import PortalRow

from .models import ArticlePage, HomePage, PortalPage

FOLDER = Path(__file__).parent / "starters"
_TARGET = re.compile(r'id="@([a-z0-9/-]+)"')


@dataclass(frozen=True, slots=True)
class StarterPage:
    """`body`: blocks as the file has them, each with its type under "block"."""

    path: str
    title: str
    intro: str
    kind: str
    menu: bool
    draft: bool
    body: tuple[dict[str, Any], ...]


@dataclass(frozen=True, slots=True)
class StarterSite:
    text: str = ""
    tasks: tuple[dict[str, str], ...] = ()
    body: tuple[dict[str, Any], ...] = ()
    pages: dict[str, StarterPage] = field(default_factory=dict)


def chain(kind: str, level: str) -> tuple[str, ...]:
    """Names of the files for a portal, the general first."""
    if kind == "school":
        return ("school", level)
    return ("office", "department") if kind == "department" else ("office",)


@lru_cache(maxsize=16)
def starter_site(kind: str, level: str) -> StarterSite:
    """The files of the chain as one; parents stand before their children."""
    site = StarterSite()
    for name in chain(kind, level):
        data = tomllib.loads((FOLDER / f"{name}.toml").read_text(encoding="utf-8"))
        home = data.get("home", {})
        pages = {path: page for path, page in site.pages.items() if path not in data.get("remove", ())}
        for page in data.get("page", ()):
            pages[page["path"]] = StarterPage(
                path=page["path"],
                title=page["title"],
                intro=page.get("intro", ""),
                kind=page.get("kind", ArticlePage.__name__),
                menu=page.get("menu", False),
                draft=page.get("draft", False),
                body=tuple(page.get("body", ())),
            )
        site = StarterSite(
            text=home.get("text", site.text),
            tasks=tuple(home.get("tasks", site.tasks)),
            body=tuple(home.get("body", site.body)),
            pages=pages,
        )
    places = {path: place for place, path in enumerate(site.pages)}
    ordered = sorted(site.pages, key=lambda path: (path.count("/"), places[path]))
    return StarterSite(site.text, site.tasks, site.body, {path: site.pages[path] for path in ordered})


def fill(row: PortalRow) -> None:
    """Put the starter pages into the portal that was just made: one statement per table, whatever their number."""
    site = starter_site(row.kind, row.level)
    home = HomePage.objects.get()
    nodes = {"": _Node(home, home.numchild)}
    bases = []
    now = timezone.now()
    for path, spec in site.pages.items():
        parent, _, slug = path.rpartition("/")
        above = nodes[parent]
        above.children += 1
        kind = page_type(spec.kind)
        base = Page(
            title=spec.title,
            draft_title=spec.title,
            slug=slug,
            path=Page._get_path(above.page.path, above.page.depth + 1, above.children),
            depth=above.page.depth + 1,
            url_path=f"{above.page.url_path}{slug}/",
            content_type_id=_content_type(kind),
            locale_id=home.locale_id,
            live=not spec.draft,
            has_unpublished_changes=spec.draft,
            show_in_menus=spec.menu,
            first_published_at=None if spec.draft else now,
            last_published_at=None if spec.draft else now,
            latest_revision_created_at=None,
        )
        nodes[path] = _Node(base, 0)
        bases.append(base)
    for node in nodes.values():
        node.page.numchild = node.children
    Page.objects.bulk_create(bases)
    fill_in = _Words(row, {path: node.page for path, node in nodes.items()})
    rows: dict[type[PortalPage], list[PortalPage]] = {}
    for path, spec in site.pages.items():
        kind = page_type(spec.kind)
        page = kind(page_ptr_id=nodes[path].page.pk, intro=fill_in.text(spec.intro), body=fill_in.blocks(spec.body))
        rows.setdefault(kind, []).append(page)
    for kind, pages in rows.items():
        # The child's own table alone, which bulk_create refuses for a model with a parent table.
        kind._base_manager._insert(pages, fields=kind._meta.local_concrete_fields, using=home._state.db)
    Page.objects.filter(pk=home.pk).update(numchild=nodes[""].children)
    HomePage.objects.update(
        hero_text=fill_in.text(site.text),
        tasks=[
            {"title": t["title"], "text": t["text"], "icon": t["icon"], "url": fill_in.address(t["page"])}
            for t in site.tasks
        ],
        body=HomePage._meta.get_field("body").to_python(fill_in.blocks(site.body)),
    )


def page_type(name: str) -> type[PortalPage]:
    """ "SectionPage" is one of this package's; other apps say theirs: "events.CalendarPage"."""
    found: type[PortalPage] = apps.get_model(name if "." in name else f"cms_blocks.{name}")
    return found


@dataclass(slots=True)
class _Node:
    page: Page
    children: int


def _content_type(kind: type[Page]) -> int:
    return ContentType.objects.get_for_model(kind).pk


class _Words:
    """Texts and blocks of the files as this portal has them: its name, its area, the ids of its pages."""

    def __init__(self, row: PortalRow, pages: dict[str, Page]) -> None:
        self.names = {"{name}": row.name, "{area}": row.area}
        self.pages = pages

    def text(self, text: str, quoted: Callable[[str], str] = str) -> str:
        for name, value in self.names.items():
            text = text.replace(name, quoted(value))
        return text

    def address(self, target: str) -> str:
        return self.pages[target.removeprefix("@")].url_path.removeprefix(self.pages[""].url_path.rstrip("/"))

    def blocks(self, specs: tuple[dict[str, Any], ...]) -> list[dict[str, Any]]:
        return [{"type": spec["block"], "value": self._value(spec), "id": str(uuid.uuid4())} for spec in specs]

    def _value(self, spec: dict[str, Any]) -> Any:
        if "html" in spec:
            return self._filled(spec["html"])
        return {name: self._filled(value) for name, value in spec.items() if name != "block"}

    def _filled(self, value: Any) -> Any:
        if isinstance(value, str):
            if value.startswith("@"):
                return self.pages[value[1:]].pk
            if value.startswith("<"):
                value = _TARGET.sub(lambda found: f'id="{self.pages[found[1]].pk}"', value)
                return self.text(value, escape)
            return self.text(value)
        if isinstance(value, dict):
            return {name: self._filled(one) for name, one in value.items()}
        if isinstance(value, list):
            return [
                {"type": "item", "value": self._filled(one), "id": str(uuid.uuid4())} if isinstance(one, dict) else one
                for one in value
            ]
        return value
