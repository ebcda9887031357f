"""Child processes that cannot outlive the run, ports, readiness, and what memory they hold."""

from __future__ import annotations

import ctypes
import http.client
import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import psutil

from tests.bench.harness import BenchProblem, environment

WORKERS = 2
# As `manage.py demo` starts granian; the peer gets the same.
GRANIAN_OPTIONS = ("--blocking-threads", "4", "--http", "1", "--no-ws", "--log-level", "warning",
                   "--respawn-failed-workers")  # fmt: skip
_LIBC = ctypes.CDLL(None)


class Holder(Protocol):
    """Who starts processes: a folder for what they say, and a stack whose end stops them."""

    logs: Path
    stack: ExitStack


def _die_with_parent() -> None:
    """In the child, before exec: SIGTERM when the benchmark itself is killed (prctl PR_SET_PDEATHSIG)."""
    _LIBC.prctl(1, signal.SIGTERM)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def run(
    holder: Holder, name: str, arguments: Sequence[str | Path], *, cwd: Path, env: dict[str, str]
) -> tuple[str, float]:
    """Run to the end; return (stdout, wall-clock seconds). Raises `BenchProblem` with the end of its output."""
    began = time.perf_counter()
    with (holder.logs / f"{name}.err").open("ab") as errors:
        process = subprocess.Popen(
            [str(argument) for argument in arguments],
            cwd=cwd,
            env=env,
            stdout=subprocess.PIPE,
            stderr=errors,
            start_new_session=True,
            preexec_fn=_die_with_parent,
        )
        try:
            output = process.communicate()[0].decode(errors="replace")
        except BaseException:
            _stop_group(process)
            raise
    seconds = time.perf_counter() - began
    if process.returncode:
        raise BenchProblem(
            f"{name} ended with code {process.returncode}\n{output[-1500:]}\n{_tail(holder.logs / f'{name}.err')}"
        )
    return output, seconds


def last_json(output: str) -> dict[str, Any]:
    """The JSON object on the last line of a command's output. Raises `BenchProblem` when there is none."""
    lines = output.strip().splitlines()
    try:
        data = json.loads(lines[-1])
    except (IndexError, ValueError):
        raise BenchProblem(f"no JSON object on the last line of: {output[-500:]!r}") from None
    if not isinstance(data, dict):
        raise BenchProblem(f"not an object: {lines[-1][:200]}")
    return data


class Server:
    """A long-lived child in its own process group; registered with the run, so that it is stopped on every way out."""

    def __init__(
        self, holder: Holder, name: str, arguments: Sequence[str | Path], *, cwd: Path, env: dict[str, str]
    ) -> None:
        self.name = name
        self.log = holder.logs / f"{name}.log"
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                [str(argument) for argument in arguments],
                cwd=cwd,
                env=env,
                stdout=log,
                stderr=log,
                start_new_session=True,
                preexec_fn=_die_with_parent,
            )
        holder.stack.callback(self.stop)

    def stop(self) -> None:
        _stop_group(self.process)

    def __enter__(self) -> Server:
        return self

    def __exit__(self, *error: object) -> None:
        self.stop()

    def wait_ready(self, port: int, *, host: str, path: str = "/", seconds: float = 60) -> None:
        """Until `path` answers 200. Raises `BenchProblem` with the log's end when it does not or the process ends."""
        deadline, last = time.monotonic() + seconds, "no answer"
        while time.monotonic() < deadline:
            if self.process.poll() is not None:
                raise BenchProblem(f"{self.name} ended with code {self.process.returncode}\n{_tail(self.log)}")
            try:
                status = fetch(port, host, path).status
            except OSError as error:
                last = str(error)
            else:
                if status == 200:
                    return
                last = f"status {status}"
            time.sleep(0.1)
        raise BenchProblem(f"{self.name} is not ready at {host}{path}: {last}\n{_tail(self.log)}")

    def workers(self) -> list[psutil.Process]:
        """The worker processes: the largest children of the main process."""
        children = psutil.Process(self.process.pid).children(recursive=True)
        return sorted(children, key=lambda child: child.memory_info().rss, reverse=True)[:WORKERS]

    def cpu_seconds(self) -> float:
        """Processor time its workers have used so far: what a request costs, however busy the machine is."""
        return sum(sum(worker.cpu_times()[:2]) for worker in self.workers())


def granian(holder: Holder, name: str, application: str, *, cwd: Path, env: dict[str, str], port: int) -> Server:
    """`application` ("package.wsgi:application") on granian with two workers, the options of the demo."""
    program = Path(sys.executable).with_name("granian")
    arguments: list[str | Path] = [program, "--interface", "wsgi", "--workers", str(WORKERS), "--host", "127.0.0.1"]
    arguments += ["--port", str(port), *GRANIAN_OPTIONS, application]
    return Server(holder, name, arguments, cwd=cwd, env=env | {"PYTHONPATH": _path(cwd, env)})


@dataclass(frozen=True, slots=True)
class Answer:
    status: int
    headers: dict[str, str]
    body: bytes


def fetch(port: int, host: str, path: str, *, headers: dict[str, str] | None = None) -> Answer:
    """One GET to this machine under the name `host`. Raises `OSError` when nobody answers."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    try:
        connection.request("GET", path, headers={"Host": host} | (headers or {}))
        response = connection.getresponse()
        return Answer(response.status, {k.lower(): v for k, v in response.getheaders()}, response.read())
    except http.client.HTTPException as error:
        raise OSError(str(error)) from error
    finally:
        connection.close()


@dataclass(frozen=True, slots=True)
class Memory:
    """MiB. `pss`: the share of a process in memory it shares is counted in part; `peak`: highest resident size."""

    pss: float
    peak: float


def memory_of(pid: int) -> Memory:
    """Proportional set and peak of one process. Raises `OSError` when it is gone or not ours to read."""
    pss = _kib(Path(f"/proc/{pid}/smaps_rollup"), "Pss:")
    return Memory(pss / 1024, _kib(Path(f"/proc/{pid}/status"), "VmHWM:") / 1024)


def private_mib(pid: int) -> float:
    """Anonymous memory of one process alone, MiB: of a PostgreSQL backend, its caches without the shared buffers."""
    return _kib(Path(f"/proc/{pid}/smaps_rollup"), "Pss_Anon:") / 1024


def python_environment(**values: str) -> dict[str, str]:
    return environment(PYTHONDONTWRITEBYTECODE="1", **values)


def _kib(file: Path, name: str) -> int:
    for line in file.read_text().splitlines():
        if line.startswith(name):
            return int(line.split()[1])
    raise OSError(f"{name} not in {file}")


def _path(cwd: Path, env: dict[str, str]) -> str:
    return os.pathsep.join(part for part in (str(cwd), env.get("PYTHONPATH", "")) if part)


def _tail(file: Path, size: int = 2000) -> str:
    return file.read_text(errors="replace")[-size:] if file.exists() else ""


def _stop_group(process: subprocess.Popen[bytes]) -> None:
    """SIGTERM to the group, SIGKILL to whatever is left of it after ten seconds."""
    for number, patience in ((signal.SIGTERM, 10.0), (signal.SIGKILL, 5.0)):
        try:
            os.killpg(process.pid, number)
        except ProcessLookupError:
            break
        try:
            process.wait(patience)
        except subprocess.TimeoutExpired:
            continue
        if not _group_lives(process.pid):
            break
    if process.poll() is None:
        process.wait(1)


def _group_lives(group: int) -> bool:
    try:
        os.killpg(group, 0)
    except ProcessLookupError:
        return False
    return True
