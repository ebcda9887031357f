"""Stripe's servers for tests: stripe-mock (official; every request judged by Stripe's own specification) and localstripe
(stateful: payment intents, refunds, webhooks).

`python -m tests.servers.stripe` installs both under .data/servers (tests/prepare does that); tests never use the network.
"""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
FOLDER = ROOT / ".data" / "servers"
MOCK, LOCAL = FOLDER / "stripe-mock", FOLDER / "localstripe" / "bin" / "localstripe"
MOCK_VERSION, LOCAL_VERSION = "v0.203.0", "1.15.10"


def install() -> None:
    """Build stripe-mock with Go and put localstripe into an environment of its own; what is there stays."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    if not MOCK.exists():
        module = f"github.com/stripe/stripe-mock@{MOCK_VERSION}"
        subprocess.run(["go", "install", module], check=True, env=os.environ | {"GOBIN": str(FOLDER)})
    if not LOCAL.exists():
        uv = str(ROOT / ".uv" / "bin" / "uv")
        place = str(FOLDER / "localstripe")
        subprocess.run([uv, "venv", "-q", "--python", sys.executable, place], check=True)
        wanted = f"localstripe=={LOCAL_VERSION}"
        subprocess.run([uv, "pip", "install", "-q", "--python", f"{place}/bin/python", wanted], check=True)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def _running(command: list[str], port: int) -> Iterator[str]:
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        for _ in range(300):
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", port)) == 0:
                    break
            if process.poll() is not None:
                raise RuntimeError(f"{command[0]} ended with {process.returncode}")
            time.sleep(0.1)
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait(10)


@contextmanager
def stripe_mock() -> Iterator[str]:
    port = free_port()
    # Without an address of its own it also takes a fixed port for HTTPS, which a second worker would meet.
    addresses = ["-http-addr", f"127.0.0.1:{port}", "-https-addr", f"127.0.0.1:{free_port()}"]
    with _running([str(MOCK), *addresses], port) as url:
        yield url


@contextmanager
def localstripe() -> Iterator[str]:
    port = free_port()
    with _running([str(LOCAL), "--port", str(port), "--from-scratch"], port) as url:
        yield url


if __name__ == "__main__":
    install()
