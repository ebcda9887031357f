"""The product's settings for the bench: as on a server (no DEBUG), plus the migrations of the AddField figure."""

import os

from portal_host.settings.dev import *  # noqa: F403

DEBUG = False
if os.environ.get("BENCH_MIGRATIONS"):
    MIGRATION_MODULES = {"cms_blocks": os.environ["BENCH_MIGRATIONS"]}
