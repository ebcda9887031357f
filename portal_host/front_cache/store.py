"""The pages of one process, bounded in bytes, dropped by tag.

Race-free: a render notes `sequence` when it begins; a purge of one of its tags with a later number means that it may
have read the old state, and it is not stored. While the invalidation listener has no connection nothing is stored,
and what was stored is dropped: a purge may have been missed.
"""

from __future__ import annotations

import sys
import threading
import time
from collections import OrderedDict, deque
from collections.abc import Iterable
from dataclasses import dataclass

Key = tuple[str, str, str, str]  # scheme, host, path, query
Headers = list[tuple[str, str]]

_OVERHEAD = 1200  # of an entry's Python objects beside its bytes and strings, roughly
_TAG_OVERHEAD = 160  # of a tag's place in the entry and in the index
_REMEMBERED_PURGES = 10_000
_TOUCH_SECONDS = 1.0  # an entry moves to the recent end at most this often: other hits take no lock
_RETRY_SECONDS = 5.0  # after a failed rebuild


@dataclass(slots=True, eq=False)
class Entry:
    """A finished response, ready to be sent in each encoding: encoding → (headers, body).

    `not_modified`: the headers of a 304, without the ETag of the encoding. `etag`: of the unencoded body. Times are
    seconds of `now()`. `minor`: a page of which anyone can make thousands by asking for nonsense; together they may
    fill only an eighth of the store.
    """

    status: str
    variants: dict[str, tuple[Headers, bytes]]
    not_modified: Headers
    etag: str
    tags: frozenset[str]
    fresh_until: float
    stale_until: float
    minor: bool = False
    stored_at: float = 0.0
    size: int = 0
    touched: float = 0.0
    rebuilding: bool = False
    retry_at: float = 0.0

    def __post_init__(self) -> None:
        self.stored_at = self.stored_at or now()
        self.size = _OVERHEAD + sum(_TAG_OVERHEAD + len(tag) for tag in self.tags)
        for headers, body in [*self.variants.values(), (self.not_modified, b"")]:
            self.size += sys.getsizeof(body) + sum(len(name) + len(value) for name, value in headers)


class Store:
    """Thread-safe. `get` reads without the lock; everything that changes holds it for microseconds."""

    def __init__(self, max_bytes: int) -> None:
        self.max_bytes = max_bytes
        self.bytes = 0
        self.minor_bytes = 0
        self.enabled = False
        self._lock = threading.Lock()
        self._entries: OrderedDict[Key, Entry] = OrderedDict()
        self._minor: OrderedDict[Key, None] = OrderedDict()
        self._by_tag: dict[str, set[Key]] = {}
        self._sequence = 0
        self._purges: deque[tuple[int, frozenset[str]]] = deque(maxlen=_REMEMBERED_PURGES)

    def get(self, key: Key) -> Entry | None:
        entry = self._entries.get(key)
        if entry is None:
            return None
        moment = now()
        if moment - entry.touched > _TOUCH_SECONDS and self._lock.acquire(blocking=False):
            # Under load another thread may hold the lock: the order of use is then a little wrong.
            try:
                if self._entries.get(key) is entry:
                    entry.touched = moment
                    self._entries.move_to_end(key)
            finally:
                self._lock.release()
        return entry

    def sequence(self) -> int:
        """To be noted before the first read of a render."""
        return self._sequence

    def fits(self, entry: Entry) -> bool:
        return entry.size <= self.max_bytes // 8

    def put(self, key: Key, entry: Entry, began: int) -> bool:
        """Keep an entry whose render began at `began`; False when it is too large, too old, or storing is off."""
        if not self.fits(entry):
            return False
        size = entry.size + sum(map(len, key))
        with self._lock:
            if not self.enabled or self._purged_since(began, entry.tags):
                return False
            self._remove(key)
            entry.size = size
            self._entries[key] = entry
            self.bytes += size
            for tag in entry.tags:
                self._by_tag.setdefault(tag, set()).add(key)
            if entry.minor:
                self._minor[key] = None
                self.minor_bytes += size
                while self.minor_bytes > self.max_bytes // 8:
                    self._remove(next(iter(self._minor)))
            while self.bytes > self.max_bytes:
                self._remove(next(iter(self._entries)))
            return True

    def begin_rebuild(self, key: Key, entry: Entry) -> bool:
        """True for the one caller that shall render this old page anew; it must call `end_rebuild`.

        False as well when the entry is not the stored one any more: its rebuild ended since the caller looked.
        """
        with self._lock:
            if entry.rebuilding or now() < entry.retry_at or self._entries.get(key) is not entry:
                return False
            entry.rebuilding = True
            return True

    def end_rebuild(self, entry: Entry, *, failed: bool) -> None:
        """After a failure the page stays, stale, and the application is left alone for a few seconds."""
        with self._lock:
            if failed:
                entry.retry_at = now() + _RETRY_SECONDS
            entry.rebuilding = False

    def discard(self, key: Key, entry: Entry) -> None:
        """Drop this very entry, if it is still there: its page is not public any more."""
        with self._lock:
            if self._entries.get(key) is entry:
                self._remove(key)

    def _purged_since(self, began: int, tags: frozenset[str]) -> bool:
        if began == self._sequence:
            return False
        if not self._purges or self._purges[0][0] > began + 1:
            return True  # older than what is remembered: do not guess
        for number, purged in reversed(self._purges):
            if number <= began:
                return False
            if purged & tags:
                return True
        return False

    def purge(self, tags: Iterable[str]) -> int:
        """Drop every entry with one of these tags; returns how many."""
        names = frozenset(tags)
        with self._lock:
            self._sequence += 1
            self._purges.append((self._sequence, names))
            keys = {key for name in names for key in self._by_tag.get(name, ())}
            for key in keys:
                self._remove(key)
            return len(keys)

    def purge_all(self) -> None:
        """Drop everything and go on storing, if storing is on."""
        self.reset(enabled=self.enabled)

    def reset(self, *, enabled: bool) -> None:
        """Drop everything; renders under way will not be stored."""
        with self._lock:
            self._sequence += 2  # a gap in the remembered purges: renders that began before are refused
            self._purges.clear()
            self._entries.clear()
            self._minor.clear()
            self._by_tag.clear()
            self.bytes = self.minor_bytes = 0
            self.enabled = enabled

    def _remove(self, key: Key) -> None:
        entry = self._entries.pop(key, None)
        if entry is None:
            return
        self.bytes -= entry.size
        if entry.minor:
            del self._minor[key]
            self.minor_bytes -= entry.size
        for tag in entry.tags:
            keys = self._by_tag.get(tag)
            if keys is not None:
                keys.discard(key)
                if not keys:
                    del self._by_tag[tag]

    def __len__(self) -> int:
        return len(self._entries)


now = time.monotonic
