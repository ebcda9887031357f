"""Making a portal the stock way, and filling it; used by the peer's management commands."""

import json
import uuid
from datetime import date

from customers.models import Client, Domain
from django.contrib.contenttypes.models import ContentType
from django.db import connection, transaction
from django.utils.text import slugify
from django_tenants.utils import tenant_context  # noqa: TID251 - the peer is stock
from wagtail.models import Page, Site

from peersite.models import HomePage, NewsIndexPage, NewsPage, PortalSettings, SectionPage


def schema_for(slug):
    return "p_" + slug.replace("-", "_")


def create_portal(slug, name, content):
    """A tenant with schema, domain and starter pages: what one new portal costs with stock django-tenants."""
    client = Client(schema_name=schema_for(slug), name=name)
    client.save(verbosity=0)  # auto_create_schema: creates the schema and migrates it
    Domain.objects.create(domain=f"{slug}.localhost", tenant=client, is_primary=True)
    with tenant_context(client):
        starter_pages(slug, name, content)
    return client


@transaction.atomic
def starter_pages(slug, name, content):
    Page.objects.filter(depth=2).delete()
    ContentType.objects.clear_cache()
    root = Page.objects.get(depth=1)
    home = root.add_child(instance=HomePage(title=name, slug="home", intro=content["tagline"]))
    Site.objects.all().delete()
    site = Site.objects.create(hostname=f"{slug}.localhost", root_page_id=home.pk, is_default_site=True, site_name=name)
    for title in content["menu"]:
        kind = NewsIndexPage if title == content["news_section"] else SectionPage
        home.add_child(instance=kind(title=title, slug=slugify(title.replace("đ", "d")), show_in_menus=True))
    PortalSettings.objects.create(site=site, **{key: content[key] for key in ("tagline", "address", "phone", "email")})


@transaction.atomic
def fill_news(content):
    """All news items in the current tenant; returns the path of the page with the full body."""
    ContentType.objects.clear_cache()
    index = NewsIndexPage.objects.get()
    pages = [
        index.add_child(
            instance=NewsPage(
                title=item["title"], slug=item["slug"], date=date.fromisoformat(item["day"]), intro=item["intro"]
            )
        )
        for item in content["news"]
    ]
    ids = [page.pk for page in pages]
    for page, item in zip(pages, content["news"], strict=True):
        page.body = json.dumps([_block(block, ids) for block in item["body"]])
        page.save()
        page.save_revision().publish()
    return pages[0].get_url()


def _block(block, ids):
    value = block["value"]
    if block["type"] == "rich_text":
        for place, page_id in enumerate(ids):
            value = value.replace(f"{{news:{place}}}", f'<a linktype="page" id="{page_id}">')
    elif block["type"] == "table":
        value = {
            "data": [value["header"], *value["rows"]],
            "table_caption": value["caption"],
            "first_row_is_table_header": True,
            "first_col_is_header": True,
            "table_header_choice": "both",
        }
    return {"type": block["type"], "value": value, "id": str(uuid.uuid4())}


def clone_portal(source, slug, name, dump):
    """A tenant whose schema is a replay of another's dump (`dump`: the SQL of `source`, schema name included).

    Only to have a fleet of the right size soon; the figure "make a portal" never uses it. (The `clone_schema` function
    of django-tenants fails on sequences that a migration renamed, as Wagtail's revisions have.)
    """
    client = Client(schema_name=schema_for(slug), name=name)
    client.auto_create_schema = False
    client.save()
    with connection.cursor() as cursor, transaction.atomic():
        cursor.execute(dump.replace(source.schema_name, client.schema_name))
        cursor.execute("set search_path to public")
    Domain.objects.create(domain=f"{slug}.localhost", tenant=client, is_primary=True)
    with tenant_context(client):
        Site.objects.update(hostname=f"{slug}.localhost", site_name=name)
    return client
