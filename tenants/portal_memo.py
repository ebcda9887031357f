"""Small values of a portal that nearly every page reads (site, menu, look), kept until a purge names them.

The same messages drop them that drop finished pages (`portal_host.front_cache.invalidation`), and only while a listener
has its connection is anything kept: without one every value is made anew. Inside a transaction nothing is kept or taken
either, so that a writer sees what it wrote. About 5 kB a portal.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable
from typing import Any, TypeVar, cast

from django.db import connection

from . import context, isolation

T = TypeVar("T")

_lock = threading.Lock()
_kept: dict[str, dict[str, tuple[frozenset[str], Any]]] = {}  # portal's uid → name → (tags, value)
_enabled = False
_purges = 0


def remember(name: str, tags: tuple[str, ...], make: Callable[[], T]) -> T:
    """The portal's value of this name, made when it is not kept. `tags`: what drops it, named as in `cache_tags.tag`.

    The value is shared by all requests of the process: never change it. Raises `NoPortal` outside a portal. What a page
    shows of it is for the caller to tag.
    """
    if not _enabled or connection.in_atomic_block:
        return make()
    uid = context.require_portal().uid
    found = _kept.get(uid, {}).get(name)
    if found is not None:
        return cast(T, found[1])
    began = _purges
    value = make()
    with _lock:
        # A purge since then may have been about something already read: kept by a later request.
        if _enabled and began == _purges:
            _kept.setdefault(uid, {})[name] = (frozenset(map(isolation.cache_tag, tags)), value)
    return value


def purge(tags: Iterable[str]) -> None:
    """Drop what carries one of these tags; everything of a portal by its own tag; all by a tag that is no portal's."""
    global _purges
    with _lock:
        _purges += 1
        for tag in tags:
            _, _, rest = tag.partition(":")
            uid, _, name = rest.partition(":")
            if not uid:
                _kept.clear()
            elif not name:
                _kept.pop(uid, None)
            elif uid in _kept:
                _kept[uid] = {key: found for key, found in _kept[uid].items() if tag not in found[0]}


def reset(*, enabled: bool) -> None:
    """Drop everything, and keep from now on or not."""
    global _enabled, _purges
    with _lock:
        _enabled = enabled
        _purges += 1
        _kept.clear()
