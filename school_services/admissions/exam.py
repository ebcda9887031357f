"""The exam itself: candidate numbers, rooms, anonymous codes of papers, marks entered twice. Plain Python."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

ABSENT = -1  # an entry of "vắng"


@dataclass(frozen=True, slots=True)
class Sitter:
    """Who sits at a site: `key` sorts by Vietnamese name; `group`: the class he comes from; `special` needs a room."""

    id: int
    key: str
    group: str
    special: bool = False


@dataclass(frozen=True, slots=True)
class Place:
    """Candidate number ("010042": site, then running number), room and seat, both from 1."""

    id: int
    number: str
    room: int
    seat: int


def seat(sitters: Iterable[Sitter], *, site: int, per_room: int) -> list[Place]:
    """Numbers by the alphabet over the whole site; rooms filled evenly in that order; those with special needs apart.

    Inside a room nobody sits beside a classmate where it can be avoided. Equal input, equal result.
    """
    ordered = sorted(sitters, key=lambda sitter: (sitter.key, sitter.id))
    numbers = {sitter.id: f"{site:02d}{place:04d}" for place, sitter in enumerate(ordered, 1)}
    found: list[Place] = []
    room = 0
    for special in (False, True):
        waiting = [sitter for sitter in ordered if sitter.special is special]
        for members in even_rooms(waiting, per_room):
            room += 1
            found += [Place(s.id, numbers[s.id], room, place) for place, s in enumerate(_mixed(members), 1)]
    return found


def even_rooms(sitters: Sequence[Sitter], per_room: int) -> list[Sequence[Sitter]]:
    """As few rooms as hold them, none more than one fuller than another."""
    count = -(-len(sitters) // per_room)
    return [sitters[len(sitters) * n // count : len(sitters) * (n + 1) // count] for n in range(count)]


def _mixed(members: Sequence[Sitter]) -> list[Sitter]:
    """The order of seats: always the largest class left that is not the last one's, by alphabet among equals."""
    queues: dict[str, list[Sitter]] = {}
    for sitter in members:
        queues.setdefault(sitter.group, []).append(sitter)
    found: list[Sitter] = []
    while queues:
        last = found[-1].group if found else None
        group = min(queues, key=lambda name: (name == last, -len(queues[name]), queues[name][0].key, name))
        found.append(queues[group].pop(0))
        if not queues[group]:
            del queues[group]
    return found


def paper_codes(paper: str, numbers: Iterable[str], *, secret: bytes, bag: int = 25) -> dict[str, str]:
    """Mã phách: candidate number → "012-07" (bag, place in it), in an order that only the keeper of `secret` knows."""

    def shuffled(number: str) -> bytes:
        return hmac.digest(secret, f"{paper}:{number}".encode(), hashlib.sha256)

    ordered = sorted(set(numbers), key=shuffled)
    return {number: f"{place // bag + 1:03d}-{place % bag + 1:02d}" for place, number in enumerate(ordered)}


class Entry(StrEnum):
    """State of a mark that two persons enter."""

    NONE = "none"
    ONCE = "once"
    AGREED = "agreed"
    DIFFERENT = "different"


def entry_state(first: int | None, second: int | None) -> Entry:
    if first is None and second is None:
        return Entry.NONE
    if first is None or second is None:
        return Entry.ONCE
    return Entry.AGREED if first == second else Entry.DIFFERENT


def differences(first: Mapping[str, int], second: Mapping[str, int]) -> list[str]:
    """Codes that the two persons entered differently, or that only one of them entered, sorted."""
    return sorted(code for code in first.keys() | second.keys() if first.get(code) != second.get(code))
