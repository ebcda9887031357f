"""Streams that are wanted run, others do not: one ffmpeg each, restarted when it dies or stalls, with growing pauses.

No picture is kept: a stream has five segments of two seconds, deleted as they leave the playlist, and its folder is
emptied when it stops.
"""

from __future__ import annotations

import logging
import shutil
import subprocess
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

logger = logging.getLogger("school_services.cameras")

SEGMENT = 2
LISTED = 5
PLAYLIST = "index.m3u8"
LONGEST_PAUSE = 30.0
HEALTHY_AFTER = 60.0  # seconds of running after which the next pause is short again
STALLED_AFTER = 12.0  # no new playlist for so long: the camera hangs though its line stands
STARTS_WITHIN = 20.0
STOPS_WITHIN = 5.0


@dataclass(frozen=True, slots=True)
class Source:
    """What a stream is made of; the address holds a password and is never shown."""

    url: str = field(repr=False)
    transcode: bool = False


Start = Callable[[Source, Path], "subprocess.Popen[bytes]"]


@dataclass(slots=True)
class Stream:
    source: Source
    folder: Path
    process: subprocess.Popen[bytes] | None = None
    started: float = 0.0
    failures: int = 0
    not_before: float = 0.0


def pause_after(failures: int) -> float:
    """1, 2, 4 … 30 seconds."""
    return min(LONGEST_PAUSE, float(2 ** max(0, failures - 1)))


class Supervisor:
    """`step` brings what runs into line with what is wanted; call it every second."""

    def __init__(self, root: Path, start: Start, clock: Callable[[], float] = time.monotonic) -> None:
        self.root, self.start, self.clock = root, start, clock
        self.streams: dict[str, Stream] = {}
        shutil.rmtree(root, ignore_errors=True)  # what a killed supervisor left behind
        root.mkdir(parents=True, exist_ok=True, mode=0o750)

    def step(self, wanted: Mapping[str, Source]) -> None:
        for name in [name for name in self.streams if name not in wanted]:
            self._stop(name)
        for name, source in wanted.items():
            stream = self.streams.get(name)
            if stream is not None and stream.source != source:
                self._stop(name)
                stream = None
            if stream is None:
                stream = self.streams[name] = Stream(source, self.root / name)
            self._keep(name, stream)

    def _keep(self, name: str, stream: Stream) -> None:
        now = self.clock()
        if stream.process is not None:
            code = stream.process.poll()
            if code is None and not self._stalled(stream, now):
                return
            if code is None:
                _end(stream.process)
            ran = now - stream.started
            stream.failures = 1 if ran > HEALTHY_AFTER else stream.failures + 1
            stream.not_before = now + pause_after(stream.failures)
            stream.process = None
            logger.warning("camera %s ended (%s), attempt %d follows", name, code, stream.failures + 1)
        if now >= stream.not_before:
            shutil.rmtree(stream.folder, ignore_errors=True)
            stream.folder.mkdir(mode=0o750)
            stream.process, stream.started = self.start(stream.source, stream.folder), now

    def _stalled(self, stream: Stream, now: float) -> bool:
        try:
            age = time.time() - (stream.folder / PLAYLIST).stat().st_mtime
        except OSError:
            return now - stream.started > STARTS_WITHIN
        return age > STALLED_AFTER

    def _stop(self, name: str) -> None:
        stream = self.streams.pop(name)
        if stream.process is not None:
            _end(stream.process)
        shutil.rmtree(stream.folder, ignore_errors=True)

    def close(self) -> None:
        for name in list(self.streams):
            self._stop(name)


def _end(process: subprocess.Popen[bytes]) -> None:
    process.terminate()
    try:
        process.wait(STOPS_WITHIN)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def ffmpeg_command(program: str, source: Source, folder: Path) -> list[str]:
    """Pass the camera's H.264 on as it is; `transcode` and the test pattern are encoded. Sound is left out."""
    encode = ["-c:v", "libx264", "-preset", "ultrafast", "-tune", "zerolatency", "-pix_fmt", "yuv420p"]
    if source.url == "test:":
        read = ["-re", "-f", "lavfi", "-i", "testsrc2=size=640x360:rate=10"]
        video = [*encode, "-g", str(10 * SEGMENT), "-b:v", "300k"]
    else:
        read = ["-rtsp_transport", "tcp", "-timeout", "10000000", "-i", source.url]
        video = [*encode, "-g", "50"] if source.transcode else ["-c:v", "copy"]
    return [
        program, "-hide_banner", "-loglevel", "error", "-nostdin", *read, "-an", *video,
        "-f", "hls", "-hls_time", str(SEGMENT), "-hls_list_size", str(LISTED), "-hls_delete_threshold", "1",
        "-hls_flags", "delete_segments+omit_endlist+temp_file",
        "-hls_segment_filename", str(folder / "s%d.ts"), str(folder / PLAYLIST),
    ]  # fmt: skip


def start_ffmpeg(program: str) -> Start:
    def start(source: Source, folder: Path) -> subprocess.Popen[bytes]:
        # What ffmpeg prints may hold the camera's address with its password: it is not kept.
        return subprocess.Popen(  # noqa: S603 - a list, no shell; the source was checked when it was saved
            ffmpeg_command(program, source, folder),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )

    return start
