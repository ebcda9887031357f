from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import storages
from django.test import Client

from cms_blocks.models import PortalRendition
from portal_host.settings import base
from tenants import context
from tests.conftest import DATA
from tests.servers import NoServer, s3, skip_or_fail
from tests.uploads import hostile


@pytest.fixture(scope="session")
def s3_server() -> Iterator[s3.Server]:
    """Started at the first test that asks; with the files of the world in it."""
    try:
        with s3.s3_server() as server:
            for path in (DATA / "media" / "world" / "t").rglob("*"):
                if path.is_file():
                    key = str(path.relative_to(DATA / "media" / "world"))
                    # Originals apart from what pages show.
                    bucket = s3.PUBLIC if key.split("/")[2] == "images" else s3.PRIVATE
                    server.client.upload_file(str(path), bucket, key)
            yield server
    except NoServer as missing:
        skip_or_fail(missing)


def on_s3(server: s3.Server, settings: Any, monkeypatch: Any, *, cdn: bool) -> None:
    """What `configure` makes of S3_URL, in this process."""
    chosen = server.settings if cdn else replace(server.settings, public_url="")
    settings.ENVIRONMENT = replace(settings.ENVIRONMENT, s3=chosen)
    settings.STORAGES = base.storages_of(settings.ENVIRONMENT)
    # The rendition's field holds the storage that was set up when its class was made.
    monkeypatch.setattr(PortalRendition._meta.get_field("file"), "storage", storages["renditions"])


@pytest.fixture(params=["disk", pytest.param("s3", marks=pytest.mark.server)], autouse=True)
def where(request: Any, settings: Any, monkeypatch: Any, db: None) -> str:
    """Every test of files runs on disk and on a real S3 server."""
    if request.param == "s3":
        on_s3(request.getfixturevalue("s3_server"), settings, monkeypatch, cdn=False)
    return request.param


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
