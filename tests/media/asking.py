"""Small things that the tests of files share."""

from __future__ import annotations

from typing import Any


def body(response: Any) -> bytes:
    return b"".join(response.streaming_content) if response.streaming else response.content


def path_of(url: str) -> str:
    """Path of an address on the media host."""
    assert url.startswith("http://tep.localhost"), url
    return "/" + url.split("/", 3)[3]
