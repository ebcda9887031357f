"""Writes of review dates: whoever may edit a page."""

from __future__ import annotations

import datetime

from django.core.exceptions import PermissionDenied
from django.db import transaction
from wagtail.models import Page

from cms_blocks import members
from school_services.errors import NotFound
from school_services.identity.actor import Actor
from school_services.identity.models import User
from tenants import tasks

from .models import ReviewDate

SUBJECT = "editorial.page"


def _editable(actor: Actor, page_id: int, action: str) -> Page:
    page = Page.objects.filter(pk=page_id).first()
    if page is None:
        raise NotFound("page")
    if not page.permissions_for_user(User.objects.get(pk=actor.user_id)).can_edit():
        members.refused(actor, action=action, subject=SUBJECT, subject_id=page_id)
        raise PermissionDenied(action)
    return page


def plan(*, actor: Actor, page_id: int, due: datetime.date, owner_id: int, note: str = "") -> ReviewDate:
    """Set or change the day on which somebody looks at a page again."""
    page = _editable(actor, page_id, "plan_review")
    with transaction.atomic():
        review, _ = ReviewDate.objects.update_or_create(
            page=page, defaults={"due": due, "owner_id": owner_id, "note": note}
        )
        members.note(actor, action="plan_review", subject=SUBJECT, subject_id=page_id, reason=due.isoformat())
    return review


def done(*, actor: Actor, page_id: int) -> None:
    """The page has been looked at; a next day is set when somebody wants one."""
    _editable(actor, page_id, "review_done")
    with transaction.atomic():
        ReviewDate.objects.filter(page_id=page_id).delete()
        members.note(actor, action="review_done", subject=SUBJECT, subject_id=page_id)


def check_again(*, actor: Actor) -> None:
    """Have the portal's pages checked now instead of tonight."""
    from .tasks import check_pages

    members.require(actor, "wagtailadmin.access_admin", action="check_pages", subject=SUBJECT)
    tasks.defer(check_pages, queueing_lock="editorial.check")
