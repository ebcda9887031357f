"""Work of the queue: entries of a portal, the index outside, counts of words."""

from __future__ import annotations

import logging
from collections.abc import Collection, Iterable

from django.conf import settings
from django.db import transaction

from tenants import context, hosts, tasks

from . import counting, feeding, questions, writing

log = logging.getLogger(__name__)


@tasks.task("search.refresh")
def refresh(keys: list[str]) -> None:
    """Write or remove these entries of the envelope's portal."""
    write(keys)


@tasks.task("search.rebuild")
def rebuild(force: bool = False) -> None:
    """All entries of the envelope's portal: after bulk work, a change of state, a move of a section."""
    _tell(writing.rebuild(force=force))
    tasks.defer(count_words, queueing_lock="search.count_words")


@tasks.task("search.forget", platform=True)
def forget(uid: str) -> None:
    """A portal is no longer public: nothing of it stays to be found."""
    portal = hosts.by_uid(uid)
    if portal is not None:
        with transaction.atomic():
            _tell(writing.forget(portal))


@tasks.task("search.feed", platform=True)
def feed() -> None:
    """Tell the index outside what changed. What it does not take now waits for `feed_waiting`."""
    try:
        feeding.feed()
    except feeding.Waiting as reason:
        log.warning("search: changes wait: %s", reason)


def feed_waiting() -> None:
    """Every minute: changes that were not taken, or whose task was lost, are sent again."""
    if settings.ELASTICSEARCH_URL and feeding.waiting():
        _tell(1)


def write(keys: Collection[str]) -> None:
    """The same at once, for a task that has something to give its source."""
    with transaction.atomic():
        _tell(writing.refresh(keys))


def changed(keys: Iterable[str]) -> None:
    """Whatever these keys stand for was written, removed, moved, opened or closed: what a source's signals call.

    The portal is that of the change; nobody searches the template.
    """
    portal = context.current_portal()
    if portal is None or portal.uid == context.TEMPLATE_UID:
        return
    for batch in writing.batches(keys, writing.BATCH):
        tasks.defer(refresh, keys=batch)


def _tell(changed: int) -> None:
    if changed and settings.ELASTICSEARCH_URL:
        tasks.defer(feed, queueing_lock="search.feed")


@tasks.task("search.count_words", platform=True)
def count_words() -> None:
    """How rare each word is, for the ranking."""
    counting.count_words()


def tidy() -> None:
    """Every night."""
    questions.forget_old()


def portal_changed(portal: context.PortalRef) -> None:
    """`settings.PORTAL_STATE_REACTION`: a portal was opened or closed, inside the transaction that says so."""
    if portal.state in writing.PUBLIC_STATES:
        with context.enter(portal):
            tasks.defer(rebuild)
    else:
        tasks.defer(forget, uid=portal.uid)
