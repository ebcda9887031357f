"""Files of other projects that browsers get (fonts, symbols) or tests use (axe): pinned by version and hash.

`python -m portal_host.vendored` compares what lies here with `vendored.toml`; with `renew` (`make vendor`) it fetches
the pinned versions from npm and writes the hashes. To take a newer version, change it in `vendored.toml` and renew.
"""

from __future__ import annotations

import hashlib
import subprocess
import sys
import tarfile
import tempfile
import tomllib
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
LIST = ROOT / "vendored.toml"
FOLDERS = ("themes/static/themes/fonts", "tests/browser/vendor")  # nothing else may lie in these
_TEXTS = {".txt", ".md"}


def read() -> list[dict[str, Any]]:
    packages: list[dict[str, Any]] = tomllib.loads(LIST.read_text(encoding="utf-8"))["package"]
    return packages


def sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def problems() -> list[str]:
    """What differs from the list, in words; empty when all is as pinned."""
    found, listed = [], set()
    for package in read():
        for file in package["file"]:
            path = ROOT / file["path"]
            listed.add(path)
            if not path.is_file():
                found.append(f"{file['path']} is missing")
            elif sha256(path.read_bytes()) != file["sha256"]:
                found.append(f"{file['path']} is not that of {package['name']} {package['version']}")
    for folder in FOLDERS:
        for path in (ROOT / folder).iterdir():
            if path.suffix not in _TEXTS and path not in listed:
                found.append(f"{path.relative_to(ROOT)} is in no package of {LIST.name}")
    return found


def renew() -> None:
    """Fetch every package at its pinned version, take its files, write the list anew."""
    packages = read()
    with tempfile.TemporaryDirectory() as folder:
        for package in packages:
            wanted = f"{package['name']}@{package['version']}"
            command = ["npm", "pack", "--silent", "--pack-destination", folder, wanted]
            packed = subprocess.run(command, check=True, capture_output=True, text=True, cwd=folder).stdout.split()[-1]  # noqa: S603
            with tarfile.open(Path(folder, packed)) as archive:
                for file in package["file"]:
                    member = archive.extractfile(f"package/{file['from']}")
                    if member is None:
                        raise SystemExit(f"{wanted} has no {file['from']}")
                    data = member.read()
                    (ROOT / file["path"]).write_bytes(data)
                    file["sha256"] = sha256(data)
    LIST.write_text(_written(packages), encoding="utf-8")


def _written(packages: list[dict[str, Any]]) -> str:
    lines = ["# Files of other projects: see portal_host/vendored.py. `from` is the place in the npm package.", ""]
    for package in packages:
        lines += ["[[package]]", f'name = "{package["name"]}"', f'version = "{package["version"]}"', ""]
        for file in package["file"]:
            lines += ["[[package.file]]", *(f'{key} = "{file[key]}"' for key in ("path", "from", "sha256")), ""]
    return "\n".join(lines).rstrip("\n") + "\n"


if __name__ == "__main__":
    if sys.argv[1:] == ["renew"]:
        renew()
    wrong = problems()
    sys.stdout.write("\n".join(wrong or ["vendored files: as pinned"]) + "\n")
    sys.exit(bool(wrong))
