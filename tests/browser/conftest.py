"""One platform for all browser tests (one xdist worker pays for it), one browser per module.

Playwright's own event loop runs in the thread that uses it; it must not live on into other tests, so it is per module.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import Any

import psycopg
import pytest
from playwright.sync_api import Browser, sync_playwright

from tests.browser.platform import Platform
from tests.browser.visit import DESK, Visit
from tests.conftest import DATA, superuser_url

PROGRAMS = ("chromium", "chromium-browser", "google-chrome")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if item.path.is_relative_to(os.path.dirname(__file__)):
            item.add_marker(pytest.mark.browser)
            item.add_marker(pytest.mark.xdist_group("browser"))


@pytest.fixture(scope="session")
def program() -> str:
    found = next(filter(None, map(shutil.which, PROGRAMS)), None)
    if found is None:
        reason = "no chromium on this machine: no browser test was run (tests/prepare installs one as root with apt)"
        if os.environ.get("CI"):
            pytest.fail(f"{reason}; in CI that is a failure")
        pytest.skip(reason)
    return found


@pytest.fixture(scope="session")
def platform(world_database: str, program: str) -> Iterator[Platform]:
    name = f"test_{world_database[6:]}_browser_{os.getpid()}"
    data = DATA / name
    with ExitStack() as stack:
        shutil.copytree(DATA / "media" / "world", data / "media")
        stack.callback(shutil.rmtree, data, ignore_errors=True)
        admin = stack.enter_context(psycopg.connect(superuser_url(), autocommit=True))
        admin.execute(f'create database "{name}" owner portal_owner template "{world_database}"'.encode())
        stack.callback(admin.execute, f'drop database "{name}" with (force)'.encode())
        made = Platform(superuser_url(name), data, stack)
        made.start()
        yield made


@pytest.fixture(scope="module")
def browser(program: str) -> Iterator[Browser]:
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=program, args=["--no-sandbox", "--disable-gpu"])
        yield started
        started.close()


@pytest.fixture
def visit(platform: Platform, browser: Browser) -> Iterator[Callable[..., Visit]]:
    """`visit("alpha", size=PHONE, …)`: a window of somebody who has never been here. A fault in any fails the test."""
    visits: list[Visit] = []

    def make(slug: str, *, size: Any = DESK, **options: Any) -> Visit:
        context = browser.new_context(viewport=size, locale="vi-VN", **options)
        context.set_default_timeout(15_000)
        visits.append(Visit(platform, slug, context))
        return visits[-1]

    yield make
    faults = [fault for one in visits for fault in one.faults]
    for one in visits:
        one.context.close()
    assert not faults, faults
