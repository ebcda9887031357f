"""What the search tests look for: a small corpus in both portals, read by a source like the pages' own."""

from __future__ import annotations

import datetime
from collections.abc import Collection, Iterable
from typing import Any

from search import sources, writing
from search.sources import Findable
from tenants import context


class Shelf:
    """A source whose documents are given by the test, per portal."""

    def __init__(self) -> None:
        self.documents: dict[str, dict[int, Findable]] = {}

    def _here(self) -> dict[int, Findable]:
        return self.documents.setdefault(context.require_portal().uid, {})

    def ids(self) -> Iterable[int]:
        return self._here().keys()

    def read(self, ids: Collection[int]) -> dict[int, Findable]:
        return {pk: self._here()[pk] for pk in ids if pk in self._here()}


SHELF = Shelf()


def give(portal: Any, *documents: Findable) -> None:
    """Replace what the test source holds in a portal, and write its entries."""
    sources.register("thu", SHELF)
    with context.enter(portal):
        SHELF.documents[portal.uid] = dict(enumerate(documents, 1))
        wanted = {f"thu:{pk}" for pk in SHELF.documents[portal.uid]}
        writing.refresh(wanted | {key for key in writing.stored_keys() if key.startswith("thu:")})


def doc(title: str, body: str = "", kind: str = "news", **more: Any) -> Findable:
    return Findable(kind=kind, title=title, path=f"/thu/{abs(hash(title)) % 10_000}/", body=body, **more)


def day(text: str) -> datetime.date:
    return datetime.date.fromisoformat(text)
