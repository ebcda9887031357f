"""What these tests share: actors, and forms of visitors that were opened a moment ago."""

from __future__ import annotations

import re
import time
from typing import Any

import pytest

from cms_blocks import visitors
from school_services.identity import actor as actors
from school_services.identity.models import User
from tenants import context


@pytest.fixture
def actor_of(alpha: Any) -> Any:
    """`actor_of("web.alpha@example.vn")`; use inside `context.enter`."""

    def make(login: str) -> Any:
        return actors.load(User.objects.get(username=login))

    return make


@pytest.fixture
def inside(alpha: Any) -> Any:
    with context.enter(alpha):
        yield alpha


@pytest.fixture
def opened(monkeypatch: pytest.MonkeyPatch) -> Any:
    """`opened(client, path)`: the hidden values of a form that has been open for a minute."""

    def make(client: Any, path: str) -> dict[str, str]:
        response = client.get(path)
        assert response.status_code == 200, path
        found = re.search(rb'name="ve" value="([^"]+)"', response.content)
        assert found, "the form has no ticket"
        monkeypatch.setattr(visitors.time, "time", lambda real=time.time: real() + 60)
        return {"ve": found[1].decode()}

    return make
