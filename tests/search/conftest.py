from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from search import choice, synonym_table
from search.engines.postgresql import PostgreSQL
from tests.search import world


@pytest.fixture(autouse=True)
def _own_state() -> Iterator[None]:
    synonym_table.forget()
    yield
    synonym_table.forget()
    world.SHELF.documents.clear()
    choice.rests.__init__()


@pytest.fixture(params=["postgresql"])
def engine(request: Any, monkeypatch: Any, db: None) -> str:
    """Every test with this runs on each engine alone: no other may answer in its place."""
    if request.param == "postgresql":
        monkeypatch.setattr(choice, "engines", lambda: (PostgreSQL(),))
    return request.param


@pytest.fixture
def indexed(engine: str) -> Any:
    """`indexed()`: what was written can be found in the engine."""
    return lambda: None
