from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from school_services.admissions import publishing
from tenants import context
from tests.admissions import season_world


@pytest.fixture
def world(portals: dict[str, Any]) -> Iterator[season_world.SeasonWorld]:
    """An open grade-10 season of the department; the test runs in the department's portal."""
    publishing.forget()
    with context.enter(portals["so"]):
        yield season_world.make(portals["so"].unit_id)
    publishing.forget()
