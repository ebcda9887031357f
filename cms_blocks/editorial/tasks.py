from __future__ import annotations

import datetime

from django.core.mail import send_mail
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone, translation

from tenants import context, hosts
from tenants.tasks import task

from . import checking, trash
from .models import ReviewDate

REMIND_DAYS = 7


@task("editorial.nightly")
def nightly() -> None:
    """The trash is emptied of what is 90 days old, reviewers are reminded, pages are checked."""
    trash.erase_due()
    remind()
    checking.check_portal()


def remind() -> None:
    """One letter per reviewer about pages that are due within a week; each date is told once."""
    soon = timezone.localdate() + datetime.timedelta(days=REMIND_DAYS)
    due = [
        review
        for review in ReviewDate.objects.select_related("page", "owner").filter(due__lte=soon, page__live=True)
        if review.reminded_for != review.due
    ]
    portal = context.require_portal()
    by_owner: dict[str, list[ReviewDate]] = {}
    for review in due:
        if review.owner is not None and review.owner.email:
            by_owner.setdefault(review.owner.email, []).append(review)
        review.reminded_for = review.due
    ReviewDate.objects.bulk_update(due, ["reminded_for"])
    link = hosts.origin(portal) + reverse("editorial:reviews")
    for address, reviews in by_owner.items():
        with translation.override("vi"):
            values = {"reviews": reviews, "portal": portal.name, "link": link}
            subject, _, body = render_to_string("editorial/mail_review.txt", values).strip().partition("\n")
        send_mail(subject.strip(), body.strip() + "\n", None, [address])


@task("editorial.check_pages")
def check_pages() -> None:
    """The nightly check, at once."""
    checking.check_portal()
