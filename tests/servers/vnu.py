"""The W3C's HTML checker (vnu.jar), which needs Java and no network.

`python -m tests.servers.vnu` fetches it with npm into .data/servers (tests/prepare does that); tests never use the network.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import tarfile
import tempfile
from pathlib import Path
from typing import Any

from . import NoServer

ROOT = Path(__file__).resolve().parent.parent.parent
JAR = ROOT / ".data" / "servers" / "vnu.jar"
PACKAGE, INSIDE = "vnu-jar@26.9.27", "package/build/dist/vnu.jar"


def install() -> None:
    JAR.parent.mkdir(parents=True, exist_ok=True)
    if JAR.exists():
        return
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run(["npm", "pack", "--silent", "--pack-destination", folder, PACKAGE], check=True, cwd=folder)
        (packed,) = Path(folder).glob("*.tgz")
        with tarfile.open(packed) as archive:
            found = archive.extractfile(INSIDE)
            assert found is not None
            JAR.write_bytes(found.read())


def check(folder: Path) -> list[dict[str, Any]]:
    """What it says of every .html of a folder: errors and warnings, as it words them. Raises `NoServer`."""
    if not JAR.exists():
        raise NoServer("vnu.jar is not here: python -m tests.servers.vnu (needs npm)")
    if shutil.which("java") is None:
        raise NoServer("no java")
    command = ["java", "-Xss1m", "-Xmx300m", "-jar", str(JAR), "--format", "json", "--stdout", "--exit-zero-always", str(folder)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    found: list[dict[str, Any]] = json.loads(done.stdout)["messages"]
    return found


if __name__ == "__main__":
    install()
