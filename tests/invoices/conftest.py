from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tenants import context
from tests.payments.school import School, make_school


@pytest.fixture
def school(alpha: Any) -> Iterator[School]:
    with context.enter(alpha):
        yield make_school(alpha)
