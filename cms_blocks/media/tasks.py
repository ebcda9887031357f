"""Nightly work on files, in one portal each."""

from __future__ import annotations

from tenants import tasks

from . import direct, kept


@tasks.task("media.purge_kept")
def purge_kept() -> None:
    """Deleted and replaced files older than 90 days; files sent to S3 that nobody came back for."""
    kept.purge()
    direct.sweep()
