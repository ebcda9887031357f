"""Where live pictures lie, and which are wanted: the bridge between web, database and supervisor."""

from __future__ import annotations

import datetime
import re
import shutil
from collections.abc import Iterable
from pathlib import Path

import imageio_ffmpeg
from django.conf import settings
from django.utils import timezone

from tenants import context

from .models import Camera, Pause
from .registry import source_of
from .supervisor import Source

FILE = re.compile(r"index\.m3u8|s[0-9]{1,9}\.ts")
# Longer than a decision is kept plus a player's patience: who still watches asks again in time.
WANTED_FOR = datetime.timedelta(seconds=30)
TYPES = {"m3u8": "application/vnd.apple.mpegurl", "ts": "video/mp2t"}


def root() -> Path:
    return Path(settings.CAMERA_ROOT)


def program() -> str:
    """The system's ffmpeg, else the one that came with the Python package."""
    return shutil.which("ffmpeg") or str(imageio_ffmpeg.get_ffmpeg_exe())


def wanted(units: Iterable[int]) -> dict[str, Source]:
    """Streams that somebody watches, of these units: two queries for the whole fleet."""
    with context.platform(), context.scope(units):
        paused = Pause.objects.filter(ended_at__isnull=True).values("camera_id")
        rows = Camera.objects.filter(enabled=True, wanted_at__gt=timezone.now() - WANTED_FOR).exclude(pk__in=paused)
        return {row.public_id: Source(source_of(row), row.transcode) for row in rows}
