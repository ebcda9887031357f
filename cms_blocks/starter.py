"""What a portal begins with: the template's rows, and the pass that makes a clone somebody's own."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.conf import settings
from django.contrib.auth.models import Group, Permission
from django.utils import timezone
from django.utils.module_loading import import_string
from wagtail.models import (
    GroupCollectionPermission,
    GroupPagePermission,
    Locale,
    Page,
    Site,
)

from tenants import tasks
from tenants.context import PortalRef

from . import starter_sites
from .models import HomePage, NewsIndexPage, PortalSettings

if TYPE_CHECKING:
    from tenants.provisioning import PortalRow

HUES = {"department": 155, "office": 165, "THPT": 255, "THCS": 230, "TH": 35, "MN": 350, "GDTX": 300}
ADMINISTRATORS = "Quản trị cổng"


def finish_template() -> None:
    """Rows every portal begins with: Vietnamese locale, home page, site record, groups. Idempotent."""
    Locale.objects.filter(language_code="en").exclude(pk=1).delete()
    Locale.objects.update_or_create(pk=1, defaults={"language_code": "vi"})
    if not HomePage.objects.exists():
        for page in Page.objects.filter(depth=2):
            page.delete()
        root = Page.objects.get(depth=1)
        root.refresh_from_db()
        home = root.add_child(instance=HomePage(title="Trang chủ", slug="home", live=True))
        Site.objects.all().delete()
        site = Site.objects.create(hostname="portal.invalid", root_page=home, is_default_site=True, site_name="Cổng")
        PortalSettings.objects.create(site=site)
        home.add_child(instance=NewsIndexPage(title="Tin tức", slug="tin-tuc", show_in_menus=True))
    _finish_groups()


def _finish_groups() -> None:
    """Administrators of a portal: everything in it, its members included; Wagtail's Editors and Moderators beside."""
    group, made = Group.objects.get_or_create(name=ADMINISTRATORS)
    moderators = Group.objects.filter(name="Moderators").first()
    if made and moderators is not None:
        for page_permission in GroupPagePermission.objects.filter(group=moderators):
            GroupPagePermission.objects.create(
                group=group, page=page_permission.page, permission=page_permission.permission
            )
        for collection_permission in GroupCollectionPermission.objects.filter(group=moderators):
            GroupCollectionPermission.objects.create(
                group=group, collection=collection_permission.collection, permission=collection_permission.permission
            )
    wanted = Permission.objects.filter(
        content_type__app_label__in=["wagtailadmin", "identity", "auth", "cms_blocks", "wagtailredirects"],
        codename__in=[
            "access_admin",
            "add_user",
            "change_user",
            "delete_user",
            "change_portalsettings",
            "add_redirect",
            "change_redirect",
            "delete_redirect",
        ],
    )
    group.permissions.set(wanted)
    Group.objects.filter(name="Editors").update(name="Biên tập viên")
    Group.objects.filter(name="Moderators").update(name="Người duyệt")


def fill_portal(ref: PortalRef, row: PortalRow) -> None:
    """Starter pages of the portal's kind and level, and its indexes anew by the queue."""
    starter_sites.fill(row)
    tasks.defer(import_string(settings.PORTAL_INDEXER))


def finish_portal(ref: PortalRef, row: PortalRow) -> None:
    """Name, host and hue of a fresh clone: five statements, whatever the template holds."""
    now = timezone.now()
    HomePage.objects.update(hero_title=row.name)
    Page.objects.filter(depth__gte=2).update(
        first_published_at=now, last_published_at=now, latest_revision_created_at=None
    )
    Site.objects.update(hostname=ref.primary_host, port=_port(), site_name=row.name, root_page=HomePage.objects.get())
    PortalSettings.objects.update(hue=HUES.get(row.level or row.kind, 155), short_name=row.name[:60])


def rename_portal(ref: PortalRef, row: PortalRow) -> None:
    """The site record follows the portal's name and host."""
    Site.objects.update(hostname=ref.primary_host, port=_port(), site_name=row.name)
    for site in Site.objects.all():
        site.save()  # clears the cached root paths


def check_portal(ref: PortalRef) -> list[str]:
    """What is wrong with the portal's rows."""
    problems = []
    site = Site.objects.select_related("root_page").first()
    if site is None:
        return ["no site record"]
    if site.hostname != ref.primary_host:
        problems.append(f"site record says {site.hostname}, the primary domain is {ref.primary_host}")
    if site.root_page.specific_class is not HomePage:
        problems.append("the site's root is not a home page")
    if not PortalSettings.objects.exists():
        problems.append("no portal settings")
    return problems


def _port() -> int:
    if settings.ENVIRONMENT.https:
        return 443
    return settings.PUBLIC_PORT
