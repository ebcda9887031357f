"""Making the page that is missing: a draft with the headings and tables of the law, filled where the platform knows."""

from __future__ import annotations

import uuid
from typing import Any

from django.db import transaction
from wagtail.models import Page

from cms_blocks.models import ArticlePage, HomePage, PortalSettings, SectionPage
from cms_blocks.staff.models import StaffPosition, StaffUnit
from school_services.rosters import selectors as rosters
from tenants.context import PortalRef

from .items import Item, Part
from .models import DutyPage

SECTION = ("Công khai", "cong-khai")


@transaction.atomic
def make_page(*, portal: PortalRef, item: Item, user: Any) -> Page:
    """A draft below the section "Công khai" (made as well if it is not there); the item points to it."""
    section = _section()
    slug, n = item.slug, 2
    taken = set(section.get_children().values_list("slug", flat=True))
    while slug in taken:
        slug, n = f"{item.slug}-{n}", n + 1
    page = ArticlePage(title=item.title, slug=slug, intro=f"Theo {item.law}.", live=False, owner=user)
    page.body = body(portal, item)  # type: ignore[assignment]
    section.add_child(instance=page)
    page.save_revision(user=user)
    DutyPage.objects.update_or_create(item=item.code, defaults={"page": page})
    return page


def _section() -> Page:
    found = SectionPage.objects.filter(slug=SECTION[1]).order_by("depth").first()
    if found is not None:
        return found
    home = HomePage.objects.get()
    return home.add_child(
        instance=SectionPage(
            title=SECTION[0], slug=SECTION[1], show_in_menus=True, intro="Theo Thông tư 09/2024/TT-BGDĐT."
        )
    )


def body(portal: PortalRef, item: Item) -> list[dict[str, Any]]:
    blocks: list[dict[str, Any]] = []
    for part in item.parts:
        blocks.append(_block("heading", {"text": part.heading, "level": "h2"}))
        if part.text:
            blocks.append(_block("rich_text", f"<p>{part.text}</p>"))
        if part.table is not None:
            blocks.append(_block("table", _table(portal, part)))
    return blocks


def _block(kind: str, value: Any) -> dict[str, Any]:
    return {"type": kind, "value": value, "id": str(uuid.uuid4())}


def _table(portal: PortalRef, part: Part) -> dict[str, Any]:
    table = part.table
    assert table is not None
    rows = list(FILLERS[table.fill](portal)) if table.fill else []
    rows = rows or list(table.rows) or [("",) * len(table.header)]
    cells = "\n".join("\t".join(str(cell) or "…" for cell in row) for row in [table.header, *rows])
    return {"caption": table.caption, "cells": cells, "first_column_is_header": True}


def _contact(portal: PortalRef) -> list[tuple[str, ...]]:
    known = PortalSettings.objects.first() or PortalSettings()
    return [
        ("Tên", portal.name),
        ("Loại hình", ""),
        ("Cơ quan quản lý trực tiếp", ""),
        ("Địa chỉ trụ sở và các điểm trường", known.address),
        ("Điện thoại", known.phone),
        ("Thư điện tử", known.email),
        ("Cổng thông tin", portal.primary_host),
    ]


def _leaders(portal: PortalRef) -> list[tuple[str, ...]]:
    """The people of the first unit of the directory."""
    unit = StaffUnit.objects.filter(parent=None).order_by("order", "pk").first()
    if unit is None:
        return []
    positions = StaffPosition.objects.filter(unit=unit).select_related("person").order_by("sort_order", "pk")
    return [(p.title, p.person.full_name, p.person.phone, p.person.email, p.duties) for p in positions]


def _classes_by_grade(portal: PortalRef) -> list[tuple[str, ...]]:
    """Numbers alone (TT 09/2024: no child is named)."""
    found = rosters.size_by_grade(portal.unit_id)
    rows: list[tuple[str, ...]] = [
        (
            f"Khối {line.grade}",
            str(line.classes),
            str(line.students),
            f"{line.students / line.classes:.1f}".replace(".", ","),
            str(line.girls),
        )
        for line in found
        if line.classes
    ]
    if rows:
        classes, students, girls = (
            sum(getattr(line, name) for line in found) for name in ("classes", "students", "girls")
        )
        rows.append(("Cộng", str(classes), str(students), f"{students / classes:.1f}".replace(".", ","), str(girls)))
    return rows


FILLERS = {"contact": _contact, "leaders": _leaders, "classes_by_grade": _classes_by_grade}
