"""Wagtail's own test settings as they are, on the PostgreSQL named by the `DATABASE_…` environment."""

import os
from pathlib import Path

from wagtail.test.settings import *  # noqa: F403

FILES = Path(os.environ["CONFORMANCE_FILES"])
MEDIA_ROOT, STATIC_ROOT = str(FILES / "media"), str(FILES / "static")
TEST_RUNNER = "tests.conformance.runner.RecordingRunner"
