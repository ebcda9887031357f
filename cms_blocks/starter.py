"""What a portal begins with: the template's rows, and the pass that makes a clone somebody's own."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.conf import settings
from django.contrib.auth.models import Group, Permission
from django.db.models import Q
from django.utils import timezone
from django.utils.module_loading import import_string
from wagtail.models import (
    GroupApprovalTask,
    GroupCollectionPermission,
    GroupPagePermission,
    Locale,
    Page,
    Site,
    Task,
    Workflow,
    WorkflowPage,
    WorkflowTask,
)

from tenants import tasks
from tenants.context import PortalRef

from . import starter_sites
from .editorial.models import TrashRoot
from .looks.models import Look
from .models import HomePage, NewsIndexPage, PortalSettings

if TYPE_CHECKING:
    from tenants.provisioning import PortalRow

HUES = {"department": 155, "office": 165, "THPT": 255, "THCS": 230, "TH": 35, "MN": 350, "GDTX": 300}
ADMINISTRATORS = "Quản trị cổng"
TRASH_ID = 2  # of Wagtail's welcome page, which is gone: no id of another page moves
WORKFLOW, REVIEW_TASK = "Viết – duyệt – đăng", "Duyệt bài"
REVIEWERS, EDITORS = "Người duyệt", "Biên tập viên"
_FORMS = ("forms.add_form", "forms.change_form", "polls.add_poll", "polls.change_poll", "polls.delete_poll")
# What groups may do beside pages and files: permissions as "app.codename".
OFFICE_WORK: dict[str, tuple[str, ...]] = {
    ADMINISTRATORS: (
        "questions.change_question",
        *_FORMS,
        "forms.delete_form",
        "forms.read_submissions",
        "editorial.delete_trashedpage",
    ),
    REVIEWERS: ("questions.change_question", *_FORMS, "forms.read_submissions"),
    EDITORS: ("questions.change_question", *_FORMS),
}
# Apps whose rows every editor keeps, beside the pages.
RECORD_APPS = ("registry", "events", "staff", "duty")


def finish_template() -> None:
    """Rows every portal begins with: Vietnamese locale, home page, site record, groups.

    Where all is in place nothing is written: `fleet migrate` sees by that whether portals are still made the same way.
    """
    Locale.objects.filter(language_code="en").exclude(pk=1).delete()
    if not Locale.objects.filter(pk=1, language_code="vi").exists():
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
        Look.objects.create()
        home.add_child(instance=NewsIndexPage(title="Tin tức", slug="tin-tuc", show_in_menus=True))
    home = HomePage.objects.get()
    if not TrashRoot.objects.exists():
        trash = TrashRoot(pk=TRASH_ID, title="Thùng rác", slug="thung-rac", live=False)
        Page.objects.get(depth=1).add_child(instance=trash)
    _finish_groups()
    _finish_editorial(home)


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
    records = Q(content_type__app_label__in=RECORD_APPS) & Q(codename__regex="^(add|change|delete|view)_")
    wanted = Permission.objects.filter(
        records
        | Q(
            content_type__app_label__in=["wagtailadmin", "identity", "auth", "cms_blocks", "looks", "wagtailredirects"],
            codename__in=[
                "access_admin",
                "add_user",
                "change_user",
                "delete_user",
                "change_portalsettings",
                "change_look",
                "add_redirect",
                "change_redirect",
                "delete_redirect",
                "add_newscategory",
                "change_newscategory",
                "delete_newscategory",
            ],
        )
    )
    group.permissions.set({*wanted, *_office_permissions(ADMINISTRATORS)})
    of_records = set(Permission.objects.filter(records))
    for other in Group.objects.exclude(pk=group.pk):
        _grant(other, of_records)
    Group.objects.filter(name="Editors").update(name="Biên tập viên")
    Group.objects.filter(name="Moderators").update(name="Người duyệt")
    for name in (REVIEWERS, EDITORS):
        _grant(Group.objects.get(name=name), _office_permissions(name))


def _office_permissions(name: str) -> set[Permission]:
    return {
        Permission.objects.get(content_type__app_label=app_label, codename=codename)
        for app_label, codename in (permission.split(".") for permission in OFFICE_WORK[name])
    }


def _grant(group: Group, permissions: set[Permission]) -> None:
    """`add` alone would write what is there already, to no effect."""
    group.permissions.add(*(permissions - set(group.permissions.all())))


def _finish_editorial(home: HomePage) -> None:
    """Groups work on the home page and below: the trash beside it is nobody's. Write → review → publish, ready."""
    GroupPagePermission.objects.filter(page__depth=1).update(page=home)
    for group_name in (ADMINISTRATORS, REVIEWERS):
        group = Group.objects.get(name=group_name)
        for codename in ("add_page", "change_page", "publish_page", "bulk_delete_page", "lock_page", "unlock_page"):
            permission = Permission.objects.get(content_type__app_label="wagtailcore", codename=codename)
            GroupPagePermission.objects.get_or_create(group=group, page=home, permission=permission)
    task, _ = GroupApprovalTask.objects.get_or_create(name=REVIEW_TASK)
    task.groups.set(Group.objects.filter(name__in=[REVIEWERS, ADMINISTRATORS]))
    workflow, _ = Workflow.objects.get_or_create(name=WORKFLOW)
    WorkflowTask.objects.get_or_create(workflow=workflow, task=task, defaults={"sort_order": 0})
    # Wagtail's own, in English, goes: one workflow, for every page of the portal.
    WorkflowPage.objects.exclude(workflow=workflow).delete()
    Workflow.objects.exclude(pk=workflow.pk).delete()
    Task.objects.exclude(pk=task.pk).delete()
    WorkflowPage.objects.get_or_create(page=home, defaults={"workflow": workflow})


def fill_portal(ref: PortalRef, row: PortalRow) -> None:
    """Starter pages of the portal's kind and level, and its indexes anew by the queue."""
    starter_sites.fill(row)
    tasks.defer(import_string(settings.PORTAL_INDEXER))


def finish_portal(ref: PortalRef, row: PortalRow) -> None:
    """Name, host and hue of a fresh clone: six statements, whatever the template holds."""
    now = timezone.now()
    HomePage.objects.update(hero_title=row.name)
    Page.objects.filter(depth__gte=2).update(
        first_published_at=now, last_published_at=now, latest_revision_created_at=None
    )
    Site.objects.update(hostname=ref.primary_host, port=_port(), site_name=row.name, root_page=HomePage.objects.get())
    PortalSettings.objects.update(short_name=row.name[:60])
    Look.objects.update(hue=HUES.get(row.level or row.kind, 155))


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
