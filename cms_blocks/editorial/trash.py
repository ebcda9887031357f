"""Deleting a page moves it to the trash; it comes back as it was, with its address, versions and what is below it.

Nobody sees a page of the trash: it is not live, no site is above it, and the groups of a portal have their permissions
on the home page, so that explorer, choosers and reports do not show it.
"""

from __future__ import annotations

import datetime
from typing import Any

from django.contrib.contenttypes.models import ContentType
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils import timezone
from wagtail.actions.move_page import MovePageAction
from wagtail.models import Page, Revision
from wagtail.signals import page_published, page_unpublished

from cms_blocks import members
from cms_blocks.models import HomePage
from school_services.errors import Conflict, NotFound
from school_services.identity.actor import Actor
from school_services.identity.models import User

from .models import KEPT_DAYS, TrashedPage, TrashRoot

SUBJECT = "editorial.page"


def root() -> TrashRoot:
    return TrashRoot.objects.get()


def in_trash(page: Page) -> bool:
    return bool(page.path.startswith(root().path))


def _refuse(actor: Actor, action: str, page_id: int) -> None:
    members.refused(actor, action=action, subject=SUBJECT, subject_id=page_id)
    raise PermissionDenied(action)


def throw_away(*, actor: Actor, page_id: int) -> TrashedPage:
    """Take a page and all below it off the portal, for 90 days.

    Raises `PermissionDenied`, `NotFound("page")`, `Conflict("home_page")` for the page that carries the portal.
    """
    page = Page.objects.filter(pk=page_id).first()
    if page is None:
        raise NotFound("page")
    user = User.objects.get(pk=actor.user_id)
    if not page.permissions_for_user(user).can_delete():
        _refuse(actor, "delete_page", page_id)
    if page.depth <= 2:
        raise Conflict("home_page")
    with transaction.atomic():
        return _throw_away(actor, user, page)


def _throw_away(actor: Actor, user: User, page: Page) -> TrashedPage:
    tree = Page.objects.filter(path__startswith=page.path)
    ids = list(tree.values_list("pk", flat=True))
    live = list(tree.filter(live=True).values_list("pk", flat=True))
    for workflow in page.specific.workflow_states.active():
        workflow.cancel(user=user)
    # What was to be published later must not be, from the trash.
    Revision.objects.filter(
        base_content_type=ContentType.objects.get_for_model(Page),
        object_id__in=[str(pk) for pk in ids],
        approved_go_live_at__isnull=False,
    ).update(approved_go_live_at=None)
    gone = list(tree.filter(pk__in=live).specific())
    tree.update(live=False)
    for one in gone:
        one.live = False
        page_unpublished.send(sender=one.specific_class, instance=one)
    entry = TrashedPage.objects.create(
        page=page,
        parent=page.get_parent(),
        slug=page.slug,
        was_at=page.url_path.removeprefix("/home")[:600],
        live=live,
        below=len(ids) - 1,
        deleted_by=user,
        erase_after=timezone.localdate() + datetime.timedelta(days=KEPT_DAYS),
    )
    _move(page, root(), f"x{page.pk}", user)
    members.note(actor, action="delete_page", subject=SUBJECT, subject_id=page.pk, reason=entry.was_at[:200])
    return entry


def bring_back(*, actor: Actor, entry_id: int) -> Page:
    """Put a page back where it was (below the home page when that place is gone), with its own address if it is free.

    What was public is public again, if the actor may publish there; else it comes back as a draft. Raises
    `PermissionDenied`, `NotFound("page")`.
    """
    entry = TrashedPage.objects.select_related("page", "parent").filter(pk=entry_id).first()
    if entry is None:
        raise NotFound("page")
    home = HomePage.objects.get()
    parent = entry.parent if entry.parent is not None and not in_trash(entry.parent) else home.page_ptr
    user = User.objects.get(pk=actor.user_id)
    allowed = parent.permissions_for_user(user)
    if not (user.is_active and allowed.can_add_subpage()):
        _refuse(actor, "restore_page", entry.page_id)
    with transaction.atomic():
        TrashedPage.objects.select_for_update(of=("self",)).get(pk=entry_id)
        page = Page.objects.get(pk=entry.page_id)
        _move(page, parent, _free_slug(entry.slug, parent), user)
        live = entry.live if allowed.can_publish_subpage() else []
        back = Page.objects.filter(pk__in=live).specific()
        Page.objects.filter(pk__in=live).update(live=True)
        for one in back:
            page_published.send(sender=one.specific_class, instance=one, revision=one.live_revision)
        entry.delete()
        members.note(actor, action="restore_page", subject=SUBJECT, subject_id=page.pk)
    return Page.objects.get(pk=page.pk)


@members.write("editorial.delete_trashedpage", subject=SUBJECT, of="entry_id")
def erase(*, actor: Actor, entry_id: int) -> None:
    """Delete for good, before the 90 days are over."""
    entry = TrashedPage.objects.select_related("page").filter(pk=entry_id).first()
    if entry is None:
        raise NotFound("page")
    members.note(actor, action="erase_page", subject=SUBJECT, subject_id=entry.page_id, reason=entry.was_at[:200])
    entry.page.delete()


def erase_due() -> None:
    """Delete for good what has been in the trash for 90 days."""
    for entry in TrashedPage.objects.select_related("page").filter(erase_after__lt=timezone.localdate()):
        entry.page.delete()


def _move(page: Page, target: Any, slug: str, user: User) -> None:
    """The slug changes by hand: an address that is no address needs no redirect and no new version."""
    Page.objects.filter(pk=page.pk).update(slug=slug)
    page.slug = slug
    MovePageAction(page, target, pos="last-child", user=user).execute(skip_permission_checks=True)


def _free_slug(slug: str, parent: Page) -> str:
    taken = set(parent.get_children().filter(slug__startswith=slug).values_list("slug", flat=True))
    number, found = 2, slug
    while found in taken:
        found, number = f"{slug}-{number}", number + 1
    return found
