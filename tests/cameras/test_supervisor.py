"""The supervisor with processes that die, stall and are not wanted; then with the real ffmpeg."""

from __future__ import annotations

import itertools
import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from school_services.cameras import streams, supervisor
from school_services.cameras.supervisor import Source, Supervisor, ffmpeg_command, pause_after, start_ffmpeg

TEST = {"a" * 16: Source("test:")}


class Time:
    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


def sleeper(source: Source, folder: Path) -> subprocess.Popen[bytes]:
    return subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"])


def dying(source: Source, folder: Path) -> subprocess.Popen[bytes]:
    return subprocess.Popen([sys.executable, "-c", "pass"])


def test_pauses_grow() -> None:
    assert [pause_after(n) for n in range(1, 8)] == [1, 2, 4, 8, 16, 30, 30]


def test_what_dies_is_started_again_after_growing_pauses(tmp_path: Path) -> None:
    clock, starts = Time(), []

    def start(source: Source, folder: Path) -> subprocess.Popen[bytes]:
        starts.append(clock.now)
        process = dying(source, folder)
        process.wait()
        return process

    watched = Supervisor(tmp_path / "live", start, clock)
    for _ in range(160):
        watched.step(TEST)
        clock.now += 0.5
    gaps = [round(b - a) for a, b in itertools.pairwise(starts)]
    assert gaps[:5] == pytest.approx([1, 2, 4, 8, 16], abs=1)
    watched.close()


def test_nobody_watches_nothing_runs(tmp_path: Path) -> None:
    watched = Supervisor(tmp_path / "live", sleeper)
    watched.step(TEST)
    process = watched.streams["a" * 16].process
    assert process is not None
    assert process.poll() is None
    (tmp_path / "live" / ("a" * 16) / "s1.ts").write_bytes(b"x")
    watched.step({})
    assert process.poll() is not None
    assert list((tmp_path / "live").iterdir()) == [], "no picture is left"


def test_a_camera_that_hangs_is_started_again(tmp_path: Path) -> None:
    clock = Time()
    watched = Supervisor(tmp_path / "live", sleeper, clock)
    watched.step(TEST)
    first = watched.streams["a" * 16].process
    clock.now += supervisor.STARTS_WITHIN + 1  # it gave no playlist at all
    watched.step(TEST)
    clock.now += 2
    watched.step(TEST)
    second = watched.streams["a" * 16].process
    assert second is not first
    playlist = tmp_path / "live" / ("a" * 16) / "index.m3u8"
    playlist.write_text("#EXTM3U")
    watched.step(TEST)
    assert watched.streams["a" * 16].process is second
    old = time.time() - supervisor.STALLED_AFTER - 1
    os.utime(playlist, (old, old))
    watched.step(TEST)
    assert watched.streams["a" * 16].process is not second
    watched.close()


def test_a_changed_source_is_another_stream_and_secrets_are_not_shown(tmp_path: Path) -> None:
    watched = Supervisor(tmp_path / "live", sleeper)
    watched.step(TEST)
    first = watched.streams["a" * 16].process
    watched.step({"a" * 16: Source("rtsp://u:p@h/1")})
    assert watched.streams["a" * 16].process is not first
    assert "p@h" not in repr(watched.streams["a" * 16])
    watched.close()
    command = ffmpeg_command("ffmpeg", Source("rtsp://h/1"), tmp_path)
    assert command[command.index("-c:v") + 1] == "copy"
    assert "-an" in command, "no sound"


def wait_for(what: object, seconds: float, watched: Supervisor) -> float:
    """Step until `what()` is true; how long it took."""
    started = time.monotonic()
    while time.monotonic() - started < seconds:
        watched.step(TEST)
        if what():  # type: ignore[operator]
            return time.monotonic() - started
        time.sleep(0.1)
    raise AssertionError(f"not within {seconds} s")


def test_ffmpeg_killed_is_back_within_ten_seconds(tmp_path: Path) -> None:
    watched = Supervisor(tmp_path / "live", start_ffmpeg(streams.program()))
    folder = tmp_path / "live" / ("a" * 16)
    playlist = folder / "index.m3u8"
    try:
        wait_for(lambda: playlist.exists() and playlist.read_text().count(".ts") >= 2, 25, watched)
        segments = sorted(folder.glob("s*.ts"))
        assert segments[0].read_bytes()[:1] == b"G", "MPEG transport stream"
        first = watched.streams["a" * 16].process
        assert first is not None
        first.kill()
        first.wait()
        took = wait_for(
            lambda: watched.streams["a" * 16].process is not first and playlist.exists() and ".ts" in playlist.read_text(), 15, watched
        )
        assert took <= 10, took
    finally:
        watched.close()
    assert not folder.exists()


def test_old_pictures_are_deleted_while_it_runs(tmp_path: Path) -> None:
    watched = Supervisor(tmp_path / "live", start_ffmpeg(streams.program()))
    folder = tmp_path / "live" / ("a" * 16)
    try:
        wait_for(lambda: (folder / "s8.ts").exists(), 40, watched)
        assert not (folder / "s0.ts").exists()
        assert len(list(folder.glob("s*.ts"))) <= supervisor.LISTED + 3
    finally:
        watched.close()
