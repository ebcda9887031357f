"""A page made of a Word file: a draft, its pictures in the portal's library, those without a description asked for."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from typing import Any

from django.core.files.base import ContentFile
from django.db import transaction
from django.utils.text import slugify
from wagtail.models import Collection, Page

from tenants.uploads import Refused

from . import grids
from .models import ArticlePage, HomePage, NewsIndexPage, NewsPage, PortalImage, PortalPage, SectionPage
from .word_files import Heading, Part, Picture, Table, Text, WordFile


def parents(user: Any) -> list[Page]:
    """Where this person may put a new page: home, sections, news lists, in the order of the tree."""
    kinds = (HomePage, SectionPage, NewsIndexPage)
    found = Page.objects.type(*kinds).order_by("path")
    return [page for page in found.specific(defer=True) if page.permissions_for_user(user).can_add_subpage()]


@transaction.atomic
def make_page(*, user: Any, parent: Page, word: WordFile, name: str) -> PortalPage:
    """A draft below `parent`: an article, or news below a list of news. `name`: of the file, where it has no title."""
    title = word.title or name.rsplit(".", 1)[0].replace("_", " ").strip()[:200] or "Trang mới"
    kind = NewsPage if isinstance(parent.specific, NewsIndexPage) else ArticlePage
    collection = Collection.get_first_root_node()
    body = [_block(part, user, collection, title, number) for number, part in enumerate(word.parts, start=1)]
    page = kind(title=title, slug=free_slug(parent, title), live=False, has_unpublished_changes=True, owner=user)
    page.body = [block for block in body if block is not None]  # type: ignore[assignment]
    parent.add_child(instance=page)
    page.save_revision(user=user, log_action=True, clean=False)
    made: PortalPage = page
    return made


def _letters(title: str, most: int) -> str:
    """A title for addresses and file names: letters lose their marks, đ is d."""
    return slugify(title.replace("đ", "d").replace("Đ", "D"))[:most].strip("-")


def free_slug(parent: Page, title: str) -> str:
    """Of the title, with a number where a page has it already."""
    base = _letters(title, 80) or "trang"
    taken = set(parent.get_children().values_list("slug", flat=True))
    slug, number = base, 2
    while slug in taken:
        slug, number = f"{base}-{number}", number + 1
    return slug


def _block(part: Part, user: Any, collection: Collection, title: str, number: int) -> dict[str, Any] | None:
    value: Any
    name, value = "rich_text", part.html if isinstance(part, Text) else None
    if isinstance(part, Heading):
        name, value = "heading", {"text": part.text, "level": part.level}
    elif isinstance(part, Table):
        try:
            grid = grids.parse(part.html)
        except grids.GridProblem:
            return None
        caption = (part.caption or grid.title or title)[:200]
        name, value = "table", {"caption": caption, "cells": grid.text, "first_column_is_header": False}
    elif isinstance(part, Picture):
        try:
            image = PortalImage(
                title=(part.alt or f"{title} – {number}")[:255],
                description=part.alt,
                file=ContentFile(part.content, name=f"{_letters(title, 60) or 'anh'}-{number}.{part.suffix}"),
                collection=collection,
                uploaded_by_user=user,
            )
            image.save()
        except Refused:
            return None  # a drawing of Word's own kind (WMF), or damaged: the text comes without it
        name, value = "image", {"image": image.pk, "alt": part.alt, "caption": ""}
    return {"type": name, "value": value, "id": str(uuid.uuid4())}


@dataclass(frozen=True, slots=True)
class Undescribed:
    """A picture of a page that says nothing to those who do not see it."""

    block: str
    image: PortalImage


def undescribed(page: PortalPage) -> list[Undescribed]:
    return [
        Undescribed(child.id, child.value["image"])
        for child in page.body
        if child.block_type == "image" and child.value["image"] is not None and not child.value["alt"].strip()
    ]


@transaction.atomic
def describe(*, user: Any, page: PortalPage, words: dict[str, str]) -> None:
    """`words`: block id → what its picture shows. Kept with the block, and with the picture where it has none."""
    for child in page.body:
        said = words.get(child.id, "").strip()[:250]
        if child.block_type != "image" or not said:
            continue
        child.value["alt"] = said
        image = child.value["image"]
        if not image.description:
            image.description = image.title = said
            image.save(update_fields=["description", "title"])
    page.save_revision(user=user, log_action=True, clean=False)
