"""What the department sees of each portal, counted by a task of that portal whenever one of its pages changes."""

from __future__ import annotations

from collections import Counter
from typing import Any

from django.db.models.signals import post_delete, post_save
from wagtail.signals import page_published, page_unpublished

from cms_blocks.duty_report.models import Completeness
from tenants import context, tasks

from . import selectors
from .items import State
from .models import DutyPage


@tasks.task("duty.count")
def count() -> None:
    """Idempotent: the whole state of the envelope's portal."""
    portal = context.require_portal()
    found = selectors.lines(portal)
    states = {line.item.code: line.state.value for line in found}
    done = Counter(states.values())[State.DONE.value]
    Completeness.objects.update_or_create(
        portal_id=portal.pk, defaults={"states": states, "done": done, "total": len(found)}
    )


def later() -> None:
    portal = context.current_portal()
    if portal is not None and portal.uid != context.TEMPLATE_UID:
        tasks.defer(count, queueing_lock="duty.count")


def on_page(sender: Any, instance: Any, **kwargs: Any) -> None:
    if DutyPage.objects.filter(page_id=instance.pk).exists():
        later()


def on_choice(sender: Any, **kwargs: Any) -> None:
    later()


def connect() -> None:
    for signal, name in ((page_published, "published"), (page_unpublished, "unpublished")):
        signal.connect(on_page, dispatch_uid=f"duty.{name}")
    for signal, name in ((post_save, "chosen"), (post_delete, "dropped")):
        signal.connect(on_choice, sender=DutyPage, dispatch_uid=f"duty.{name}")
