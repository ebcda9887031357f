"""The pages of one process, bounded in bytes, dropped by tag.

Race-free: a render notes `sequence` when it begins; a purge of one of its tags with a later number means that it may
have read the old state, and it is not stored. While the invalidation listener has no connection nothing is stored,
and what was stored is dropped: a purge may have been missed.
"""

from __future__ import annotations

import threading
import time
from collections import OrderedDict, deque
from collections.abc import Iterable
from dataclasses import dataclass, field

Key = tuple[str, str, str, str]  # scheme, host, path, query
_OVERHEAD = 600  # of an entry's Python objects, roughly
_REMEMBERED_PURGES = 10_000


@dataclass(slots=True)
class Entry:
    """A finished response, ready to be sent in each encoding: (start-line status, headers, body)."""

    status: str
    variants: dict[str, tuple[list[tuple[str, str]], bytes]]
    not_modified: list[tuple[str, str]]
    etag: str
    tags: frozenset[str]
    fresh_until: float
    stale_until: float
    size: int = 0
    rebuilding: bool = field(default=False)

    def __post_init__(self) -> None:
        self.size = _OVERHEAD + sum(
            len(body) + sum(len(k) + len(v) for k, v in headers) for headers, body in self.variants.values()
        )


class Store:
    """Thread-safe. A hit takes the lock only to move the entry to the recent end, and not on every hit."""

    def __init__(self, max_bytes: int) -> None:
        self.max_bytes = max_bytes
        self.bytes = 0
        self.enabled = False
        self._lock = threading.Lock()
        self._entries: OrderedDict[Key, Entry] = OrderedDict()
        self._by_tag: dict[str, set[Key]] = {}
        self._sequence = 0
        self._purges: deque[tuple[int, frozenset[str]]] = deque(maxlen=_REMEMBERED_PURGES)

    def get(self, key: Key) -> Entry | None:
        entry = self._entries.get(key)
        if entry is not None and self._lock.acquire(blocking=False):
            # Under load another thread holds the lock: the order of use may then be a little wrong.
            try:
                if key in self._entries:
                    self._entries.move_to_end(key)
            finally:
                self._lock.release()
        return entry

    def sequence(self) -> int:
        return self._sequence

    def put(self, key: Key, entry: Entry, began: int) -> bool:
        """Keep an entry whose render began at `began`; False when it is too large, too old, or storing is off."""
        if entry.size > self.max_bytes // 8:
            return False
        with self._lock:
            if not self.enabled or self._purged_since(began, entry.tags):
                return False
            self._remove(key)
            self._entries[key] = entry
            self.bytes += entry.size
            for tag in entry.tags:
                self._by_tag.setdefault(tag, set()).add(key)
            while self.bytes > self.max_bytes:
                self._remove(next(iter(self._entries)))
            return True

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

    def reset(self, *, enabled: bool) -> None:
        """Drop everything; renders under way will not be stored."""
        with self._lock:
            self._sequence += 2  # a gap in the remembered purges: renders that began before are refused
            self._purges.clear()
            self._entries.clear()
            self._by_tag.clear()
            self.bytes = 0
            self.enabled = enabled

    def _remove(self, key: Key) -> None:
        entry = self._entries.pop(key, None)
        if entry is None:
            return
        self.bytes -= entry.size
        for tag in entry.tags:
            keys = self._by_tag.get(tag)
            if keys is not None:
                keys.discard(key)
                if not keys:
                    del self._by_tag[tag]

    def __len__(self) -> int:
        return len(self._entries)


def now() -> float:
    return time.monotonic()
