"""Which responses the caches in front may keep, and until when what they say is so."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from django.conf import settings
from django.http import HttpResponse
from django.utils import timezone
from django.utils.module_loading import import_string

from tenants import isolation

FRESH, STALE = 300, 86_400  # seconds

_moments: ContextVar[list[datetime.datetime] | None] = ContextVar("portal_host_true_until", default=None)


def public(response: HttpResponse, until: datetime.datetime | None = None) -> HttpResponse:
    """The same bytes for everyone: kept by the front cache until a tag is purged, by an outer CDN for five minutes.

    Nobody sees it after `until`, when it would say what is no longer so.
    """
    left = FRESH + STALE if until is None else max(1, int((until - timezone.now()).total_seconds()))
    fresh = min(FRESH, left)
    stale = min(STALE, left - fresh)
    response["Cache-Control"] = (
        f"public, max-age=0, s-maxage={fresh}, stale-while-revalidate={stale}, stale-if-error={stale}"
    )
    return response


def purge(*names: str) -> None:
    """Drop the current portal's pages that carry one of these tags, in every process, at the commit."""
    purger: Callable[..., None] = import_string(settings.CACHE_PURGER)
    purger(*(isolation.cache_tag(name) for name in names))


def true_until(*moments: datetime.datetime | datetime.date | None) -> None:
    """What is being rendered changes by itself at these moments (a date: when it begins here): a document lapses, an
    event is over. The past and None say nothing. Cheap outside a render."""
    collected = _moments.get()
    if collected is None:
        return
    now = timezone.now()
    for moment in moments:
        if moment is None:
            continue
        if not isinstance(moment, datetime.datetime):
            moment = timezone.make_aware(datetime.datetime.combine(moment, datetime.time()))
        if moment > now:
            collected.append(moment)


@contextmanager
def watching_time() -> Iterator[list[datetime.datetime]]:
    """Collect the moments of one render; the earliest bounds how long it may be kept."""
    collected: list[datetime.datetime] = []
    token = _moments.set(collected)
    try:
        yield collected
    finally:
        _moments.reset(token)
