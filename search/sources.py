"""Where entries come from. Packages above register a source; search itself knows no page type.

A key is `<source>:<id>`. A source reads what is public now: what it does not return is removed. Three steps make a
thing findable: a class with `ids` and `read`, `register("name", ThatClass())` in an app's `ready`, and
`search.tasks.changed(["name:<id>"])` wherever it changes, goes, or becomes public; the rest (removal, suspension of a
portal, both engines, rebuilds) follows.
"""

from __future__ import annotations

import datetime
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Findable:
    """What a source says of one thing that visitors may find. `path` begins with a slash; `body` is plain text;
    `origin` the hash of the file it was read from, if any."""

    kind: str
    title: str
    path: str
    body: str = ""
    number: str = ""
    issuer: str = ""
    date: datetime.date | None = None
    expires: datetime.date | None = None
    origin: str = ""


class Source(Protocol):
    """Both methods read the current portal."""

    def ids(self) -> Iterable[int]:
        """Of everything that is public."""

    def read(self, ids: Collection[int]) -> dict[int, Findable]:
        """Those of `ids` that are public now; the number of queries does not grow with theirs."""


_sources: dict[str, Source] = {}


def register(name: str, source: Source) -> None:
    _sources[name] = source


def names() -> tuple[str, ...]:
    return tuple(_sources)


def read(keys: Collection[str]) -> dict[str, Findable]:
    """Keys that are public now, with what they say; the others are left out."""
    by_source: dict[str, set[int]] = {}
    for key in keys:
        name, _, pk = key.partition(":")
        by_source.setdefault(name, set()).add(int(pk))
    found: dict[str, Findable] = {}
    for name, ids in by_source.items():
        if name in _sources:
            found |= {f"{name}:{pk}": document for pk, document in _sources[name].read(ids).items()}
    return found


def keys() -> set[str]:
    """Everything of the current portal that should be found."""
    return {f"{name}:{pk}" for name, source in _sources.items() for pk in source.ids()}
