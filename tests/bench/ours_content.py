"""Fill our portals with the bench's content; `python -m tests.bench.ours_content`, last line one JSON object.

The first portal gets what the peer's gets, published the way an editor does; the others a copy of its pages' rows (they
are there to be visited, for the memory figure).
"""

from __future__ import annotations

import json
import os
import uuid
from datetime import date, timedelta
from typing import Any

import django

from tests.bench import content

DOCUMENTS = 200


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.bench.ours_settings")
    django.setup()
    from tenants import context, hosts

    first, *others = sorted(hosts.all_portals(), key=lambda ref: ref.pk)
    with context.enter(first):
        path = fill(content.site_content())
    for portal in others:
        with context.enter(portal):
            copy_pages(first.schema)
    print(json.dumps({"path": path}))


def copy_pages(source: str) -> None:
    """Replace the current portal's pages by those of the schema `source`. Clones of one template: ids are the same."""
    from django.db import connection, transaction
    from wagtail.models import Page, get_page_models

    models = (Page, *(model for model in get_page_models() if model is not Page))
    quote = connection.ops.quote_name
    with transaction.atomic(), connection.cursor() as cursor:
        for table in (quote(model._meta.db_table) for model in reversed(models)):
            cursor.execute(f"delete from {table}")
        for model in models:
            table = quote(model._meta.db_table)
            names = ", ".join(quote(field.column) for field in model._meta.local_concrete_fields)
            cursor.execute(f"insert into {table} ({names}) select {names} from {quote(source)}.{table}")
        # Revisions are not copied, and the pages must not point at them.
        cursor.execute("update wagtailcore_page set latest_revision_id = null, live_revision_id = null")


def fill(site: content.SiteContent) -> str:
    """Menu and news of the current portal; returns the path of the page with the full body."""
    from django.db import transaction
    from django.utils.text import slugify

    from cms_blocks.models import HomePage, NewsIndexPage, NewsPage, PortalSettings, SectionPage
    from cms_blocks.registry.models import OfficialDocument, RegistryPage

    with transaction.atomic():
        home = HomePage.objects.get()
        for child in home.get_children():
            child.specific.delete()
        home = HomePage.objects.get()
        for title in site.menu:
            kind = NewsIndexPage if title == site.news_section else SectionPage
            home.add_child(instance=kind(title=title, slug=slugify(title.replace("đ", "d")), show_in_menus=True))
        PortalSettings.objects.update(tagline=site.tagline, address=site.address, phone=site.phone, email=site.email)
        index = NewsIndexPage.objects.get()
        pages = [
            index.add_child(
                instance=NewsPage(title=item.title, slug=item.slug, date=date.fromisoformat(item.day), intro=item.intro)
            )
            for item in site.news
        ]
        ids = [page.pk for page in pages]
        for page, item in zip(pages, site.news, strict=True):
            page.body = json.dumps([_block(block, ids) for block in item.body])
            page.save()
            page.save_revision().publish()
        home.refresh_from_db()
        home.add_child(instance=RegistryPage(title="Sổ văn bản", slug="so-van-ban", show_in_menus=False))
        for number in range(1, DOCUMENTS + 1):
            OfficialDocument(
                kind="cong-van", number=f"{number:02d}/CV-THU", abstract=f"Về việc số {number} của năm học 2026–2027",
                issuer="Sở Giáo dục và Đào tạo", issued_on=date(2026, 1, 1) + timedelta(days=number),
            ).save()  # fmt: skip
    return f"/{index.slug}/{pages[0].slug}/"


def _block(block: dict[str, Any], page_ids: list[int]) -> dict[str, Any]:
    """A block of the common content as our StreamField stores it."""
    value = block["value"]
    if block["type"] == "rich_text":
        value = content.resolve_links(value, page_ids)
    elif block["type"] == "table":
        rows = [value["header"], *value["rows"]]
        cells = "\n".join("\t".join(row) for row in rows)
        value = {"caption": value["caption"], "cells": cells, "first_column_is_header": True}
    return {"type": block["type"], "value": value, "id": str(uuid.uuid4())}


if __name__ == "__main__":
    main()
