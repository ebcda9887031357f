from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from search import choice, feeding, outside, rebuilding, synonym_table
from search.engines.elasticsearch import Elasticsearch
from search.engines.postgresql import PostgreSQL
from tenants import context
from tests.search import world
from tests.servers import NoServer, skip_or_fail
from tests.servers.elasticsearch import Elasticsearch as Node

# One worker runs every test that needs the node, so that one is started.
SERVER = (pytest.mark.server, pytest.mark.xdist_group("elasticsearch"))


@pytest.fixture(autouse=True)
def _own_state() -> Iterator[None]:
    synonym_table.forget()
    yield
    synonym_table.forget()
    world.SHELF.documents.clear()
    choice.rests.__init__()


@pytest.fixture(scope="session")
def node(tmp_path_factory: Any) -> Iterator[Node]:
    """A real Elasticsearch node; a test may kill or freeze it and must bring it back."""
    made = Node(Path(tmp_path_factory.mktemp("elasticsearch")))
    try:
        made.start()
    except NoServer as missing:
        skip_or_fail(missing)
    yield made
    made.stop()


@pytest.fixture
def index(node: Node, settings: Any, db: None) -> Iterator[str]:
    """An installation with Elasticsearch whose index is empty. Returns the alias."""
    settings.ELASTICSEARCH_URL, settings.ELASTICSEARCH_INDEX = node.url, "kiem-thu"
    outside.client.cache_clear()
    with context.platform():
        rebuilding.rebuild()
    yield "kiem-thu"
    for name in outside.all_indexes():
        outside.drop_index(name)
    outside.client.cache_clear()


@pytest.fixture(params=["postgresql", pytest.param("elasticsearch", marks=SERVER)])
def engine(request: Any, monkeypatch: Any, db: None) -> str:
    """Every test with this runs on each engine alone: no other may answer in its place."""
    if request.param == "elasticsearch":
        request.getfixturevalue("index")
        monkeypatch.setattr(choice, "engines", lambda: (Elasticsearch(limit_ms=20_000),))
    else:
        monkeypatch.setattr(choice, "engines", lambda: (PostgreSQL(),))
    return request.param


@pytest.fixture
def indexed(engine: str) -> Any:
    """`indexed()`: what was written can be found in the engine."""
    return told if engine == "elasticsearch" else lambda: None


def told() -> None:
    """The index has every change, and shows it."""
    with context.platform():
        feeding.feed()
    outside.client().indices.refresh(index=outside.alias())
