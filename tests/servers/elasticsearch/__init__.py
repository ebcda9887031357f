"""A real Elasticsearch 8.19 node of the tests' own, from the server's jars of Maven Central (Java 17 and mvn).

Not in those jars, and not here: security, Painless, reindex, ICU. What our index uses of the stock distribution's
analysis is in `Modules.java` under its stock names. `python -m tests.servers.elasticsearch PORT DATA` runs one by hand.
"""

from __future__ import annotations

import ctypes
import fcntl
import hashlib
import os
import re
import shutil
import signal
import subprocess
import threading
import time
import urllib.error
import urllib.request
import zipfile
from pathlib import Path
from typing import IO, Any

from tests.servers import NoServer, free_port

VERSION = "8.19.21"
MEMORY = "768m"
HERE = Path(__file__).parent
SOURCES = ("pom.xml", "Node.java", "Modules.java")
START_SECONDS = 120
_LIBC = ctypes.CDLL(None)


class Elasticsearch:
    """One node. It can be stopped, killed and frozen, and started again on the same port and data."""

    def __init__(self, data: Path, port: int = 0, memory: str = MEMORY) -> None:
        self.data, self.port, self.memory = data, port or free_port(), memory
        self._process: subprocess.Popen[str] | None = None
        self._last: list[str] = []

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> Elasticsearch:
        """Returns when the node has recovered its indexes. Raises `NoServer` if it cannot be built or does not come up."""
        home = install()
        self.data.mkdir(parents=True, exist_ok=True)
        java = _java("java")
        classpath = f"{home / 'classes'}:{home / 'lib'}/*"
        self._process = subprocess.Popen(
            [java, f"-Xms{self.memory}", f"-Xmx{self.memory}", "-XX:+UseSerialGC", "-XX:-UsePerfData", "-cp", classpath,
             "tests.servers.Node", str(home), str(self.port), str(free_port()), str(self.data)],
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, start_new_session=True,
            preexec_fn=_end_with_parent,
        )  # fmt: skip
        ready = threading.Event()
        threading.Thread(target=self._read, args=(self._process.stdout, ready), daemon=True).start()
        until = time.monotonic() + START_SECONDS
        while not ready.wait(0.1):
            if self._process.poll() is not None or time.monotonic() > until:
                self.kill()
                raise NoServer("the Elasticsearch node did not start:\n" + "".join(self._last[-30:]))
        while time.monotonic() < until:
            try:
                with urllib.request.urlopen(
                    f"{self.url}/_cluster/health?wait_for_no_initializing_shards=true&timeout=60s", timeout=70
                ):
                    return self
            except (urllib.error.URLError, ConnectionError):
                time.sleep(0.1)
        self.kill()
        raise NoServer("the Elasticsearch node does not recover its indexes")

    def _read(self, out: IO[str], ready: threading.Event) -> None:
        for line in out:
            if line.startswith("READY"):
                ready.set()
            self._last = [*self._last[-200:], line]

    def stop(self) -> None:
        """End it in good order."""
        if self._process is not None:
            self._process.terminate()
            try:
                self._process.wait(30)
            except subprocess.TimeoutExpired:
                self.kill()
            self._process = None

    def kill(self) -> None:
        """As a power cut does."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None

    def freeze(self) -> None:
        """It takes connections and does not answer."""
        assert self._process is not None
        os.kill(self._process.pid, signal.SIGSTOP)

    def thaw(self) -> None:
        assert self._process is not None
        os.kill(self._process.pid, signal.SIGCONT)

    def cpu_seconds(self) -> float:
        """CPU time that the node has used."""
        assert self._process is not None
        fields = Path(f"/proc/{self._process.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def __enter__(self) -> Elasticsearch:
        return self.start()

    def __exit__(self, *exc: Any) -> None:
        self.stop()


def _end_with_parent() -> None:
    """In the child: SIGTERM when the tests are killed, so that no node is left behind (prctl PR_SET_PDEATHSIG)."""
    _LIBC.prctl(1, signal.SIGTERM)


def install() -> Path:
    """The node's home, made once on this machine and again when its sources or version change."""
    digest = hashlib.sha256(VERSION.encode())
    for name in SOURCES:
        digest.update((HERE / name).read_bytes())
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "portal-host"
    home = cache / f"elasticsearch-{VERSION}-{digest.hexdigest()[:10]}"
    if home.exists():
        return home
    cache.mkdir(parents=True, exist_ok=True)
    with (cache / "elasticsearch.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not home.exists():
            building = home.with_name(f"{home.name}.building")
            shutil.rmtree(building, ignore_errors=True)
            _build(building)
            building.rename(home)
    return home


def _build(home: Path) -> None:
    for folder in ("config", "plugins", "classes", "lib", "modules/transport-netty4", "modules/standard"):
        (home / folder).mkdir(parents=True)
    _run([_java("mvn"), "-q", "-B", "-f", str(HERE / "pom.xml"), f"-Delasticsearch={VERSION}", "dependency:copy-dependencies",
          f"-DoutputDirectory={home / 'lib'}"])  # fmt: skip
    # A module is loaded from its own folder, apart from the server's class path.
    netty = home / "modules" / "transport-netty4"
    for jar in (home / "lib").iterdir():
        if jar.name.startswith(("netty-", "transport-netty4-")):
            jar.rename(netty / jar.name)
    [archive] = netty.glob("transport-netty4-*.jar")
    with zipfile.ZipFile(archive) as jar_file:
        for name in jar_file.namelist():
            if name.startswith("META-INF/es-plugins/transport-netty4/") and not name.endswith("/"):
                # The jars of Maven are on the class path, where there are no Java modules.
                text = re.sub(r"(?m)^modulename=.*\n?", "", jar_file.read(name).decode())
                (netty / Path(name).name).write_text(text)
    described = (netty / "plugin-descriptor.properties").read_text()
    described = re.sub(r"(?m)^name=.*", "name=standard", described)
    described = re.sub(r"(?m)^classname=.*", "classname=tests.servers.Modules", described)
    (home / "modules" / "standard" / "plugin-descriptor.properties").write_text(described)
    compiled = home / "modules" / "standard" / "classes"
    _run([_java("javac"), "-cp", f"{home / 'lib'}/*", "-d", str(home / "classes"), str(HERE / "Node.java")])
    _run([_java("javac"), "-cp", f"{home / 'lib'}/*", "-d", str(compiled), str(HERE / "Modules.java")])
    with zipfile.ZipFile(home / "modules" / "standard" / "standard.jar", "w") as made:
        for path in compiled.rglob("*.class"):
            made.write(path, path.relative_to(compiled))
    shutil.rmtree(compiled)


def _java(tool: str) -> str:
    found = shutil.which(tool)
    if found is None:
        raise NoServer(f"{tool} is not installed: tests/prepare installs it (openjdk-17-jdk-headless, maven)")
    return found


def _run(command: list[str]) -> None:
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise NoServer(f"{Path(command[0]).name} failed:\n{(done.stdout + done.stderr)[-2000:]}")
