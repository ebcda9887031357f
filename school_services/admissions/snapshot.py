"""Published results as one immutable file, looked up without a database. Plain Python.

Layout: 32 bytes head (magic, version, count, slot count), then a table of slots (32 bytes key, 8 bytes offset, 4 bytes
length), then the bodies. A key is HMAC-SHA256 of season, candidate number and second factor under the platform's
secret: the file holds no name, no number and no date of birth, and nobody without the secret can search it.
"""

from __future__ import annotations

import hashlib
import hmac
import mmap
import struct
from collections.abc import Iterable
from pathlib import Path

_HEAD = struct.Struct("<8sIIII8x")
_SLOT = struct.Struct("<32sQI")
_MAGIC = b"KETQUA01"
_EMPTY = b"\0" * 32


def key_of(secret: bytes, season: str, number: str, factor: str) -> bytes:
    """The key of one result. `factor`: date of birth as DDMMYYYY, or the pupil's code."""
    return hmac.digest(secret, f"{season}\0{number}\0{factor}".encode(), hashlib.sha256)


def build(entries: Iterable[tuple[bytes, bytes]]) -> bytes:
    """The file of (key, body) pairs. The order of the pairs does not matter: they are sorted. Keys are unique.

    Two keys of one result share its body.
    """
    ordered = sorted(entries)
    slots = 1
    while slots < 2 * len(ordered) + 1:
        slots *= 2
    table: list[tuple[bytes, int, int] | None] = [None] * slots
    bodies = bytearray()
    kept: dict[bytes, int] = {}
    start = _HEAD.size + slots * _SLOT.size
    for key, body in ordered:
        at = int.from_bytes(key[:8], "big") & (slots - 1)
        while (taken := table[at]) is not None:
            if taken[0] == key:
                raise ValueError("a key stands twice in the snapshot")
            at = (at + 1) & (slots - 1)
        if (offset := kept.get(body)) is None:
            offset = kept[body] = start + len(bodies)
            bodies += body
        table[at] = (key, offset, len(body))
    out = bytearray(_HEAD.pack(_MAGIC, 1, len(ordered), slots, 0))
    for entry in table:
        out += _SLOT.pack(*entry) if entry else _SLOT.pack(_EMPTY, 0, 0)
    return bytes(out + bodies)


class Reader:
    """A snapshot file mapped into memory: a lookup touches one or two pages of it."""

    def __init__(self, path: Path) -> None:
        with path.open("rb") as file:
            self._map = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
        magic, version, self.count, self._slots, _ = _HEAD.unpack_from(self._map)
        if magic != _MAGIC or version != 1:
            raise ValueError(f"{path} is no snapshot of results")

    def find(self, key: bytes) -> bytes | None:
        at = int.from_bytes(key[:8], "big") & (self._slots - 1)
        while True:
            found, offset, length = _SLOT.unpack_from(self._map, _HEAD.size + at * _SLOT.size)
            if found == _EMPTY:
                return None
            if hmac.compare_digest(found, key):
                return self._map[offset : offset + length]
            at = (at + 1) & (self._slots - 1)
