"""Real servers for the tests, each started by its own launcher. `NoServer` says why one cannot be had here."""

from __future__ import annotations

import os
import socket

import pytest


class NoServer(Exception):
    """What is missing, and how to get it."""


def skip_or_fail(missing: NoServer) -> None:
    """A test without its server is skipped with the reason; where CI is set it fails."""
    if os.environ.get("CI"):
        pytest.fail(f"no real server: {missing}")
    pytest.skip(f"no real server: {missing}")


def free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return found.getsockname()[1]
