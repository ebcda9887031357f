"""Work of the queue: entries of a portal, counts of words, tidying."""

from __future__ import annotations

from tenants import context, hosts, tasks

from . import counting, writing


@tasks.task("search.refresh")
def refresh(keys: list[str]) -> None:
    """Write or remove these entries of the envelope's portal."""
    writing.refresh(keys)


@tasks.task("search.rebuild")
def rebuild(force: bool = False) -> None:
    """All entries of the envelope's portal: after bulk work, a change of state, a move of a section."""
    writing.rebuild(force=force)
    tasks.defer(count_words, queueing_lock="search.count_words")


@tasks.task("search.forget", platform=True)
def forget(uid: str) -> None:
    """A portal is no longer public: nothing of it stays to be found."""
    portal = hosts.by_uid(uid)
    if portal is not None:
        writing.forget(portal)


@tasks.task("search.count_words", platform=True)
def count_words() -> None:
    """How rare each word is, for the ranking."""
    counting.count_words()


def portal_changed(portal: context.PortalRef) -> None:
    """`settings.PORTAL_STATE_REACTION`: a portal was opened or closed, inside the transaction that says so."""
    if portal.state in writing.PUBLIC_STATES:
        with context.enter(portal):
            tasks.defer(rebuild)
    else:
        tasks.defer(forget, uid=portal.uid)
