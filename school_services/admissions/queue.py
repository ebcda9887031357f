"""A virtual queue for the busiest hours: who comes gets a turn in time, honestly told, and no turn twice.

One number says everything (GCRA): the moment at which the last turn was given out. It lies in a small file that all
processes of a machine share, under a lock of microseconds; each machine admits its own share of the rate.
"""

from __future__ import annotations

import fcntl
import mmap
import os
import struct
import threading
from dataclasses import dataclass
from pathlib import Path

_CELL = struct.Struct("<dQ")


@dataclass(frozen=True, slots=True)
class Turn:
    """`at`: Unix time of the turn. `position`: people before this one, 0 when the turn is now."""

    at: float
    position: int


def next_turn(last: float, now: float, *, rate: float, burst: int) -> tuple[float, Turn]:
    """(new last, the turn): `rate` turns a second, `burst` of them at once after a quiet time."""
    given = max(last, now - burst / rate) + 1 / rate
    return given, Turn(max(given, now), waiting(given, now, rate=rate))


def waiting(at: float, now: float, *, rate: float) -> int:
    """People who stand before a turn at `at`."""
    return max(0, round((at - now) * rate))


class Gate:
    """The shared number in `path`. A lost file (a restart of the machine) begins with an empty queue."""

    def __init__(self, path: Path, *, rate: float, burst: int) -> None:
        self.rate, self.burst = rate, burst
        path.parent.mkdir(parents=True, exist_ok=True)
        self._file = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
        if os.fstat(self._file).st_size < _CELL.size:
            os.ftruncate(self._file, _CELL.size)
        self._map = mmap.mmap(self._file, _CELL.size)
        self._lock = threading.Lock()  # a file lock does not part the threads of one process

    def take(self, now: float) -> Turn:
        with self._lock:
            fcntl.lockf(self._file, fcntl.LOCK_EX)
            try:
                last, count = _CELL.unpack_from(self._map)
                if last > now + 24 * 3600:
                    last = 0.0  # the clock was set back
                last, turn = next_turn(last, now, rate=self.rate, burst=self.burst)
                _CELL.pack_into(self._map, 0, last, count + 1)
            finally:
                fcntl.lockf(self._file, fcntl.LOCK_UN)
        return turn

    def state(self, now: float) -> tuple[int, int]:
        """(people waiting now, turns given since the file was made)."""
        last, count = _CELL.unpack_from(self._map)
        return waiting(last, now, rate=self.rate), count
