from __future__ import annotations

from typing import Any

import pytest
from django.core.files.base import ContentFile
from django.test import Client

from tenants import context
from tests.uploads import hostile


@pytest.fixture
def media_host() -> Client:
    """A client of the media host."""
    return Client(headers={"host": "tep.localhost"}, raise_request_exception=False)


@pytest.fixture
def add_picture() -> Any:
    """`add_picture(portal, bytes, name)` → a picture of that portal."""

    def make(portal: Any, data: bytes | None = None, name: str = "thu.png") -> Any:
        from cms_blocks.models import PortalImage

        with context.enter(portal):
            return PortalImage.objects.create(
                title=name, description="Ảnh thử", file=ContentFile(data or hostile.picture(), name=name)
            )

    return make


@pytest.fixture
def add_document() -> Any:
    def make(portal: Any, data: bytes, name: str) -> Any:
        from cms_blocks.models import PortalDocument

        with context.enter(portal):
            return PortalDocument.objects.create(title=name, file=ContentFile(data, name=name))

    return make
